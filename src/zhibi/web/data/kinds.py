"""What files can hold, as the person chooses it, and who may bring it in."""

from __future__ import annotations

from typing import Final

from zhibi.web.crm.bringing.lists import ACCOUNT_FIELDS, ACCOUNTS, CONTACT_FIELDS, CONTACTS
from zhibi.web.team.models import User
from zhibi.web.warehouse import is_connected

FOUND_OUT: Final = ""
LISTS: Final = (ACCOUNTS, CONTACTS)
FACTS: Final = (
    "order_lines",
    "customers",
    "products",
    "contracts",
    "receivables",
    "receipts",
    "allocations",
    "efforts",
    "surveys",
    "touches",
    "assessments",
)


def kinds_for(user: User) -> tuple[str, ...]:
    """A salesperson brings in lists of their own; what changes the company's facts, others do,
    unless these lie in a warehouse."""
    return (FOUND_OUT, *FACTS, *LISTS) if user.brings_data and not is_connected() else LISTS


def fields_of(table: str) -> tuple[str, ...]:
    """What a column of such a file can be taken for."""
    if table == ACCOUNTS:
        return ACCOUNT_FIELDS
    if table == CONTACTS:
        return CONTACT_FIELDS
    from zhibi.tables.ingest import match

    return tuple(match.fields_of(table))
