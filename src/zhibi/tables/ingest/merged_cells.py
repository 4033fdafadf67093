"""Cells merged downwards: 客户 once, beside the five orders that are its.

Only the first of them holds the value, which counts for all. Amounts are no such values: a total
merged over the lines of its order is one total, and stays on the first line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import duckdb

from zhibi.tables.ingest.duck import STAGED
from zhibi.tables.ingest.headers import read_header, synonyms
from zhibi.tables.ingest.staging import Raw, literal, quoted

Place = tuple[int, int]  # row and column from 0
_CODES = ("order_id", "customer_id", "product_id", "contract_id", "order_date")
_NUMBER = r"[-+(]?[¥￥$€£]? ?[\d.,]+[)%]?"


def fill_merged(
    con: duckdb.DuckDBPyConnection,
    raw: Raw,
    ranges: Iterable[tuple[Place, Place]],
    *,
    first_column: int,
) -> None:
    """Write the value of each range below the header into all its rows, in the staged file."""
    below: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (first, column), (last, _) in ranges:
        place = column - first_column
        if last > first > raw.header.last and 0 <= place < raw.width:
            below[place].append((first + 1, last + 1))
    if not below:
        return
    source, columns = f"read_parquet({quoted(literal(raw.path))})", []
    ((count,),) = con.execute(f"SELECT count(*) FROM {source}").fetchall()
    filled = {
        place: rows
        for place, rows in below.items()
        # More than the sheet has rows: ranges that overlap, which no spreadsheet writes.
        if sum(last - first for first, last in rows) <= count and _is_shared(con, raw, place)
    }
    if not filled:
        return
    joins = ""
    for place, rows in filled.items():
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE merged_{place} AS SELECT min(value) AS value, row FROM "
            f"(SELECT c{place} AS value, unnest(range(first, last + 1)) AS row FROM "
            "(SELECT unnest(?::BIGINT[]) AS first, unnest(?::BIGINT[]) AS last) "
            f"JOIN {source} AS held ON held.row = first) GROUP BY row",
            [[first for first, _ in rows], [last for _, last in rows]],
        )
        joins += f" LEFT JOIN merged_{place} USING (row)"
        columns.append(f"coalesce(c{place}, merged_{place}.value) AS c{place}")
    whole = raw.path.with_suffix(".merged")
    con.execute(
        f"COPY (SELECT held.* REPLACE ({', '.join(columns)}) FROM {source} AS held{joins} "
        f"ORDER BY row) TO {quoted(whole)} {STAGED}"
    )
    whole.replace(raw.path)


def _is_shared(con: duckdb.DuckDBPyConnection, raw: Raw, place: int) -> bool:
    """Words are shared by the rows, and so are the numbers of a column of codes."""
    key = read_header(raw.header.names[place]).key
    if any(entry.target in _CODES for entry in synonyms("order_lines") if entry.key == key):
        return True
    ((numbers,),) = con.execute(
        f"SELECT coalesce(avg(regexp_full_match(c{place}, ?)::INT), 0) "
        f"FROM read_parquet({quoted(literal(raw.path))})",
        [_NUMBER],
    ).fetchall()
    return bool(numbers <= 0.5)
