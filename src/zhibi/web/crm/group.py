"""The companies of a group, as far as somebody sees them, and what they come to together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import connection

from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.models import Account
from zhibi.web.crm.models.account import LIVING
from zhibi.web.team.models import User

SHOWN: Final = 200
SHOWN_OF_EACH: Final = ("uid", "name", "name_key", "sales", "sales_before", "overdue")
DEEPEST: Final = 50  # levels: a circle that the database may hold ends here

# UNION leaves out what was found before, so that a circle ends.
FAMILY: Final = """
WITH RECURSIVE above(id, parent_id) AS (
    SELECT id, parent_id FROM crm_account WHERE id = %s
    UNION SELECT a.id, a.parent_id FROM crm_account a JOIN above ON a.id = above.parent_id
), family(id, parent_id) AS (
    SELECT id, parent_id FROM above WHERE parent_id IS NULL
    UNION SELECT a.id, a.parent_id FROM crm_account a JOIN family ON a.parent_id = family.id
)
SELECT id, parent_id FROM family LIMIT 10000
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A company of the group at its depth below the highest visible one."""

    account: Account
    depth: int

    @property
    def steps(self) -> range:
        return range(self.depth)


@dataclass(frozen=True, slots=True)
class Group:
    """The visible companies, each under the nearest visible one above it, and their sums; None
    where nothing is known of any."""

    members: tuple[Member, ...]
    count: int
    sales: Decimal | None
    sales_before: Decimal | None
    overdue: Decimal | None


def group_of(account: Account, user: User) -> Group | None:
    """The group that `user` sees; None for a company that stands alone as far as they see."""
    parents = _family(account)
    if len(parents) < 2:
        return None
    shown = accounts_of(user).filter(pk__in=parents).only(*SHOWN_OF_EACH)
    seen = {one.pk: one for one in shown}
    if len(seen) < 2:
        return None
    return Group(
        members=tuple(_in_order(seen, parents))[:SHOWN],
        count=len(seen),
        sales=_sum([one.sales for one in seen.values()]),
        sales_before=_sum([one.sales_before for one in seen.values()]),
        overdue=_sum([one.overdue for one in seen.values()]),
    )


def sees_whole_group(account: Account, user: User) -> bool:
    """Whether no company of the group is hidden from `user`: what is said of the whole would
    otherwise tell of the hidden ones."""
    family = _family(account)
    living = Account.objects.filter(LIVING, pk__in=family).count()
    return accounts_of(user).filter(pk__in=family).count() == living


def is_below(account: Account, above: Account) -> bool:
    """Whether `account` is `above` or stands anywhere below it, seen or not."""
    parents = _family(account)
    place: int | None = account.pk
    for _ in range(DEEPEST):
        if place is None or place == above.pk:
            break
        place = parents.get(place)
    return place is not None


def _family(account: Account) -> dict[int, int | None]:
    """Company → the one above it, of the whole group; only itself when it stands in a circle."""
    with connection.cursor() as cursor:
        cursor.execute(FAMILY, [account.pk])
        found = dict(cursor.fetchall())
    return found or {account.pk: account.parent_id}


def _in_order(seen: dict[int, Account], parents: dict[int, int | None]) -> Iterator[Member]:
    """Each below the nearest one above that is seen, by name."""
    below: dict[int | None, list[Account]] = {}
    for one in sorted(seen.values(), key=lambda one: (one.name_key, one.pk)):
        place = parents[one.pk]
        while place is not None and place not in seen:
            place = parents.get(place)
        below.setdefault(place, []).append(one)
    opened = [Member(one, 0) for one in reversed(below.get(None, []))]
    while opened:
        member = opened.pop()
        yield member
        opened += [
            Member(one, member.depth + 1) for one in reversed(below.get(member.account.pk, []))
        ]


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
