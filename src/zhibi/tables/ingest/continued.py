"""Reports as people read them, made into tables: what stands once is meant for the rows below it.

An order of three lines often has its number, customer and day on the first line only; a report by
customer has the name on a line of its own. Blank cells are filled only where the whole file shows
the pattern, since elsewhere a blank cell is a missing value. The sheet says what was filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from zhibi.said import Said
from zhibi.tables.ingest.duck import STAGED, connect, literal
from zhibi.tables.ingest.stages import Mapping, SetAside, Sheet

# What an order header says of each of its lines; its totals are not among them.
OF_THE_ORDER = (
    "customer_id", "customer_name", "order_date", "end_customer_id", "currency", "contract_id",
    "channel", "salesperson", "promised_date", "delivered_date", "status", "line_kind",
    "customer_credit_code", "customer_industry", "customer_region", "customer_kind",
    "customer_parent_id",
)  # fmt: skip
KEYS = ("customer_id", "customer_name", "order_date")
TOTALS = ("amount", "amount_incl_tax", "tax_amount", "discount", "cost", "profit")
CONSISTENT = 0.95  # of the blank cells that must fit the pattern
GROUP = "Group heading"  # the header given to a column of headings, a synonym of the customer
GROUP_ROW = "group heading"
COLUMNS = range(3, 61)  # how wide a report is that has headings in a column of their own


def without_headings(sheet: Sheet, staging: Path) -> Sheet:
    """The sheet of a report grouped by customer, with the heading of each group in its rows."""
    width = len(sheet.headers)
    if width not in COLUMNS:
        return sheet
    source = f"read_parquet({literal(sheet.staged)})"
    fills = " + ".join(f"(c{place} IS NOT NULL)::INT" for place in range(width))
    counts = ", ".join(
        f"count(*) FILTER (filled = 1 AND c{place} IS NOT NULL), count(c{place})"
        for place in range(width)
    )
    with connect(staging) as connection:
        alone = connection.execute(
            f"SELECT count(*) FILTER (filled = 1), arg_min(filled, row), {counts} "
            f"FROM (SELECT *, {fills} AS filled FROM {source})"
        ).fetchone()
        headings, first, *found = alone
        place = _heading_column(found, headings) if first == 1 else None
        if place is None:
            return sheet
        rows = connection.execute(
            f"SELECT row, c{place} FROM (SELECT *, {fills} AS filled FROM {source}) "
            "WHERE filled = 1 ORDER BY row"
        ).fetchall()
        path = staging / f"{sheet.staged.stem}.ungrouped.parquet"
        filled = f"last_value(c{place} IGNORE NULLS) OVER (ORDER BY row) AS c{place}"
        connection.execute(
            f"COPY (SELECT * EXCLUDE (filled) FROM (SELECT * REPLACE ({filled}), {fills} AS filled "
            f"FROM {source}) WHERE row NOT IN (SELECT unnest(?)) ORDER BY row) "
            f"TO {literal(path)} {STAGED}",
            [[row for row, _ in rows]],
        )
    aside = tuple(SetAside(row, GROUP_ROW, text) for row, text in rows)
    headers = list(sheet.headers)
    if headers[place] == f"Column {place + 1}":
        headers[place] = GROUP
    said = Said("{count:row|rows} are headings of the rows below them.", {"count": len(aside)})
    return replace(
        sheet,
        staged=path,
        headers=tuple(headers),
        set_aside=tuple(sorted((*sheet.set_aside, *aside), key=lambda one: one.row)),
        notes=(*sheet.notes, said),
    )


def _heading_column(counts: Sequence[int], headings: int) -> int | None:
    """The column all rows of a single cell share, if it is blank in every other row."""
    for place in range(len(counts) // 2):
        alone, filled = counts[2 * place : 2 * place + 2]
        if headings and alone == headings == filled:
            return place
    return None


@dataclass(frozen=True, slots=True)
class _Found:
    """Which rows continue the order above them, and how its number is known there (SQL)."""

    order: str
    is_continued: str
    rows: int


def continue_orders(sheet: Sheet, mapping: Mapping, staging: Path) -> tuple[Sheet, Mapping]:
    """The sheet with the blank cells of continued orders filled, and the mapping without columns
    that hold a total of the order on its first line only."""
    number = mapping.column_of("order_id")
    if mapping.table != "order_lines" or number is None or not _keys(mapping):
        return sheet, mapping
    with connect(staging) as connection:
        source = f"read_parquet({literal(sheet.staged)})"
        found = _find(connection, source, f"c{number.column}", mapping)
        if found is None:
            return sheet, mapping
        places = [one.column for one in mapping.matches if one.target in OF_THE_ORDER]
        first = "OVER (PARTITION BY of_order ORDER BY row)"
        filled = [f"coalesce(c{at}, first_value(c{at}) {first}) AS c{at}" for at in places]
        filled.append(f"of_order AS c{number.column}")
        path = staging / f"{sheet.staged.stem}.continued.parquet"
        connection.execute(
            f"COPY (SELECT * EXCLUDE (of_order) FROM (SELECT * REPLACE ({', '.join(filled)}) "
            f"FROM (SELECT *, {found.order} AS of_order FROM {source})) ORDER BY row) "
            f"TO {literal(path)} {STAGED}"
        )
        mapping = _without_totals(connection, source, found, mapping)
    said = Said(
        "{count:row|rows} continue the order above them: its customer and date were filled in.",
        {"count": found.rows},
    )
    return replace(sheet, staged=path, notes=(*sheet.notes, said)), mapping


def _keys(mapping: Mapping) -> list[str]:
    return [f"c{one.column}" for key in KEYS if (one := mapping.column_of(key))]


def _find(
    connection: duckdb.DuckDBPyConnection, source: str, number: str, mapping: Mapping
) -> _Found | None:
    """None where no order is continued, or not all blank cells can be told that way."""
    blank = " AND ".join(f"{key} IS NULL" for key in _keys(mapping))
    rows, unnumbered, both, distinct, first = connection.execute(
        f"SELECT count(*), count(*) FILTER ({number} IS NULL), "
        f"count(*) FILTER ({number} IS NULL AND {blank}), count(DISTINCT {number}), "
        f"arg_min(coalesce({number}, ''), row) FROM {source}"
    ).fetchone()
    if unnumbered:
        is_told = first and both >= CONSISTENT * unnumbered
        is_told = is_told and distinct >= CONSISTENT * (rows - unnumbered)
        above = f"last_value({number} IGNORE NULLS) OVER (ORDER BY row)"
        return _Found(above, f"{number} IS NULL", unnumbered) if is_told else None
    return _by_number(connection, source, number, mapping)


def _by_number(
    connection: duckdb.DuckDBPyConnection, source: str, number: str, mapping: Mapping
) -> _Found | None:
    """Lines that repeat the number of their order and leave blank what its first line says."""
    totals = TOTALS if _is_priced(mapping) else ()
    wanted = [one for key in (*KEYS, *totals) if (one := mapping.column_of(key))]
    columns = [f"c{one.column}" for one in wanted]
    blank = ", ".join(f"count(*) FILTER ({column} IS NULL)" for column in columns)
    told = ", ".join(
        f"count(*) FILTER ({column} IS NULL AND first_{column} IS NOT NULL)" for column in columns
    )
    firsts = ", ".join(
        f"first_value({column}) OVER (PARTITION BY {number} ORDER BY row) AS first_{column}"
        for column in columns
    )
    missing = connection.execute(f"SELECT {blank} FROM {source}").fetchone()
    if not any(missing):
        return None
    found = connection.execute(f"SELECT {told} FROM (SELECT *, {firsts} FROM {source})").fetchone()
    for column, count, explained in zip(columns, missing, found, strict=True):
        if count and explained >= CONSISTENT * count:
            return _Found(number, f"{column} IS NULL", count)
    return None


def _is_priced(mapping: Mapping) -> bool:
    return bool(mapping.column_of("unit_price") and mapping.column_of("quantity"))


def _without_totals(
    connection: duckdb.DuckDBPyConnection, source: str, found: _Found, mapping: Mapping
) -> Mapping:
    """Where the lines have a price and a quantity, an amount that continued lines lack is the
    order's."""
    totals = [one for one in mapping.matches if one.target in TOTALS]
    if not totals or not _is_priced(mapping):
        return mapping
    counts = ", ".join(f"count(c{one.column})" for one in totals)
    filled = connection.execute(
        f"SELECT {counts} FROM {source} WHERE {found.is_continued}"
    ).fetchone()
    dropped = {one.column for one, count in zip(totals, filled, strict=True) if not count}
    matches = (
        replace(one, target=None, confidence=0.0, reason="of the order")
        if one.column in dropped
        else one
        for one in mapping.matches
    )
    return replace(mapping, matches=tuple(matches))
