"""From the customers a result names to the pages of their accounts, for who may open them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from zhibi.tables.numbers import SEPARATOR, full_number
from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.models import Account, SourceCustomer
from zhibi.web.crm.models.account import LIVING
from zhibi.web.team.models import User

if TYPE_CHECKING:
    from zhibi.result import Block, Result

BATCH = 500


def accounts_named(user: User, numbers: Iterable[str]) -> dict[str, Account]:
    """The account of each customer number that a result names, where the person sees it."""
    meant = accounts_meant(numbers)
    wanted = sorted(set(meant.values()))
    seen: dict[int, Account] = {}
    for at in range(0, len(wanted), BATCH):
        seen |= accounts_of(user).in_bulk(wanted[at : at + BATCH])
    return {number: seen[pk] for number, pk in meant.items() if pk in seen}


def accounts_meant(numbers: Iterable[str]) -> dict[str, int]:
    """The account of each customer number (`zhibi.tables.numbers`), where one alone is meant."""
    wanted = sorted(set(numbers))
    found: dict[str, int] = {}
    for at in range(0, len(wanted), BATCH):
        some = wanted[at : at + BATCH]
        found.update(_of_files(some))
        typed = Account.objects.filter(LIVING, sources=None, uid__in=filter(is_uid, some))
        found.update({str(uid): pk for uid, pk in typed.values_list("uid", "pk")})
    return found


def links_for(result: Result, user: User) -> Callable[[str], str | None]:
    """The address of the account's page, by customer number; None where there is none to see."""
    known = accounts_named(user, _numbers(result))

    def link(customer_id: str) -> str | None:
        account = known.get(customer_id)
        return reverse("account", args=[account.uid]) if account else None

    return link


def is_uid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _of_files(numbers: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Those of customers that a file named: by their number with the system before it, which
    cannot be mistaken, then by the number alone where one system uses it, or one has no name."""
    tails = {number.partition(SEPARATOR)[2] for number in numbers} - {""}
    sources = SourceCustomer.objects.filter(
        customer_id__in={*numbers, *tails},
        account__deleted_at=None,
        account__merged_into=None,
    )
    by_number: dict[str, dict[str, int]] = {}
    full: dict[str, int] = {}
    for system, number, account in sources.values_list(
        "source_system", "customer_id", "account_id"
    ):
        full[full_number(system, number)] = account
        by_number.setdefault(number, {})[system] = account
    for number in numbers:
        of = by_number.get(number, {})
        alone = next(iter(of.values())) if len(set(of.values())) == 1 else None
        if meant := full.get(number) or alone:
            yield number, meant


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
