"""The weekly report: what is in it, and who may read whose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.conftest import Accounts, People
from zhibi.web.crm.models import FollowUp, Promise, Task
from zhibi.web.crm.weekly import monday_of, weekly
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]
MONDAY = date(2026, 11, 16)


def moment(days: int, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(MONDAY, time(hour))) + timedelta(days)


def filled(people: People, accounts: Accounts) -> None:
    """Bob's week: two visits and a call at one account, a note at another person's."""
    for days, kind, text in (
        (0, "visit", "谈年度框架"),
        (2, "call", "确认交期"),
        (7, "visit", "下周的事"),
    ):
        FollowUp.objects.create(
            account=accounts.of_bob, by=people.bob, kind=kind, text=text, at=moment(days)
        )
    FollowUp.objects.create(
        account=accounts.of_charlie, by=people.bob, kind="call", text="别人的客户", at=moment(1)
    )
    Promise.objects.create(account=accounts.of_bob, text="报价单", due_on=MONDAY + timedelta(1))
    Task.objects.create(
        account=accounts.of_bob, assignee=people.bob, title="寄样品", done_at=moment(3)
    )
    Task.objects.create(assignee=people.bob, title="写计划", due_on=MONDAY + timedelta(9))


def test_what_is_in_it(people: People, accounts: Accounts) -> None:
    filled(people, accounts)
    week = weekly(people.bob, people.bob, MONDAY)
    assert week.by_kind == (("visit", 1), ("call", 1))
    assert [one.text for one in week.done[0].follow_ups] == ["谈年度框架", "确认交期"]
    assert [task.title for task in week.tasks_done] == ["寄样品"]
    assert [task.title for task in week.next_tasks] == ["写计划"]
    assert [promise.text for promise in week.promises_late] == ["报价单"]


def test_others_read_what_they_see(people: People, accounts: Accounts) -> None:
    """As on every other page, a task without account is its two people's."""
    filled(people, accounts)
    for title, giver in (("给自己", people.bob), ("交办的", people.alice)):
        Task.objects.create(
            assignee=people.bob, title=title, created_by=giver, due_on=MONDAY + timedelta(9)
        )
    week = weekly(people.alice, people.bob, MONDAY)
    assert [task.title for task in week.tasks_done] == ["寄样品"]
    assert [task.title for task in week.next_tasks] == ["交办的"]
    assert week.promises_late


def test_the_edges_of_a_week(people: People, accounts: Accounts) -> None:
    assert [monday_of(MONDAY + timedelta(n)) for n in (0, 6, 7)] == [
        MONDAY,
        MONDAY,
        MONDAY + timedelta(7),
    ]
    FollowUp.objects.create(
        account=accounts.of_bob, by=people.bob, text="周日深夜", at=moment(6, hour=23)
    )
    assert len(weekly(people.bob, people.bob, MONDAY).done) == 1


def test_in_both_languages(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    filled(people, accounts)
    browser = signed_in(people.bob)
    page = browser.get("/weekly/", {"week": "2026-11-18"}).content.decode()
    assert "谈年度框架；确认交期" in page
    assert "别人的客户" not in page
    User.objects.filter(pk=people.bob.pk).update(language="en")
    page = browser.get("/weekly/", {"week": "2026-11-18"}).content.decode()
    assert "What was done" in page


def test_of_whom(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    assert signed_in(people.alice).get("/weekly/", {"of": people.bob.uid}).status_code == 200
    assert signed_in(people.bob).get("/weekly/", {"of": people.alice.uid}).status_code == 404
    assert signed_in(people.bob).get("/weekly/", {"of": uuid4()}).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"of": "x"}, {"week": "soon"}, {"week": "9999-12-31"}, {"week": "0001-01-01"}]
)
def test_nonsense_is_not_found(people: People, signed_in: SignedIn, wrong: dict[str, str]) -> None:
    assert signed_in(people.bob).get("/weekly/", wrong).status_code == 404
