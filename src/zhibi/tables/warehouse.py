"""Facts that stay where they are: a table in a warehouse, read through Ibis and never written.

What an import would have computed for the lake is an expression here: the customer's key is its
id, and the line that opens an order is found by a window.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhibi.errors import ZhibiError
from zhibi.tables.engines import Engine, connect, local_duckdb, shown, table_of
from zhibi.tables.facts import Facts, Further
from zhibi.tables.inline import inline
from zhibi.tables.keyed_by_text import key_customers
from zhibi.tables.look import Look, version_of
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
    import pyarrow as pa

FILE_NAME = "connect.toml"
SUPPOSED = {"basis": "ordered", "line_kind": "sale"}  # of order lines that do not say
WHOLE = re.compile(r"-?\d{1,18}")
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


def from_warehouse(connection: Connection, look: Look | None = None) -> Facts:
    """Facts in the canonical columns, read where they are; `Facts.close` ends the connection.

    With the `look` of an earlier hour nothing is read yet; without one the warehouse is looked at.
    """
    given = _order_lines(connection)
    backend = connect(connection.url)
    try:
        return _facts(backend, connection, given, look or _look(backend, connection))
    except BaseException:
        backend.disconnect()
        raise


def look_at(connection: Connection, *, today: date | None = None) -> Look:
    """Look at a warehouse now, to keep what is seen; `today` parts the orders that are to come."""
    _order_lines(connection)
    backend = connect(connection.url)
    try:
        return _look(backend, connection, today=today)
    finally:
        backend.disconnect()


def _order_lines(connection: Connection) -> Source:
    given = connection.tables.get("order_lines")
    if given is None:
        raise ZhibiError(
            "The connection to {url} names no table for order_lines; "
            "add --table order_lines=schema.table.",
            url=shown(connection.url),
        )
    return given


def _look(backend: Any, connection: Connection, *, today: date | None = None) -> Look:
    lines = canonical(backend, _order_lines(connection), ORDER_LINES)
    until = date.max if today is None else today
    bought = lines.group_by("customer_id", "basis").agg(
        lines=lines.count(),
        first_day=lines.order_date.min(),
        last_day=lines.order_date.max(),
        last_past_day=lines.order_date.max(where=lines.order_date <= until),
        net=lines.amount.sum(),
    )
    local = local_duckdb()
    local.create_table("bought", bought.to_pyarrow())
    summary = local.raw_sql(
        "SELECT coalesce(sum(lines), 0), min(first_day), max(last_day), max(last_past_day), "
        "sum(net), list(DISTINCT basis ORDER BY basis) FROM bought"
    ).fetchall()[0]
    customers = _customers(local, backend, connection.tables.get("customers"))
    of = mark_of(connection)
    number, first, last, past, net, bases = summary
    return Look(
        at=datetime.now(UTC),
        of=of,
        lines=int(number),
        first_day=first,
        last_day=last,
        last_past_day=past,
        bases=tuple(basis for basis in bases or () if basis),
        version=version_of(of, number, first, last, net, customers.num_rows),
        customers=customers,
    )


def mark_of(connection: Connection) -> str:
    """Says which connection a look is of, without its secrets."""
    return version_of(shown(connection.url), connection.tables)


def _facts(backend: Any, connection: Connection, given: Source, look: Look) -> Facts:
    local = local_duckdb()
    has_groups = key_customers(local, look.customers)
    people = connection.tables.get("customers")
    further = {
        name: _further(backend, connection.tables[name], SCHEMAS[name])
        for name in FURTHER
        if name in connection.tables
    }

    def lines_of(customer_keys: ir.Table) -> ir.Table:
        return _keyed(canonical(backend, given, ORDER_LINES, of=customer_keys.to_pyarrow()))

    return Facts(
        engine=Engine(backend.name, backend, local),
        order_lines=_keyed(canonical(backend, given, ORDER_LINES)),
        customers=local.table("customers"),
        filled=frozenset((*given.columns, *SUPPOSED, *(people.columns if people else ()))),
        bases=look.bases,
        first_day=look.first_day,
        last_day=look.last_day,
        data_version=look.version,
        has_groups=has_groups,
        has_samples="line_kind" in given.columns,
        further=further,
        lines_of=lines_of,
    )


def _further(backend: Any, source: Source, schema: TableSchema) -> Further:
    """A table beside the order lines: rows about customers, whose key is their id."""
    rows = canonical(backend, source, schema)
    if schema.derived:
        rows = rows.mutate(customer_key=rows.customer_id)
    return Further(rows, frozenset(source.columns))


def canonical(
    backend: Any, source: Source, schema: TableSchema, *, of: pa.Table | None = None
) -> ir.Table:
    """A warehouse table in the columns of the schema; what it does not have is null. `of` are the
    customers (one column of ids) whose rows alone are wanted."""
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

    if of is not None:
        table = _of_customers(table, source.columns["customer_id"], of)

    def filled(name: str, kind: Kind) -> ir.Value:
        sql_type = IBIS_TYPES[SQL_TYPES[kind]]
        if name in source.columns:
            return table[source.columns[name]].cast(sql_type)
        constant = SUPPOSED.get(name) if schema is ORDER_LINES else None
        return ibis.literal(constant, type=sql_type) if constant else ibis.null(sql_type)

    fields = {f.name: filled(f.name, f.kind) for f in schema.fields}
    return table.select(source_system=ibis.literal(""), **fields)


def _of_customers(table: ir.Table, column: str, ids: pa.Table) -> ir.Table:
    """The rows of these customers, found before anything is worked out of them. The column is
    taken as it is, so that an index on it helps."""
    import pyarrow as pa

    own = table[column]
    found = ids.column(0)
    if own.type().is_integer():
        numbers = [int(one) for one in found.to_pylist() if WHOLE.fullmatch(one)]
        found = pa.array(numbers, pa.int64())
    elif not own.type().is_string():
        own = own.cast("string")
    wanted = inline(pa.table({"wanted_id": found}))
    return table.semi_join(wanted, own == wanted.wanted_id)


def _keyed(lines: ir.Table) -> ir.Table:
    """Add customer_key and is_order (see the schema) as expressions.

    By order and customer, so that those of some customers come out the same without the others,
    and a warehouse that is asked for some passes over the rest.
    """
    import ibis

    counted = lines.line_kind.isin(PART_OF_SALES).ifelse(lines.amount, 0)
    lines = lines.mutate(
        so_far=counted.sum().over(
            ibis.window(
                group_by=["order_id", "customer_id"], order_by="order_date", range=(None, 0)
            )
        )
    )
    is_positive = lines.so_far > 0
    first = ibis.row_number().over(
        group_by=[lines.order_id, lines.customer_id, is_positive],
        order_by=[lines.order_date, lines.line_no, lines.amount.desc()],
    )
    lines = lines.mutate(is_order=is_positive & (first == 0), customer_key=lines.customer_id)
    return lines.drop("so_far")


def _customers(local: Any, backend: Any, source: Source | None) -> pa.Table:
    """Those of the list, each once, and those that only order lines name (`bought`)."""
    if source:
        given = canonical(backend, source, CUSTOMERS).drop("source_system").to_pyarrow()
        local.create_table("given", given)
    else:
        columns = [f"NULL::{SQL_TYPES[f.kind]} AS {f.name}" for f in CUSTOMERS.fields]
        local.raw_sql(f"CREATE TABLE given AS SELECT {', '.join(columns)} WHERE false")
    return local.con.sql("""
        FROM (SELECT DISTINCT ON (customer_id) * FROM given WHERE customer_id IS NOT NULL
              ORDER BY ALL)
        UNION ALL BY NAME
        SELECT DISTINCT customer_id, customer_id AS name FROM bought
        ANTI JOIN given USING (customer_id) WHERE customer_id IS NOT NULL
        ORDER BY customer_id, name""").to_arrow_table()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
