"""Accounts follow the lake: made, tied, owned, grouped, let go; never over what people did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from tests.methods.given import line, tables_of
from tests.web.conftest import People
from zhibi.tables import facts
from zhibi.tables.facts import Facts
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables
from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.actions import take_figures as taking
from zhibi.web.crm.actions.take_figures import take_figures
from zhibi.web.crm.models import Account, Contact, SearchTerm, SourceCustomer
from zhibi.web.team.actions import edit
from zhibi.web.team.models import Change, SellerName

DAY = date(2024, 12, 31)
CODE = "91370201465747066J"
LINES = [
    line("A", "1", date(2022, 12, 1), 7),
    line("A", "2", date(2024, 6, 30), "100.126", salesperson="Bob"),
    line("B", "3", date(2024, 7, 1), 40, salesperson="小查"),
]
CUSTOMERS = [
    {"customer_id": "A", "name": "华数机械(山东)", "credit_code": CODE, "owner": "Bob"},
    {"customer_id": "B", "name": "青岛轮胎", "parent_id": "A"},
    {"customer_id": "P", "name": "中棉纺织", "employees": Decimal(30)},
]
Lake = Callable[..., None]


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Sets what the lake holds from now on."""

    def holds(lines: list[dict[str, Any]], customers: list[dict[str, Any]]) -> None:
        tables = tables_of(lines, DAY, customers)
        monkeypatch.setattr(taking, "lake_tables", lambda: tables)
        monkeypatch.setattr(Facts, "close", lambda facts: None)  # these are looked at again

    return holds


def account(customer: str) -> Account:
    return SourceCustomer.objects.get(customer_id=customer).account


def test_accounts_are_made_with_figures(people: People, lake: Lake) -> None:
    SellerName.objects.create(name="小查", user=people.charlie)
    lake(LINES, CUSTOMERS)
    taken = take_figures()
    assert (taken.accounts, taken.created, taken.as_of) == (3, 3, DAY)
    a, b, p = account("A"), account("B"), account("P")
    assert (a.name, a.credit_code, a.owner) == ("华数机械(山东)", CODE, people.bob)
    assert (a.sales, a.sales_before, a.orders) == (Decimal("100.13"), Decimal(0), 1)
    assert (a.first_order_on, a.last_order_on) == (date(2022, 12, 1), date(2024, 6, 30))
    assert a.monthly == [0, 0, 0, 0, 0, 100.13, 0, 0, 0, 0, 0, 0]
    assert (a.open_balance, a.overdue, a.usual_gap) == (None, None, None)
    assert b.owner == people.charlie  # no file names an owner: who sold last
    assert (b.parent, a.parent) == (a, None)
    assert (p.owner, p.sales, p.employees) == (None, 0, 30)
    assert {one.name for one in accounts_of(people.bob)} == {"华数机械(山东)"}


def test_a_customer_is_never_tied_to_what_was_deleted(people: People, lake: Lake) -> None:
    """It has a code and no customer: the customer of that code, and its orders, stay in sight."""
    typed = Account.objects.create(
        name="华数", currency="CNY", credit_code=CODE, created_by=people.bob
    )
    edit.delete(typed, by=people.bob)
    lake(LINES, CUSTOMERS)
    take_figures()
    assert account("A").deleted_at is None
    assert account("A") != typed
    assert account("A").credit_code is None  # the deleted one has it until it is brought back


def test_a_second_time_changes_nothing(people: People, lake: Lake) -> None:
    lake(LINES, CUSTOMERS)
    take_figures()
    before = list(Account.objects.order_by("pk").values())
    terms = SearchTerm.objects.count()
    assert take_figures().created == 0
    assert list(Account.objects.order_by("pk").values()) == before
    assert SearchTerm.objects.count() == terms
    assert not Change.objects.exists()


def test_what_people_changed_stays(people: People, lake: Lake) -> None:
    lake(LINES, CUSTOMERS)
    take_figures()
    mine = account("A")
    edit.edit(mine, {"owner": people.alice, "region": "鲁西"}, by=people.dana, version=1)
    lake(
        LINES,
        [{**CUSTOMERS[0], "region": "鲁东", "industry": "重工", "name": "华数"}, *CUSTOMERS[1:]],
    )
    take_figures()
    mine.refresh_from_db()
    assert (mine.owner, mine.region) == (people.alice, "鲁西")
    assert (mine.industry, mine.name, mine.name_key) == ("重工", "华数", "华数")
    assert mine.version == 3  # so that whoever has it open is told
    news = Change.objects.get(subject_uid=mine.uid, what="name")
    assert (news.before, news.after, news.by) == ("华数机械(山东)", "华数", None)


