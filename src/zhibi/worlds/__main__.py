"""`python -m zhibi.worlds FOLDER` writes the demo company's export files into a folder."""

import sys
from pathlib import Path

from zhibi.worlds.daichuan import daichuan
from zhibi.worlds.export import export

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name one folder to write the demo company's files into.")
    export(daichuan(), Path(sys.argv[1]))
