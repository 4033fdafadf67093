"""`python -m zhibi.worlds FOLDER [LANGUAGE]` writes the demo company's export files into a folder,
in Chinese or, with `en`, in English."""

import sys
from pathlib import Path

from zhibi.worlds.daichuan import daichuan
from zhibi.worlds.export import export

LANGUAGES = ("zh-CN", "en")

if __name__ == "__main__":
    _, *given = sys.argv
    folder, language = (*given, *LANGUAGES[:1])[:2] if given else ("", "")
    if len(given) > 2 or language not in LANGUAGES:
        sys.exit("Name one folder to write the demo company's files into, and zh-CN or en.")
    export(daichuan(language=language), Path(folder))
