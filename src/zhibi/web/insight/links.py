"""From the customers a result names to the pages of their accounts, for who may open them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.models import Account, SourceCustomer
from zhibi.web.team.models import User

if TYPE_CHECKING:
    from zhibi.result import Block, Result

BATCH = 500


def accounts_named(user: User, customer_ids: Iterable[str]) -> dict[str, Account]:
    """The account of each customer number, where the person sees just one that has it."""
    wanted = sorted(set(customer_ids))
    found: dict[str, list[Account]] = {}
    for at in range(0, len(wanted), BATCH):
        some = wanted[at : at + BATCH]
        sources = SourceCustomer.objects.filter(
            customer_id__in=some, account__in=accounts_of(user)
        ).select_related("account")
        for source in sources:
            found.setdefault(source.customer_id, []).append(source.account)
        for account in accounts_of(user).filter(sources=None, uid__in=filter(is_uid, some)):
            found.setdefault(str(account.uid), []).append(account)
    return {number: of[0] for number, of in found.items() if len({a.pk for a in of}) == 1}


def links_for(result: Result, user: User) -> Callable[[str], str | None]:
    """The address of the account's page, by customer number; None where there is none to see."""
    known = accounts_named(user, _numbers(result))

    def link(customer_id: str) -> str | None:
        account = known.get(customer_id)
        return reverse("account", args=[account.uid]) if account else None

    return link


def _numbers(result: Result) -> Iterator[str]:
    """The customer numbers in findings and in the rows that a page shows."""
    yield from (f.subject.customer_id for f in result.findings if f.subject)
    yield from _in_rows(result.blocks())


def _in_rows(blocks: Iterable[Block]) -> Iterator[str]:
    from zhibi.result import Section, Table

    for block in blocks:
        if isinstance(block, Section):
            yield from _in_rows(block.blocks)
        elif isinstance(block, Table):
            at = [n for n, column in enumerate(block.columns) if column.key == "customer_id"]
            yield from (str(row[at[0]]) for row in block.rows if at and row[at[0]])


def is_uid(text: str) -> bool:
    from uuid import UUID

    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
