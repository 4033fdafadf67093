"""What accounts are asked to be, as columns and values, so that a database may be told how to
look at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from zhibi.web.crm.access import in_scope, today
from zhibi.web.crm.listing.paging import Found
from zhibi.web.crm.models import Account
from zhibi.web.crm.models.account import LIVING
from zhibi.web.crm.unindexed import Unindexed
from zhibi.web.team.models import User
from zhibi.web.team.scope import people_seen

# Columns with indexes that hold the other filters too, the narrower ones first.
LEADING: Final = (frozenset(("region", "industry")), frozenset(("grade",)))
AFTER_OWNER: Final = frozenset(("warning",))  # comes next in the index by owner
OWNERS_FIRST: Final = 20  # of whom all accounts are looked at sooner than all of a region


@dataclass(frozen=True, slots=True)
class Condition:
    """One column compared with a value: `Condition("sales", "gte", 100)`."""

    column: str
    lookup: str
    value: Any
    or_unknown: bool = False

    def holds(self, prefix: str = "") -> Q:
        """As Django asks for it, of the column or of what stands for it under a prefix."""
        name = f"{prefix}{self.column}"
        held = Q(**{f"{name}__{self.lookup}": self.value})
        return held | Q(**{f"{name}__isnull": True}) if self.or_unknown else held


@dataclass(slots=True)
class Asked:
    """All conditions and all `others` (on more than one column) must hold. `shortcut` follows
    from them, and leads a database to the accounts more quickly."""

    conditions: list[Condition] = field(default_factory=list)
    others: list[Q] = field(default_factory=list)
    shortcut: Q | None = None
    is_deleted: bool = False

    @property
    def is_anything(self) -> bool:
        return not (self.conditions or self.others or self.is_deleted)


def found(user: User, asked: Asked) -> Found:
    """The accounts `user` may see that are as asked."""
    living = ~LIVING if asked.is_deleted else LIVING
    people = people_seen(user, today())
    leading = _leading(asked, None if people is None else len(people))
    accounts = Account.objects.filter(living, *asked.others)
    in_some = in_scope(user, is_indexed=leading <= AFTER_OWNER)
    chosen = _read(accounts.filter(in_some), asked, leading)
    if asked.shortcut is not None:
        chosen = chosen.filter(asked.shortcut)
    return Found(
        chosen,
        _read(accounts.filter(in_scope(user, is_indexed=False)), asked),
        is_everything=people is None and asked.is_anything,
        has_shortcut=asked.shortcut is not None,
        equal={one.column: one.value for one in asked.conditions if one.lookup == "exact"},
    )


def _leading(asked: Asked, owners: int | None) -> frozenset[str]:
    """The columns by whose index accounts are found. None, or those after the owner: by their
    owner; or, where they are everybody's, by reading through an index that holds every filter."""
    columns = frozenset(one.column for one in asked.conditions if one.lookup in ("exact", "in"))
    if owners is None and len(asked.conditions) == 1:
        return columns
    if owners is None or owners > OWNERS_FIRST:
        for leading in LEADING:
            if leading & columns:
                return leading & columns
    return frozenset() if owners is None else AFTER_OWNER & columns


def _read(
    accounts: QuerySet[Account], asked: Asked, leading: frozenset[str] = frozenset()
) -> QuerySet[Account]:
    """As asked, by no index but those that begin with a column of `leading`."""
    read = [one for one in asked.conditions if one.column not in leading]
    columns = {f"read_{one.column}": Unindexed(F(one.column)) for one in read}
    held = [one.holds() for one in asked.conditions if one.column in leading]
    return accounts.filter(*held).alias(**columns).filter(*(one.holds("read_") for one in read))
