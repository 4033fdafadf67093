"""The facts that answer somebody's question: what was typed laid over what was imported, then cut
to the customers the person sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings

from zhibi import run
from zhibi.web.crm.facts import Key, records, records_version
from zhibi.web.insight.asked import Asked
from zhibi.web.insight.known import known
from zhibi.web.insight.scope import ALL, customers_seen
from zhibi.web.team.models import User

if TYPE_CHECKING:
    from zhibi.tables.tables import Tables


@contextmanager
def facts_for(wanted: Asked, user: User) -> Iterator[Tables]:
    """The tables that `user` may see, on the day asked for; closed at the end."""
    tables = company_facts(wanted)
    try:
        if wanted.scope != ALL:
            tables = _cut(tables, customers_seen(user), name=wanted.scope)
        yield tables
    finally:
        tables.facts.close()


def company_facts(wanted: Asked) -> Tables:
    """The whole company's, with what was typed over them."""
    workspace = run.open_workspace(settings.WORKSPACE)
    tables = run.open_tables(workspace, as_of=wanted.as_of)
    if not tables.facts.engine.is_local:  # a warehouse: records cannot be laid over it
        return tables
    return tables.with_records(records(), version=wanted.records_version)


def _cut(tables: Tables, keys: Sequence[Key], *, name: str) -> Tables:
    import ibis
    import pyarrow as pa

    from zhibi.tables.part import part_of

    systems, numbers = zip(*keys, strict=True) if keys else ((), ())
    seen = ibis.memtable(
        pa.table(
            {
                "source_system": pa.array(systems, pa.string()),
                "customer_id": pa.array(numbers, pa.string()),
            }
        )
    )
    customers = tables.customers.semi_join(seen, ["source_system", "customer_id"])
    chosen = tables.keep(f"seen|{name}", customers.select("customer_key"))
    return replace(tables, facts=part_of(tables.facts, chosen, name=name))


def has_moved(wanted: Asked) -> bool:
    """Whether somebody imported or typed anything since the question was asked."""
    return (known().version, records_version()) != (wanted.data_version, wanted.records_version)
