"""What is owed: the sums, the lists, whose they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from tests.methods.given import line, tables_of
from tests.web.conftest import Accounts, People
from zhibi.web.crm import access, owed
from zhibi.web.crm.actions.book_owed import book_anew
from zhibi.web.crm.actions.take_receivables import take_receivables
from zhibi.web.crm.models import Account, Receipt, Receivable, SourceCustomer
from zhibi.web.crm.views import receivables as page_of_receivables
from zhibi.web.crm.views.account_receivables import RECEIPTS
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]
DAY = date(2026, 9, 10)


@pytest.fixture(autouse=True)
def tenth_of_september(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (access, owed, page_of_receivables):
        monkeypatch.setattr(place, "today", lambda: DAY)


def owing(account: Account, due_in: int, amount: str, **more: object) -> None:
    Receivable.objects.create(
        account=account,
        receivable_id=f"r{Receivable.objects.count()}",
        due_on=DAY + timedelta(due_in),
        amount=Decimal(amount),
        open=Decimal(amount),
        **more,
    )
    book_anew()


def test_sums_by_hand(people: People, accounts: Accounts) -> None:
    owing(accounts.of_bob, -40, "100.10")
    owing(accounts.of_alice, -1, "50")
    owing(accounts.of_alice, 0, "7")  # due today is not late
    owing(accounts.of_alice, 20, "30")  # the 30th
    owing(accounts.of_alice, 21, "11")  # next month
    owing(accounts.of_alice, 300, "9", is_retention=True)
    owing(accounts.of_charlie, -9, "1000")
    assert owed.owed_to(people.alice) == owed.Owed(
        late=Decimal("150.10"),
        late_accounts=2,
        due_this_month=Decimal(37),
        retained=Decimal(9),
        later=Decimal(11),
    )
    assert owed.owed_to(people.fay).late == Decimal("1150.10")


def test_unknown_is_not_nothing(people: People, signed_in: SignedIn) -> None:
    assert owed.owed_to(people.bob) is None
    assert "/data/" in signed_in(people.bob).get("/receivables/").content.decode()


@pytest.mark.parametrize("which", ["late", "this month", "retained", "all", "nonsense"])
def test_lists_hold_the_readers_accounts_only(
    people: People, accounts: Accounts, signed_in: SignedIn, which: str
) -> None:
    for account in (accounts.of_bob, accounts.of_charlie):
        owing(account, -40, "100")
        owing(account, 5, "100", is_retention=True)
    page = signed_in(people.bob).get("/receivables/", {"which": which}).content.decode()
    assert "青岛轮胎" in page
    assert "中棉纺织" not in page


def test_taken_from_the_lake_as_a_whole(people: People, accounts: Accounts) -> None:
    SourceCustomer.objects.create(source_system="", customer_id="A", account=accounts.of_bob)
    debts = [
        {"receivable_id": "r1", "customer_id": "A", "due_date": DAY, "amount_due": Decimal(100)},
        {"receivable_id": "r2", "customer_id": "B", "due_date": DAY, "amount_due": Decimal(5)},
    ]
    paid = [
        {"receipt_id": "p", "customer_id": "A", "received_on": DAY, "amount": Decimal("30.125")}
    ]
    lines = [line("A", "1", DAY, 1)]
    tables = tables_of(lines, DAY, receivables=debts, receipts=paid)
    assert take_receivables(tables) == 1
    row = Receivable.objects.get()
    assert (row.account, row.amount, row.open) == (
        accounts.of_bob,
        Decimal(100),
        Decimal("69.88"),
    )
    assert take_receivables(tables) == 1
    receipt = Receipt.objects.get()
    assert (receipt.account, receipt.received_on, receipt.unmatched) == (accounts.of_bob, DAY, 0)
    assert list(receipt.parts) == [("r1", receipt.amount)]
    assert take_receivables(tables_of(lines, DAY)) == 0
    assert not Receivable.objects.exists()
    assert not Receipt.objects.exists()


def test_receipts_are_listed_a_page_at_a_time(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    for number in range(RECEIPTS + 1):
        Receipt.objects.create(
            account=accounts.of_bob,
            receipt_id=f"HK{number:02}",
            received_on=DAY,
            amount=Decimal(90),
            paid=[("YS1", "60.00")],
        )
    address = f"/accounts/{accounts.of_bob.uid}/receivables/"
    page = signed_in(people.bob).get(address).content.decode()
    assert [f"HK{number:02}" in page for number in (0, 1, RECEIPTS)] == [False, True, True]
    assert "未核销" in page
    below = Receipt.objects.get(receipt_id="HK01").pk
    assert f"?below={below}" in page
    earlier = signed_in(people.bob).get(address, {"below": below}).content.decode()
    assert "HK00" in earlier
    assert "HK01" not in earlier
    assert signed_in(people.charlie).get(address).status_code == 404
