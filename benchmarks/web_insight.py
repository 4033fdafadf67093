"""How long the page of an analysis takes: the first time beside the command line, and seen again.

    python benchmarks/web_insight.py WORKSPACE [--times 3] [METHOD …]

The workspace needs its data and at least one person who sees everything. The first time: a process
of its own does the job as the worker's child does, Django's start included, beside a process of
`zhibi analyze METHOD --format html`, in turns; the median of each. Both languages are written, the
command line writes one. Seen again: the median of 50 requests within one process, after two, by
the clock of the server.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

METHODS = ("concentration", "sales_trend", "purchase_rhythm", "rfm", "churn_warning", "receivables")
SEEN_AGAIN = 50

JOB = """
import django; django.setup()
from zhibi.web.insight.actions.analyse import analyse
from zhibi.web.insight import results
from zhibi.web.insight.models import Analysis
from zhibi.web.jobs.actions.do import do
from zhibi.web.team.models import User
user = User.objects.filter(role="director", is_active=True).first()
found = analyse(user, "{method}")
if found.made_at:
    results.throw_away(found.key)
    found = analyse(user, "{method}")
job = do(found.job)
assert job.error is None, job.error
"""

PAGE = """
import time, django; django.setup()
from statistics import median
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from zhibi.web.team.models import User
settings.ALLOWED_HOSTS = ["testserver"]
browser = Client()
browser.force_login(User.objects.filter(role="director", is_active=True).first())
taken = []
for n in range({times} + 2):
    start = time.perf_counter()
    answer = browser.get("/insight/{method}/")
    taken.append(time.perf_counter() - start)
    assert answer.status_code == 200
with CaptureQueriesContext(connection) as asked:
    answer = browser.get("/insight/{method}/")
print(f"{{median(taken[2:]) * 1000:.1f}} {{len(asked)}} {{len(answer.content) // 1000}}")
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("workspace", type=Path)
    asked.add_argument("methods", nargs="*", default=METHODS)
    asked.add_argument("--times", type=int, default=3)
    given = asked.parse_args()
    environment = {
        **os.environ,
        "ZHIBI_HOME": str(given.workspace.resolve()),
        "DJANGO_SETTINGS_MODULE": "zhibi.web.settings",
    }
    print("| method | command line | first time | ratio | seen again | queries | page |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for method in given.methods:
        print(_row(method, given.times, environment), flush=True)


def _row(method: str, times: int, environment: dict[str, str]) -> str:
    on_line, first = [], []
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        command = [str(Path(sys.executable).with_name("zhibi")), "analyze"]
        command += [method.replace("_", "-"), "--format", "html", "-o", str(page)]
        for _ in range(times):
            on_line.append(_seconds(command, environment))
            first.append(_seconds([sys.executable, "-c", JOB.format(method=method)], environment))
    again = subprocess.run(
        [sys.executable, "-c", PAGE.format(method=method, times=SEEN_AGAIN)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    line, job = median(on_line), median(first)
    return (
        f"| {method} | {line:.2f} s | {job:.2f} s | {job / line:.2f} | {again[0]} ms "
        f"| {again[1]} | {again[2]} KB |"
    )


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
