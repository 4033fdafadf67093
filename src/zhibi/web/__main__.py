"""`python -m zhibi.web migrate`, `check --deploy`, …: Django's own commands on a workspace."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibi.web.settings")
    execute_from_command_line(["zhibi", *sys.argv[1:]])
