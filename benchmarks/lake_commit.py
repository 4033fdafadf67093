"""How long an import into the lake takes, beside DuckDB copying the same rows to Parquet.

    python benchmarks/lake_commit.py --held 50 --new 10 --folder /a/disk/with/room

Lines in millions. Prints seconds, ratios and the peak memory of the commit, for a first import,
an import of new orders only, and one where a tenth of the orders overlap and half of those
changed. The inputs are typed Parquet files, as the earlier steps of an import leave them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import time
from pathlib import Path

import duckdb

from zhibi.tables.lake import Lake
from zhibi.tables.schema import ORDER_LINES

GIVEN = {
    "order_id": "'SO' || lpad((i // 4)::VARCHAR, 10, '0')",
    "line_no": "(i % 4 + 1)::VARCHAR",
    "customer_id": "'C' || lpad((hash(i // 4) % 100000)::VARCHAR, 6, '0')",
    "order_date": "DATE '2015-01-01' + (i // 16000)::INTEGER",
    "product_id": "'P' || lpad((hash(i) % 20000)::VARCHAR, 5, '0')",
    "product_name": "'product ' || (hash(i) % 20000)",
    "category": "'category ' || (hash(i) % 50)",
    "quantity": "(hash(i + 1) % 50 + 1)::DECIMAL(18,4)",
    "amount": "((hash(i + 2) % 1000000) / 100)::DECIMAL(18,4) + {change}",
    "currency": "'CNY'",
    "line_kind": "'sale'",
    "salesperson": "'person ' || (hash(i // 4) % 200)",
}


def write_lines(path: Path, first: int, count: int, *, changed: str = "0") -> None:
    """A batch of `count` million lines from line `first` (million) on."""
    columns = ", ".join(
        f"CAST({GIVEN.get(field.name, 'NULL').format(change=changed)} "
        f"AS {ORDER_LINES.sql_columns[field.name]}) AS {field.name}"
        for field in ORDER_LINES.fields
    )
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as connection:
        connection.execute(
            f"COPY (SELECT i AS row, {columns} FROM range({int(first * 1e6)}, "
            f"{int((first + count) * 1e6)}) AS lines(i)) TO '{path}' (FORMAT parquet)"
        )


def copy_seconds(path: Path, to: Path) -> tuple[float, float]:
    """The floor: DuckDB reads the batch and writes it again. Seconds by the clock and of CPU."""
    with duckdb.connect(config={"threads": 2, "preserve_insertion_order": False}) as connection:
        connection.execute("SET enable_progress_bar = false")
        began, worked = time.perf_counter(), time.process_time()
        connection.execute(f"COPY (FROM '{path}') TO '{to}' (FORMAT parquet, COMPRESSION zstd)")
        return time.perf_counter() - began, time.process_time() - worked


def commit(workspace: Path, batch: Path, import_id: str, results: multiprocessing.Queue) -> None:
    began, worked = time.perf_counter(), time.process_time()
    done = Lake(workspace).commit(
        {"order_lines": batch}, source_system="erp", import_id=import_id, about={}
    )
    took, work = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    results.put((took, work, peak, done.changes[0]))


def measure(workspace: Path, batch: Path, name: str, floor: tuple[float, float]) -> None:
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    process = spawn.Process(target=commit, args=(workspace, batch, name, results))
    process.start()
    took, work, peak, change = results.get()
    process.join()
    print(
        f"{name}: {took:.1f} s = {took / floor[0]:.2f} x copy, CPU {work:.1f} s = "
        f"{work / floor[1]:.2f} x copy, peak {peak:.2f} GiB; orders "
        f"{change.units_new} new, {change.units_changed} changed, {change.units_unchanged} same"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--held", type=float, default=50, help="million lines held before")
    parser.add_argument("--new", type=float, default=10, help="million lines to import")
    parser.add_argument("--folder", type=Path, required=True, help="where to work; needs ~10 GB")
    given = parser.parse_args()
    folder = given.folder / "lake_commit"
    shutil.rmtree(folder, ignore_errors=True)
    workspace = folder / "workspace"
    workspace.mkdir(parents=True)
    held, new, overlap = (folder / f"{name}.parquet" for name in ("held", "new", "overlap"))
    write_lines(held, 0, given.held)
    write_lines(new, given.held, given.new)
    last = given.held + given.new * 0.9
    write_lines(overlap, last, given.new, changed="(i // 4) % 2")
    floor = copy_seconds(new, folder / "copy.parquet")
    print(
        f"copy of {given.new:g} M lines: {floor[0]:.1f} s, CPU {floor[1]:.1f} s, "
        f"{new.stat().st_size / 2**20:.0f} MB"
    )
    empty = folder / "empty"
    empty.mkdir()
    measure(empty, new, "into an empty lake", floor)
    shutil.rmtree(empty)
    times = given.held / given.new
    measure(workspace, held, f"first {given.held:g} M", (floor[0] * times, floor[1] * times))
    measure(workspace, new, f"{given.new:g} M new into {given.held:g} M", floor)
    measure(workspace, overlap, f"{given.new:g} M, a tenth overlapping", floor)
    measure(workspace, new, f"{given.new:g} M again, a tenth changed meanwhile", floor)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
