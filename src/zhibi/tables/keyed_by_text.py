"""Customers of a warehouse: known by their id, since its order lines name them by nothing else.

Legal entities and groups are found as for the lake (`zhibi.tables.lake.groups`), which counts its
customers: here they are counted for that alone, in the order of their ids.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhibi.tables.lake import groups
from zhibi.tables.lake.files import LINKS_COLUMNS
from zhibi.tables.lake.sql import literal, names, stored
from zhibi.tables.schema import CUSTOMERS

if TYPE_CHECKING:
    import pyarrow as pa

GIVEN = [field.name for field in CUSTOMERS.fields]
# What people typed of a customer that the warehouse does not know has a source system of its own.
TEXT = "CASE source_system WHEN '' THEN customer_id ELSE source_system || ':' || customer_id END"


def key_customers(local: Any, given: pa.Table | Path) -> bool:
    """Make the table `customers`; whether any of them belongs to a group."""
    if isinstance(given, Path):
        source = f"read_parquet({literal(given)})"
    else:
        local.con.register("listed", given)
        source = "listed"
    local.con.execute(f"""
        CREATE TEMP TABLE customers_next AS
        SELECT '' AS source_system, {names(GIVEN)}, customer_key,
               customer_key AS entity_key, customer_key AS group_key, '' AS import_id
        FROM (SELECT *, row_number() OVER (ORDER BY customer_id) AS customer_key FROM {source})""")
    groups.resolve(local.con, stored((), LINKS_COLUMNS))
    local.con.execute(f"CREATE TEMP TABLE customers AS {by_text('customers_next')}")
    local.con.execute("DROP TABLE customers_next")
    found = local.con.execute("SELECT count(*) FROM customers WHERE group_key <> customer_key")
    return bool(found.fetchall()[0][0])


def by_text(counted: str) -> str:
    """Customers with whole numbers for keys, as ones with texts."""
    return _with_keys(counted, f"SELECT customer_key AS old, {TEXT} AS new FROM {counted}")


def by_number(texts: str) -> str:
    """The other way round: numbered by their ids."""
    place = "row_number() OVER (ORDER BY source_system, customer_id)"
    return _with_keys(texts, f"SELECT customer_key AS old, {place} AS new FROM {texts}")


def _with_keys(customers: str, keys: str) -> str:
    return f"""
        WITH keys AS ({keys})
        SELECT own.* REPLACE (it.new AS customer_key, entity.new AS entity_key,
                              top.new AS group_key)
        FROM {customers} AS own JOIN keys AS it ON it.old = own.customer_key
        JOIN keys AS entity ON entity.old = own.entity_key
        JOIN keys AS top ON top.old = own.group_key"""
