"""How long the page of an analysis takes: the first time beside the command line, and seen again.

    python benchmarks/web_insight.py WORKSPACE [--times 1] [QUESTION …]

Without names every question that the workspace has the data for: methods, and reports as
reports/key_accounts. The workspace needs at least one person who sees everything.

The first time: a process of its own does the job as the worker's child does, Django's start
included, in turns with a process of `zhibi analyze METHOD --format html` (or `zhibi report`); the
median of each. Both languages are written, the command line writes one. Seen again: the median of
requests within one process, after two, by the clock of the server. At the end: what missed
MOST_TIMES the command line, or SEEN_WITHIN milliseconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SEEN_AGAIN = 20
MOST_TIMES = 1.3
SEEN_WITHIN = 50.0  # ms

FED = """
import django; django.setup()
from zhibi.web.insight.catalogue import GROUPS, missing, typed_tables
from zhibi.web.insight.known import known
held, typed = known(), typed_tables()
for entries in GROUPS.values():
    for one in entries:
        if not missing(one, held, typed):
            print(one.name)
"""

JOB = """
import django; django.setup()
from zhibi.web.insight.actions.analyse import analyse
from zhibi.web.insight import results
from zhibi.web.insight.models import Analysis
from zhibi.web.jobs.actions.do import do
from zhibi.web.team.models import User
user = User.objects.filter(role="director", is_active=True).first()
found = analyse(user, "{question}", again=True)
if found.made_at:
    results.throw_away(found.key)
    found = analyse(user, "{question}", again=True)
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
    answer = browser.get("/insight/{question}/")
    taken.append(time.perf_counter() - start)
    assert answer.status_code == 200
with CaptureQueriesContext(connection) as asked:
    answer = browser.get("/insight/{question}/")
print(f"{{median(taken[2:]) * 1000:.1f}} {{len(asked)}} {{len(answer.content) // 1000}}")
"""

OPTIONS = {"": ["--format", "html"], "reports": []}


@dataclass(frozen=True, slots=True)
class Row:
    question: str
    line: float  # seconds
    job: float
    again: float  # ms
    queries: int
    page: int  # KB

    @property
    def ratio(self) -> float:
        return self.job / self.line

    def __str__(self) -> str:
        return (
            f"| {self.question} | {self.line:.2f} s | {self.job:.2f} s | {self.ratio:.2f} "
            f"| {self.again:.0f} ms | {self.queries} | {self.page} KB |"
        )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("workspace", type=Path)
    asked.add_argument("questions", nargs="*")
    asked.add_argument("--times", type=int, default=1)
    given = asked.parse_args()
    environment = {
        **os.environ,
        "ZHIBI_HOME": str(given.workspace.resolve()),
        "DJANGO_SETTINGS_MODULE": "zhibi.web.settings",
    }
    print("| question | command line | first time | ratio | seen again | queries | page |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    rows = []
    for question in given.questions or _output(FED, environment).split():
        rows.append(_row(question, given.times, environment))
        print(rows[-1], flush=True)
    slow = [row.question for row in rows if row.ratio > MOST_TIMES]
    late = [row.question for row in rows if row.again > SEEN_WITHIN]
    print(
        f"\n{len(rows)} questions; more than {MOST_TIMES} × the command line: {slow or 'none'}; "
        f"seen again later than {SEEN_WITHIN:.0f} ms: {late or 'none'}"
    )


def _row(question: str, times: int, environment: dict[str, str]) -> Row:
    on_line, first = [], []
    with tempfile.TemporaryDirectory() as folder:
        command = _command(question, Path(folder) / "page.html")
        for _ in range(times):
            on_line.append(_seconds(command, environment))
            job = [sys.executable, "-c", JOB.format(question=question)]
            first.append(_seconds(job, environment))
    page = _output(PAGE.format(question=question, times=SEEN_AGAIN), environment).split()
    again, queries, size = float(page[0]), int(page[1]), int(page[2])
    return Row(question, median(on_line), median(first), again, queries, size)


def _command(question: str, page: Path) -> list[str]:
    kind, _, name = question.rpartition("/")
    words = ["report", name] if kind else ["analyze", name]
    zhibi = str(Path(sys.executable).with_name("zhibi"))
    return [zhibi, *(word.replace("_", "-") for word in words), *OPTIONS[kind], "-o", str(page)]


def _output(program: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
