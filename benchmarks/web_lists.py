"""How long the pages take that people open all day, at 100,000 and 1,000,000 accounts.

    python benchmarks/web_lists.py [--database postgres://user@host/web] [--times 20] [--only today]

Each size is measured in a process of its own, on a database of its own: SQLite in benchmarks/data,
or the given one with the number of accounts behind its name (web100000, web1000000), which must
be there. It is filled at the first run, a few minutes for a million. Times are of Django's test
client: everything but the network; queries are counted. Told at the end: how much longer a page
takes at the larger size, and each that misses an aim.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
SIZES = (100_000, 1_000_000)
MEDIAN_MS, P95_MS, QUERIES, GROWTH = 50, 120, 12, 1.3  # the aims
NOT_FELT_MS = 5  # a page that gets slower by less is not said to grow
DONE = "done: "
WHO = {"own": "p1", "a third": "manager", "all": "director", "a large own": "p2"}
LIST = "/accounts/"
PAGES = {
    "list, warnings": LIST,
    "list, sales": LIST + "?sort=-sales",
    "list, sales rising": LIST + "?sort=sales",
    "list, name": LIST + "?sort=name",
    "list, last order": LIST + "?sort=-last-order",
    "list, overdue": LIST + "?sort=-overdue",
    "list, grade": LIST + "?sort=grade",
    "list, changed": LIST + "?sort=-changed",
    "key accounts": LIST + "?grade=A",
    "warned": LIST + "?warning=now",
    "no contact for 60 days": LIST + "?quiet=60",
    "grade D by sales": LIST + "?grade=D&sort=-sales",
    "four filters": LIST + "?grade=D&industry=轮胎&region=青岛&size=smb",
    "search, two letters": "/search?q=华数",
    "search, four letters": "/search?q=华数机械",
    "search, initials": "/search?q=hsjx",
    "search, pinyin": "/search?q=huashujixie",
    "search, common word": "/search?q=机械",
    "search, one letter": "/search?q=锦",
    "search, nothing": "/search?q=没有这家",
    "search, a person": "/search?q=王敏12",
    "search in the list": LIST + "?q=华数机械",
    "account page": "/accounts/{uid}/",
    "today": "/",
}
TODAY_MOVED = "today, an account changed hands"


@dataclass(frozen=True, slots=True)
class Timed:
    page: str
    who: str
    median_ms: float
    p95_ms: float
    queries: int
    status: int


def time_pages(times: int, chosen: str) -> list[Timed]:
    from django.test import Client

    from zhibi.web.crm.access import accounts_of
    from zhibi.web.team.models import User

    done = []
    for who, username in WHO.items():
        user = User.objects.get(username=username)
        browser = Client(SERVER_NAME="localhost", raise_request_exception=False)
        browser.force_login(user)
        uid = accounts_of(user).values_list("uid", flat=True).first()
        for page, address in PAGES.items():
            if chosen in page:
                timed = _timed(browser, address.format(uid=uid), times)
                done.append(Timed(page, who, *timed))
                print(row(done[-1]), flush=True)
        if chosen in TODAY_MOVED:
            timed = _timed(browser, "/", times, before=partial(_move, uid))
            done.append(Timed(TODAY_MOVED, who, *timed))
            print(row(done[-1]), flush=True)
        if chosen in "later pages":
            timed = _timed_pages(browser, times)
            done.append(Timed("later pages", who, *timed))
            print(row(done[-1]), flush=True)
    return done


def _move(uid: UUID) -> None:
    """Give the account to somebody else, or back."""
    from zhibi.web.crm.actions.assign import assign
    from zhibi.web.crm.models import Account
    from zhibi.web.team.models import User

    account = Account.objects.get(uid=uid)
    owners = User.objects.filter(username__in=("p3", "p4")).exclude(pk=account.owner_id)
    assign(account, owners.first(), by=User.objects.get(username="director"))


def _timed(
    browser: Any, address: str, times: int, before: Callable[[], None] = lambda: None
) -> tuple[float, float, int, int]:
    """`before` is done each time, and not timed."""
    seconds, answers = [], []
    for _ in range(times):
        before()
        taken, answer = _once(lambda: browser.get(address))
        seconds.append(taken)
        answers.append(answer)
    return (*_spread(seconds[1:]), _queries(lambda: browser.get(address)), answers[-1].status_code)


def _timed_pages(browser: Any, times: int) -> tuple[float, float, int, int]:
    """Following the list by its pages."""
    seconds, address = [], LIST + "?sort=-sales"
    status = 0
    for _ in range(times):
        at = address
        taken, answer = _once(lambda at=at: browser.get(at))
        seconds.append(taken)
        status = answer.status_code
        following = (answer.context or {}).get("next_url")
        if not following:
            break
        address = following
    return (*_spread(seconds), _queries(lambda: browser.get(address)), status)


def _once(get: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = get()
    return time.perf_counter() - began, answer


def _queries(get: Callable[[], Any]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        get()
    return len([one for one in asked.captured_queries if "SELECT 1" not in one["sql"][:9]])


def _spread(seconds: list[float]) -> tuple[float, float]:
    p95 = quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return median(seconds) * 1000, p95 * 1000


def row(one: Timed) -> str:
    return (
        f"| {one.page} | {one.who} | {one.median_ms:.0f} | {one.p95_ms:.0f} "
        f"| {one.queries} | {one.status} |"
    )


def measure(accounts: int, database: str, times: int, only: str) -> None:
    """One size, in this process: a row a page, and all of them once more for the caller."""
    folder = HERE / "data" / f"web-{accounts}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "zhibi.toml").write_text('today = "2026-11-22"\n', encoding="utf-8")
    os.environ["ZHIBI_HOME"] = str(folder)
    os.environ["DATABASE_URL"] = f"{database}{accounts}" if database else ""
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhibi.web.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from web_data import prepared

    prepared(folder, accounts)
    call_command("collectstatic", interactive=False, verbosity=0)
    import_module("zhibi.web.wsgi")  # as the server starts
    done = time_pages(times, only)
    print(DONE + json.dumps([asdict(one) for one in done]))


def measured(accounts: int, given: argparse.Namespace) -> list[Timed]:
    """One size, in a process of its own."""
    print(f"\n## {accounts:,} accounts\n")
    print("| page | whose | median ms | p95 ms | queries | status |\n|---|---|--:|--:|--:|--:|")
    command = [sys.executable, __file__, "--accounts", str(accounts), "--times", str(given.times)]
    command += ["--database", given.database, "--only", given.only]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as running:
        for line in running.stdout or ():
            if line.startswith(DONE):
                return [Timed(**one) for one in json.loads(line.removeprefix(DONE))]
            print(line, end="", flush=True)
    raise SystemExit(f"{accounts:,} accounts could not be measured.")


def compare(small: list[Timed], large: list[Timed]) -> None:
    """How much longer each page takes at the larger size, and what misses which aim."""
    before = {(one.page, one.who): one for one in small}
    print("\n## Growth\n\n| page | whose | ms | ms | times |\n|---|---|--:|--:|--:|")
    missed = [f"{SIZES[0]:,}: {miss}" for one in small for miss in _misses(one)]
    missed += [f"{SIZES[1]:,}: {miss}" for one in large for miss in _misses(one)]
    for one in large:
        was = before[one.page, one.who].median_ms
        told = f"| {one.page} | {one.who} | {was:.0f} | {one.median_ms:.0f} "
        print(f"{told}| {one.median_ms / was:.1f} |")
        if one.median_ms > GROWTH * was and one.median_ms - was > NOT_FELT_MS:
            missed.append(f"{one.page}, {one.who}: {one.median_ms / was:.1f} x (aim {GROWTH})")
    print("\n## Missed\n")
    print("\n".join(f"- {miss}" for miss in missed) or "Nothing.")


def _misses(one: Timed) -> list[str]:
    aims = (
        ("median", one.median_ms, MEDIAN_MS, " ms"),
        ("p95", one.p95_ms, P95_MS, " ms"),
        ("queries", one.queries, QUERIES, ""),
    )
    found = [
        f"{one.page}, {one.who}: {name} {value:.0f}{unit} (aim {aim})"
        for name, value, aim, unit in aims
        if value > aim
    ]
    return found if one.status == 200 else [*found, f"{one.page}, {one.who}: {one.status}"]


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--accounts", type=int, help="measure one size only, in this process")
    given.add_argument("--database", default="")
    given.add_argument("--times", type=int, default=20)
    given.add_argument("--only", default="")
    asked = given.parse_args()
    if asked.accounts:
        measure(asked.accounts, asked.database, asked.times, asked.only)
        return
    small, large = (measured(accounts, asked) for accounts in SIZES)
    compare(small, large)


if __name__ == "__main__":
    main()
