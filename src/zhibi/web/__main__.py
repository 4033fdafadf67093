"""`python -m zhibi.web migrate`, `check --deploy`, …: Django's own commands on a workspace."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from zhibi.web.folders import make_folders

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibi.web.settings")
    make_folders(Path(os.environ.get("ZHIBI_HOME") or "."))
    execute_from_command_line(["zhibi", *sys.argv[1:]])
