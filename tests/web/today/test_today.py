"""Today: what comes first, what comes under more, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db.models.functions import Coalesce
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.web.crm.access import today
from zhibi.web.crm.actions.book_owed import book_anew
from zhibi.web.crm.models import Account, LifeStage, Promise, Receivable, Task
from zhibi.web.insight.models import FindingRecord
from zhibi.web.team.models import User
from zhibi.web.today.agenda import FIRST, LOOKED_AT, Agenda, Entry, agenda, chosen

SignedIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    yield
    cache.clear()


def owing(account: Account, days_late: int, amount: int, **more: object) -> Receivable:
    """An amount of it, and what the account says of itself then, as `take_figures` writes it."""
    if days_late > 0:
        late = Coalesce("overdue", Decimal(0)) + Decimal(amount)
        Account.objects.filter(pk=account.pk).update(overdue=late)
    made = Receivable.objects.create(
        account=account,
        receivable_id=f"r{days_late}",
        due_on=today() - timedelta(days_late),
        amount=Decimal(amount),
        open=Decimal(amount),
        **more,
    )
    book_anew()
    return made


def endangered(account: Account, stake: int, news: str = "停购了滤芯") -> FindingRecord:
    Account.objects.filter(pk=account.pk).update(warning=2, sales=Decimal(stake))
    return FindingRecord.objects.create(
        finding=f"f{account.pk}",
        account=account,
        method="purchase_rhythm",
        code="late",
        severity="now",
        says={"zh-CN": {"news": news, "action": ""}, "en": {"news": news, "action": ""}},
        stake=Decimal(stake),
        cause_on=today(),
        first_said_on=today(),
        last_said_on=today(),
    )


def kinds(found: Agenda) -> list[str]:
    return [entry.kind for entry in found.first]


def test_urgent_things_first(people: People, accounts: Accounts) -> None:
    account = accounts.of_bob
    Account.objects.filter(pk=account.pk).update(grade="A", last_contact_on=today() - timedelta(60))
    Account.objects.create(
        name="新目标", owner=people.bob, currency="CNY", life_stage=LifeStage.TARGET
    )
    Task.objects.create(assignee=people.bob, title="写标书", due_on=today())
    Promise.objects.create(account=account, text="报价", due_on=today() - timedelta(1))
    owing(account, 45, 500)
    endangered(account, 900)
    found = agenda(people.bob)
    assert kinds(found) == ["collection", "promise", "warning", "task", "visits", "first visits"]
    assert [entry.urgency for entry in found.first] == [*["now"] * 3, "soon", "soon", "info"]
    assert found.first[0].about.days_late == 45
    assert agenda(people.charlie) == Agenda((), ())


def test_a_warning_says_of_which_day_its_data_are(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    browser, finding = signed_in(people.bob), endangered(accounts.of_bob, 900)
    assert "数据截至" not in browser.get("/").content.decode()
    finding.last_said_on = date(2026, 9, 30)
    finding.save()
    assert "数据截至 2026 年 9 月 30 日" in browser.get("/").content.decode()


@pytest.mark.parametrize("who", ["bob", "fay"])
def test_what_fell_due_since_the_figures_were_taken_is_told(
    people: People, accounts: Accounts, who: str
) -> None:
    owing(accounts.of_bob, 1, 500)
    Account.objects.update(overdue=None)
    assert kinds(agenda(getattr(people, who))) == ["collection"]


@pytest.mark.parametrize("who", ["bob", "fay"])
def test_a_warning_of_one_that_never_ordered_is_told_too(
    people: People, accounts: Accounts, who: str
) -> None:
    endangered(accounts.of_bob, 900)
    Account.objects.update(sales=None)
    assert kinds(agenda(getattr(people, who))) == ["warning"]


def test_at_most_seven_and_two_of_a_kind() -> None:
    late = [Entry("collection", "now", None) for _ in range(9)]
    others = [Entry("warning", "now", None) for _ in range(3)]
    found = chosen([*late, *others])
    assert kinds(found) == [*["collection"] * 5, *["warning"] * 2]
    assert len(found.first) == FIRST
    assert len(found.more) == 5
    found = chosen([*late, *others[:1], Entry("promise", "info", None)])
    assert kinds(found) == [*["collection"] * 6, "warning"]  # what is not urgent takes no place


def test_a_promise_of_long_ago_is_its_owners_and_hides_none_of_now(
    people: People, accounts: Accounts
) -> None:
    for days in (*range(300, 300 + LOOKED_AT), 1):
        due = {"due_on": today() - timedelta(days)}
        Promise.objects.create(account=accounts.of_bob, text=f"{days}", **due)
        Task.objects.create(assignee=people.bob, title=f"{days}", **due)
    found = agenda(people.bob).first
    told = [(entry.kind, entry.about.due_on, entry.urgency) for entry in found]
    yesterday = today() - timedelta(1)
    assert told[:2] == [("promise", yesterday, "now"), ("task", yesterday, "now")]
    assert {urgency for _, _, urgency in told[2:]} == {"info"}
    for who in (people.alice, people.fay):
        assert [entry.about.due_on for entry in agenda(who).first] == [yesterday]


def test_crumbs_are_not_urgent(people: People, accounts: Accounts) -> None:
    bob, alice = accounts.of_bob, accounts.of_alice
    owing(bob, 45, 99)
    owing(alice, 45, 10_000)
    endangered(bob, 728, news="逾期 728 元")
    endangered(alice, 1_000_000)
    found = agenda(people.alice).first
    assert [(entry.kind, entry.urgency, entry.account) for entry in found] == [
        ("collection", "now", alice), ("warning", "now", alice),
        ("collection", "info", bob), ("warning", "info", bob),
    ]  # fmt: skip
    # Bob sees no larger one; but what the account buys in a year is larger.
    assert [entry.urgency for entry in agenda(people.bob).first] == ["now", "now"]
    Account.objects.filter(pk=bob.pk).update(sales=Decimal(80_000))
    assert [entry.urgency for entry in agenda(people.bob).first] == ["info", "info"]


def test_what_was_decided_does_not_come_back(people: People, accounts: Accounts) -> None:
    record = endangered(accounts.of_bob, 900)
    assert kinds(agenda(people.bob)) == ["warning"]
    for state, until, comes in (
        ("not so", None, False),
        ("task", None, False),
        ("later", today() + timedelta(1), False),
        ("later", today(), True),
    ):
        FindingRecord.objects.filter(pk=record.pk).update(state=state, later_until=until)
        assert bool(agenda(people.bob).first) is comes, state


def test_retention_that_runs_is_not_late(people: People, accounts: Accounts) -> None:
    owing(accounts.of_bob, -200, 70, is_retention=True)
    assert agenda(people.bob).first == ()


def test_the_page_in_both_languages(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    owing(accounts.of_bob, 45, 123_456)
    owing(accounts.of_charlie, 45, 777_777)
    endangered(accounts.of_bob, 900, news="<b>停购</b>")
    browser = signed_in(people.bob)
    page = browser.get("/").content.decode()
    assert "12.3" in page
    assert "&lt;b&gt;停购&lt;/b&gt;" in page
    assert "77.8" not in page
    User.objects.filter(pk=people.bob.pk).update(language="en")
    page = browser.get("/").content.decode()
    assert "overdue for" in page
    assert "逾期" not in page


def test_an_empty_day_says_what_would_fill_it(people: People, signed_in: SignedIn) -> None:
    page = signed_in(people.bob).get("/").content.decode()
    assert "/data/" in page


@pytest.mark.parametrize("who", ["alice", "bob", "fay"])
def test_few_queries(
    people: People,
    accounts: Accounts,
    signed_in: SignedIn,
    who: str,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for account in (accounts.of_alice, accounts.of_bob):
        owing(account, 45, 500)
        endangered(account, 900)
        Promise.objects.create(account=account, text="报价", due_on=today())
    browser = signed_in(getattr(people, who))
    browser.get("/")
    with django_assert_max_num_queries(12 if who == "bob" else 13):
        assert browser.get("/").status_code == 200
