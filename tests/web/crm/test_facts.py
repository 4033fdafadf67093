"""What people typed reaches the core: as rows of its tables, and as decisions over a file's."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa

from tests.web.conftest import Accounts, People
from zhibi.tables.schema import SCHEMAS
from zhibi.web.crm.facts import keys_of, records, records_version
from zhibi.web.crm.models import Account, FollowUp, Judgement, SourceCustomer
from zhibi.web.team.actions.edit import create, delete, edit


def rows_of(table: str) -> list[dict[str, object]]:
    """Without the columns nobody filled."""
    return [
        {name: value for name, value in row.items() if value is not None}
        for row in records()[table].to_pylist()
    ]


def from_file(account: Account, number: str, system: str = "") -> None:
    SourceCustomer.objects.create(account=account, source_system=system, customer_id=number)


def test_tables_have_columns_of_the_core(people: People, accounts: Accounts) -> None:
    for name, table in records().items():
        known = {*SCHEMAS[name].sql_columns, "parent_source_system"}
        assert set(table.column_names) <= known
        assert isinstance(table, pa.Table)


def test_an_account_of_no_file_is_a_customer_of_ours(people: People, accounts: Accounts) -> None:
    part = Account(name="新公司", currency="CNY", parent=accounts.of_bob, owner=people.bob)
    create(part, by=people.bob)
    rows = {row["name"]: row for row in rows_of("customers")}
    assert rows["新公司"] == {
        "source_system": "zhibi",
        "customer_id": str(part.uid),
        "name": "新公司",
        "owner": "Bob",
        "parent_source_system": "zhibi",
        "parent_id": str(accounts.of_bob.uid),
    }


def test_only_decisions_go_over_a_file(people: People, accounts: Accounts) -> None:
    for number, account in enumerate((accounts.of_bob, accounts.of_charlie, accounts.of_alice)):
        from_file(account, f"C{number}")
    Account.objects.filter(pk=accounts.of_bob.pk).update(industry="轮胎")
    edit(accounts.of_bob, {"region": "山东", "parent": accounts.of_alice}, by=people.bob, version=1)
    assert [row for row in rows_of("customers") if row["source_system"] == ""] == [
        {
            "source_system": "",
            "customer_id": "C0",
            "region": "山东",
            "parent_source_system": "",
            "parent_id": "C2",
        }
    ]
    edit(accounts.of_bob, {"parent": None}, by=people.bob, version=2)
    (row,) = (row for row in rows_of("customers") if row["source_system"] == "")
    assert row["parent_id"] == "C0"  # itself: it has none


def test_deleted_accounts_say_nothing(people: People, accounts: Accounts) -> None:
    Judgement.objects.create(
        account=accounts.of_bob, criterion="fit", value="7", by=people.bob, on=date(2026, 1, 1)
    )
    delete(accounts.of_bob, by=people.bob)
    assert "青岛轮胎" not in {row["name"] for row in rows_of("customers")}
    assert rows_of("assessments") == []


def test_the_last_judgement_of_a_day_stands(people: People, accounts: Accounts) -> None:
    from_file(accounts.of_bob, "B2", "erp")
    from_file(accounts.of_bob, "B1", "erp")
    for value, on in (("9", date(2026, 1, 1)), ("3", date(2026, 1, 1)), ("", date(2026, 2, 1))):
        Judgement.objects.create(
            account=accounts.of_bob, criterion="fit", value=value, by=people.bob, on=on
        )
    said = {"source_system": "erp", "customer_id": "B1", "criterion": "fit", "assessed_by": "Bob"}
    assert rows_of("assessments") == [
        {**said, "value": "3", "assessed_on": date(2026, 1, 1)},
        {**said, "value": "unknown", "assessed_on": date(2026, 2, 1)},
    ]


def test_follow_ups_are_efforts_in_the_words_of_the_company(
    people: People, accounts: Accounts
) -> None:
    late = datetime(2026, 1, 1, 17, tzinfo=UTC)  # 2 January in Shanghai
    for kind, text in ((FollowUp.Kind.VISIT, "见了王经理"), (FollowUp.Kind.NOTE, "只是备注")):
        FollowUp.objects.create(
            account=accounts.of_bob, kind=kind, at=late, by=people.bob, text=text
        )
    said = {"source_system": "zhibi", "customer_id": str(accounts.of_bob.uid), "salesperson": "Bob"}
    assert rows_of("efforts") == [{**said, "kind": "拜访", "spent_on": date(2026, 1, 2)}]
    assert rows_of("touches") == [{**said, "step": "拜访", "touched_on": date(2026, 1, 2)}]


def test_the_version_follows_what_is_said(people: People, accounts: Accounts) -> None:
    seen = {records_version()}
    edit(accounts.of_bob, {"region": "山东"}, by=people.bob, version=1)
    seen.add(records_version())
    Judgement.objects.create(
        account=accounts.of_bob, criterion="fit", value="7", by=people.bob, on=date(2026, 1, 1)
    )
    seen.add(records_version())
    visit = FollowUp(account=accounts.of_bob, kind="visit", at="2026-01-01T00:00Z", by=people.bob)
    create(visit, by=people.bob)
    seen.add(records_version())
    delete(visit, by=people.bob)
    seen.add(records_version())
    assert len(seen) == 5


def test_keys_of_accounts(people: People, accounts: Accounts) -> None:
    from_file(accounts.of_bob, "B1")
    found = keys_of([accounts.of_bob, accounts.of_alice])
    assert found == {
        accounts.of_bob.pk: [("", "B1")],
        accounts.of_alice.pk: [("zhibi", str(accounts.of_alice.uid))],
    }
