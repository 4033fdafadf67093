"""What people decide about customers: these are one legal entity, or they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from zhibi.errors import ZhibiError
from zhibi.tables.lake import groups
from zhibi.tables.lake.commit import refuse_known, write_customers
from zhibi.tables.lake.files import COLUMNS, Swap
from zhibi.tables.lake.manifest import Commit
from zhibi.tables.lake.sql import stored
from zhibi.tables.lake.writer import Writer


@dataclass(frozen=True, slots=True)
class Link:
    """One decision: a customer belongs to a legal entity; to itself, when it stands alone.

    The latest decision on a customer holds, and goes before equal credit codes.
    """

    customer_key: int
    entity_key: int  # any customer of that entity
    by: str
    at: str  # moment in UTC, ISO text
    how: str = "decided"


def link(writer: Writer, links: Sequence[Link], *, import_id: str, about: dict[str, Any]) -> Commit:
    """Record decisions and regroup the customers."""
    refuse_known(writer, import_id)
    connection = writer.connection
    held = stored(writer.paths("customers"), COLUMNS["customers"])
    connection.execute(f"CREATE TEMP TABLE customers_next AS FROM {held}")
    _refuse_unknown(writer, links)
    rows = [(one.customer_key, one.entity_key, one.by, one.at, one.how, import_id) for one in links]
    columns = dict(zip(COLUMNS["customer_links"], zip(*rows, strict=True), strict=True))
    connection.register("new_links", pa.table({name: list(of) for name, of in columns.items()}))
    new = writer.write("FROM new_links")
    earlier = stored(writer.paths("customer_links"), COLUMNS["customer_links"])
    cycles = groups.resolve(connection, f"(FROM {earlier} UNION ALL FROM new_links)")
    writer.enter({"customer_links": Swap(new), "customers": write_customers(writer)})
    return writer.publish(
        Commit(
            writer.version, "link", import_id, at=about.get("at"), about=about, parent_cycles=cycles
        )
    )


def _refuse_unknown(writer: Writer, links: Sequence[Link]) -> None:
    named = sorted({key for one in links for key in (one.customer_key, one.entity_key)})
    known = {
        row[0]
        for row in writer.connection.execute("SELECT customer_key FROM customers_next").fetchall()
    }
    unknown = [key for key in named if key not in known]
    if unknown or not links:
        raise ZhibiError(
            "There is no customer with the key {key}; name two customers of this workspace.",
            key=unknown[0] if unknown else "",
        )
