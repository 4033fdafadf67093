"""The Delta tables on disk: their files at a version, and the next version.

Data files are written by DuckDB and entered in the Delta log by their names, so that the log is
a few lines whatever the number of rows, and other programs can still read the tables.
A file is named after the data version that it was written for; a name above the current data
version was left by a process that died.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import DeltaError
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, RemoveAction

from zhibi.errors import ZhibiError
from zhibi.tables.lake.manifest import sync_folder
from zhibi.tables.lake.sql import Connection, literal
from zhibi.tables.lake.steps import step
from zhibi.tables.schema import SCHEMAS

LINKS_COLUMNS = {
    "customer_key": "BIGINT",
    "entity_key": "BIGINT",
    "by": "VARCHAR",
    "at": "VARCHAR",
    "how": "VARCHAR",
    "import_id": "VARCHAR",
}
COLUMNS: dict[str, dict[str, str]] = {
    **{name: schema.sql_columns for name, schema in SCHEMAS.items()},
    "customer_links": LINKS_COLUMNS,
}
DELTA_TYPES = {"VARCHAR": "string", "BIGINT": "long", "BOOLEAN": "boolean", "DATE": "date"}
# Old manifests name old versions, so neither the log nor removed files may be tidied by Delta.
KEEP_ALL = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}
# Some two million lines: a changed order rewrites its file (about a second), and a scan of a
# large lake still opens only tens of them. zstd costs a tenth more time than snappy and saves
# two fifths of the disk.
FILE_BYTES = "32MB"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A Parquet file DuckDB has written, still in the scratch folder."""

    path: Path
    rows: int
    stats: str  # as Delta's log wants them


@dataclass(frozen=True, slots=True)
class Swap:
    """What one change does to one table: these files in, those (by name) out."""

    new: tuple[NewFile, ...]
    old: tuple[str, ...] = ()


def delta_schema(table: str) -> Any:
    columns = COLUMNS[table].items()
    return Schema(
        [Field(name, PrimitiveType(DELTA_TYPES.get(kind, kind.lower()))) for name, kind in columns]
    )


def live(folder: Path, version: int) -> tuple[str, ...]:
    """Names of the files a table consists of at a version."""
    if version == 0:  # every table begins empty, and is not there at all before its first import
        return ()
    try:
        actions = DeltaTable(folder, version=version).get_add_actions()
    except DeltaError as problem:
        raise ZhibiError(
            "The table {table} of the lake is damaged ({problem}); restore a backup.",
            table=folder.name,
            problem=str(problem).splitlines()[0],
        ) from problem
    return tuple(sorted(actions.column("path").to_pylist()))


def write(connection: Connection, query: str, into: Path) -> tuple[NewFile, ...]:
    """Write the rows of a query as Parquet files into a new folder; none for no rows."""
    written = connection.execute(
        f"COPY ({query}) TO {literal(into)} "
        f"(FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES '{FILE_BYTES}', RETURN_STATS)"
    ).fetchall()
    return tuple(
        NewFile(Path(path), rows, _stats(rows, columns))
        for path, rows, _, _, columns, *_ in sorted(written, key=lambda one: str(one[0]))
        if rows
    )


def _stats(rows: int, columns: Mapping[str, Mapping[str, str]]) -> str:
    """Row count and first and last day: what a reader leaves files out by."""
    days = {
        column.strip('"'): figures
        for column, figures in columns.items()
        if column.strip('"').endswith("_date") and "min" in figures and "max" in figures
    }
    return json.dumps(
        {
            "numRecords": rows,
            "minValues": {day: figures["min"] for day, figures in days.items()},
            "maxValues": {day: figures["max"] for day, figures in days.items()},
            "nullCount": {day: int(figures["null_count"]) for day, figures in days.items()},
        },
        sort_keys=True,
    )


def advance(folder: Path, swap: Swap, *, data_version: int) -> int:
    """Put new files in and take old ones out, as the table's next version, which is returned."""
    table = DeltaTable(folder)
    base: int = table.version()
    actions: list[AddAction | RemoveAction] = []
    for number, file in enumerate(swap.new):
        name = f"{data_version}-{base + 1}-{number}.parquet"
        actions.append(_enter(file, folder / name))
    sync_folder(folder)
    for name in swap.old:
        size, moment = _size_and_time(folder / name)
        actions.append(RemoveAction(name, True, moment, size=size))
    table.create_write_transaction(actions, "append", delta_schema(folder.name))
    _sync_log(folder)
    step(f"log written: {folder.name}")
    return base + 1


def _enter(file: NewFile, place: Path) -> AddAction:
    """Move a file into its table's folder, safe against a power cut."""
    with file.path.open("rb") as opened:
        os.fsync(opened.fileno())
    file.path.rename(place)
    size, moment = _size_and_time(place)
    return AddAction(place.name, size, {}, moment, True, file.stats)


def _size_and_time(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, int(found.st_mtime * 1000)


def _sync_log(folder: Path) -> None:
    log = folder / "_delta_log"
    with max(log.glob("*.json")).open("rb") as newest:
        os.fsync(newest.fileno())
    sync_folder(log)


def make_ready(folder: Path, version: int) -> None:
    """Create the table, or take it back to the version the manifest names.

    It is ahead when a process died before it published, and after an undo.
    """
    if not (folder / "_delta_log").is_dir() or not DeltaTable.is_deltatable(str(folder)):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        DeltaTable.create(folder, schema=delta_schema(folder.name), configuration=KEEP_ALL)
        _sync_log(folder)
        return
    table = DeltaTable(folder)
    if table.version() > version:
        table.restore(version)


def drop_orphans(folder: Path, data_version: int) -> None:
    """Delete files written for data versions that were never published."""
    for file in folder.glob("*.parquet"):
        number = file.name.split("-")[0]
        if number.isdigit() and int(number) > data_version:
            file.unlink()
