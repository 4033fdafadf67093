"""Random histories of imports and undos against a dictionary of orders."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.tables.lake_rows import Imports, rows

from zhibi.errors import ZhibiError

COLUMNS = ("order_id", "line_no", "customer_id", "order_date", "amount", "line_kind")
Line = dict[str, Any]
Unit = tuple[str, str]  # source system, order id

lines = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from("ABCD"),
        "line_no": st.sampled_from([None, "1", "2", "10"]),
        "customer_id": st.sampled_from(["C1", "C2", "C3"]),
        "order_date": st.integers(0, 2).map(lambda n: date(2024, 2, 28) + timedelta(n)),
        "amount": st.sampled_from([Decimal("-2"), Decimal("0"), Decimal("1.5"), Decimal("3")]),
        "line_kind": st.sampled_from([None, "sale", "return", "rebate", "sample"]),
    }
)
imports_ = st.tuples(st.sampled_from(["erp", "crm"]), st.lists(lines, min_size=1, max_size=8))
actions = st.lists(st.one_of(imports_, st.integers(0, 5), st.just("compact")), max_size=7)


@dataclass
class Oracle:
    """The lake as a dictionary: unit → (its lines, the import that wrote them)."""

    units: dict[Unit, tuple[list[Line], str]] = field(default_factory=dict)
    replaced: dict[str, dict[Unit, tuple[list[Line], str] | None]] = field(default_factory=dict)

    def commit(self, import_id: str, source: str, given: list[Line]) -> dict[str, int]:
        new: dict[Unit, list[Line]] = {}
        for one in given:
            new.setdefault((source, one["order_id"]), []).append(one)
        counts = dict.fromkeys(("units_new", "units_changed", "units_unchanged"), 0)
        undo: dict[Unit, tuple[list[Line], str] | None] = {}
        for unit, its in new.items():
            old = self.units.get(unit)
            if old and bag(old[0]) == bag(its):
                counts["units_unchanged"] += 1
                continue
            counts["units_changed" if old else "units_new"] += 1
            undo[unit] = old
            self.units[unit] = (its, import_id)
        if undo:
            self.replaced[import_id] = undo
        return counts

    def later(self, import_id: str) -> set[str]:
        """Imports that own by now what this one wrote."""
        owners = {self.units[unit][1] for unit in self.replaced[import_id]}
        return owners - {import_id}

    def undo(self, import_id: str) -> None:
        for unit, old in self.replaced.pop(import_id).items():
            if old:
                self.units[unit] = old
            else:
                del self.units[unit]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        for (source, _), (its, import_id) in self.units.items():
            marked = mark(its)
            for place, one in enumerate(its):
                yield (source, *(one[c] for c in COLUMNS), place == marked, import_id)


def bag(its: list[Line]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(one[column] for column in COLUMNS) for one in its)


def mark(its: list[Line]) -> int | None:
    """The place of the line that stands for the order, day by day."""
    selling = [
        (one["order_date"], int(one["line_no"] or 10**6), place, one["amount"])
        for place, one in enumerate(its)
        if one["line_kind"] not in ("rebate", "allowance", "sample")
    ]
    for day in sorted({one[0] for one in selling}):
        if sum(one[3] for one in selling if one[0] <= day) > 0:
            return min(one for one in selling if one[0] == day)[2]
    return None


@settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(history=actions)
def test_a_history_of_imports_and_undos_is_what_a_dictionary_says(history: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        workspace.mkdir()
        follow(history, Imports(workspace, Path(folder)))


def follow(history: list[Any], imports: Imports) -> None:
    oracle = Oracle()
    for number, action in enumerate(history):
        if action == "compact":
            imports.lake.compact()
        elif isinstance(action, int):
            undo(f"i{action}", imports, oracle)
        else:
            source, given_lines = action
            done = imports.commit(f"i{number}", source, order_lines=given_lines)
            counts = oracle.commit(f"i{number}", source, given_lines)
            assert {name: getattr(done.changes[0], name) for name in counts} == counts
        held = rows(
            imports.lake,
            "order_lines",
            f"source_system, {', '.join(COLUMNS)}, is_order, import_id",
        )
        assert Counter(held) == Counter(oracle.rows())
        named = {
            (source, one["customer_id"])
            for (source, _), (its, _) in oracle.units.items()
            for one in its
        }
        assert named <= set(rows(imports.lake, "customers", "source_system, customer_id"))


def undo(import_id: str, imports: Imports, oracle: Oracle) -> None:
    if import_id not in oracle.replaced:
        with pytest.raises(ZhibiError):
            imports.lake.undo(import_id)
    elif later := oracle.later(import_id):
        with pytest.raises(ZhibiError, match=f"later import ({'|'.join(sorted(later))}) has"):
            imports.lake.undo(import_id)
    else:
        oracle.undo(import_id)
        imports.lake.undo(import_id)
