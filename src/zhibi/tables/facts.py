"""The tables that analyses read, wherever they are kept: order lines and customers, from which
every analysis starts, and the further ones where there is any row of them.

`from_lake` is the usual way, `from_arrow` serves notebooks and tests, `from_warehouse` reads
what somebody else keeps. All give the same columns, so that nothing above can tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from zhibi.tables import contents
from zhibi.tables.contents import Contents
from zhibi.tables.engines import Engine, local_duckdb
from zhibi.tables.inline import inline
from zhibi.tables.numbers import shared_numbers
from zhibi.tables.schema import CUSTOMERS, FURTHER, ORDER_LINES, SCHEMAS, TableSchema

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Further:
    """A table beside order lines and customers, and which of its columns hold any value."""

    table: ir.Table
    filled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What an engine offers. `filled` are the columns that hold any value at all; `has_groups`
    is false when every customer stands alone, so that adding up to groups can be left out.
    `further` are the other tables of the schema that hold any row; `part` names the customers
    they are of, and is empty for all. `links` are the decisions on legal entities in the lake.
    `shared` are the customer numbers that two source systems use (see `zhibi.tables.numbers`).
    `records_version` says which records lie over them, and `left_out` how many rows of each
    table of records name a customer that nobody knows (see `zhibi.tables.records`).
    `lines_of` reads the order lines of some customers alone (by key) out of a warehouse, which
    could not reach through what is worked out of each line."""

    engine: Engine
    order_lines: ir.Table
    customers: ir.Table
    filled: frozenset[str]
    bases: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    data_version: str
    has_groups: bool
    has_samples: bool
    further: Mapping[str, Further] = field(default_factory=dict)
    part: str = ""
    links: ir.Table | None = None
    shared: ir.Table | None = None
    records_version: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    lines_of: Callable[[ir.Table], ir.Table] | None = None

    def there(self, rows: ir.Table) -> ir.Table:
        """A small local table, to be asked about where the facts are."""
        return rows if self.engine.is_local else inline(rows.to_pyarrow())

    def close(self) -> None:
        """End the connections to where the facts are."""
        self.engine.facts.disconnect()
        if not self.engine.is_local:
            self.engine.local.disconnect()


def from_lake(files: Mapping[str, Sequence[str]], *, data_version: str) -> Facts:
    """Facts in the Parquet files of each table; what they hold is read from their statistics."""
    local = local_duckdb()
    engine = Engine("duckdb", local, local)
    order_lines, customers = files.get("order_lines", ()), files.get("customers", ())
    lines = _parquet(local, "order_lines", order_lines, ORDER_LINES.sql_columns)
    _parquet(local, "customers", customers, CUSTOMERS.sql_columns)
    held = contents.of_files(local, order_lines, lines)
    filled = contents.filled_columns_of_files(local, customers)
    further = {
        name: Further(
            _parquet(local, name, files[name], SCHEMAS[name].sql_columns),
            contents.filled_columns_of_files(local, files[name]),
        )
        for name in FURTHER
        if files.get(name)
    }
    found = _facts(engine, held, filled, data_version=data_version, further=further)
    if not (links := files.get("customer_links")):
        return found
    return replace(found, links=_parquet(local, "customer_links", links, {}))


def from_arrow(
    order_lines: pa.Table,
    customers: pa.Table | None = None,
    *,
    further: Mapping[str, pa.Table] | None = None,
    data_version: str = "memory",
) -> Facts:
    """Facts from memory. `order_lines` needs customer_id, order_id, order_date and amount, each
    further table what the schema requires; what an import would compute (keys, which line opens
    an order, names) is computed here. Where every table says its source_system, the same number
    of two systems is two customers."""
    local = local_duckdb()
    engine = Engine("duckdb", local, local)
    given = {"order_lines": order_lines, **(further or {})}
    for name, table in given.items():
        local.con.register(f"given_{name}", table)
    if customers is None:
        keys = [one for one in ("source_system", "customer_id") if one in order_lines.column_names]
        customers = order_lines.select(keys).slice(0, 0)
    local.con.register("given_customers", customers)
    every = (customers, *(one for one in given.values() if "customer_id" in one.column_names))
    has_systems = all("source_system" in one.column_names for one in every)
    by = ("source_system", "customer_id") if has_systems else ("customer_id",)
    _keyed_customers(local, customers.column_names, given, by)
    _keyed_lines(local, order_lines.column_names, by)
    held = contents.of_table(local, "order_lines")
    filled = contents.filled_in(local, "customers")
    found = {
        name: _keyed(local, SCHEMAS[name], table.column_names, by)
        for name, table in (further or {}).items()
        if table.num_rows
    }
    return _facts(engine, held, filled, data_version=data_version, further=found)


