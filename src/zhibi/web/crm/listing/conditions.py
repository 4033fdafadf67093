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
    """One column compared with a value: `("sales", "gte", 100)`."""

    column: str
    lookup: str
    value: Any

    @property
    def plain(self) -> Q:
        return Q(**{f"{self.column}__{self.lookup}": self.value})


@dataclass(slots=True)
class Asked:
    """All conditions must hold; `others` are those on more than one column."""

    conditions: list[Condition] = field(default_factory=list)
    others: list[Q] = field(default_factory=list)
    is_deleted: bool = False


def found(user: User, asked: Asked) -> Found:
    """The accounts `user` may see that are as asked."""
    seen = accounts_of(user, with_deleted=asked.is_deleted)
    if asked.is_deleted:
        seen = seen.filter(~LIVING)
    sees_all = user.role in SEES_ALL
    for other in asked.others:
        seen = seen.filter(other)
    unindexed = _unindexed(seen, asked.conditions)
    is_narrowed = bool(asked.conditions or asked.others)
    plain = seen.filter(*(one.plain for one in asked.conditions))
    has_one = sees_all and len(asked.conditions) <= 1 and not asked.others
    return Found(
        plain if has_one else unindexed,
        unindexed,
        is_everything=sees_all and not is_narrowed and not asked.is_deleted,
    )


def _unindexed(accounts: QuerySet[Account], conditions: Sequence[Condition]) -> QuerySet[Account]:
    columns = {one.column for one in conditions}
    accounts = accounts.alias(**{f"read_{name}": Unindexed(F(name)) for name in columns})
    return accounts.filter(
        *(Q(**{f"read_{one.column}__{one.lookup}": one.value}) for one in conditions)
    )
