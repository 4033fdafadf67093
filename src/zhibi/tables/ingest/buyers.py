"""The customers that order lines name: which name is theirs today, and what they were called.

Of several names under one id the newest by order date stands, the others are former names.
Nothing is merged here; equal credit codes make one legal entity in the lake, and what merely looks
alike is proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.stages import Checked
from zhibi.tables.schema import CUSTOMERS

# What an order export may say of the customer → the column of the table customers.
ATTRIBUTES = {
    "customer_credit_code": "credit_code",
    "customer_industry": "industry",
    "customer_region": "region",
    "customer_kind": "kind",
    "customer_parent_id": "parent_id",
}
COLUMNS = ("customer_name", *ATTRIBUTES)
SEPARATOR = "; "  # between former names, as the lake keeps them
EXAMPLES = 5


def write(connection: duckdb.DuckDBPyConnection, number: int, staging: Path) -> Path:
    """One row for each customer and name in the lines of a sheet that stay, with the last day."""
    path = staging / f"buyers-{number}.parquet"
    attributes = ", ".join(
        f"arg_max({given}, order_date) AS {column}" for given, column in ATTRIBUTES.items()
    )
    connection.execute(
        f"""
        COPY (SELECT customer_id, nullif(customer_name, customer_id) AS name,
                     max(order_date) AS last_on, {attributes}
              FROM staying_{number} GROUP BY ALL ORDER BY ALL)
        TO {literal(path)} (FORMAT parquet)
        """
    )
    return path


def write_named(connection: duckdb.DuckDBPyConnection, number: int, staging: Path) -> Path:
    """The same of a sheet that is no list of orders: names alone, and of no day."""
    path = staging / f"buyers-{number}.parquet"
    attributes = ", ".join(f"NULL::VARCHAR AS {column}" for column in ATTRIBUTES.values())
    connection.execute(
        f"""
        COPY (SELECT DISTINCT customer_id, customer_name AS name, NULL::DATE AS last_on,
                     {attributes}
              FROM staying_{number} WHERE customer_name <> customer_id ORDER BY ALL)
        TO {literal(path)} (FORMAT parquet)
        """
    )
    return path


@dataclass(frozen=True, slots=True)
class Held:
    """What the lake holds of one source: Parquet files of customers and order lines."""

    source_system: str = ""
    customers: tuple[str, ...] = ()
    order_lines: tuple[str, ...] = ()


def combine(checked: Sequence[Checked], held: Held, staging: Path) -> tuple[Path | None, int]:
    """The customers of a whole import, in the columns of the table, and how many of its rows come
    from other tables alone. None when no file names a customer.
    """
    named = [one.customers for one in checked if one.customers]
    given = [one.rows for one in checked if one.parsed.mapping.table == "customers"]
    if not named and not given:
        return None, 0
    path = staging / "customers.parquet"
    columns = ", ".join(field.name for field in CUSTOMERS.fields)
    with connect(staging) as connection:
        _open(connection, named, given, held)
        connection.execute(_spoken_of())
        connection.execute(
            "CREATE TEMP VIEW only_named AS FROM buyers "
            "ANTI JOIN customers_given USING (customer_id)"
        )
        connection.execute(
            f"COPY (SELECT {columns} FROM (SELECT *, -1 AS sheet, 0 AS row FROM only_named "
            f"UNION ALL BY NAME {_completed()} UNION ALL BY NAME FROM no_customers) "
            f"ORDER BY sheet, row, customer_id) TO {literal(path)} (FORMAT parquet)"
        )
        (count,) = connection.execute("SELECT count(*) FROM only_named").fetchall()[0]
    return (path, count) if count or given else (None, 0)


def _open(
    connection: duckdb.DuckDBPyConnection,
    named: Sequence[Path],
    given: Sequence[Path],
    held: Held,
) -> None:
    """Make `names_said`, `customers_given`, `held_names` (with the last order day of those whose
    name differs from what is said)."""
    blank = ", ".join(
        f"NULL::{kind} AS {column}"
        for column, kind in CUSTOMERS.sql_columns.items()
        if column in {field.name for field in CUSTOMERS.fields}
    )
    connection.execute(f"CREATE TEMP VIEW no_customers AS SELECT {blank} WHERE false")
    rows = " UNION ALL BY NAME ".join(
        f"SELECT * EXCLUDE (row), {sheet} AS sheet, row FROM read_parquet({literal(path)})"
        for sheet, path in enumerate(given)
    )
    nothing = "SELECT *, 0 AS sheet, 0::BIGINT AS row FROM no_customers"
    rows = f"{rows} UNION ALL BY NAME {nothing}" if rows else nothing
    connection.execute(f"CREATE TEMP VIEW customers_given AS {rows}")
    source = literal(held.source_system)
    names = "(SELECT NULL::VARCHAR AS customer_id, NULL::VARCHAR AS name WHERE false)"
    lines = "(SELECT NULL::VARCHAR AS customer_id, NULL::DATE AS order_date WHERE false)"
    if held.customers:
        names = f"(FROM read_parquet({file_list(held.customers)}) WHERE source_system = {source})"
    said = " UNION ALL ".join(f"FROM read_parquet({literal(path)})" for path in named)
    said = said or "SELECT *, NULL::DATE AS last_on FROM no_customers"
    # Orders and lists of customers know the name of today; others are heard where these are silent.
    connection.execute(
        f"""
        CREATE TEMP VIEW names_said AS
        WITH said AS ({said}), known AS (
            SELECT customer_id FROM said WHERE last_on IS NOT NULL AND name IS NOT NULL
            UNION SELECT customer_id FROM customers_given WHERE name IS NOT NULL
            UNION SELECT customer_id FROM {names} WHERE name <> customer_id
        )
        FROM said WHERE last_on IS NOT NULL OR customer_id NOT IN (FROM known)
        """
    )
    if held.order_lines:
        lines = f"(FROM read_parquet({file_list(held.order_lines)}) WHERE source_system = {source})"
    connection.execute(
        f"""
        CREATE TEMP TABLE held_names AS
        WITH differing AS (
            SELECT DISTINCT customer_id, held.name FROM {names} AS held
            JOIN names_said AS said USING (customer_id)
            WHERE said.name <> held.name AND held.name <> customer_id
        )
        SELECT customer_id, name, max(order_date) AS last_on
        FROM differing LEFT JOIN {lines} AS line USING (customer_id) GROUP BY ALL
        """
    )


def file_list(files: Iterable[str]) -> str:
    """Paths as an SQL list."""
    return "[" + ", ".join(literal(file) for file in files) + "]"


def _spoken_of() -> str:
    """Make `buyers`: one row a customer of whom more is said than the id. The name stays empty
    where a customers file gives it or the lake's is newer; the lines' is then a former name."""
    attributes = ", ".join(ATTRIBUTES.values())
    newest = ", ".join(
        f"arg_max({column}, (last_on, name)) AS {column}" for column in ATTRIBUTES.values()
    )
    return f"""
        CREATE TEMP TABLE buyers AS
        WITH said AS (
            SELECT customer_id, max(last_on) AS last_on, {newest},
                   arg_max(name, (last_on, name)) AS newest,
                   list(DISTINCT name) AS names
            FROM names_said GROUP BY customer_id
        ), judged AS (
            SELECT said.*, coalesce(
                       (SELECT arg_max(name, (sheet, row)) FROM customers_given AS given
                        WHERE given.customer_id = said.customer_id),
                       CASE WHEN held.last_on > said.last_on THEN held.name END,
                       said.newest) AS stands
            FROM said LEFT JOIN held_names AS held USING (customer_id)
        )
        SELECT customer_id, CASE WHEN stands = newest THEN newest END AS name,
               nullif(array_to_string(list_sort(list_filter(names, lambda one: one <> stands)),
                      {literal(SEPARATOR)}), '') AS former_names,
               {attributes}
        FROM judged WHERE coalesce(newest, {attributes}) IS NOT NULL"""


def _completed() -> str:
    """The rows of the customers files, completed by what order lines say of the same customer."""
    values = ", ".join(
        f"coalesce(given.{column}, buyers.{column}) AS {column}" for column in ATTRIBUTES.values()
    )
    formers = (
        f"nullif(concat_ws({literal(SEPARATOR)}, given.former_names, buyers.former_names), '')"
    )
    return (
        f"SELECT given.* REPLACE ({values}, {formers} AS former_names) "
        "FROM customers_given AS given LEFT JOIN buyers USING (customer_id)"
    )
