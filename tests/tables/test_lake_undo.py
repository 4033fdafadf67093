"""Undo: the rows afterwards are the rows before, or a sentence says why that cannot be."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.tables.lake_rows import Imports, line, rows, state

from zhibi.errors import ZhibiError
from zhibi.tables.lake import Link


@pytest.fixture
def imports(tmp_path: Path) -> Imports:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    return Imports(workspace, tmp_path)


def test_the_last_import_is_undone_to_the_same_rows(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A"), line("B")])
    before = state(imports.lake)
    imports.commit("i2", order_lines=[line("B", amount=Decimal(1)), line("C", customer_id="C9")])
    done = imports.lake.undo("i2", at="2024-05-03T00:00:00+00:00")
    assert (done.action, done.version) == ("undo", 3)
    assert state(imports.lake) == before
    assert [(one.import_id, one.undone_by) for one in imports.lake.imports()] == [
        ("i1", None),
        ("i2", 3),
        ("i2", None),
    ]


def test_the_first_import_is_undone_to_an_empty_lake(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    imports.lake.undo("i1")
    assert state(imports.lake) == {}
    imports.commit("i2", order_lines=[line("A", amount=Decimal(3))])
    assert rows(imports.lake, "order_lines", "amount, import_id") == [(Decimal(3), "i2")]


def test_after_an_undo_the_next_import_does_not_bring_the_rows_back(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    imports.commit("i2", order_lines=[line("B")])
    imports.lake.undo("i2")
    imports.commit("i3", order_lines=[line("C")])
    assert [row[0] for row in rows(imports.lake, "order_lines", "order_id")] == ["A", "C"]


def test_undo_can_go_back_one_import_after_another(imports: Imports) -> None:
    states = [state(imports.lake)]
    for number in range(3):
        imports.commit(f"i{number}", order_lines=[line("A", amount=Decimal(number + 1))])
        states.append(state(imports.lake))
    for number in (2, 1, 0):
        imports.lake.undo(f"i{number}")
        assert state(imports.lake) == states[number]


def test_an_earlier_import_goes_and_what_it_replaced_returns(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A"), line("B")])
    imports.commit("i2", order_lines=[line("B", amount=Decimal(1)), line("C")])
    imports.commit("i3", order_lines=[line("D")])
    imports.lake.undo("i2")
    assert rows(imports.lake, "order_lines", "order_id, amount, import_id") == [
        ("A", Decimal(100), "i1"),
        ("B", Decimal(100), "i1"),
        ("D", Decimal(100), "i3"),
    ]


def test_an_import_whose_orders_were_replaced_is_not_undone(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A"), line("B")])
    imports.commit("i2", order_lines=[line("B", amount=Decimal(1))])
    before = state(imports.lake)
    with pytest.raises(ZhibiError, match=r"later import i2 has replaced .*; undo i2 first"):
        imports.lake.undo("i1")
    assert state(imports.lake) == before
    imports.lake.undo("i2")
    imports.lake.undo("i1")
    assert state(imports.lake) == {}


def test_unknown_and_undone_imports_are_named(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    with pytest.raises(ZhibiError, match="There is no import i9"):
        imports.lake.undo("i9")
    imports.lake.undo("i1")
    with pytest.raises(ZhibiError, match="i1 was undone already"):
        imports.lake.undo("i1")


def test_customers_only_the_import_named_go_with_it(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A", customer_id="C1"), line("B", customer_id="C2")])
    imports.commit("i2", order_lines=[line("D", customer_id="C2")])
    imports.lake.undo("i1")
    assert rows(imports.lake, "customers", "customer_id, customer_key") == [("C2", 2)]
    imports.commit("i3", order_lines=[line("E", customer_id="C1")])
    assert rows(imports.lake, "customers", "customer_id, customer_key") == [("C1", 3), ("C2", 2)]


def test_parents_of_customers_that_stay_stay(imports: Imports) -> None:
    family = [
        {"customer_id": "C1", "name": "one", "parent_id": "P"},
        {"customer_id": "P", "name": "above", "parent_id": "TOP"},
        {"customer_id": "X", "name": "alone"},
    ]
    imports.commit("i1", customers=family)
    imports.commit("i2", order_lines=[line("A", customer_id="C1")])
    imports.lake.undo("i1")
    held = rows(imports.lake, "customers", "customer_id, group_key")
    assert [row[0] for row in held] == ["C1", "P", "TOP"]
    assert len({row[1] for row in held}) == 1


def test_a_customer_file_is_undone_to_what_was_known_before(imports: Imports) -> None:
    imports.commit("i1", customers=[{"customer_id": "C1", "name": "old", "region": "华东"}])
    before = rows(imports.lake, "customers")
    imports.commit("i2", customers=[{"customer_id": "C1", "name": "new"}])
    imports.commit("i3", order_lines=[line("A")])
    imports.lake.undo("i2")
    assert rows(imports.lake, "customers") == before


def test_a_customer_file_that_was_built_on_is_not_undone(imports: Imports) -> None:
    imports.commit("i1", customers=[{"customer_id": "C1", "name": "old"}])
    imports.commit("i2", customers=[{"customer_id": "C1", "name": "new"}])
    with pytest.raises(ZhibiError, match="undo i2 first"):
        imports.lake.undo("i1")


def test_orders_are_undone_below_a_customer_file_that_only_described(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    imports.commit("i2", customers=[{"customer_id": "C1", "name": "one"}])
    imports.lake.undo("i1")
    assert rows(imports.lake, "order_lines") == []
    assert rows(imports.lake, "customers", "customer_id, name") == [("C1", "one")]


def test_a_decision_on_customers_is_undone(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A"), line("B", customer_id="C2")])
    before = rows(imports.lake, "customers")
    imports.lake.link([Link(2, 1, by="amy", at="2024-05-03")], import_id="l1", about={})
    imports.commit("i2", order_lines=[line("D")])
    assert rows(imports.lake, "customers") != before
    imports.lake.undo("l1")
    assert rows(imports.lake, "customers") == before
    assert rows(imports.lake, "customer_links") == []


def test_a_customer_that_others_were_linked_to_stays(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    imports.commit("i2", order_lines=[line("B", customer_id="C2")])
    imports.lake.link([Link(1, 2, by="amy", at="2024-05-03")], import_id="l1", about={})
    imports.lake.undo("i2")
    assert rows(imports.lake, "customers", "customer_key, entity_key") == [(1, 2), (2, 2)]


def moment(month: int) -> dict[str, str]:
    return {"at": datetime(2024, month, 1, tzinfo=UTC).isoformat()}


def test_a_vacuum_frees_what_only_old_versions_have(imports: Imports) -> None:
    def commit(import_id: str, month: int, amount: int) -> None:
        imports.lake.commit(
            imports.batches({"order_lines": [line("A", amount=Decimal(amount))]}),
            source_system="erp",
            import_id=import_id,
            about=moment(month),
        )

    for month in (1, 2, 3):
        commit(f"i{month}", month, month)
    before = state(imports.lake)
    assert imports.lake.vacuum(datetime(2024, 3, 2, tzinfo=UTC), undo_days=60) == 0
    assert imports.lake.vacuum(datetime(2024, 4, 15, tzinfo=UTC), undo_days=60) > 0
    assert state(imports.lake) == before
    imports.lake.undo("i3")
    assert rows(imports.lake, "order_lines", "amount") == [(Decimal(2),)]
    with pytest.raises(ZhibiError, match="have been vacuumed"):
        imports.lake.undo("i2")
    with pytest.raises(ZhibiError, match="at least 7 days"):
        imports.lake.vacuum(datetime(2024, 4, 15, tzinfo=UTC), undo_days=6)
