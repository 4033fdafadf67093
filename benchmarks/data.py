"""The data that is measured on: TPC-H as a company's order lines, in a lake as an import leaves it.

Scale 1 is 6 M lines of 100,000 customers, scale 10 is 60 M of 1 M. Made once, kept in
`benchmarks/data/` (some 8 GB at scale 10, and as much again while it is made).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb

from zhibi.tables.lake import Lake
from zhibi.tables.schema import CUSTOMERS, ORDER_LINES, TableSchema
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace

FOLDER = Path(__file__).parent / "data"
AS_OF = date(1998, 8, 2)  # the last order day of TPC-H

# What each canonical column is made of; the brand, of which there are 25, is the category.
LINES = {
    "order_id": "format('O{:09d}', l_orderkey)",
    "line_no": "l_linenumber::VARCHAR",
    "customer_id": "format('Customer#{:09d}', o_custkey)",
    "order_date": "o_orderdate",
    "product_id": "format('P{:07d}', l_partkey)",
    "product_name": "p_name",
    "category": "p_brand",
    "quantity": "l_quantity",
    "amount": "l_extendedprice * (1 - l_discount)",
    "currency": "'USD'",
    "basis": "'ordered'",
    "line_kind": "'sale'",
}
PEOPLE = {
    "customer_id": "c_name",
    "name": "'Company ' || c_custkey",
    "industry": "c_mktsegment",
}
# As an ERP would head them.
HEADERS = {
    "order_id": "Order number",
    "line_no": "Line number",
    "customer_id": "Customer ID",
    "order_date": "Order date",
    "product_id": "Product ID",
    "product_name": "Product name",
    "category": "Category",
    "quantity": "Quantity",
    "amount": "Net amount",
}


def workspace(scale: int) -> Path:
    """A workspace with the order lines of a scale factor, made if it is not there yet."""
    folder = FOLDER / f"scale-{scale}"
    done = folder / "workspace" / "ready"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        print(f"making the data of scale {scale} in {folder} …", file=sys.stderr, flush=True)
        _generate(scale, folder / "tpch")
        _batches(folder)
        _commit(folder)
        shutil.rmtree(folder / "tpch")
        done.touch()
    return folder / "workspace"


def lines(scale: int) -> Path:
    """The order lines of a scale factor as one typed Parquet file."""
    workspace(scale)
    return FOLDER / f"scale-{scale}" / "order_lines.parquet"


def csv(scale: int) -> Path:
    """The last sixth of the orders (1 M lines at scale 1) as an ERP would export them."""
    path = FOLDER / f"scale-{scale}" / "last-sixth.csv"
    if not path.exists():
        part = path.with_suffix(".part")
        columns = ", ".join(f'"{column}" AS "{head}"' for column, head in HEADERS.items())
        with _connection() as connection:
            connection.execute(
                f"COPY (SELECT {columns} FROM '{lines(scale)}' "
                f"WHERE order_id > '{_cut(scale)}') TO '{part}' (FORMAT csv, HEADER)"
            )
        part.rename(path)
    return path


def held(scale: int) -> Path:
    """A workspace with the orders before those of `csv`."""
    folder = FOLDER / f"scale-{scale}" / "held"
    done = folder / "workspace" / "ready"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        source = lines(scale)
        with _connection() as connection:
            connection.execute(
                f"COPY (FROM '{source}' WHERE order_id <= '{_cut(scale)}') "
                f"TO '{folder}/order_lines.parquet' (FORMAT parquet)"
            )
        shutil.copy(source.with_name("customers.parquet"), folder)
        _commit(folder)
        done.touch()
    return folder / "workspace"


def empty(folder: Path) -> Path:
    """A new workspace without any data."""
    settings = Settings(name="TPC-H", currency="USD", language="en", calendar="none")
    return Workspace.create(folder, settings).folder


def _cut(scale: int) -> str:
    """The order that five sixths of the lines come up to; order keys go to 6 M times the scale."""
    return f"O{5_000_000 * scale:09d}"


def _generate(scale: int, into: Path) -> None:
    command = Path(sys.executable).with_name("tpchgen-cli")
    if not command.exists():
        sys.exit("tpchgen-cli is missing; `make bench` installs it.")
    tables = "--tables=lineitem,orders,customer,part"
    subprocess.run(
        [command, "parquet", f"--scale-factor={scale}", tables, f"--output-dir={into}", "--quiet"],
        check=True,
    )


def _batches(folder: Path) -> None:
    """Typed Parquet files, as the steps of an import before the commit leave them."""
    tpch = folder / "tpch"
    of_lines = (
        f"'{tpch}/lineitem.parquet' JOIN '{tpch}/orders.parquet' ON l_orderkey = o_orderkey "
        f"JOIN '{tpch}/part.parquet' ON l_partkey = p_partkey"
    )
    with _connection() as connection:
        _copy(connection, ORDER_LINES, LINES, of_lines, folder)
        _copy(connection, CUSTOMERS, PEOPLE, f"'{tpch}/customer.parquet'", folder)


def _copy(
    connection: duckdb.DuckDBPyConnection,
    schema: TableSchema,
    made_of: dict[str, str],
    relation: str,
    folder: Path,
) -> None:
    columns = ", ".join(
        f"CAST({made_of.get(field.name, 'NULL')} AS {schema.sql_columns[field.name]}) "
        f"AS {field.name}"
        for field in schema.fields
    )
    connection.execute(
        f"COPY (SELECT {columns} FROM {relation}) "
        f"TO '{folder / schema.name}.parquet' (FORMAT parquet)"
    )


def _connection() -> duckdb.DuckDBPyConnection:
    FOLDER.mkdir(parents=True, exist_ok=True)
    limits = {"threads": 2, "memory_limit": "3GB", "temp_directory": str(FOLDER / "spill")}
    return duckdb.connect(config=limits)


def _commit(folder: Path) -> None:
    made = empty(folder / "workspace")
    batches = {name: folder / f"{name}.parquet" for name in ("order_lines", "customers")}
    Lake(made).commit(batches, source_system="", import_id="i0001", about={})
