"""An import into the lake: compare, write, publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zhibi.errors import ZhibiError
from zhibi.tables.lake import customers, groups, manifest, orders
from zhibi.tables.lake.batch import open_batches
from zhibi.tables.lake.compare import Comparison, compare, staying
from zhibi.tables.lake.files import COLUMNS, Swap
from zhibi.tables.lake.manifest import Change, Commit
from zhibi.tables.lake.sql import Connection, literal, name, names, stored
from zhibi.tables.lake.steps import step
from zhibi.tables.lake.writer import Writer, check_space
from zhibi.tables.schema import CUSTOMERS, ORDER_LINES, TableSchema

# A batch is written again once, and comparing it may spill about as much twice over.
SPACE_PER_BATCH = 3


@dataclass(frozen=True, slots=True)
class Import:
    """One import: its rows by table, whose they are, and what to remember of it."""

    batches: Mapping[str, Path]
    source_system: str
    import_id: str = ""
    about: dict[str, Any] = field(default_factory=dict)


def compare_all(
    connection: Connection,
    opened: tuple[TableSchema, ...],
    held: Mapping[str, tuple[str, ...]],
    *,
    source_system: str,
) -> dict[str, Comparison]:
    """Compare every batch with its table. Also leaves `customers_merged` behind."""
    found = {}
    for schema in opened:
        if schema is not CUSTOMERS:
            found[schema.name] = compare(
                connection, schema, held[schema.name], source_system=source_system
            )
    customers.merge(connection, opened, held["customers"], source_system=source_system)
    if CUSTOMERS in opened:
        found["customers"] = Comparison(customers.change(connection))
    return found


def commit(writer: Writer, given: Import) -> Commit:
    """Bring an import into the lake; one that changes nothing leaves the version as it is."""
    refuse_known(writer, given.import_id)
    batch_bytes = sum(path.stat().st_size for path in given.batches.values())
    check_space(writer.lake, SPACE_PER_BATCH * batch_bytes)
    opened = open_batches(writer.connection, given.batches, source_system=given.source_system)
    step("staged")
    held = {table: writer.paths(table) for table in COLUMNS}
    found = compare_all(writer.connection, opened, held, source_system=given.source_system)
    step("compared")
    rewritten = sum(
        (writer.lake / table / file).stat().st_size
        for table, one in found.items()
        for file in one.touched
    )
    check_space(writer.lake, SPACE_PER_BATCH * batch_bytes + rewritten)
    changes = tuple(one.change for one in found.values())
    return _write(writer, given, opened, found, changes)


def _write(
    writer: Writer,
    given: Import,
    opened: tuple[TableSchema, ...],
    found: Mapping[str, Comparison],
    changes: tuple[Change, ...],
) -> Commit:
    cycles = _next_customers(writer, given)
    swaps: dict[str, Swap] = {}
    if customers.has_news(writer.connection):
        swaps["customers"] = write_customers(writer)
    for schema in opened:
        if schema is not CUSTOMERS and not found[schema.name].change.is_nothing:
            swaps[schema.name] = _files_of(writer, given, schema, found[schema.name])
    commit = Commit(
        version=writer.before.version,
        action="import",
        import_id=given.import_id,
        source_system=given.source_system,
        at=given.about.get("at"),
        about=given.about,
        changes=changes,
        parent_cycles=cycles,
    )
    if not swaps:
        return commit
    writer.enter(swaps)
    next_key = customers.highest_key(writer.connection) + 1
    return writer.publish(commit, next_customer_key=max(next_key, writer.before.next_customer_key))


def refuse_known(writer: Writer, import_id: str) -> None:
    known = {one.commit.import_id for one in manifest.history(writer.lake) if one.commit}
    if import_id in known:
        raise ZhibiError("The import {id} is in the lake already; give another id.", id=import_id)


def _next_customers(writer: Writer, given: Import) -> tuple[str, ...]:
    """Make `customers_next`, with keys for the new and groups for all; the parent cycles."""
    customers.next_table(
        writer.connection,
        source_system=given.source_system,
        import_id=given.import_id,
        next_key=writer.before.next_customer_key,
    )
    if not customers.has_news(writer.connection):
        return ()
    links = stored(writer.paths("customer_links"), COLUMNS["customer_links"])
    return groups.resolve(writer.connection, links)


def write_customers(writer: Writer) -> Swap:
    """The whole table anew: customers are few beside their orders."""
    columns = names(COLUMNS["customers"])
    new = writer.write(f"SELECT {columns} FROM customers_next ORDER BY customer_key")
    return Swap(new, writer.names("customers"))


def _files_of(writer: Writer, given: Import, schema: TableSchema, found: Comparison) -> Swap:
    """Files with the new and changed units, and again those files that held the changed ones."""
    if schema is ORDER_LINES:
        orders.mark(writer.connection)
    new = writer.write(_incoming(schema, given, found.change))
    expected = found.change.rows_new + found.change.rows_changed
    assert sum(file.rows for file in new) == expected, "rows were lost on the way to the lake"
    if found.touched:
        touched = [str(writer.lake / schema.name / file) for file in found.touched]
        new += writer.write(staying(schema, touched, source_system=given.source_system))
    return Swap(new, found.touched)


def _incoming(schema: TableSchema, given: Import, change: Change) -> str:
    """The batch's new and changed units with every column of the lake's table."""
    computed = {
        "customer_key": "keys.customer_key",
        "is_order": "(batch.file_row IN (FROM order_marks))",
        "import_id": literal(given.import_id),
    }
    columns = ", ".join(
        f"{computed.get(column, 'batch.' + name(column))} AS {name(column)}"
        for column in COLUMNS[schema.name]
    )
    query = f"SELECT {columns} FROM {schema.name}_batch AS batch"
    if "customer_key" in COLUMNS[schema.name]:
        query += (
            f" JOIN (FROM customers_next WHERE source_system = {literal(given.source_system)})"
            " AS keys ON keys.customer_id = batch.customer_id"
        )
    if change.units_unchanged:
        same = " AND ".join(f"same.{name(c)} = batch.{name(c)}" for c in schema.unit)
        query += f" ANTI JOIN {schema.name}_unchanged AS same ON {same}"
    return query
