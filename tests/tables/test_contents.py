"""What a table holds is the same whether it is counted or read from the files' statistics."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from zhibi.tables import contents
from zhibi.tables.engines import local_duckdb
from zhibi.tables.facts import from_arrow
from zhibi.tables.schema import ORDER_LINES
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables

Row = dict[str, Any]
LINE: Row = {
    "order_id": "1",
    "customer_id": "C1",
    "order_date": date(2024, 5, 3),
    "amount": Decimal(10),
    "basis": "ordered",
    "line_kind": "sale",
}


def as_files(folder: Path, *files: list[Row]) -> tuple[Any, list[str], Any]:
    """The backend, one Parquet file for each list of rows, and a table over all of them."""
    local = local_duckdb()
    columns = ", ".join(f"{name} {kind}" for name, kind in ORDER_LINES.sql_columns.items())
    paths = []
    for number, rows in enumerate(files):
        paths.append(str(folder / f"{number}.parquet"))
        local.raw_sql(f"CREATE OR REPLACE TABLE lines ({columns})")
        for row in rows:
            values = ", ".join("NULL" if value is None else f"'{value}'" for value in row.values())
            local.raw_sql(f"INSERT INTO lines ({', '.join(row)}) VALUES ({values})")
        local.raw_sql(f"COPY lines TO '{paths[-1]}' (FORMAT parquet)")
    return local, paths, local.read_parquet(paths, table_name="order_lines")


LAKES: dict[str, list[list[Row]]] = {
    "one line": [[LINE]],
    "days in several files": [
        [LINE | {"order_date": date(2023, 1, 1)}],
        [LINE | {"order_date": date(2025, 2, 28)}, LINE],
    ],
    "a column filled once, in the second file": [[LINE], [LINE, LINE | {"cost": Decimal(3)}]],
    "a column that holds no value": [[LINE | {"cost": None}]],
    "two bases in two files": [[LINE], [LINE | {"basis": "shipped"}]],
    "three bases in one file": [[LINE | {"basis": b} for b in ("shipped", "ordered", "invoiced")]],
    "no basis": [[LINE | {"basis": None}]],
    "a sample": [[LINE, LINE | {"line_kind": "sample"}]],
    "returns": [[LINE, LINE | {"line_kind": "return"}]],
    "no kind": [[LINE | {"line_kind": None}]],
}


@pytest.mark.parametrize("name", LAKES)
def test_statistics_tell_the_same_as_counting(tmp_path: Path, name: str) -> None:
    local, paths, lines = as_files(tmp_path, *LAKES[name])
    assert contents.of_files(local, paths, lines) == contents.of_table(local, lines.get_name())
    filled = contents.filled_columns_of_files(local, paths)
    assert filled == contents.filled_columns(lines) == contents.filled_in(local, lines.get_name())


def test_the_contents_are_what_was_written(tmp_path: Path) -> None:
    rows = [LINE | {"cost": Decimal(1)}, LINE | {"basis": "shipped", "line_kind": "sample"}]
    local, paths, lines = as_files(tmp_path, rows, [LINE | {"order_date": date(2020, 2, 29)}])
    assert contents.of_files(local, paths, lines) == contents.Contents(
        filled=frozenset({*LINE, "cost"}),
        first_day=date(2020, 2, 29),
        last_day=date(2024, 5, 3),
        bases=("ordered", "shipped"),
        has_samples=True,
    )


def test_no_files_hold_nothing() -> None:
    assert contents.of_files(None, [], None) == contents.Contents(frozenset())


def test_samples_are_no_sales_and_a_line_without_a_kind_is_one() -> None:
    kinds = ["sale", "sample", None]
    given = pa.table(
        {
            "customer_id": ["C1"] * 3,
            "order_id": ["1", "2", "3"],
            "order_date": [date(2024, 5, 3)] * 3,
            "amount": [Decimal(1), Decimal(2), Decimal(4)],
            "line_kind": pa.array(kinds, pa.string()),
        }
    )
    tables = Tables(from_arrow(given), Settings(), date(2024, 5, 3), "ordered")
    assert tables.order_lines.amount.sum().to_pyarrow().as_py() == Decimal(5)
