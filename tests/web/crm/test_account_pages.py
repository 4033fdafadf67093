"""Every page of an account: for its team, for readers, and not for others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.conftest import Accounts, People
from zhibi.web.crm.access import today
from zhibi.web.crm.account_page import TABS
from zhibi.web.crm.models import (
    Account,
    Collaborator,
    Contact,
    FollowUp,
    Grade,
    Judgement,
    Promise,
    Receivable,
    Tag,
    Task,
)
from zhibi.web.insight.models import FindingRecord
from zhibi.web.team.actions.edit import edit
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]
PARTS = ("", "people/", "orders/", "receivables/", "judgements/", "work/", "timeline/", "file/")
EVIL = "<script>alert(1)</script>{{ x }}"
DAY = date(2026, 6, 30)


def address(account: Account, part: str = "") -> str:
    return f"/accounts/{account.uid}/{part}"


@pytest.fixture
def filled(people: People, accounts: Accounts) -> Account:
    """Bob's account with some of everything, and markup in every text a person can write."""
    account = accounts.of_bob
    Account.objects.filter(pk=account.pk).update(
        name=EVIL, former_names=f"旧名;{EVIL}", industry=EVIL, region=EVIL, kind=EVIL,
        size=EVIL[:20],
        route=EVIL[:20], source=EVIL, website="javascript:alert(1)", location=EVIL, grade="A",
        grade_is_set=True, life_stage="signed", sales=Decimal("186000.00"),
        sales_before=Decimal("200000.00"), orders=12, first_order_on=DAY - timedelta(700),
        last_order_on=DAY, usual_gap=21, overdue=Decimal("5.10"), open_balance=Decimal("10.00"),
        monthly=[float(n) for n in range(12)], figures_as_of=DAY,
    )  # fmt: skip
    account.refresh_from_db()
    Account.objects.create(name=f"子公司{EVIL}", parent=account, owner=people.bob, currency="CNY")
    boss = Contact.objects.create(account=account, name=EVIL, title=EVIL, department=EVIL)
    Contact.objects.create(
        account=account, name="王敏", reports_to=boss, layer=EVIL[:20], phone="19912341234",
        email="wang@firm.cn", message_id="wangmin",
    )  # fmt: skip
    by: dict[str, Any] = {"account": account, "by": people.bob}
    FollowUp.objects.create(**by, contact=boss, kind="visit", at=timezone.now(), text=EVIL)
    Task.objects.create(account=account, title=EVIL, assignee=people.bob, due_on=today())
    Task.objects.create(
        account=account, title=EVIL, assignee=people.bob, done_at=timezone.now(), outcome=EVIL
    )
    Promise.objects.create(account=account, text=EVIL, due_on=date(2026, 1, 1))
    Judgement.objects.create(**by, criterion="fit", value=EVIL[:40], evidence=EVIL, on=DAY)
    Judgement.objects.create(**by, criterion="money", value="yes", on=DAY)
    Judgement.objects.create(**by, criterion="grade", value="A", evidence=EVIL, on=DAY)
    reason = {"criterion": "purchase volume", "amount": "18.60", "points": 70.0, "weight": 30.0,
              "contribution": 21.0}  # fmt: skip
    Grade.objects.create(
        account=account, letter="B", score=70.0, as_of=DAY, data_version="1",
        criteria=[reason, {"criterion": "credit standing", "weight": 15.0}],
    )  # fmt: skip
    Receivable.objects.create(
        account=account, receivable_id=EVIL, contract_id=EVIL, milestone=EVIL, due_on=DAY,
        amount=Decimal("10.00"), open=Decimal("10.00"),
    )  # fmt: skip
    account.tags.add(Tag.objects.create(name=EVIL[:40]))
    Collaborator.objects.create(account=account, user=people.charlie, named_by=people.bob)
    said = {"zh-CN": {"news": EVIL, "action": EVIL}, "en": {"news": EVIL, "action": EVIL}}
    FindingRecord.objects.create(
        finding="f1", account=account, method="churn_warning", code="churn_warning.red",
        severity="now", says=said, stake=Decimal("1.00"), cause_on=DAY, first_said_on=DAY,
        last_said_on=DAY,
    )  # fmt: skip
    edit(account, {"industry": f"{EVIL}2"}, by=people.bob, version=1, of_account=account.uid)
    return account


@pytest.mark.parametrize("part", [*PARTS, "history/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_shows_all_texts_as_texts(
    people: People, filled: Account, signed_in: SignedIn, part: str, language: str
) -> None:
    User.objects.update(language=language)
    page = signed_in(people.bob).get(address(filled, part))
    assert page.status_code == 200
    text = page.content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert 'href="javascript' not in text


@pytest.mark.parametrize("part", [*PARTS, "history/"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("bob", 200), ("charlie", 404), ("dana", 200), ("erin", 200), ("fay", 200)],
)
def test_who_sees_a_page(
    people: People, accounts: Accounts, signed_in: SignedIn, part: str, who: str, status: int
) -> None:
    page = signed_in(getattr(people, who)).get(address(accounts.of_bob, part))
    assert page.status_code == status


def test_a_page_of_nothing(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    client = signed_in(people.bob)
    for part in (*PARTS, "history/"):
        assert client.get(address(accounts.of_bob, part)).status_code == 200
    assert client.get("/accounts/00000000-0000-0000-0000-000000000000/").status_code == 404


@pytest.mark.parametrize("part", [*PARTS, "history/"])
@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_a_page_takes_few_queries(
    people: People,
    filled: Account,
    signed_in: SignedIn,
    django_assert_max_num_queries: Any,
    part: str,
    who: str,
) -> None:
    for number in range(20):
        contact = Contact.objects.create(account=filled, name=f"人{number}")
        FollowUp.objects.create(
            account=filled, by=people.bob, contact=contact, kind="call", at=timezone.now(), text="x"
        )
        Account.objects.create(name=f"子{number}", parent=filled, owner=people.bob, currency="CNY")
    client = signed_in(getattr(people, who))
    client.get(address(filled, part))
    with django_assert_max_num_queries(12):
        assert client.get(address(filled, part)).status_code == 200


def test_each_tab_has_an_address(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    page = signed_in(people.bob).get(address(accounts.of_bob)).content.decode()
    assert len(TABS) == len(PARTS)
    for part in PARTS:
        assert f'href="{address(accounts.of_bob, part)}"' in page


def test_a_reader_is_offered_no_changes(
    people: People, filled: Account, signed_in: SignedIn
) -> None:
    for person in (people.charlie, people.erin):
        client = signed_in(person)
        for part in PARTS:
            main = client.get(address(filled, part)).content.decode().partition("<main")[2]
            forms = main.count('method="post"')
            assert forms == main.count('/reveal" hx-post'), part or "overview"
