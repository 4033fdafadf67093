"""How long the pages take that people open all day, at 100,000 and 1,000,000 accounts.

    python benchmarks/web_lists.py --accounts 100000 [--database postgres://…] [--times 40]

The database is made at the first run (benchmarks/data, a few minutes for a million). Times are of
Django's test client: everything but the network. Queries are counted.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
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
        if chosen in "later pages":
            timed = _timed_pages(browser, times)
            done.append(Timed("later pages", who, *timed))
            print(row(done[-1]), flush=True)
    return done


def _timed(browser: Any, address: str, times: int) -> tuple[float, float, int, int]:
    seconds, answers = [], []
    for _ in range(times):
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
    p95 = quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
    return median(seconds) * 1000, p95 * 1000


def row(one: Timed) -> str:
    return (
        f"| {one.page} | {one.who} | {one.median_ms:.0f} | {one.p95_ms:.0f} "
        f"| {one.queries} | {one.status} |"
    )


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--accounts", type=int, default=100_000)
    given.add_argument("--database", default="")
    given.add_argument("--times", type=int, default=40)
    given.add_argument("--only", default="")
    asked = given.parse_args()
    folder = HERE / "data" / f"web-{asked.accounts}"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["ZHIBI_HOME"] = str(folder)
    os.environ["DATABASE_URL"] = asked.database
    if not asked.database:
        del os.environ["DATABASE_URL"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhibi.web.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from web_data import prepared

    prepared(folder, asked.accounts)
    call_command("collectstatic", interactive=False, verbosity=0)
    print("| page | whose | median ms | p95 ms | queries | status |\n|---|---|--:|--:|--:|--:|")
    time_pages(asked.times, asked.only)


if __name__ == "__main__":
    main()
