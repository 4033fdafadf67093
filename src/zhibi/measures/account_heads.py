"""By which key of its sources a legal entity goes: that of its first customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir


def account_heads(tables: Tables) -> ir.Table:
    """One row a customer, here: account_key (of the legal entity that it is the first of),
    source_system, customer_id."""
    return tables.bring(
        tables.sources.select("source_system", "customer_id", account_key="customer_key")
    )
