"""Taking an import back: what it added goes, what it replaced returns.

The last change is undone by naming the versions before it again. For an earlier one its rows are
taken out and the units they had replaced are put back from the version before; that is refused
when a later import has replaced some of those units, for then there is nothing to go back to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.tables.lake import customers, files, groups, manifest
from zhibi.tables.lake.commit import write_customers
from zhibi.tables.lake.files import COLUMNS, Swap
from zhibi.tables.lake.manifest import Commit, Manifest
from zhibi.tables.lake.sql import Connection, literal, name, names, stored
from zhibi.tables.lake.writer import Writer, check_space
from zhibi.tables.schema import SCHEMAS


@dataclass(frozen=True, slots=True)
class Undone:
    """The import being undone: the state it made and the one it found."""

    import_id: str
    made: Manifest
    found: Manifest

    @property
    def is_row(self) -> str:
        return f"import_id = {literal(self.import_id)}"


def undo(writer: Writer, import_id: str, *, at: str | None) -> Commit:
    """Undo one import. `at` is the moment, as ISO text."""
    undone = _find(writer.lake, import_id)
    commit = Commit(writer.version, "undo", import_id, at=at)
    if writer.before.tables == undone.made.tables:
        for table in undone.made.tables:
            _present(writer, undone.found, table)
        writer.tables = {table: undone.found.tables.get(table, 0) for table in _written(undone)}
        return writer.publish(commit)
    swaps = {
        table: _taken_out(writer, undone, table)
        for table in _written(undone)
        if table != "customers"
    }
    if "customers" in _written(undone):
        _customers_after(writer, undone, swaps)
        swaps["customers"] = write_customers(writer)
    writer.enter(swaps)
    return writer.publish(commit)


def _find(lake: Path, import_id: str) -> Undone:
    history = manifest.history(lake)
    done = [one for one in history if one.commit and one.commit.import_id == import_id]
    if not done:
        raise ZhibiError(
            "There is no import {id}; `zhibi imports` lists those there are.", id=import_id
        )
    if len(done) > 1:
        raise ZhibiError("The import {id} was undone already.", id=import_id)
    found = manifest.read(lake, done[0].parent or 0)
    assert found is not None, "a manifest is only written on top of a whole one"
    return Undone(import_id, done[0], found)


def _written(undone: Undone) -> tuple[str, ...]:
    assert undone.made.commit is not None
    return undone.made.commit.tables


def _present(writer: Writer, state: Manifest, table: str) -> tuple[str, ...]:
    """Paths of a table's files at a state. ZhibiError when a vacuum has deleted some."""
    folder = writer.lake / table
    paths = [folder / file for file in files.live(folder, state.tables.get(table, 0))]
    if not all(path.exists() for path in paths):
        raise ZhibiError(
            "The rows of {table} before that import have been vacuumed, so it cannot be undone; "
            "restore a backup instead.",
            table=table,
        )
    return tuple(map(str, paths))


def _taken_out(writer: Writer, undone: Undone, table: str) -> Swap:
    """Files to put in the place of those that hold rows of the import, and the names of those."""
    connection, columns = writer.connection, COLUMNS[table]
    made, found = _present(writer, undone.made, table), _present(writer, undone.found, table)
    now = writer.paths(table)
    own = stored(_only(made, found), columns)
    unit = names(("source_system", *SCHEMAS[table].unit)) if table in SCHEMAS else "customer_key"
    connection.execute(
        f"CREATE TEMP TABLE {table}_own AS SELECT DISTINCT {unit} FROM {own} WHERE {undone.is_row}"
    )
    if table in SCHEMAS:
        _refuse_replaced(
            connection,
            undone,
            f"{stored(now, columns)} AS rows SEMI JOIN {table}_own USING ({unit})",
            table,
        )
    touched = [
        row[0]
        for row in connection.execute(
            f"SELECT DISTINCT filename FROM {stored(now, columns, filename=True)} "
            f"WHERE {undone.is_row} ORDER BY filename"
        ).fetchall()
    ]
    check_space(writer.lake, 2 * sum(Path(path).stat().st_size for path in touched))
    replaced = stored(_only(found, made), columns)
    new = writer.write(
        f"SELECT {names(columns)} FROM {stored(touched, columns)} WHERE NOT {undone.is_row} "
        f"UNION ALL SELECT {names(columns)} FROM {replaced} AS rows "
        f"SEMI JOIN {table}_own USING ({unit})"
    )
    return Swap(new, tuple(Path(path).name for path in touched))


