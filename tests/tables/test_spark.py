"""Spark is asked, not written to, and answers what memory and the other warehouses answer."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.needs import needs
from tests.tables import shop
from tests.tables.test_warehouse import (
    CUSTOMERS,
    LINES,
    assert_a_reader_is_told_the_same,
    assert_the_same_as_in_memory,
    assert_what_is_typed_tells_the_same,
    filled_duckdb,
)

from zhibi import methods
from zhibi.cli.warehouse import connect_workspace
from zhibi.errors import ZhibiError
from zhibi.tables.engines import connect
from zhibi.tables.facts import Facts
from zhibi.tables.settings import Settings
from zhibi.tables.warehouse import Connection, Source, from_warehouse
from zhibi.tables.workspace import Workspace

pytestmark = pytest.mark.long

HERE = "pyspark://"  # the Spark that runs in this process
IN_CATALOG = Connection(HERE, shop.sources("shop."))


@pytest.fixture(scope="module")
def port() -> int:
    """Where Spark serves Spark Connect."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


@pytest.fixture(scope="module")
def folder(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a small Spark's warehouse, with the tables of a shop in its catalog."""
    needs("java")
    needs("pyspark")
    folder: Path = tmp_path_factory.mktemp("spark")
    options = {
        "spark.master": "local[2]",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.ansi.enabled": "false",  # as on older servers
        "spark.sql.warehouse.dir": folder,
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.port": port,
    }
    connect(f"{HERE}?{urlencode(options)}")
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    assert session is not None
    _fill(session)
    yield folder
    session.stop()


def _fill(session: Any) -> None:
    session.sql("CREATE DATABASE shop")
    for name in shop.names():
        table = f"shop.{shop.TABLES.get(name, name)}"
        session.createDataFrame(shop.held(name)).coalesce(1).write.saveAsTable(table)
    session.sql("CREATE TABLE shop.typed AS SELECT bill, buyer, day, 'n/a' AS net FROM shop.sales")


@pytest.fixture(scope="module")
def there(folder: Path) -> Iterator[Facts]:
    facts = from_warehouse(IN_CATALOG)
    yield facts
    facts.close()


@pytest.mark.parametrize("level", ["group", "legal entity"])
@pytest.mark.parametrize("name", methods.names())
def test_the_same_result_as_in_memory(there: Facts, name: str, level: str) -> None:
    assert_the_same_as_in_memory(there, name, level)


def test_a_reader_and_what_people_typed(there: Facts) -> None:
    assert_a_reader_is_told_the_same(there, "receivables")
    assert_what_is_typed_tells_the_same(there, "customer_funnel")


def test_files_are_read_by_their_folder_and_nothing_is_written(folder: Path) -> None:
    before = _digests(folder)
    files = Source(f"parquet.`{folder}/shop.db/sales`", LINES)
    facts = from_warehouse(replace(IN_CATALOG, tables=IN_CATALOG.tables | {"order_lines": files}))

    for name in methods.names():
        assert_the_same_as_in_memory(facts, name, "group")

    facts.close()
    assert before
    assert _digests(folder) == before


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_closing_leaves_spark_to_others(there: Facts) -> None:
    from_warehouse(IN_CATALOG).close()

    assert there.order_lines.count().to_pyarrow().as_py() == shop.given("order_lines").num_rows


def test_whole_numbers_beside_a_null_stay_whole(folder: Path) -> None:
    query = "SELECT * FROM VALUES (9007199254740993L), (NULL) AS t(n)"

    found = connect(HERE).sql(query).to_pyarrow()

    assert found["n"].to_pylist() == [9007199254740993, None]


def test_another_master_is_refused_while_one_runs(folder: Path) -> None:
    with pytest.raises(ZhibiError, match=r"runs already in this process on local\[2\]"):
        connect(f"{HERE}?spark.master=local[1]")


def test_a_table_that_is_not_there_is_said(folder: Path) -> None:
    missing = Source("shop.nowhere", LINES)
    with pytest.raises(ZhibiError, match=r"no table shop\.nowhere"):
        from_warehouse(replace(IN_CATALOG, tables={"order_lines": missing}))


def test_a_server_that_is_not_there_is_said_at_once() -> None:
    needs("pyspark")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"sc://127.0.0.1:{unused.getsockname()[1]}/;token=secret"
        with pytest.raises(ZhibiError, match=r"token=… cannot be reached \(.*refused"):
            connect(url)


def test_a_text_that_is_no_amount_is_an_error_and_no_null(folder: Path, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w", Settings())
    columns = {"bill": "order_id", "buyer": "customer_id", "day": "order_date", "net": "amount"}
    with pytest.raises(ZhibiError, match="cannot be read as order_lines"):
        connect_workspace(workspace, HERE, {"order_lines": "shop.typed"}, columns)


def test_a_server_is_asked_by_the_command(folder: Path, port: int, tmp_path: Path) -> None:
    """Spark Connect takes over the process it is used in, hence the command in its own."""
    served = _said(tmp_path / "spark", f"sc://127.0.0.1:{port}", schema="shop.")
    expected = _said(tmp_path / "duckdb", filled_duckdb(tmp_path), schema="")

    for result in (served, expected):
        del result["identity"]["engine"], result["identity"]["data_version"]
    assert served == expected


def _said(workspace: Path, url: str, *, schema: str) -> Any:
    """What `zhibi connect` and then `zhibi analyze` say, as JSON."""
    columns = {column: field for field, column in LINES.items()}
    columns |= {f"customers.{column}": field for field, column in CUSTOMERS.items()}
    tables = ("--table", f"order_lines={schema}sales", "--table", f"customers={schema}buyers")
    _zhibi(workspace, "init")
    maps = [word for column, field in columns.items() for word in ("--map", f"{column}={field}")]
    _zhibi(workspace, "connect", url, *tables, "--currency", "CNY", *maps)
    return json.loads(_zhibi(workspace, "analyze", "concentration", "--format", "json"))


def _zhibi(workspace: Path, *words: str) -> str:
    workspace.mkdir(exist_ok=True)
    ran = subprocess.run(
        [sys.executable, "-c", "from zhibi.cli import main; main()", *words],
        cwd=workspace,
        env={**os.environ, "ZHIBI_HOME": ".", "ZHIBI_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "Warning" not in ran.stderr
    return ran.stdout
