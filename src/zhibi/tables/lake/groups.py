"""Which customers are one legal entity, and which entities one group.

Customers with the same valid credit code are one legal entity; what a person has linked or
separated goes before that. A group is everything below the top of a chain of parents.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from zhibi.tables.credit_code import is_credit_code_sql
from zhibi.tables.lake.sql import Connection

# Customers and the customer above each; what a person decided goes before what a file says.
PARENTS = """
    SELECT own.customer_key, above.customer_key AS parent_key, false AS is_decided
    FROM customers_next AS own JOIN customers_next AS above
        ON above.source_system = own.source_system AND above.customer_id = own.parent_id"""


def resolve(connection: Connection, links: str, parents: str = PARENTS) -> tuple[str, ...]:
    """Set entity_key and group_key in `customers_next`; the parent cycles that had to be cut.

    `links` is the relation of customer_links, `parents` a query like PARENTS. Only customers that
    have a code in common, a link or a parent are brought into Python: few, whatever the number
    of customers.
    """
    entities = _entities(_shared_codes(connection, links), _links(connection, links))
    groups, cycles = _tops(_parents(connection, parents, entities))
    _set(connection, entities, groups)
    return tuple(_named(connection, cycle) for cycle in cycles)


def _shared_codes(connection: Connection, links: str) -> dict[int, int]:
    """customer_key → the smallest key that has the same valid credit code, where they differ.

    Without those a person has decided on: one that was set apart must not stand for the rest.
    """
    code = "upper(trim(credit_code))"
    return dict(
        connection.execute(
            f"SELECT customer_key, entity FROM (SELECT customer_key, "
            f"min(customer_key) OVER (PARTITION BY {code}) AS entity FROM customers_next "
            f"ANTI JOIN {links} USING (customer_key) "
            f"WHERE {is_credit_code_sql(code)}) WHERE entity <> customer_key"
        ).fetchall()
    )


def _links(connection: Connection, links: str) -> dict[int, int]:
    """customer_key → what a person last linked it to; itself when they set it apart."""
    return dict(
        connection.execute(
            f'SELECT customer_key, arg_max(entity_key, ("at", import_id)) FROM {links} '
            "SEMI JOIN customers_next USING (customer_key) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    )


def _entities(by_code: Mapping[int, int], links: Mapping[int, int]) -> dict[int, int]:
    entities = dict(by_code)
    for key in links:
        passed = [key]
        while (following := links.get(passed[-1], passed[-1])) not in passed:
            passed.append(following)
        # A ring of links means they are one: its smallest key stands for all.
        end = min(passed[passed.index(following) :])
        entities[key] = entities.get(end, end) if end not in links else end
    return entities


def _parents(connection: Connection, pairs: str, entities: Mapping[int, int]) -> dict[int, int]:
    """Legal entity → the entity above it, by its first customer that names one outside it; one
    that somebody decided to have itself above it has none."""
    parents: dict[int, int] = {}
    for key, parent, is_decided in connection.execute(
        f"SELECT customer_key, parent_key, is_decided FROM ({pairs}) "
        "ORDER BY is_decided DESC, customer_key"
    ).fetchall():
        entity, above = entities.get(key, key), entities.get(parent, parent)
        if entity != above or is_decided:
            parents.setdefault(entity, above)
    return {entity: above for entity, above in parents.items() if entity != above}


def _tops(parents: Mapping[int, int]) -> tuple[dict[int, int], list[tuple[int, ...]]]:
    """Entity → top of its chain. A ring is cut below its smallest key, which becomes the top."""
    tops: dict[int, int] = {}
    rings: list[tuple[int, ...]] = []
    for start in sorted(parents):
        path: dict[int, None] = {}
        here = start
        while here in parents and here not in tops and here not in path:
            path[here] = None
            here = parents[here]
        if here in path:
            passed = list(path)
            ring = passed[passed.index(here) :]
            top = min(ring)
            turn = ring.index(top)
            rings.append((*ring[turn:], *ring[:turn]))
        else:
            top = tops.get(here, here)
        tops.update(dict.fromkeys(path, top))
    return tops, rings


def _set(connection: Connection, entities: Mapping[int, int], groups: Mapping[int, int]) -> None:
    for view, pairs in (("entity_of", entities), ("group_of", groups)):
        columns = {"key": list(pairs.keys()), "stands_for": list(pairs.values())}
        types = pa.schema([("key", pa.int64()), ("stands_for", pa.int64())])
        connection.register(view, pa.table(columns, schema=types))
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE customers_next AS
        SELECT own.* REPLACE (
            coalesce(entity_of.stands_for, customer_key) AS entity_key,
            coalesce(group_of.stands_for, entity_of.stands_for, customer_key) AS group_key)
        FROM customers_next AS own
        LEFT JOIN entity_of ON entity_of.key = own.customer_key
        LEFT JOIN group_of ON group_of.key = coalesce(entity_of.stands_for, own.customer_key)
        """
    )
    for view in ("entity_of", "group_of"):
        connection.unregister(view)


def _named(connection: Connection, ring: tuple[int, ...]) -> str:
    """A ring of parents by customer id: "C1 → C2 → C1"."""
    keys = ", ".join(map(str, ring))
    ids = dict(
        connection.execute(
            f"SELECT customer_key, customer_id FROM customers_next WHERE customer_key IN ({keys})"
        ).fetchall()
    )
    return " → ".join(ids[key] for key in (*ring, ring[0]))
