"""The workspace where the orders lie in a warehouse: accounts from it, answers in scope, and what
is known of it once a day."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.tables import shop
from tests.tables.test_warehouse import filled_duckdb, filled_postgres
from tests.web.conftest import People, SignedIn
from tests.web.insight.test_decide import task_of
from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.tables import engines
from zhibi.tables.look import Look
from zhibi.tables.settings import Settings
from zhibi.tables.warehouse import Connection
from zhibi.tables.workspace import Workspace
from zhibi.web.crm.actions.look_at_warehouse import look_if_new
from zhibi.web.crm.actions.merge import merge
from zhibi.web.crm.actions.take_figures import take_figures
from zhibi.web.crm.models import Account, Task
from zhibi.web.data.kinds import kinds_for
from zhibi.web.insight import results
from zhibi.web.insight.known import known
from zhibi.web.insight.models import Analysis, SavedAnalysis
from zhibi.web.jobs.actions.do import do
from zhibi.web.jobs.actions.plan import ask_for_due
from zhibi.web.jobs.models import Job, Schedule
from zhibi.web.team.models import User

OF_BOB = ("c01", "c04", "c07")  # c04 is a plant of c00, which is Charlie's
PAGE = "/insight/concentration/"


@pytest.fixture(params=["duckdb", "postgres"])
def workspace(
    request: pytest.FixtureRequest, people: People, settings: Any, tmp_path: Path
) -> Workspace:
    """Connected and looked at for the first time; Bob has three accounts, Charlie the rest."""
    filled = {"duckdb": filled_duckdb, "postgres": filled_postgres}[request.param]
    found = Workspace.create(tmp_path / "company", Settings(currency="CNY", calendar="none"))
    Connection(filled(tmp_path), shop.sources()).save(found.folder)
    settings.WORKSPACE, settings.RESULTS = found.folder, tmp_path / "results"
    with pytest.raises(ZhibiError, match="not been read yet"):
        known()
    look_if_new(lambda *_: None)
    take_figures()
    for account in Account.objects.all():
        is_bobs = account.sources.get().customer_id in OF_BOB
        Account.objects.filter(pk=account.pk).update(
            owner=people.bob if is_bobs else people.charlie
        )
    return found


@pytest.fixture
def in_english(signed_in: SignedIn) -> SignedIn:
    def client(user: User) -> Client:
        browser = signed_in(user)
        browser.cookies["language"] = "en"
        return browser

    return client


def work() -> list[Job]:
    return [do(job) for job in Job.objects.filter(state=Job.State.QUEUED, kind="analysis")]


def test_accounts_come_from_it_and_answers_are_in_scope(
    workspace: Workspace, people: People, in_english: SignedIn
) -> None:
    bought = [row["amount"] for row in shop.rows_of("order_lines") if row["customer_id"] == "c01"]
    account = Account.objects.get(sources__customer_id="c01")
    assert Account.objects.count() == 15
    assert account.orders
    assert 0 < account.sales <= sum(bought) * 100
    named = {}
    for person in (people.bob, people.charlie):
        client = in_english(person)
        client.get(PAGE)
        assert [job.error for job in work()] == [None]
        named[person.name] = set(re.findall(r"客户 (\d+) ", client.get(PAGE).content.decode()))
    assert named["Bob"] == {"1", "4", "7"}
    # c03 is a plant of c00 too, and Charlie sees both.
    assert named["Charlie"] == {"0", "2", "5", "6", "8", "9", "10", "11"}
    others = Account.objects.exclude(owner=people.bob)
    with pytest.raises(ZhibiError, match="customers of the warehouse"):
        merge(others[0], others[1], by=people.charlie)


def test_a_warehouse_that_is_gone_leaves_what_was_there(
    workspace: Workspace, people: People, in_english: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, before = in_english(people.bob), known()
    bob.get(PAGE)
    work()
    look = Look.load(workspace.folder)
    assert look
    replace(look, at=look.at - timedelta(days=2)).save(workspace.folder)

    def gone(url: str) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(engines, "_backend", gone)
    text = bob.get(PAGE + "?level=legal+entity").content.decode()
    assert "has not answered since" in text
    assert [str(job.error) for job in work() if "cannot be reached" in str(job.error)]
    assert "客户 7 " in bob.get(PAGE).content.decode()
    assert known().version == before.version
    monkeypatch.undo()
    run.facts_of(workspace).close()  # the first to ask on a new day looks again
    again = Look.load(workspace.folder)
    assert again
    assert again.at > look.at
    assert again.version == look.version
    assert "has not answered" not in bob.get(PAGE).content.decode()


def test_findings_become_tasks_and_kept_analyses_are_made_anew_there(
    workspace: Workspace, people: People, in_english: SignedIn
) -> None:
    bob, method = in_english(people.bob), "/insight/satisfaction/"
    bob.get(method)
    work()
    found = next(one for one in results.findings_of(Analysis.objects.get().key) if one.customer_id)
    bob.post(f"{method}findings/{found.id}/task", task_of(people.bob))
    task = Task.objects.get()
    assert task.account
    assert task.account.sources.get().customer_id == found.customer_id
    assert "本周联系" in bob.get(method).content.decode()
    bob.post(method + "save", {"uid": str(uuid4()), "name": "Mine", "every": "day"})
    SavedAnalysis.objects.update(last_made_at=None)
    Schedule.objects.update(next_at=timezone.now())
    ask_for_due()
    assert [do(job).error for job in Job.objects.filter(kind="made_anew")] == [None]
    assert SavedAnalysis.objects.get().last_made_at


def test_the_page_of_data_says_where_orders_come_from(
    workspace: Workspace, people: People, in_english: SignedIn
) -> None:
    assert set(kinds_for(people.fay)) == set(kinds_for(people.bob)) == {"accounts", "contacts"}
    salesperson, analyst = in_english(people.bob), in_english(people.erin)
    assert "Orders come from the warehouse" in salesperson.get("/data/").content.decode()
    assert "Read it again now" not in salesperson.get("/data/").content.decode()
    assert salesperson.post("/data/warehouse/read").status_code == 403
    assert analyst.post("/data/warehouse/read").status_code == 302
    assert analyst.get("/data/quality").status_code == 302
    job = Job.objects.get(kind="look_at_warehouse")
    before = Look.load(workspace.folder)
    do(job)
    after = Look.load(workspace.folder)
    assert before
    assert after
    assert after.at > before.at
    assert Job.objects.filter(kind="take_figures").exists()
