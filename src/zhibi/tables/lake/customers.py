"""Customers: who gets a key, and how what a file says is merged with what is known.

A customer gets an integer key at first sight of (source system, id), in whatever table, and
keeps it. An order export knows little of a customer, so an empty cell means "not said" and never
blanks what a fuller file said before; a new name moves the old one into the former names.
"""

from __future__ import annotations

from collections.abc import Sequence

from zhibi.tables.lake.batch import content
from zhibi.tables.lake.files import COLUMNS
from zhibi.tables.lake.manifest import Change
from zhibi.tables.lake.sql import Connection, count, literal, name, names, stored
from zhibi.tables.schema import CUSTOMERS, SCHEMAS, TableSchema

NAMED_IN = tuple(
    schema.name
    for schema in SCHEMAS.values()
    if schema is not CUSTOMERS and "customer_key" in dict(schema.derived)
)
SEPARATOR = "; "  # between former names

# The names a customer (`old`, of which something is `said`) no longer has; then as one text.
FORMERS = f"""list_concat(
    string_split(old.former_names, {literal(SEPARATOR)}),
    string_split(said.former_names, {literal(SEPARATOR)}),
    CASE WHEN said.name <> old.name AND old.name <> customer_id THEN [old.name] END)"""
FORMER_NAMES = f"""nullif(array_to_string(list_filter(formers, lambda former, place:
    former <> '' AND former <> name AND list_position(formers, former) = place),
    {literal(SEPARATOR)}), '')"""

_FIELDS = content(CUSTOMERS)
_MERGED = [column for column in _FIELDS if column not in ("customer_id", "name", "former_names")]


def merge(
    connection: Connection,
    opened: Sequence[TableSchema],
    files: Sequence[str],
    *,
    source_system: str,
) -> None:
    """Make `customers_held` and `customers_merged`: every customer new or spoken of.

    `state` is new, changed or unchanged for those the customers file speaks of, and seen for
    those only named in other tables; `lines` is the number of rows that speak of them.
    """
    present = {schema.name for schema in opened}
    held = stored(files, COLUMNS["customers"])
    connection.execute(f"CREATE TEMP VIEW customers_held AS FROM {held}")
    connection.execute(f"CREATE TEMP TABLE customers_said AS {_said('customers' in present)}")
    connection.execute(f"CREATE TEMP TABLE customers_seen AS {_seen(present)}")
    connection.execute(
        f"""
        CREATE TEMP TABLE customers_merged AS
        WITH both_sides AS (
            SELECT customer_id, said.lines, old.customer_key, old.import_id,
                   {_old_and_new()},
                   coalesce(said.name, old.name, customer_id) AS name,
                   {FORMERS} AS formers,
                   old.name AS old_name, old.former_names AS old_former_names
            FROM customers_seen
            LEFT JOIN (FROM customers_held WHERE source_system = {literal(source_system)}) AS old
                 USING (customer_id)
            LEFT JOIN customers_said AS said USING (customer_id)
            WHERE said.lines IS NOT NULL OR old.customer_key IS NULL
        ), named AS (
            SELECT *, {FORMER_NAMES} AS former_names FROM both_sides
        )
        SELECT *, CASE WHEN lines IS NULL THEN 'seen' WHEN customer_key IS NULL THEN 'new'
                       WHEN {_differs()} THEN 'changed' ELSE 'unchanged' END AS state
        FROM named
        """
    )


def _said(has_file: bool) -> str:
    """One row a customer: the last value that the file gives for each column."""
    if not has_file:
        nothing = ", ".join(f"NULL::{type_} AS {name(field)}" for field, type_ in _FIELDS.items())
        return f"SELECT {nothing}, 0 AS lines WHERE false"
    last = ", ".join(
        f"arg_max({name(field)}, file_row) AS {name(field)}"
        for field in _FIELDS
        if field != "customer_id"
    )
    return f"SELECT customer_id, {last}, count(*) AS lines FROM customers_batch GROUP BY ALL"


def _seen(present: set[str]) -> str:
    """Every customer id that the import names, as customer or as parent."""
    ids = [f"SELECT customer_id FROM {table}_batch" for table in NAMED_IN if table in present]
    ids.append("SELECT customer_id FROM customers_said")
    ids.append("SELECT parent_id FROM customers_said WHERE parent_id IS NOT NULL")
    return " UNION ".join(ids)


def _old_and_new() -> str:
    return ", ".join(
        f"coalesce(said.{name(column)}, old.{name(column)}) AS {name(column)}, "
        f"old.{name(column)} AS {name('old_' + column)}"
        for column in _MERGED
    )


def _differs() -> str:
    return " OR ".join(
        f"{name(column)} IS DISTINCT FROM {name('old_' + column)}"
        for column in ("name", "former_names", *_MERGED)
    )


def change(connection: Connection) -> Change:
    """What the customers file changes. Merging takes nothing away, so nothing is ever lost."""
    found = connection.execute(
        "SELECT state, count(*), sum(lines)::BIGINT FROM customers_merged GROUP BY state"
    ).fetchall()
    units = {state: many for state, many, _ in found}
    rows = {state: many or 0 for state, _, many in found}
    return Change(
        "customers",
        units_new=units.get("new", 0),
        units_changed=units.get("changed", 0),
        units_unchanged=units.get("unchanged", 0),
        rows_new=rows.get("new", 0),
        rows_changed=rows.get("changed", 0),
        rows_unchanged=rows.get("unchanged", 0),
    )


def has_news(connection: Connection) -> bool:
    """Whether the import adds or changes any customer."""
    return count(connection, "SELECT count(*) FROM customers_merged WHERE state <> 'unchanged'") > 0


def next_table(
    connection: Connection, *, source_system: str, import_id: str, next_key: int
) -> None:
    """Make `customers_next`: the whole table after the import, legal entities still to be set."""
    fields = names(_FIELDS)
    connection.execute(
        f"""
        CREATE TEMP TABLE customers_next AS
        SELECT {names(COLUMNS["customers"], of="held")} FROM customers_held AS held
        ANTI JOIN customers_merged AS merged ON held.source_system = {literal(source_system)}
             AND held.customer_id = merged.customer_id
        UNION ALL
        SELECT {literal(source_system)}, {fields},
               coalesce(customer_key, {next_key} - 1 + row_number() OVER (
                   PARTITION BY customer_key IS NULL ORDER BY customer_id)),
               NULL, NULL,
               CASE WHEN state = 'unchanged' THEN import_id ELSE {literal(import_id)} END
        FROM customers_merged
        """
    )


def highest_key(connection: Connection) -> int:
    return count(connection, "SELECT max(customer_key) FROM customers_next")
