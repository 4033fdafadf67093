"""The ledger after an import: each account's own findings, its warning, and what came true."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest

from tests import usual
from tests.methods.given import line, tables_of
from tests.web.insight.conftest import Company
from zhibi.result import Finding
from zhibi.tables.tables import Tables
from zhibi.web.crm.access import today
from zhibi.web.insight.actions.decide import open_again, put_off, say_not_so
from zhibi.web.insight.actions.judge import judge_old
from zhibi.web.insight.actions.take_findings import take_findings
from zhibi.web.insight.actions.warn import warn
from zhibi.web.insight.models import BaseRate, FindingRecord
from zhibi.web.insight.told import told_of_each
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.actions.do import do

State = FindingRecord.State
LATER = usual.DAY + timedelta(days=45)  # everybody is silent by then


def quiet(done: float, doing: object = None) -> None:
    """A progress nobody watches."""


@cache
def told_once() -> tuple[Finding, ...]:
    return tuple(told_of_each(usual.usual().as_of(LATER)))


@pytest.fixture
def taken(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """What is told of the company is worked out once; what is tested is what becomes of it."""
    monkeypatch.setattr(
        "zhibi.web.insight.actions.take_findings.told_of_each", lambda tables: told_once()
    )
    take_findings(progress=quiet)
    return company


def test_accounts_that_are_found_wanting_bear_a_warning(taken: Company) -> None:
    lines = FindingRecord.objects.filter(severity="now")
    assert lines.exists()
    for one in lines.select_related("account"):
        assert one.account
        assert one.account.warning == 2
        assert set(one.account.warning_text or {}) == {"zh-CN", "en"}
    assert not lines.filter(scope__gt="").exists()


def test_a_sentence_names_nobody_but_its_own_account(taken: Company) -> None:
    for one in FindingRecord.objects.select_related("account"):
        assert one.account
        for words in one.says.values():
            named = set(re.findall(r"客户 \d+", f"{words['news']} {words['action']}"))
            assert {f"{name} <b>&" for name in named} <= {one.account.name}


def test_a_debt_is_told_the_same_whoever_else_owes(company: Company) -> None:
    """Nothing in it is a total, a rank or a habit of the company: alone in its tables an account
    that owes is told the same."""
    whole = usual.usual().as_of(LATER)
    told = [one for one in told_of_each(whole) if one.code.startswith("receivables")]
    assert told[0].subject
    number = told[0].subject.customer_id
    alone = {one.id: one for one in told_of_each(whole.of_accounts(number, [("", number)]))}
    assert alone[told[0].id].says == told[0].says


def test_taken_again_it_changes_nothing(taken: Company) -> None:
    before = list(FindingRecord.objects.order_by("pk").values())
    assert take_findings(progress=quiet)["warned"] == 0
    assert list(FindingRecord.objects.order_by("pk").values()) == before


def test_the_job_does_it(company: Company) -> None:
    job = do(ask("take_findings", by=None))
    assert job.error is None
    assert FindingRecord.objects.exists()


def of_account(company: Company) -> FindingRecord:
    """The finding that makes some account's warning."""
    one = FindingRecord.objects.filter(severity="now").select_related("account").first()
    assert one
    return one


def test_not_so_takes_the_warning_away_and_stays(taken: Company) -> None:
    one = of_account(taken)
    FindingRecord.objects.filter(account=one.account).exclude(pk=one.pk).delete()
    say_not_so(one, "停产检修", by=taken.people.dana, account=one.account)
    one.account.refresh_from_db()
    assert (one.account.warning, one.account.warning_text) == (0, None)
    take_findings(progress=quiet)
    one.refresh_from_db()
    assert (one.state, one.reason) == (State.NOT_SO, "停产检修")
    open_again(one, by=taken.people.dana, account=one.account)
    one.account.refresh_from_db()
    assert one.account.warning == 2


def test_put_off_comes_back_on_its_day(taken: Company) -> None:
    one = of_account(taken)
    FindingRecord.objects.filter(account=one.account).exclude(pk=one.pk).delete()
    put_off(one, today() + timedelta(days=3), by=taken.people.dana, account=one.account)
    one.account.refresh_from_db()
    assert one.account.warning == 0
    FindingRecord.objects.filter(pk=one.pk).update(later_until=today())
    warn()
    one.account.refresh_from_db()
    assert one.account.warning == 2