def test_what_the_lake_does_not_say_stays_known(people: People, lake: Lake) -> None:
    lake(LINES, CUSTOMERS)
    take_figures()
    lake(LINES, [{**CUSTOMERS[0], "credit_code": None, "owner": None}, *CUSTOMERS[1:]])
    take_figures()
    assert (account("A").credit_code, account("A").owner) == (CODE, people.bob)


def test_a_typed_account_with_the_credit_code_is_the_customer(people: People, lake: Lake) -> None:
    typed = Account(name="华数", credit_code=CODE, currency="CNY", owner=people.alice)
    edit.create(typed, by=people.alice)
    lake(LINES, CUSTOMERS)
    assert take_figures().created == 3  # tied for the first time
    assert account("A").pk == typed.pk
    typed.refresh_from_db()
    assert (typed.name, typed.owner, typed.sales) == ("华数", people.alice, Decimal("100.13"))
    assert Account.objects.count() == 3


def test_one_credit_code_for_two_entities_goes_to_the_first(people: People, lake: Lake) -> None:
    lake(LINES, [CUSTOMERS[0], {**CUSTOMERS[1], "credit_code": CODE}, CUSTOMERS[2]])
    take_figures()
    assert (account("A").credit_code, account("B").credit_code) == (CODE, None)
    take_figures()
    assert (account("A").credit_code, account("B").credit_code) == (CODE, None)


def merged(*entities: int) -> Tables:
    keys = list(entities)
    lines = pa.table(
        {
            "customer_id": ["A", "B"],
            "order_id": ["1", "2"],
            "order_date": [date(2024, 5, 1), date(2024, 6, 1)],
            "amount": [Decimal(3), Decimal(4)],
        }
    )
    customers = pa.table({"customer_id": ["A", "B"], "entity_key": keys, "group_key": keys})
    return Tables(facts.from_arrow(lines, customers), Settings(), DAY, "ordered")


def test_merged_customers_share_an_account_and_part_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "lake_tables", lambda: merged(1, 2))
    take_figures()
    kept, other = account("A"), account("B")
    monkeypatch.setattr(taking, "lake_tables", lambda: merged(1, 1))
    take_figures()
    assert account("B") == kept == account("A")
    assert account("A").sales == 7
    other.refresh_from_db()
    assert other.sales is None
    assert other.deleted_at is not None
    monkeypatch.setattr(taking, "lake_tables", lambda: merged(1, 2))
    take_figures()
    assert account("A") == kept
    assert account("B").sales == 4


def test_an_import_taken_back_takes_its_accounts_along(people: People, lake: Lake) -> None:
    lake(LINES, CUSTOMERS)
    take_figures()
    known, plain = account("B"), account("P")
    Contact.objects.create(account=known, name="李工")
    lake(LINES[:2], CUSTOMERS[:1])
    take_figures()
    known.refresh_from_db()
    plain.refresh_from_db()
    assert known.deleted_at is None  # somebody typed there
    assert (known.sales, known.figures_as_of) == (None, None)
    assert plain.deleted_at is not None
    lake(LINES, CUSTOMERS)
    take_figures()
    plain.refresh_from_db()
    assert (plain.deleted_at, plain.sales) == (None, 0)
    assert account("P") == plain


def test_what_a_person_deleted_stays_deleted(people: People, lake: Lake) -> None:
    lake(LINES, CUSTOMERS)
    take_figures()
    edit.delete(account("P"), by=people.dana)
    take_figures()
    assert account("P").deleted_at is not None


def test_a_group_never_closes_a_circle(people: People, lake: Lake) -> None:
    lake(LINES, [CUSTOMERS[0], {**CUSTOMERS[1], "parent_id": None}, CUSTOMERS[2]])
    take_figures()
    edit.edit(account("A"), {"parent": account("B")}, by=people.dana, version=1)
    lake(LINES, CUSTOMERS)  # B below A
    take_figures()
    assert account("A").parent == account("B")
    assert account("B").parent is None


def test_odd_text_is_kept_as_far_as_it_fits(people: People, lake: Lake) -> None:
    lake(LINES, [{**CUSTOMERS[0], "name": "华\0" + "数" * 300, "credit_code": "1" * 40}])
    take_figures()
    assert account("A").name == "华" + "数" * 199
    assert account("A").credit_code is None


def test_names_that_two_people_have_mean_nobody(people: People, lake: Lake) -> None:
    people.charlie.name = "Bob"
    people.charlie.save()
    lake(LINES, CUSTOMERS)
    take_figures()
    assert account("A").owner is None


def test_a_workspace_without_any_data(people: People) -> None:
    assert take_figures().accounts == 0
