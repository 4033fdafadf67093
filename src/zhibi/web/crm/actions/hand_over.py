"""Handing over all accounts of somebody who left (离职交接): who gets which, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from zhibi.web.crm.access import accounts_to_decide_on, owners_for
from zhibi.web.crm.actions.assign import assign
from zhibi.web.crm.actions.bulk import unseen
from zhibi.web.crm.models import Account
from zhibi.web.team.models import User

MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Share:
    """What one new owner gets."""

    owner: User
    accounts: tuple[Account, ...]

    @property
    def sales(self) -> Decimal:
        return sum((account.sales or Decimal(0) for account in self.accounts), Decimal(0))


def shares(former: User, to: Sequence[User], *, by: User) -> list[Share]:
    """The accounts dealt out by their sales, there and back again, so that the shares are alike."""
    accounts = list(accounts_to_decide_on(by).filter(owner=former).order_by("pk")[:MOST])
    accounts.sort(key=lambda one: (-(one.sales or 0), one.pk))
    piles: list[list[Account]] = [[] for _ in to]
    for place, account in enumerate(accounts):
        lap, at = divmod(place, len(piles))
        piles[at if lap % 2 == 0 else len(piles) - 1 - at].append(account)
    return [Share(owner, tuple(pile)) for owner, pile in zip(to, piles, strict=True)]


def hand_over(
    given: Sequence[tuple[str, str]],
    former: UUID,
    *,
    by: User,
    progress: Callable[[float], None] = unseen,
) -> int:
    """Give each account to its new owner, both named by uid, where the person who left still has
    it and `by` may. Done again it changes nothing."""
    people = {str(one.uid): one for one in owners_for(by)}
    allowed = accounts_to_decide_on(by).filter(owner__uid=former)
    done = 0
    for place, (uid, to) in enumerate(given):
        account = allowed.filter(uid=UUID(uid)).first()
        if account is not None and to in people:
            assign(account, people[to], by=by)
            done += 1
        progress((place + 1) / len(given))
    return done
