"""How the warnings fared: counted by hand, in one's own scope, and the same in the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from tests.web.insight.conftest import Company
from zhibi.measures.foretold import FORETOLD, Event
from zhibi.web.crm.models import Task
from zhibi.web.insight.fared import HAPPENS, KINDS, Kind, fared
from zhibi.web.insight.models import BaseRate, FindingRecord
from zhibi.web.insight.told import OWN
from zhibi.web.team.models import Change, User

SignedIn = Callable[[User], Client]
SAID = date(2024, 6, 1)
RED = "purchase_rhythm.red"


def warned(company: Company, number: str, came_true: bool | None, **more: object) -> FindingRecord:
    """A silence that was told of an account; more of the same account have other causes."""
    n = FindingRecord.objects.count()
    return FindingRecord.objects.create(
        finding=f"{n:016}",
        account=company.accounts[number],
        method="purchase_rhythm",
        severity="now",
        says={},
        stake=Decimal(500),
        last_said_on=SAID,
        came_true=came_true,
        judged_on=None if came_true is None else date(2024, 12, 31),
        **{"code": RED, "cause_on": SAID, "first_said_on": SAID, **more},
    )


@pytest.fixture
def ledger(company: Company) -> Company:
    """Of Bob's twelve ten are judged and six came true; Charlie has one, said not to be so."""
    bob = company.people.bob
    for n in range(10):
        warned(company, f"c0{4 + n % 3}", n < 6)
    warned(company, "c04", None)
    own = warned(company, "c07", True, state="not so", reason="停产检修", decided_by=bob)
    FindingRecord.objects.filter(pk=own.pk).update(decided_at=datetime(2024, 6, 3, tzinfo=UTC))
    warned(company, "c08", False, state="not so", reason="查理的话", decided_by=bob)
    BaseRate.objects.create(event="silent", days=90, since=SAID, asked=40, happened=8)
    return company


def red(user: User) -> Kind:
    (kind,) = fared(user).kinds
    return kind


def test_the_counts_are_those_of_ones_own_accounts(ledger: Company) -> None:
    kind = red(ledger.people.bob)
    assert (kind.given, kind.judged, kind.true) == (12, 11, 7)
    assert (kind.not_so, kind.not_so_true) == (1, 1)
    assert kind.base_rate == pytest.approx(0.2)
    assert red(ledger.people.charlie).given == 1
    assert red(ledger.people.alice).given == 12  # Bob is in her team
    assert red(ledger.people.dana).given == 13


def test_a_task_counts_when_it_was_done_in_time(ledger: Company) -> None:
    lines = list(FindingRecord.objects.filter(came_true=False, account=ledger.accounts["c04"]))
    late = SAID + timedelta(days=91)
    for line, day in zip(lines, (SAID + timedelta(days=90), late), strict=False):
        at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        task = Task.objects.create(title="x", assignee=ledger.people.bob, done_at=at)
        FindingRecord.objects.filter(pk=line.pk).update(task=task, state="task")
    kind = red(ledger.people.bob)
    assert (kind.handled, kind.handled_true, kind.handled_stake) == (1, 0, Decimal(500))


def test_a_base_of_few_accounts_is_not_told(ledger: Company) -> None:
    BaseRate.objects.update(asked=9, happened=1)
    assert red(ledger.people.bob).base_rate is None


def test_the_page_says_it_and_names_nobody_elses(ledger: Company, signed_in: SignedIn) -> None:
    page = signed_in(ledger.people.bob).get("/insight/warnings/").content.decode()
    assert "预警后来怎样" in page
    assert "停产检修" in page
    assert "查理的话" not in page
    assert "64%" in page.replace(" ", "")  # 7 of 11
    assert "查理的话" in signed_in(ledger.people.dana).get("/insight/warnings/").content.decode()
    for at in ("/insight/", "/insight/purchase_rhythm/"):
        assert "/insight/warnings/" in signed_in(ledger.people.bob).get(at).content.decode()


def test_it_is_taken_along_and_noted(ledger: Company, signed_in: SignedIn) -> None:
    browser = signed_in(ledger.people.bob)
    table = browser.get("/insight/warnings/file?format=csv&table=0")
    assert table.content.decode("utf-8-sig").splitlines()[1].split(",")[3:6] == ["12", "11", "7"]
    assert browser.get("/insight/warnings/file?format=xlsx").content[:2] == b"PK"
    assert Change.objects.filter(what="exported", by=ledger.people.bob).count() == 2
    for wrong in (
        "",
        "?format=exe",
        "?format=csv&table=99",
        "?format=csv&table=0009",
        "?format=csv&table=x",
    ):
        assert browser.get(f"/insight/warnings/file{wrong}").status_code == 404


def test_before_anything_was_said_the_page_says_what_will_fill_it(
    company: Company, signed_in: SignedIn
) -> None:
    page = signed_in(company.people.bob).get("/insight/warnings/").content.decode()
    assert "还没有收到过预警" in page


def test_each_kind_has_its_words() -> None:
    assert set(KINDS) == set(FORETOLD)
    written = {"purchase_rhythm", "receivables", *OWN}  # by `told`; of others nothing comes true
    assert {code.partition(".")[0] for code in FORETOLD} <= written
    assert set(HAPPENS) == set(map(str, Event))
