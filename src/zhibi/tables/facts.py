"""The two tables every analysis starts from, wherever they are kept.

`from_lake` is the usual way, `from_arrow` serves notebooks and tests, `from_warehouse` reads
what somebody else keeps. All give the same columns, so that nothing above can tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from zhibi.tables.engines import Engine, local_duckdb
from zhibi.tables.schema import CUSTOMERS, ORDER_LINES

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Facts:
    """What an engine offers. `filled` are the columns that hold any value at all; `has_groups`
    is false when every customer stands alone, so that adding up to groups can be left out."""

    engine: Engine
    order_lines: ir.Table
    customers: ir.Table
    filled: frozenset[str]
    bases: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    data_version: str
    has_groups: bool


def from_lake(order_lines: Sequence[str], customers: Sequence[str], *, data_version: str) -> Facts:
    """Facts in Parquet files; what they hold is read from the files' own statistics."""
    local = local_duckdb()
    engine = Engine("duckdb", local, local)
    lines = _parquet(local, "order_lines", order_lines, ORDER_LINES.sql_columns)
    people = _parquet(local, "customers", customers, CUSTOMERS.sql_columns)
    return _described(engine, lines, people, data_version)


def from_arrow(
    order_lines: pa.Table, customers: pa.Table | None = None, *, data_version: str = "memory"
) -> Facts:
    """Facts from memory. `order_lines` needs customer_id, order_id, order_date and amount; what
    an import would compute (keys, which line opens an order, names) is computed here."""
    local = local_duckdb()
    engine = Engine("duckdb", local, local)
    local.create_table("given_lines", order_lines)
    if customers is None:
        customers = order_lines.select(["customer_id"]).slice(0, 0)
    local.create_table("given_customers", customers)
    _keyed_customers(local, customers.column_names)
    _keyed_lines(local, order_lines.column_names)
    return _described(engine, local.table("order_lines"), local.table("customers"), data_version)


def _keyed_customers(local: Any, given: Sequence[str]) -> None:
    derived = {
        "source_system": "''",
        "name": "customer_id",
        "customer_key": "row_number() OVER (ORDER BY customer_id)",
        "import_id": "''",
    }
    local.raw_sql(
        f"CREATE TABLE keyed AS SELECT {_columns(CUSTOMERS.sql_columns, given, derived)} "
        "FROM (SELECT * FROM given_customers UNION ALL BY NAME SELECT DISTINCT customer_id "
        "FROM given_lines ANTI JOIN given_customers USING (customer_id))"
    )
    local.raw_sql("""
        CREATE TABLE customers AS
        SELECT keyed.* REPLACE (
            coalesce(keyed.name, keyed.customer_id) AS name,
            coalesce(keyed.entity_key, keyed.customer_key) AS entity_key,
            coalesce(keyed.group_key, top.customer_key, keyed.customer_key) AS group_key)
        FROM keyed LEFT JOIN keyed top ON top.customer_id = keyed.parent_id""")


def _keyed_lines(local: Any, given: Sequence[str]) -> None:
    derived = {
        "source_system": "''",
        "line_no": "CAST(row_number() OVER () AS VARCHAR)",
        "basis": "'ordered'",
        "line_kind": "'sale'",
        "import_id": "''",
    }
    columns = _columns(ORDER_LINES.sql_columns, given, derived)
    local.raw_sql(f"CREATE TABLE typed_lines AS SELECT {columns} FROM given_lines")
    local.raw_sql(f"""
        CREATE TABLE order_lines AS
        SELECT * EXCLUDE (so_far) REPLACE ({OPENS_ORDER} AS is_order)
        FROM (
            SELECT typed_lines.* REPLACE (customers.customer_key AS customer_key),
                {SO_FAR} AS so_far
            FROM typed_lines JOIN customers USING (customer_id)
        )""")


# The order's sales up to and including the line's day; the first line where they are positive
# opens the order (see `is_order` in the schema).
SO_FAR = """sum(CASE WHEN line_kind IN ('rebate', 'allowance', 'sample') THEN 0 ELSE amount END)
    OVER (PARTITION BY typed_lines.source_system, order_id ORDER BY order_date
          RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"""
OPENS_ORDER = """(so_far > 0 AND row_number()
    OVER (PARTITION BY source_system, order_id, so_far > 0 ORDER BY order_date, line_no) = 1)"""


def _columns(schema: Mapping[str, str], given: Sequence[str], derived: Mapping[str, str]) -> str:
    """A select list that fills a canonical table from what is given and what can be derived."""
    return ", ".join(
        f"CAST({name if name in given else derived.get(name, 'NULL')} AS {sql_type}) AS {name}"
        for name, sql_type in schema.items()
    )


def _parquet(local: Any, name: str, files: Sequence[str], schema: Mapping[str, str]) -> ir.Table:
    if files:
        return local.read_parquet(list(files), table_name=name)
    columns = ", ".join(f'"{column}" {sql_type}' for column, sql_type in schema.items())
    local.raw_sql(f"CREATE TABLE {name} ({columns})")
    return local.table(name)


def _described(engine: Engine, lines: ir.Table, customers: ir.Table, data_version: str) -> Facts:
    summary = (
        lines.agg(
            first_day=lines.order_date.min(),
            last_day=lines.order_date.max(),
            **{f"n_{column}": lines[column].count() for column in lines.columns},
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    counts = (
        customers.agg(
            groups=(customers.group_key != customers.customer_key).sum(),
            **{f"n_{column}": customers[column].count() for column in customers.columns},
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    bases = lines.select("basis").distinct().to_pyarrow().column(0).drop_null().to_pylist()
    filled = {key[2:] for key, n in (summary | counts).items() if key.startswith("n_") and n}
    return Facts(
        engine=engine,
        order_lines=lines,
        customers=customers,
        filled=frozenset(filled),
        bases=tuple(sorted(bases)),
        first_day=summary["first_day"],
        last_day=summary["last_day"],
        data_version=data_version,
        has_groups=bool(counts["groups"]),
    )
