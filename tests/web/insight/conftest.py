"""A small company whose facts lie in a lake, shared out among the three people.

c00–c03 are Alice's, c04–c07 and c12 Bob's (in her team), c08–c11 Charlie's; nobody has c13, c14.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import usual
from tests.web.conftest import People
from zhibi.tables.ingest.importing import ImportOptions, prepare
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace
from zhibi.web.crm.models import Account, SourceCustomer
from zhibi.web.insight import results
from zhibi.web.insight.actions.analyse import analyse
from zhibi.web.insight.models import Analysis
from zhibi.web.jobs.actions.do import do
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User

OF = {
    "alice": range(4),
    "bob": (4, 5, 6, 7, 12),
    "charlie": range(8, 12),
}


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace with everything brought in; nobody writes to it."""
    folder = tmp_path_factory.mktemp("company")
    workspace = Workspace.create(folder, Settings(name="测试公司", currency="CNY"))
    tables = {
        "customers": usual.customers(),
        "order_lines": usual.order_lines(),
        **usual.further(),
    }
    for name, rows in tables.items():
        bring(workspace, name, rows, folder / f"{name}.csv")
    return folder


def bring(workspace: Workspace, table: str, rows: list[dict[str, Any]], file: Path) -> None:
    """Import rows as a file of that table."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    at = datetime(2025, 1, 2, tzinfo=UTC)
    with prepare([file], workspace, ImportOptions(at.date(), at, table=table)) as plan:
        plan.commit()
    file.unlink()


@dataclass(frozen=True)
class Company:
    """The accounts by customer number, and the people."""

    folder: Path
    people: People
    accounts: dict[str, Account]


@pytest.fixture
def company(lake: Path, people: People, settings: Any, tmp_path: Path) -> Company:
    """The company as the web sees it, with a cache of its own."""
    settings.WORKSPACE = lake
    settings.RESULTS = tmp_path / "results"
    return Company(lake, people, _accounts(people))


@pytest.fixture
def own_company(company: Company, settings: Any, tmp_path: Path) -> Company:
    """The same with a lake that may be written to."""
    folder = tmp_path / "own"
    shutil.copytree(company.folder, folder)
    settings.WORKSPACE = folder
    return Company(folder, company.people, company.accounts)


def _accounts(people: People) -> dict[str, Account]:
    owners = {f"c{n:02}": getattr(people, who) for who, numbers in OF.items() for n in numbers}
    accounts = {}
    for row in usual.customers():
        number = row["customer_id"]
        account = Account.objects.create(
            name=row["name"], name_key=row["name"], owner=owners.get(number), currency="CNY"
        )
        SourceCustomer.objects.create(customer_id=number, account=account)
        accounts[number] = account
    return accounts


@pytest.fixture
def work() -> Callable[[], list[Job]]:
    """Do all that is queued, as the worker would, and give the jobs."""

    def done() -> list[Job]:
        queued = Job.objects.filter(state=Job.State.QUEUED).order_by("pk")
        return [do(job) for job in queued]

    return done


@pytest.fixture
def page(work: Callable[[], list[Job]]) -> Callable[..., str]:
    """A page as somebody sees it who waits for the worker."""

    def seen(browser: Client, address: str) -> str:
        response = browser.get(address)
        if work():
            response = browser.get(address)
        assert response.status_code == 200, response.content.decode()
        return response.content.decode()

    return seen


@pytest.fixture
def analysed(work: Callable[[], list[Job]]) -> Callable[..., Analysis]:
    """An analysis that is there. What a person's accounts make of a question is worked out once
    in a run of the tests, as that takes a second, and put where each test looks for it."""

    def found(user: User, method: str) -> Analysis:
        analysis = analyse(user, method)
        known = _MADE.get((user.username, method))
        if known is None:
            work()
            analysis = analyse(user, method)
            folder = results.folder_of(analysis.key)
            _MADE[user.username, method] = {one.name: one.read_bytes() for one in folder.glob("*")}
            return analysis
        folder = results.folder_of(analysis.key)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in known.items():
            (folder / name).write_bytes(content)
        Job.objects.all().delete()
        Analysis.objects.filter(pk=analysis.pk).update(made_at=timezone.now())
        return analyse(user, method)

    return found


_MADE: dict[tuple[str, str], dict[str, bytes]] = {}
