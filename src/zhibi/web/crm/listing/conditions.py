"""What accounts are asked to be, as columns and values, so that a database may be told how to
look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Func, Q, QuerySet

from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.listing.paging import Found
from zhibi.web.crm.models import Account
from zhibi.web.crm.models.account import LIVING
from zhibi.web.team.models import User
from zhibi.web.team.scope import SEES_ALL


class Unindexed(Func):
    """A column that SQLite reads row by row: without counts of its own it takes every index for
    a narrow one, and would read 400,000 accounts of grade D to find ten of them."""

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **more)


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
    seen = accounts_of(user, with_deleted=asked.is_deleted)
    if asked.is_deleted:
        seen = seen.filter(~LIVING)
    seen = seen.filter(*asked.others)
    read = _unindexed(seen, asked.conditions)
    sees_all = user.role in SEES_ALL
    has_one = sees_all and len(asked.conditions) == 1 and not asked.others
    chosen = seen.filter(asked.conditions[0].holds()) if has_one else read
    if asked.shortcut is not None:
        chosen = chosen.filter(asked.shortcut)
    is_everything = sees_all and asked.is_anything
    return Found(chosen, read, is_everything, has_shortcut=asked.shortcut is not None)


def _unindexed(accounts: QuerySet[Account], conditions: Sequence[Condition]) -> QuerySet[Account]:
    columns = {f"read_{one.column}": Unindexed(F(one.column)) for one in conditions}
    return accounts.alias(**columns).filter(*(one.holds("read_") for one in conditions))