def test_what_is_not_said_any_more_is_closed(taken: Company) -> None:
    gone = FindingRecord.objects.create(
        finding="f" * 16,
        account=taken.accounts["c00"],
        method="purchase_rhythm",
        code="purchase_rhythm.red",
        severity="now",
        says={"zh-CN": {"news": "", "action": ""}, "en": {"news": "", "action": ""}},
        cause_on=date(2024, 1, 1),
        first_said_on=date(2024, 11, 1),
        last_said_on=date(2024, 11, 1),
    )
    take_findings(progress=quiet)
    gone.refresh_from_db()
    assert gone.state == State.GONE


def test_without_receivables_the_rest_is_told() -> None:
    tables = tables_of(usual.order_lines(), LATER, usual.customers())
    codes = {one.code.partition(".")[0] for one in told_of_each(tables)}
    assert "purchase_rhythm" in codes
    assert "receivables" not in codes


SAID = date(2024, 6, 1)


@pytest.fixture
def said(company: Company) -> Callable[..., FindingRecord]:
    def line_of(number: str, code: str, last: date = SAID) -> FindingRecord:
        return FindingRecord.objects.create(
            finding=f"{number}{code[-12:]}",
            account=company.accounts[number],
            method=code.partition(".")[0],
            code=code,
            severity="now",
            says={},
            cause_on=date(2024, 5, 1),
            first_said_on=SAID,
            last_said_on=last,
        )

    return line_of


def bought(number: str, day: date) -> Tables:
    """A company in which this customer ordered once on that day, seen at the end of the year."""
    lines = [line(number, "o1", day, Decimal(100)), line("c14", "o2", SAID, Decimal(100))]
    return tables_of(lines, date(2024, 12, 31), usual.customers())


@pytest.mark.parametrize(
    ("ordered_on", "came_true"),
    [
        (SAID, True),  # the day itself is no answer
        (SAID + timedelta(days=1), False),
        (SAID + timedelta(days=90), False),
        (SAID + timedelta(days=91), True),
    ],
)
def test_silence_came_true_when_nothing_was_ordered_in_ninety_days(
    said: Callable[..., FindingRecord], ordered_on: date, came_true: bool
) -> None:
    one = said("c01", "purchase_rhythm.red")
    assert judge_old(bought("c01", ordered_on)) == 1
    one.refresh_from_db()
    assert (one.came_true, one.judged_on) == (came_true, date(2024, 12, 31))


def test_a_debt_came_true_when_it_was_still_owed(said: Callable[..., FindingRecord]) -> None:
    paid, owed = said("c01", "receivables.late"), said("c02", "receivables.late")
    due = {"due_date": SAID - timedelta(days=9), "issued_on": date(2024, 3, 1)}
    tables = tables_of(
        [line(who, who, date(2024, 2, 1), 100) for who in ("c01", "c02")],
        date(2024, 12, 31),
        usual.customers(),
        receivables=[
            {"receivable_id": who, "customer_id": who, "amount_due": Decimal(100), **due}
            for who in ("c01", "c02")
        ],
        receipts=[
            {"receipt_id": "1", "customer_id": who, "amount": Decimal(100), "received_on": day}
            for who, day in (("c01", SAID + timedelta(89)), ("c02", SAID + timedelta(91)))
        ],
    )
    assert judge_old(tables.as_of(SAID + timedelta(days=89))) == 0
    judge_old(tables)
    rate = BaseRate.objects.get()
    assert (rate.asked, rate.happened) == (2, 1)
    for one, came_true in ((paid, False), (owed, True)):
        one.refresh_from_db()
        assert one.came_true is came_true


def test_what_no_data_can_confirm_is_not_judged(said: Callable[..., FindingRecord]) -> None:
    one = said("c01", "satisfaction.content_but_less")
    judge_old(bought("c01", SAID))
    one.refresh_from_db()
    assert (one.came_true, one.judged_on) == (None, None)


def test_nothing_is_judged_before_its_time(said: Callable[..., FindingRecord]) -> None:
    one = said("c01", "purchase_rhythm.red")
    judge_old(bought("c01", SAID).as_of(SAID + timedelta(days=89)))
    one.refresh_from_db()
    assert one.judged_on is None