def _keyed_customers(
    local: Any, given: Sequence[str], tables: Mapping[str, pa.Table], by: Sequence[str]
) -> None:
    """Those of the list, and those that only other tables name."""
    who = ", ".join(by)
    named = " UNION ".join(
        f"SELECT {who} FROM given_{name}"
        for name, table in tables.items()
        if "customer_id" in table.column_names
    )
    derived = {
        "source_system": "''",
        "name": "customer_id",
        "customer_key": f"row_number() OVER (ORDER BY {', '.join(reversed(by))})",
        "import_id": "''",
    }
    local.raw_sql(
        f"CREATE TABLE keyed AS SELECT {_columns(CUSTOMERS.sql_columns, given, derived)} "
        "FROM (SELECT * FROM given_customers UNION ALL BY NAME "
        f"SELECT DISTINCT {who} FROM ({named}) ANTI JOIN given_customers USING ({who}))"
    )
    is_same = "AND top.source_system = keyed.source_system" if len(by) > 1 else ""
    local.raw_sql(f"""
        CREATE TABLE customers AS
        SELECT keyed.* REPLACE (
            coalesce(keyed.name, keyed.customer_id) AS name,
            coalesce(keyed.entity_key, keyed.customer_key) AS entity_key,
            coalesce(keyed.group_key, top.customer_key, keyed.customer_key) AS group_key)
        FROM keyed LEFT JOIN keyed top ON top.customer_id = keyed.parent_id {is_same}""")


def _keyed_lines(local: Any, given: Sequence[str], by: Sequence[str]) -> None:
    derived = {
        "source_system": "''",
        "line_no": "CAST(row_number() OVER () AS VARCHAR)",
        "basis": "'ordered'",
        "line_kind": "'sale'",
        "import_id": "''",
    }
    columns = _columns(ORDER_LINES.sql_columns, given, derived)
    local.raw_sql(f"CREATE TABLE typed_lines AS SELECT {columns} FROM given_order_lines")
    local.raw_sql(f"""
        CREATE TABLE order_lines AS
        SELECT * EXCLUDE (so_far) REPLACE ({OPENS_ORDER} AS is_order)
        FROM (
            SELECT typed_lines.* REPLACE (customers.customer_key AS customer_key),
                {SO_FAR} AS so_far
            FROM typed_lines JOIN customers USING ({", ".join(by)})
        )""")


def _keyed(local: Any, schema: TableSchema, given: Sequence[str], by: Sequence[str]) -> Further:
    """A further table in the columns of the schema, with the keys of its customers."""
    columns = _columns(schema.sql_columns, given, {"source_system": "''", "import_id": "''"})
    rows = f"SELECT {columns} FROM given_{schema.name}"
    if schema.derived:
        rows = (
            "SELECT rows.* REPLACE (customers.customer_key AS customer_key) "
            f"FROM ({rows}) AS rows JOIN customers USING ({', '.join(by)})"
        )
    local.raw_sql(f"CREATE TABLE {schema.name} AS {rows}")
    return Further(local.table(schema.name), contents.filled_in(local, schema.name))


# The order's sales up to and including the line's day; the first line where they are positive
# opens the order (see `is_order` in the schema).
SO_FAR = """sum(CASE WHEN line_kind IN ('rebate', 'allowance', 'sample') THEN 0 ELSE amount END)
    OVER (PARTITION BY typed_lines.source_system, order_id ORDER BY order_date
          RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"""
OPENS_ORDER = """(so_far > 0 AND row_number()
    OVER (PARTITION BY source_system, order_id, so_far > 0 ORDER BY order_date, line_no) = 1)"""


def _columns(schema: Mapping[str, str], given: Sequence[str], derived: Mapping[str, str]) -> str:
    """A select list that fills a canonical table from what is given, else what can be derived."""

    def filled(name: str) -> str:
        sources = [*([name] if name in given else []), derived.get(name, "NULL")]
        return f"coalesce({', '.join(sources)})"

    return ", ".join(
        f"CAST({filled(name)} AS {sql_type}) AS {name}" for name, sql_type in schema.items()
    )


def _parquet(local: Any, name: str, files: Sequence[str], schema: Mapping[str, str]) -> ir.Table:
    if files:
        return local.read_parquet(list(files), table_name=name)
    columns = ", ".join(f'"{column}" {sql_type}' for column, sql_type in schema.items())
    local.raw_sql(f"CREATE TABLE {name} ({columns})")
    return local.table(name)


def _facts(
    engine: Engine,
    held: Contents,
    filled_of_customers: frozenset[str],
    *,
    data_version: str,
    further: Mapping[str, Further],
) -> Facts:
    customers = engine.local.table("customers")
    in_groups = "SELECT count(*) > 0 FROM customers WHERE group_key <> customer_key"
    return Facts(
        engine=engine,
        order_lines=engine.local.table("order_lines"),
        customers=customers,
        filled=held.filled | filled_of_customers,
        bases=held.bases,
        first_day=held.first_day,
        last_day=held.last_day,
        data_version=data_version,
        has_groups=engine.local.raw_sql(in_groups).fetchall()[0][0],
        has_samples=held.has_samples,
        further=further,
        shared=shared_numbers(engine.local, customers),
    )
