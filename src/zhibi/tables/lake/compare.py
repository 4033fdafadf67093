"""What an import would change: units new, changed and unchanged, found without a stored index.

The lake's ids are scanned for those of the import; only of units on both sides are the lines
hashed. Hashes are compared within one run and never kept, so they may be DuckDB's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zhibi.tables.lake.batch import content, count_units
from zhibi.tables.lake.files import COLUMNS
from zhibi.tables.lake.manifest import Change
from zhibi.tables.lake.sql import Connection, count, literal, name, names, stored
from zhibi.tables.schema import TableSchema

EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """A batch against the table as it stands. `touched` are the files that hold changed units.

    The ids are left in the tables `<table>_unchanged` and `<table>_changed`.
    """

    change: Change
    touched: tuple[str, ...] = ()


def compare(
    connection: Connection, schema: TableSchema, files: Sequence[str], *, source_system: str
) -> Comparison:
    """Compare the opened batch of a table with the table's files."""
    count_units(connection, schema)
    held = _held(connection, schema, files, source_system)
    _split(connection, schema, held)
    change = _counted(connection, schema, held)
    touched = connection.execute(
        f"SELECT DISTINCT filename FROM {schema.name}_known "
        f"SEMI JOIN {schema.name}_changed USING ({names(schema.unit)}) ORDER BY filename"
    ).fetchall()
    return Comparison(change, tuple(Path(file).name for (file,) in touched))


def _held(
    connection: Connection, schema: TableSchema, files: Sequence[str], source_system: str
) -> str:
    """The lake's rows that may be of units of the batch: those of the files that hold any.

    Makes `<table>_known`: units on both sides, and the files they are in.
    """
    columns = COLUMNS[schema.name]
    of_source = f"WHERE source_system = {literal(source_system)}"
    unit = names(schema.unit)
    connection.execute(
        f"CREATE TEMP TABLE {schema.name}_known AS SELECT DISTINCT {unit}, filename "
        f"FROM (FROM {stored(files, columns, filename=True)} {of_source}) AS held "
        f"SEMI JOIN {schema.name}_units USING ({unit})"
    )
    found = connection.execute(f"SELECT DISTINCT filename FROM {schema.name}_known ORDER BY ALL")
    return f"(FROM {stored([file for (file,) in found.fetchall()], columns)} {of_source})"


def _split(connection: Connection, schema: TableSchema, held: str) -> None:
    """Part the known units into `<table>_unchanged` and `<table>_changed`.

    The lines of a unit are a multiset: their number and the sum of their hashes. Each hash is
    hashed again, so that the sum mixes whole rows and not columns.
    """
    unit = names(schema.unit)
    whole = names(content(schema))

    def digest(rows: str) -> str:
        return (
            f"SELECT {unit}, count(*) AS lines, sum(hash(hash({whole}))) AS digest "
            f"FROM {rows} AS rows SEMI JOIN {schema.name}_known USING ({unit}) GROUP BY ALL"
        )

    connection.execute(
        f"CREATE TEMP TABLE {schema.name}_unchanged AS SELECT {unit} "
        f"FROM ({digest(schema.name + '_batch')}) AS new JOIN ({digest(held)}) AS old "
        f"USING ({unit}) WHERE new.lines = old.lines AND new.digest = old.digest"
    )
    connection.execute(
        f"CREATE TEMP TABLE {schema.name}_changed AS SELECT DISTINCT {unit} "
        f"FROM {schema.name}_known ANTI JOIN {schema.name}_unchanged USING ({unit})"
    )


def _counted(connection: Connection, schema: TableSchema, held: str) -> Change:
    table, unit = schema.name, names(schema.unit)

    def tally(of: str) -> tuple[int, int]:
        ((units, rows),) = connection.execute(
            f"SELECT count(*), coalesce(sum(lines), 0)::BIGINT FROM {table}_units {of}"
        ).fetchall()
        return units, rows

    units, rows = tally("")
    units_unchanged, rows_unchanged = tally(f"SEMI JOIN {table}_unchanged USING ({unit})")
    units_changed, rows_changed = tally(f"SEMI JOIN {table}_changed USING ({unit})")
    removed, losing_count, losing = _losing(connection, schema, held)
    return Change(
        table,
        units_new=units - units_unchanged - units_changed,
        units_changed=units_changed,
        units_unchanged=units_unchanged,
        rows_new=rows - rows_unchanged - rows_changed,
        rows_changed=rows_changed,
        rows_unchanged=rows_unchanged,
        rows_removed=removed,
        units_losing=losing_count,
        losing=losing,
    )


def _losing(
    connection: Connection, schema: TableSchema, held: str
) -> tuple[int, int, tuple[str, ...]]:
    """Lines of changed units without a counterpart in the new ones, and whose they are.

    A counterpart has the same line number, or the same product where lines have no numbers.
    """
    known_by = [field for field in ("line_no", "product_id") if field in COLUMNS[schema.name]]
    line = f"coalesce({', '.join([*map(name, known_by), literal('')])})"
    unit = names(schema.unit)

    def lines(rows: str) -> str:
        return (
            f"SELECT {unit}, {line} AS line, count(*) AS lines FROM {rows} AS rows "
            f"SEMI JOIN {schema.name}_changed USING ({unit}) GROUP BY ALL"
        )

    connection.execute(
        f"CREATE TEMP TABLE {schema.name}_losing AS SELECT {unit}, "
        f"sum(old.lines - coalesce(new.lines, 0))::BIGINT AS lost FROM ({lines(held)}) AS old "
        f"LEFT JOIN ({lines(schema.name + '_batch')}) AS new USING ({unit}, line) "
        f"WHERE old.lines > coalesce(new.lines, 0) GROUP BY ALL"
    )
    total = count(connection, f"SELECT sum(lost) FROM {schema.name}_losing")
    many = count(connection, f"SELECT count(*) FROM {schema.name}_losing")
    first = connection.execute(
        f"SELECT concat_ws(' ', {unit}) AS id FROM {schema.name}_losing "
        f"ORDER BY id LIMIT {EXAMPLES}"
    ).fetchall()
    return total, many, tuple(row[0] for row in first)


def staying(schema: TableSchema, files: Sequence[str], *, source_system: str) -> str:
    """The rows of these files that a commit keeps: all but those of changed units."""
    unit = schema.unit
    same = " AND ".join(f"gone.{name(column)} = rows.{name(column)}" for column in unit)
    return (
        f"SELECT {names(COLUMNS[schema.name], of='rows')} "
        f"FROM {stored(files, COLUMNS[schema.name])} AS rows "
        f"ANTI JOIN {schema.name}_changed AS gone "
        f"ON rows.source_system = {literal(source_system)} AND {same}"
    )
