"""Facts that stay where they are: a table in a warehouse, read through Ibis and never written.

What an import would have computed for the lake is an expression here: the customer's key is its
id, and the line that opens an order is found by a window.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhibi.errors import ZhibiError
from zhibi.tables.contents import bases_of
from zhibi.tables.engines import Engine, connect, local_duckdb, shown, table_of
from zhibi.tables.facts import Facts, Further
from zhibi.tables.schema import (
    CUSTOMERS,
    FURTHER,
    ORDER_LINES,
    SCHEMAS,
    SQL_TYPES,
    Kind,
    TableSchema,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

FILE_NAME = "connect.toml"
SUPPOSED = {"basis": "ordered", "line_kind": "sale"}  # of order lines that do not say
PART_OF_SALES = ("sale", "return", "red_invoice")  # what an order's value is made of

IBIS_TYPES = {
    "VARCHAR": "string",
    "DATE": "date",
    "DECIMAL(18,4)": "decimal(18, 4)",
    "DECIMAL(9,6)": "decimal(9, 6)",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where one canonical table is: `schema.table`, and which column fills which field."""

    table: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Connection:
    """What `zhibi connect` keeps in the workspace: a URL and the tables behind it."""

    url: str
    tables: Mapping[str, Source] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Connection | None:
        """The connection of a workspace; None when its facts are in its own lake."""
        path = folder / FILE_NAME
        if not path.exists():
            return None
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
            tables = {
                name: Source(entry["table"], dict(entry.get("columns", {})))
                for name, entry in given.get("tables", {}).items()
            }
            return cls(given["url"], tables)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as problem:
            raise ZhibiError(
                "{file} is not what `zhibi connect` wrote ({problem}); run `zhibi connect` again.",
                file=path,
                problem=problem,
            ) from problem

    def save(self, folder: Path) -> None:
        lines = [f"url = {_quoted(self.url)}"]
        for name, source in self.tables.items():
            lines += [f"\n[tables.{name}]", f"table = {_quoted(source.table)}"]
            lines.append(f"\n[tables.{name}.columns]")
            lines += [f"{key} = {_quoted(column)}" for key, column in source.columns.items()]
        path = folder / FILE_NAME
        if shown(self.url) != self.url:  # a password is nobody else's
            path.touch()
            path.chmod(0o600)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def from_warehouse(connection: Connection) -> Facts:
    """Facts in the canonical columns, read where they are; `Facts.close` ends the connection."""
    given = connection.tables.get("order_lines")
    if given is None:
        raise ZhibiError(
            "The connection to {url} names no table for order_lines; "
            "add --table order_lines=schema.table.",
            url=shown(connection.url),
        )
    backend = connect(connection.url)
    try:
        return _facts(backend, connection, given)
    except BaseException:
        backend.disconnect()
        raise


