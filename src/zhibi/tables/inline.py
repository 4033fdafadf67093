"""A small table of ours inside a question to a warehouse: whom a reader sees, what people typed.

A login that may only read makes no tables: PostgreSQL refuses even a temporary one in a session
that is read only. So the rows go along in the query, as one text that the engine splits, which
PostgreSQL, DuckDB and Spark all can: no right is needed for it, and nothing is left behind. A list
of values of the language instead would be parsed one by one, by Ibis and by the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

NOTHING, ROW, CELL = "\x1d", "\x1e", "\x1f"  # a null, and what stands between rows and cells
APART = str.maketrans(dict.fromkeys((NOTHING, ROW, CELL), " "))


def inline(rows: pa.Table) -> ir.Table:
    """The rows as an expression of no engine in particular, in their columns and types."""
    import ibis
    import pyarrow as pa

    columns = [[_written(cell) for cell in column.to_pylist()] for column in rows.columns]
    written = ROW.join(map(CELL.join, zip(*columns, strict=True)))
    split = ibis.literal(written).split(ROW).unnest().name("row").as_table()
    cells = split.row.split(CELL) if len(columns) > 1 else [split.row]
    types = ibis.schema(pa.schema(rows.schema))
    found = split.select(
        **{
            name: cells[place].nullif(NOTHING).cast(types[name])
            for place, name in enumerate(rows.column_names)
        }
    )
    return found if rows.num_rows else found.filter(ibis.literal(False))


def _written(cell: object) -> str:
    return NOTHING if cell is None else str(cell).translate(APART)
