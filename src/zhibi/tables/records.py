"""What people typed, over what was imported: decisions on accounts, and rows of their own.

A decision (a value that is not null) goes before what a file says of a customer, as if it had been
imported last; a parent puts the whole legal entity into that group; an account that no file names
becomes a customer with a key after the lake's highest. Rows of the further tables (assessments,
efforts, …) stand beside the imported ones. So an analysis cannot tell what was typed from what
was imported, and an analysis of a past day leaves out what was typed of later days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zhibi.tables import contents
from zhibi.tables.facts import Facts, Further
from zhibi.tables.keyed_by_text import by_number, by_text
from zhibi.tables.lake import groups
from zhibi.tables.lake.customers import FORMER_NAMES, FORMERS
from zhibi.tables.lake.files import LINKS_COLUMNS
from zhibi.tables.lake.sql import count, name, names, stored
from zhibi.tables.numbers import shared_numbers
from zhibi.tables.schema import CUSTOMERS, FURTHER, SCHEMAS, TableSchema

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

KEY = ("source_system", "customer_id")
DERIVED = tuple(column for column, _ in CUSTOMERS.derived)
MERGED = [
    column
    for column in CUSTOMERS.sql_columns
    if column not in (*KEY, *DERIVED, "name", "former_names", "import_id")
]
# The parents that files name, under those that people decided on, who may name another system's.
PARENTS = """
    SELECT own.customer_key, above.customer_key AS parent_key, own.is_decided
    FROM customers_next AS own JOIN customers_next AS above
        ON above.source_system = own.parent_system AND above.customer_id = own.parent_id"""


def with_records(facts: Facts, records: Mapping[str, pa.Table], *, version: str) -> Facts:
    """The facts with what people typed over them, whole (before any part is taken).

    `records["customers"]` has source_system, customer_id and any other columns of the schema, a
    parent as parent_source_system and parent_id (itself: it has none); one row a customer. Every
    other table has the columns of its schema, and rows of unknown customers are left out and
    counted in `Facts.left_out`. `version` becomes part of every result's identity.
    """
    given = {table: rows for table, rows in records.items() if rows.num_rows}
    _refuse_unfit(given)
    if "customers" in given:
        facts = _decided(facts, given.pop("customers"))
    added = {table: _added(facts, SCHEMAS[table], rows) for table, rows in given.items()}
    return replace(
        facts,
        further={
            **facts.further,
            **{table: further for table, (further, _) in added.items() if further},
        },
        left_out={table: left_out for table, (_, left_out) in added.items()},
        records_version=version,
    )


def _refuse_unfit(given: Mapping[str, pa.Table]) -> None:
    """What only the caller can have got wrong."""
    for table, rows in given.items():
        if table != "customers" and not (table in FURTHER and SCHEMAS[table].derived):
            raise ValueError(f"{table} is no table that people can add to")
        required = {one.name for one in SCHEMAS[table].fields if one.required}
        if table == "customers":
            required.remove("name")  # a file may have said it
        for column in ("source_system", *sorted(required)):
            if column not in rows.column_names or rows[column].null_count:
                raise ValueError(f"every row of {table} needs a {column}")


def _decided(facts: Facts, rows: pa.Table) -> Facts:
    """Customers with what was decided of them."""
    local = facts.engine.local
    connection = local.con
    _refuse_twice(rows)
    held = local.compile(facts.customers)
    if not facts.engine.is_local:
        held = by_number(f"({held})")
    said = name(_typed(local, CUSTOMERS, rows).get_name())
    connection.execute(f"CREATE TEMP TABLE customers_next AS {_laid_over(held, said)}")
    regrouped = f"FROM {said} AS said LEFT JOIN ({held}) AS old {_USING} {_REGROUPS}"
    if count(connection, f"SELECT count(*) {regrouped}"):
        links = f"({local.compile(facts.links)})" if facts.links is not None else _NO_LINKS
        groups.resolve(connection, links, PARENTS)
    made = f"SELECT {names(CUSTOMERS.sql_columns)} FROM customers_next"
    table = _made(local, made if facts.engine.is_local else by_text(f"({made})"))
    connection.execute("DROP TABLE customers_next")
    in_groups = table.filter(table.group_key != table.customer_key)
    return replace(
        facts,
        customers=table,
        filled=facts.filled | contents.filled_columns(table),
        shared=shared_numbers(local, table),
        has_groups=bool(in_groups.count().to_pyarrow().as_py()),
    )


_USING = f"USING ({names(KEY)})"
_NO_LINKS = stored((), LINKS_COLUMNS)
# Finding groups anew is the dear part, and not needed for a new owner or region.
_REGROUPS = """WHERE said.credit_code IS DISTINCT FROM coalesce(old.credit_code, '')
        AND said.credit_code IS NOT NULL
    OR said.parent_id IS NOT NULL AND (said.parent_id IS DISTINCT FROM old.parent_id
        OR said.parent_source_system IS DISTINCT FROM source_system)"""


def _refuse_twice(rows: pa.Table) -> None:
    if rows.group_by(list(KEY)).aggregate([]).num_rows != rows.num_rows:
        raise ValueError("a customer has several rows of decisions")


def _laid_over(held: str, said: str) -> str:
    """Every customer that is held, said something of or named as a parent; entity and group as
    they were."""
    merged = ", ".join(f"coalesce(said.{name(of)}, old.{name(of)}) AS {name(of)}" for of in MERGED)
    return f"""
        WITH said AS (FROM {said}), named AS (
            SELECT source_system, customer_id FROM said
            UNION SELECT parent_source_system, parent_id FROM said WHERE parent_id IS NOT NULL
        ), old AS ({held}), both_sides AS (
            SELECT source_system, customer_id, {merged}, {FORMERS} AS formers,
                   coalesce(said.name, old.name, customer_id) AS name,
                   coalesce(said.parent_source_system, source_system) AS parent_system,
                   said.parent_id IS NOT NULL AS is_decided,
                   old.customer_key AS old_key, old.entity_key, old.group_key,
                   coalesce(old.import_id, '') AS import_id
            FROM named FULL JOIN old {_USING} LEFT JOIN said {_USING}
        ), keyed AS (
            SELECT *, {FORMER_NAMES} AS former_names, coalesce(old_key, (SELECT
                coalesce(max(customer_key), 0) FROM old) + row_number() OVER (
                PARTITION BY old_key IS NULL ORDER BY source_system, customer_id)) AS customer_key
            FROM both_sides
        )
        SELECT * REPLACE (coalesce(entity_key, customer_key) AS entity_key,
                          coalesce(group_key, customer_key) AS group_key)
        FROM keyed"""


def _added(facts: Facts, schema: TableSchema, rows: pa.Table) -> tuple[Further | None, int]:
    """A further table with the rows of known customers behind its own; how many are not."""
    local = facts.engine.local
    held = facts.further.get(schema.name)
    typed = _typed(local, schema, rows).drop("customer_key")
    known = facts.customers.select(*KEY, "customer_key")
    columns = list(held.table.columns if held else schema.sql_columns)
    keyed = _made(local, local.compile(typed.join(known, KEY).select(columns)))
    kept = int(keyed.count().to_pyarrow().as_py())
    left_out = rows.num_rows - kept
    if not kept:
        return held, left_out
    filled, there = contents.filled_columns(keyed), facts.there(keyed)
    if held is None:
        return Further(there, filled), left_out
    return Further(held.table.union(there), held.filled | filled), left_out


def _typed(local: Any, schema: TableSchema, rows: pa.Table) -> ir.Table:
    """Rows in the columns of the schema, and the parent's system; null where they have none."""
    wanted = schema.sql_columns
    supposed = {"import_id": "''", "parent_source_system": "source_system"}
    if schema is CUSTOMERS:
        wanted = {**wanted, "parent_source_system": "VARCHAR"}
    given = set(rows.column_names) - set(DERIVED)
    columns = []
    for column, sql_type in wanted.items():
        sources = [*([name(column)] if column in given else []), supposed.get(column, "NULL")]
        columns.append(f"CAST(coalesce({', '.join(sources)}) AS {sql_type}) AS {name(column)}")
    local.con.register("given_rows", rows)
    typed = _made(local, f"SELECT {', '.join(columns)} FROM given_rows")
    local.con.unregister("given_rows")
    return typed


def _made(local: Any, query: str) -> ir.Table:
    """The answer of a query as a table of its own."""
    from ibis.util import gen_name

    table = gen_name("records")
    local.con.execute(f"CREATE TEMP TABLE {name(table)} AS {query}")
    return local.table(table)
