"""Customers in the lake: keys that stay, what files say merged, legal entities and groups."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.tables.lake_rows import Imports, line, rows

from zhibi.errors import ZhibiError
from zhibi.tables.credit_code import is_credit_code, is_credit_code_sql
from zhibi.tables.lake import Link

# Codes with a right check digit, worked out by the formula of GB 32100-2015 below.
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(first: str) -> str:
    total = sum(SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(first))
    return first + SIGNS[(31 - total % 31) % 31]


CODE, OTHER = credit_code("91350100M000100Y4"), credit_code("91110108551385082")


@pytest.fixture
def imports(tmp_path: Path) -> Imports:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    return Imports(workspace, tmp_path)


def customer(customer_id: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer_id, "name": f"name {customer_id}", **more}


def test_customers_get_keys_at_first_sight_in_any_table(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A", customer_id="B"), line("B", customer_id="A")])
    imports.commit(
        "i2",
        receipts=[
            {
                "receipt_id": "R1",
                "customer_id": "D",
                "received_on": date(2024, 1, 1),
                "amount": Decimal(1),
            }
        ],
        receivables=[
            {
                "receivable_id": "V1",
                "customer_id": "C",
                "due_date": date(2024, 1, 1),
                "amount_due": Decimal(1),
            }
        ],
        customers=[customer("B"), customer("E")],
    )
    assert rows(imports.lake, "customers", "customer_id, customer_key, name") == [
        ("A", 1, "A"),
        ("B", 2, "name B"),
        ("C", 3, "C"),
        ("D", 4, "D"),
        ("E", 5, "name E"),
    ]
    assert rows(imports.lake, "receipts", "customer_key") == [(4,)]
    assert rows(imports.lake, "receivables", "customer_key") == [(3,)]


def test_what_a_file_does_not_say_stays_known(imports: Imports) -> None:
    imports.commit("i1", customers=[customer("C1", region="华东", credit_limit=Decimal(9))])
    done = imports.commit("i2", customers=[{"customer_id": "C1", "industry": "steel"}])
    assert done.changes[0].units_changed == 1
    held = rows(imports.lake, "customers", "name, region, credit_limit, industry, import_id")
    assert held == [("name C1", "华东", Decimal(9), "steel", "i2")]
    done = imports.commit("i3", customers=[{"customer_id": "C1", "industry": "steel"}])
    assert (done.changes[0].units_unchanged, done.version) == (1, 2)


def test_a_new_name_moves_the_old_one_to_the_former(imports: Imports) -> None:
    formers = []
    for number, name in enumerate(("A", "B", "B", "C", "A")):
        imports.commit(f"i{number}", customers=[customer("C1", name=name)])
        formers.append(rows(imports.lake, "customers", "name, former_names")[0])
    assert formers == [("A", None), ("B", "A"), ("B", "A"), ("C", "A; B"), ("A", "B; C")]


def test_an_id_that_stood_in_for_a_name_is_no_former_name(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A", customer_id="C1")])
    imports.commit("i2", customers=[customer("C1", name="real", former_names="was")])
    assert rows(imports.lake, "customers", "name, former_names") == [("real", "was")]


def test_of_two_rows_for_one_customer_the_last_value_of_each_column_holds(
    imports: Imports,
) -> None:
    both = [customer("C1", region="north"), customer("C1", name="later", industry="steel")]
    (change,) = imports.commit("i1", customers=both).changes
    assert (change.units_new, change.rows_new) == (1, 2)
    held = rows(imports.lake, "customers", "name, region, industry")
    assert held == [("later", "north", "steel")]


def grouping(imports: Imports) -> dict[str, tuple[str, str]]:
    """Customer id → (id of its legal entity, id of its group)."""
    held = rows(imports.lake, "customers", "customer_key, customer_id, entity_key, group_key")
    ids = {key: customer_id for key, customer_id, _, _ in held}
    return {customer_id: (ids[entity], ids[group]) for _, customer_id, entity, group in held}


def test_a_customer_that_stands_alone_is_its_own_entity_and_group(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A", customer_id="C1")])
    assert grouping(imports) == {"C1": ("C1", "C1")}


def test_equal_valid_credit_codes_are_one_legal_entity(imports: Imports) -> None:
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    imports.commit("i1", customers=[customer("A", credit_code=OTHER)])
    imports.commit(
        "i2",
        "crm",
        customers=[
            customer("B", credit_code=CODE),
            customer("C", credit_code=CODE),
            customer("D", credit_code=wrong),
            customer("E", credit_code=wrong),
            customer("F", credit_code=OTHER.lower()),
        ],
    )
    assert grouping(imports) == {
        "A": ("A", "A"),
        "B": ("B", "B"),
        "C": ("B", "B"),
        "D": ("D", "D"),
        "E": ("E", "E"),
        "F": ("A", "A"),
    }


@pytest.mark.parametrize(
    ("code", "is_valid"),
    [
        ("91350100M000100Y43", True),  # the example of the standard
        ("91350100M000100Y44", False),
        ("91350100M000100Y4", False),
        ("91350100M000100Y4I", False),
        ("", False),
    ],
)
def test_credit_codes_are_checked_by_their_last_digit(code: str, is_valid: bool) -> None:
    query = f"SELECT {is_credit_code_sql('code')} FROM (SELECT ? AS code)"
    assert duckdb.execute(query, [code]).fetchall() == [(is_valid,)]
    assert is_credit_code(code) is is_valid


def test_a_group_is_all_below_the_top_parent_within_one_source(imports: Imports) -> None:
    imports.commit(
        "i1",
        customers=[
            customer("A", parent_id="B"),
            customer("B", parent_id="TOP"),
            customer("C", parent_id="TOP"),
            customer("D"),
        ],
    )
    imports.commit("i2", "crm", customers=[customer("X", parent_id="B2"), customer("B2")])
    assert grouping(imports) == {
        "A": ("A", "TOP"),
        "B": ("B", "TOP"),
        "C": ("C", "TOP"),
        "D": ("D", "D"),
        "TOP": ("TOP", "TOP"),
        "X": ("X", "B2"),
        "B2": ("B2", "B2"),
    }


def test_a_legal_entity_takes_the_parent_of_any_of_its_customers(imports: Imports) -> None:
    imports.commit(
        "i1",
        customers=[
            customer("A", credit_code=CODE),
            customer("B", credit_code=CODE, parent_id="P"),
            customer("P"),
        ],
    )
    assert grouping(imports) == {"A": ("A", "P"), "B": ("A", "P"), "P": ("P", "P")}


def test_a_ring_of_parents_is_cut_at_its_first_customer_and_reported(imports: Imports) -> None:
    done = imports.commit(
        "i1",
        customers=[
            customer("C", parent_id="B"),
            customer("B", parent_id="A"),
            customer("A", parent_id="C"),
            customer("0", parent_id="C"),
            customer("E", parent_id="E"),
        ],
    )
    assert done.parent_cycles == ("A → C → B → A",)
    assert {group for _, group in grouping(imports).values()} == {"A", "E"}
    assert imports.lake.imports()[0].parent_cycles == done.parent_cycles


def test_what_a_person_decided_goes_before_codes(imports: Imports) -> None:
    imports.commit(
        "i1",
        customers=[
            customer("A", credit_code=CODE),
            customer("B", credit_code=CODE),
            customer("C"),
            customer("D"),
        ],
    )
    links = [
        Link(2, 2, by="amy", at="2024-05-03"),  # B stands alone
        Link(3, 4, by="amy", at="2024-05-03"),
        Link(4, 1, by="amy", at="2024-05-03"),
    ]
    imports.lake.link(links, import_id="l1", about={})
    assert grouping(imports) == {
        "A": ("A", "A"),
        "B": ("B", "B"),
        "C": ("A", "A"),
        "D": ("A", "A"),
    }
    imports.lake.link([Link(3, 3, by="amy", at="2024-05-04")], import_id="l2", about={})
    imports.commit("i2", customers=[customer("E", credit_code=CODE)])
    assert grouping(imports)["C"] == ("C", "C")
    assert grouping(imports)["E"] == ("A", "A")


def test_one_that_was_set_apart_does_not_stand_for_the_others(imports: Imports) -> None:
    imports.commit("i1", customers=[customer(each, credit_code=CODE) for each in "ABC"])
    imports.lake.link([Link(1, 1, by="amy", at="2024-05-03")], import_id="l1", about={})
    assert grouping(imports) == {"A": ("A", "A"), "B": ("B", "B"), "C": ("B", "B")}


def test_a_parent_is_sought_in_its_own_source(imports: Imports) -> None:
    imports.commit("i1", customers=[customer("P", parent_id="TOP")])
    imports.commit("i2", "crm", customers=[customer("X", parent_id="P")])
    top = rows(imports.lake, "customers", "source_system, customer_id, customer_key, group_key")
    keys = {(source, customer_id): key for source, customer_id, key, _ in top}
    groups = {(source, customer_id): group for source, customer_id, _, group in top}
    assert groups["crm", "X"] == groups["crm", "P"] == keys["crm", "P"]
    assert groups["erp", "P"] == keys["erp", "TOP"]


def test_a_key_is_never_given_twice(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A", customer_id="C1")])
    imports.commit("i2", order_lines=[line("B", customer_id="C2")])
    imports.lake.undo("i2")
    imports.commit("i3", order_lines=[line("C", customer_id="C1")])
    imports.commit("i4", order_lines=[line("D", customer_id="C3")])
    assert rows(imports.lake, "customers", "customer_id, customer_key") == [("C1", 1), ("C3", 3)]


def test_linking_a_customer_that_is_not_there_is_refused(imports: Imports) -> None:
    imports.commit("i1", customers=[customer("A")])
    with pytest.raises(ZhibiError, match="no customer with the key 7"):
        imports.lake.link([Link(1, 7, by="amy", at="2024-05-03")], import_id="l1", about={})
