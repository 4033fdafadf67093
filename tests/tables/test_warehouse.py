"""The same facts give the same results wherever they are kept, and nothing is ever written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from tests.alike import few_of
from tests.needs import POSTGRES_URL, needs
from tests.tables import shop
from tests.tables.test_records import DECIDED, TYPED, arrow
from tests.usual import DAY

from zhibi import methods, run
from zhibi.errors import ZhibiError
from zhibi.measures.rows import fetch
from zhibi.result import Result
from zhibi.tables.engines import connect, shown, table_of
from zhibi.tables.facts import Facts, from_arrow
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables
from zhibi.tables.warehouse import Connection, Source, from_warehouse

LINES = shop.columns("order_lines")
CUSTOMERS = shop.columns("customers")


def filled_duckdb(folder: Path) -> str:
    path = folder / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        for name in shop.names():
            connection.register("given", shop.held(name))
            connection.execute(f"CREATE TABLE {shop.TABLES.get(name, name)} AS FROM given")
    return f"duckdb://{path}"


def filled_postgres(folder: Path) -> str:
    """A database for each worker: another one may be reading its own meanwhile."""
    needs("postgres")
    import psycopg

    types = {pa.date32(): "date", pa.decimal128(18, 4): "numeric(18,4)"}
    server, database = os.environ[POSTGRES_URL], os.environ.get("PYTEST_XDIST_WORKER", "alone")
    url = f"{server.rpartition('/')[0]}/warehouse_{database}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS warehouse_{database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE warehouse_{database}")
    with psycopg.connect(url, autocommit=True) as connection:
        for name in shop.names():
            table, held = shop.TABLES.get(name, name), shop.held(name)
            shape = ", ".join(
                f"{field.name} {types.get(field.type, 'text')}" for field in held.schema
            )
            connection.execute(f"CREATE TABLE {table} ({shape})")
            with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in held.to_pylist():
                    copy.write_row(tuple(row.values()))
    return url


WAREHOUSES = {"duckdb": filled_duckdb, "postgres": filled_postgres}


@pytest.fixture(scope="module", params=WAREHOUSES)
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Connection:
    url = WAREHOUSES[request.param](tmp_path_factory.mktemp("warehouse"))
    return Connection(url, shop.sources())


@pytest.fixture(scope="module")
def there(connection: Connection) -> Iterator[Facts]:
    facts = from_warehouse(connection)
    yield facts
    facts.close()


def seen(facts: Facts) -> Tables:
    return Tables(facts, Settings(calendar="none"), DAY, "ordered")


@cache
def said_in_memory(name: str, level: str) -> Result:
    params = methods.load(name).Params(level=level)
    return run.analyze(seen(shop.in_memory()), name, params)


def assert_the_same_as_in_memory(there: Facts, name: str, level: str) -> None:
    """A method says the same of facts kept elsewhere, to the byte."""
    here = said_in_memory(name, level)
    found = run.analyze(seen(there), name, methods.load(name).Params(level=level))
    same = replace(
        found.identity,
        data_version=here.identity.data_version,
        engine=here.identity.engine,
    )
    found = replace(found, identity=same)  # type: ignore[type-var]
    for style in ("json", "text"):
        assert run.render(found, style=style, language="en") == run.render(
            here, style=style, language="en"
        )


@pytest.mark.parametrize(
    "name",
    few_of(methods.names(), "churn_warning", "composite_grade", "concentration", "receivables"),
)
def test_the_same_result_as_in_memory(there: Facts, name: str) -> None:
    assert_the_same_as_in_memory(there, name, "group")


@pytest.mark.parametrize("name", ["concentration", "purchase_rhythm", "receivables"])
def test_the_same_by_legal_entity(there: Facts, name: str) -> None:
    assert_the_same_as_in_memory(there, name, "legal entity")


# A plant of a group whose head the reader does not see, one that stands alone, one with no orders.
SEEN = [("", "c03"), ("", "c01"), ("", "c07"), ("", "c14"), ("erp", "c02")]


@pytest.mark.parametrize("name", few_of(["account_review", "receivables"], "receivables"))
def test_a_reader_is_told_the_same_as_in_memory(there: Facts, name: str) -> None:
    assert_a_reader_is_told_the_same(there, name)


@pytest.mark.parametrize(
    "name", few_of(["customer_funnel", "key_account_marks"], "customer_funnel")
)
def test_what_people_typed_lies_over_it(there: Facts, name: str) -> None:
    assert_what_is_typed_tells_the_same(there, name)


def assert_a_reader_is_told_the_same(there: Facts, name: str) -> None:
    here, found = (seen(facts).of_accounts("reader", SEEN) for facts in (shop.in_memory(), there))
    told = [said_of(tables, name) for tables in (here, found)]
    assert told[0] == told[1] != said_of(seen(shop.in_memory()), name)


def assert_what_is_typed_tells_the_same(there: Facts, name: str) -> None:
    """Decisions on customers, prospects of nobody's list, and rows of their own; whole, and for
    a reader."""
    records = {
        table: arrow(table, rows, source="")
        for table, rows in (TYPED | {"customers": DECIDED}).items()
    }
    here, found = (
        seen(facts).with_records(records, version="7") for facts in (shop.in_memory(), there)
    )
    assert said_of(found, name) == said_of(here, name) != said_of(seen(there), name)
    few = [tables.of_accounts("few", [("", "c03"), ("", "p1")]) for tables in (here, found)]
    assert said_of(few[0], name) == said_of(few[1], name)


def said_of(tables: Tables, name: str) -> str:
    params = methods.load(name).Params()
    result = run.analyze(tables, name, params)
    identity = replace(result.identity, data_version="", engine="")
    result = replace(result, identity=identity)  # type: ignore[type-var]
    return run.render(result, style="json", language="en")


def test_a_part_of_the_customers_and_a_reader_who_sees_nobody(there: Facts) -> None:
    part = seen(there).only("few", lambda customers: customers.industry == "轮胎")
    bought = fetch(part.order_lines.select("customer_id").distinct())
    assert {row["customer_id"] for row in bought} == {"c01", "c05", "c07", "c09", "c11"}
    nobody = seen(there).of_accounts("nobody", [("", "x"), ("", 'it\'s \\ "one"')])
    assert fetch(nobody.order_lines) == fetch(nobody.customers) == []
    assert not nobody.holds("receivables")


def test_an_order_opens_once_and_a_later_return_does_not_close_it() -> None:
    kinds = [pa.string(), pa.string(), pa.date32(), pa.decimal128(18, 4)]
    rows = [("a", "1", DAY - timedelta(9), 5), ("a", "1", DAY - timedelta(3), -5)]
    given = dict(
        zip(
            ["customer_id", "order_id", "order_date", "amount"],
            zip(*rows, strict=True),
            strict=True,
        )
    )
    table = pa.table({k: pa.array(v, t) for (k, v), t in zip(given.items(), kinds, strict=True)})
    facts = from_arrow(table)
    assert facts.order_lines.is_order.sum().to_pyarrow().as_py() == 1


def test_nothing_can_be_written(connection: Connection) -> None:
    backend = connect(connection.url)
    with pytest.raises(Exception, match=r"(?i)read.only"):
        backend.raw_sql("CREATE TABLE mine (n integer)")
    backend.disconnect()


def test_the_connection_comes_back_from_its_file(connection: Connection, tmp_path: Path) -> None:
    connection.save(tmp_path)
    assert Connection.load(tmp_path) == connection


@pytest.mark.parametrize(
    ("table", "columns", "says"),
    [
        ("nowhere", LINES, "no table nowhere"),
        ("sales", LINES | {"amount": "gross"}, "no column gross"),
        ("sales", {k: v for k, v in LINES.items() if k != "amount"}, "a column for amount"),
    ],
)
def test_what_is_missing_is_said(
    connection: Connection, table: str, columns: dict[str, str], says: str
) -> None:
    wrong = replace(connection, tables={"order_lines": Source(table, columns)})
    with pytest.raises(ZhibiError, match=says):
        from_warehouse(wrong)


def test_a_warehouse_that_is_not_there_is_said() -> None:
    with pytest.raises(ZhibiError, match="cannot be reached"):
        from_warehouse(
            Connection("duckdb:///nowhere/at/all.duckdb", {"order_lines": Source("a", {})})
        )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://me:secret@host/db", "postgres://me:…@host/db"),
        ("sc://host:443/;token=abc;use_ssl=true", "sc://host:443/;token=…;use_ssl=true"),
        (
            "pyspark://?spark.master=local[2]&spark.hadoop.fs.s3a.secret.key=abc/d+e",
            "pyspark://?spark.master=local[2]&spark.hadoop.fs.s3a.secret.key=…",
        ),
    ],
)
def test_a_password_is_never_shown(url: str, expected: str) -> None:
    assert shown(url) == expected


def test_a_password_is_kept_for_its_owner(tmp_path: Path) -> None:
    modes = []
    for url in ("postgres://me@host/db", "postgres://me:secret@host/db"):
        Connection(url).save(tmp_path)
        modes.append((tmp_path / "connect.toml").stat().st_mode & 0o077)
    assert modes[0]
    assert not modes[1]


def test_a_server_that_goes_away_in_the_midst_is_said() -> None:
    url = filled_postgres(Path())
    import psycopg

    backend = connect(url)
    sales = table_of(backend, "sales")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [backend.con.info.backend_pid])
    with pytest.raises(ZhibiError, match="stopped answering"):
        sales.count().to_pyarrow()
    backend.disconnect()
