"""Paging through everything, both ways and by either path, gives every row once and in order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core import signing

from tests.web.conftest import People
from zhibi.web.crm.listing import paging
from zhibi.web.crm.listing.conditions import Asked, Condition, found
from zhibi.web.crm.listing.orders import ORDERS, USUAL, Way
from zhibi.web.crm.listing.paging import page_of, read_mark, write_mark
from zhibi.web.crm.models import Account

LISTED = [name for name in ORDERS if name != "deleted"]
WAYS = [Way(ORDERS[name], falls) for name in LISTED for falls in (True, False)]


@pytest.fixture
def many(people: People) -> list[Account]:
    """Thirty accounts full of ties and unknowns, owned by Bob and Charlie."""
    random = Random(7)
    owners = [people.bob, people.charlie]
    Account.objects.bulk_create(
        Account(
            name=f"客户{number}",
            pinyin=random.choice(["", "a", "b", "b", f"c{number}"]),
            owner=random.choice(owners),
            currency="CNY",
            sales=random.choice([None, Decimal("5.10"), Decimal(-3), Decimal(number)]),
            overdue=random.choice([None, None, Decimal(0), Decimal(number)]),
            last_order_on=random.choice([None, date(2026, 1, 1), date(2026, 1, number % 28 + 1)]),
            grade=random.choice(["", "A", "B", "C", "D"]),
            warning=random.choice([0, 0, 1, 2]),
        )
        for number in range(30)
    )
    made = list(Account.objects.order_by("pk"))
    for number, account in enumerate(made):
        account.changed_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number // 3)
    Account.objects.bulk_update(made, ["changed_at"])
    return made


def in_order(accounts: list[Account], way: Way) -> list[int]:
    """The obvious way: known before unknown, each sorted by level, value and id."""
    sign = -1 if way.falls else 1
    by_id = sorted(accounts, key=lambda one: sign * one.pk)
    known = [one for one in by_id if way.order.value_of(one) is not None]
    known.sort(key=lambda one: (way.order.value_of(one), sign * one.pk), reverse=False)
    if way.falls:
        known.sort(key=lambda one: (way.order.value_of(one), one.pk), reverse=True)
    unknown = [one for one in by_id if way.order.value_of(one) is None]
    rows = [*known, *unknown]
    rows.sort(key=lambda one: sign * (way.order.level_of(one) or 0))  # stable
    return [one.pk for one in rows]


def paths(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    if path != "sorted":
        monkeypatch.setattr(paging, "COUNTED", 5)
    if path == "walked in small windows":
        monkeypatch.setattr(paging, "WINDOWS", (3, 9, 80))
    if path == "given up":
        monkeypatch.setattr(paging, "WINDOWS", (2, 3))


PATHS = ("sorted", "walked", "walked in small windows", "given up")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_row_comes_once_both_ways(
    people: People, many: list[Account], way: Way, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths(monkeypatch, path)
    for user, asked in (
        (people.fay, Asked()),
        (people.fay, Asked([Condition("grade", "in", ["A", "B", ""])])),
        (people.fay, Asked([Condition("grade", "exact", "D")])),
        (people.fay, Asked([Condition("warning", "exact", 1), Condition("grade", "exact", "B")])),
        (people.bob, Asked()),
        (people.bob, Asked([Condition("warning", "exact", 0)])),
    ):
        wanted = found(user, asked)
        expected = in_order(list(wanted.accounts.all()), way)
        forward, mark = [], ""
        while True:
            page = page_of(wanted, way, mark, rows=7)
            forward += [one.pk for one in page.accounts]
            assert bool(mark) == bool(page.previous) or not page.accounts
            last, mark = page, page.next
            if not mark:
                break
        assert forward == expected
        backward = [one.pk for one in last.accounts]
        while last.previous:
            last = page_of(wanted, way, last.previous, rows=7)
            backward = [one.pk for one in last.accounts] + backward
            assert last.next
        assert backward == expected


def test_a_row_that_comes_meanwhile_moves_nothing(people: People, many: list[Account]) -> None:
    way = Way(ORDERS["sales"], True)
    wanted = found(people.fay, Asked())
    first = page_of(wanted, way, rows=10)
    seen = in_order(many, way)
    Account.objects.filter(pk=many[-1].pk).update(sales=Decimal(10_000))
    second = page_of(wanted, way, first.next, rows=10)
    assert [one.pk for one in second.accounts] == [pk for pk in seen if pk != many[-1].pk][
        10:20
    ] or ([one.pk for one in second.accounts] == seen[10:20])


def test_the_count_stops(
    people: People, many: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page_of(found(people.fay, Asked()), USUAL).total == 30
    monkeypatch.setattr(paging, "COUNTED", 20)
    page = page_of(found(people.fay, Asked()), USUAL)
    assert page.total == 21
    assert page.has_more_than_counted


@pytest.mark.parametrize("mark", ["", "x", "a:b:c", "0" * 5000, "\0", "eyJ:1:2"])
def test_a_forged_mark_is_the_first_page(people: People, many: list[Account], mark: str) -> None:
    first = page_of(found(people.fay, Asked()), USUAL)
    page = page_of(found(people.fay, Asked()), USUAL, mark)
    assert (page.accounts, page.previous) == (first.accounts, "")


def test_a_mark_of_another_order_is_the_first_page(people: People, many: list[Account]) -> None:
    mark = write_mark(Way(ORDERS["name"], False), many[3])
    assert read_mark(USUAL, mark) is None
    assert read_mark(Way(ORDERS["name"], False), mark) is not None


def test_a_mark_says_no_inner_id(people: People, many: list[Account]) -> None:
    account = many[3]
    said = signing.loads(write_mark(USUAL, account), salt="page")
    assert account.uid.hex in said
    assert account.pk not in said[2:]


def test_an_unknown_order_is_the_usual() -> None:
    assert Way.read("sales;drop") == Way.read("") == USUAL
    assert str(Way.read("-sales")) == "-sales"