def _only(these: Iterable[str], those: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(these) - set(those)))


def _refuse_replaced(connection: Connection, undone: Undone, rows: str, table: str) -> None:
    """ZhibiError when units of the import are another's by now."""
    later = connection.execute(
        f"SELECT import_id, count(*) FROM {rows} WHERE NOT {undone.is_row} "
        "GROUP BY import_id ORDER BY import_id LIMIT 1"
    ).fetchall()
    if later:
        raise ZhibiError(
            "The import {id} cannot be undone: the later import {later} has replaced some of its "
            "rows in {table} ({count} of them); undo {later} first.",
            id=undone.import_id,
            later=later[0][0],
            table=table,
            count=later[0][1],
        )


def _customers_after(writer: Writer, undone: Undone, swaps: Mapping[str, Swap]) -> None:
    """Make `customers_next`: without those whom only this import named."""
    connection, columns = writer.connection, COLUMNS["customers"]
    made = stored(_present(writer, undone.made, "customers"), columns)
    found = stored(_present(writer, undone.found, "customers"), columns)
    held = stored(writer.paths("customers"), columns)
    connection.execute(f"CREATE TEMP VIEW customers_held AS FROM {held}")
    # A bare row says nothing of its customer, so whoever has spoken since has replaced nothing.
    spoken = " OR ".join(f"{name(field)} IS NOT NULL" for field in _DETAILS)
    _refuse_replaced(
        connection,
        undone,
        f"customers_held SEMI JOIN (FROM {made} WHERE {undone.is_row} AND "
        f"(name <> customer_id OR {spoken})) USING (customer_key)",
        "customers",
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE customers_next AS
        SELECT {names(columns)} FROM customers_held WHERE NOT {undone.is_row}
        UNION ALL
        SELECT {names(columns)} FROM {found} AS before SEMI JOIN
            (FROM customers_held WHERE {undone.is_row}) USING (customer_key)
        """
    )
    _keep_referred(connection, _remaining(writer, swaps))
    links = stored(_paths_after(writer, swaps, "customer_links"), COLUMNS["customer_links"])
    groups.resolve(connection, links)


_DETAILS = [
    field.name for field in SCHEMAS["customers"].fields if field.name not in ("customer_id", "name")
]


def _keep_referred(connection: Connection, remaining: str) -> None:
    """Put back customers of the import that other rows name by now, and their parents."""
    connection.execute(
        f"""
        INSERT INTO customers_next
        WITH RECURSIVE gone AS (
            FROM customers_held ANTI JOIN customers_next USING (customer_key)
        ), kept AS (
            SELECT * FROM gone WHERE customer_key IN ({remaining})
                OR (source_system, customer_id) IN
                   (SELECT (source_system, parent_id) FROM customers_next)
            UNION
            SELECT gone.* FROM gone JOIN kept ON gone.source_system = kept.source_system
                AND gone.customer_id = kept.parent_id
        )
        SELECT {names(COLUMNS["customers"])} FROM kept
        """
    )


def _remaining(writer: Writer, swaps: Mapping[str, Swap]) -> str:
    """SQL: the customer keys that the other tables name after the undo."""
    keys = [
        f"SELECT customer_key FROM {stored(_paths_after(writer, swaps, table), COLUMNS[table])}"
        for table in (*customers.NAMED_IN, "customer_links")
    ]
    links = stored(_paths_after(writer, swaps, "customer_links"), COLUMNS["customer_links"])
    keys.append(f"SELECT entity_key FROM {links}")
    return " UNION ".join(keys)


def _paths_after(writer: Writer, swaps: Mapping[str, Swap], table: str) -> tuple[str, ...]:
    swap = swaps.get(table, Swap(()))
    staying = [path for path in writer.paths(table) if Path(path).name not in swap.old]
    return (*staying, *(str(file.path) for file in swap.new))