def _facts(backend: Any, connection: Connection, given: Source) -> Facts:
    local = local_duckdb()
    engine = Engine(backend.name, backend, local)
    lines = _keyed(canonical(backend, given, ORDER_LINES))
    summary = (
        lines.agg(
            n=lines.count(),
            first_day=lines.order_date.min(),
            last_day=lines.order_date.max(),
            net=lines.amount.sum(),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    people = connection.tables.get("customers")
    has_groups = _bring_customers(local, backend, lines, people)
    further = {
        name: _further(backend, connection.tables[name], SCHEMAS[name])
        for name in FURTHER
        if name in connection.tables
    }
    mark = f"{shown(connection.url)} {connection.tables} {sorted(summary.items())}"
    return Facts(
        engine=engine,
        order_lines=lines,
        customers=local.table("customers"),
        filled=frozenset((*given.columns, *SUPPOSED, *(people.columns if people else ()))),
        bases=bases_of(lines),
        first_day=summary["first_day"],
        last_day=summary["last_day"],
        data_version=hashlib.sha256(mark.encode()).hexdigest()[:12],
        has_groups=has_groups,
        has_samples="line_kind" in given.columns,
        further=further,
    )


def _further(backend: Any, source: Source, schema: TableSchema) -> Further:
    """A table beside the order lines: rows about customers, whose key is their id."""
    rows = canonical(backend, source, schema)
    if schema.derived:
        rows = rows.mutate(customer_key=rows.customer_id)
    return Further(rows, frozenset(source.columns))


def canonical(backend: Any, source: Source, schema: TableSchema) -> ir.Table:
    """A warehouse table in the columns of the schema; what it does not have is null."""
    import ibis

    table = table_of(backend, source.table)
    for target, column in source.columns.items():
        if column not in table.columns:
            raise ZhibiError(
                "{table} has no column {column} for {target}; it has {known}.",
                table=source.table,
                column=column,
                target=target,
                known=", ".join(table.columns),
            )
    for required in (f.name for f in schema.fields if f.required):
        if required not in source.columns:
            raise ZhibiError(
                "{table} needs a column for {field}; name it with --map COLUMN={field}.",
                table=source.table,
                field=required,
            )

    def filled(name: str, kind: Kind) -> ir.Value:
        sql_type = IBIS_TYPES[SQL_TYPES[kind]]
        if name in source.columns:
            return table[source.columns[name]].cast(sql_type)
        constant = SUPPOSED.get(name) if schema is ORDER_LINES else None
        return ibis.literal(constant, type=sql_type) if constant else ibis.null(sql_type)

    fields = {f.name: filled(f.name, f.kind) for f in schema.fields}
    return table.select(source_system=ibis.literal(""), **fields)


def _keyed(lines: ir.Table) -> ir.Table:
    """Add customer_key and is_order (see the schema) as expressions."""
    import ibis

    counted = lines.line_kind.isin(PART_OF_SALES).ifelse(lines.amount, 0)
    lines = lines.mutate(
        so_far=counted.sum().over(
            ibis.window(group_by="order_id", order_by="order_date", range=(None, 0))
        )
    )
    is_positive = lines.so_far > 0
    first = ibis.row_number().over(
        group_by=[lines.order_id, is_positive],
        order_by=[lines.order_date, lines.line_no, lines.amount.desc()],
    )
    lines = lines.mutate(is_order=is_positive & (first == 0), customer_key=lines.customer_id)
    return lines.drop("so_far")


def _bring_customers(local: Any, backend: Any, lines: ir.Table, source: Source | None) -> bool:
    """Customers as a local table, ids that only order lines name included; whether any of them
    belongs to a group."""
    ids = lines.select("customer_id").distinct()
    local.create_table("seen", ids.to_pyarrow(), temp=True)
    if source:
        given = canonical(backend, source, CUSTOMERS).drop("source_system").to_pyarrow()
    else:
        given = ids.mutate(name="customer_id").limit(0).to_pyarrow()
    local.create_table("given", given, temp=True)
    names = given.column_names
    nulls = {
        f.name: f"CAST(NULL AS {SQL_TYPES[f.kind]}) AS {f.name}"
        for f in CUSTOMERS.fields
        if f.name not in names
    }
    local.raw_sql(f"""
        CREATE TEMP TABLE listed AS
        SELECT * FROM (SELECT * FROM given UNION ALL BY NAME
                       SELECT customer_id, customer_id AS name FROM seen
                       ANTI JOIN given USING (customer_id))
        {"CROSS JOIN (SELECT " + ", ".join(nulls.values()) + ")" if nulls else ""}""")
    # The top of each chain of parents; a chain that runs in a circle ends after 20 steps.
    local.raw_sql("""
        CREATE TEMP TABLE customers AS
        WITH RECURSIVE up AS (
            SELECT customer_id, customer_id AS top, 0 AS steps FROM listed
            UNION ALL
            SELECT up.customer_id, above.parent_id, steps + 1
            FROM up JOIN listed above ON above.customer_id = up.top
            JOIN listed parent ON parent.customer_id = above.parent_id
            WHERE steps < 20 AND above.parent_id <> up.customer_id
        ), tops AS (SELECT customer_id, arg_max(top, steps) AS top FROM up GROUP BY ALL)
        SELECT listed.*, '' AS source_system, customer_id AS customer_key,
            customer_id AS entity_key, top AS group_key
        FROM listed JOIN tops USING (customer_id)""")
    found = local.raw_sql("SELECT count(*) FROM customers WHERE group_key <> customer_key")
    return bool(found.fetchall()[0][0])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
