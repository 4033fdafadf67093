"""`python -m zhibi.web worker`: does the jobs until it is told to end."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from zhibi.web.jobs.worker import work_until


class Command(BaseCommand):
    help = "Do the jobs of the workspace until told to end (SIGTERM or Ctrl-C)."

    def handle(self, *_: Any, **__: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        work_until(stop)
