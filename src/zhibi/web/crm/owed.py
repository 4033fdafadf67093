"""What accounts owe, added up: due this month, late, retained."""

from __future__ import annotations

import calendar
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import add
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from zhibi.web.crm.access import (
    accounts_lent_to,
    at_accounts_of,
    has_few_owners,
    ordered_accounts_of,
    today,
)
from zhibi.web.crm.models import Account, OwedByDay, Receivable
from zhibi.web.fields import MoneyField
from zhibi.web.team.models import User
from zhibi.web.team.scope import people_seen

FIGURES_KEPT = timedelta(days=7)  # what fell due since they were taken, no account says yet
LATE_FOR_LONG = 30  # days: from here on it is for now, not for soon
NOTHING: Any = Decimal(0)


@dataclass(frozen=True, slots=True)
class Owed:
    """Sums over the open amounts of some accounts. Retention not yet due is not late."""

    late: Decimal
    late_accounts: int
    due_this_month: Decimal  # from today to the end of the month
    retained: Decimal  # retention (质保金) still running
    later: Decimal  # due after this month


def owed_to(user: User) -> Owed | None:
    """Of all accounts `user` sees; None when nothing about receivables is known at all.

    Read from the ledger of the owners: the amounts of a million accounts take seconds to add up.
    """
    people = people_seen(user, today())
    lines = OwedByDay.objects.all()
    if people is not None:
        lines = lines.filter(owner__in=sorted(people))
    found, lent = _booked(lines), accounts_lent_to(user)
    if lent and people is not None:
        rows = Receivable.objects.filter(account__in=lent, account__deleted_at=None)
        others = owed(rows.exclude(account__owner__in=people))
        found = Owed(*map(add, astuple(found), astuple(others)))
    return found if any(astuple(found)) or Receivable.objects.exists() else None


def receivables_of(user: User) -> QuerySet[Receivable]:
    """The open amounts of the accounts `user` sees."""
    return Receivable.objects.filter(at_accounts_of(user))


def owed(rows: QuerySet[Receivable]) -> Owed:
    """The sums of these rows on the reader's day."""
    now, ends = today(), month_ends()
    late, coming = Q(due_on__lt=now), Q(due_on__gte=now)
    sums = rows.aggregate(
        late=_sum("open", late),
        late_accounts=Count("account", distinct=True, filter=late),
        due_this_month=_sum("open", coming & Q(due_on__lte=ends)),
        retained=_sum("open", coming & Q(is_retention=True)),
        later=_sum("open", Q(due_on__gt=ends, is_retention=False)),
    )
    return Owed(**sums)


def _booked(lines: QuerySet[OwedByDay]) -> Owed:
    """The same of the ledger."""
    now, ends = today(), month_ends()
    late, coming, later = Q(due_on__lt=now), Q(due_on__gte=now), Q(due_on__gt=ends)
    sums = lines.aggregate(
        late=_sum("open", late),
        late_accounts=Sum("debtors", filter=late, default=0),
        due_this_month=_sum("open", coming & Q(due_on__lte=ends)),
        retained=_sum("retention", coming),
        later=_sum(F("open") - F("retention"), later),
    )
    return Owed(**sums)


def _sum(amount: Any, where: Q) -> Sum:
    return Sum(amount, filter=where, default=NOTHING, output_field=MoneyField())


def month_ends() -> date:
    """The last day of the reader's month."""
    now = today()
    return now.replace(day=calendar.monthrange(now.year, now.month)[1])


@dataclass(frozen=True, slots=True)
class Collection:
    """What is to be collected at one account: late, or due within some days."""

    account: Account
    open: Decimal
    oldest_due_on: date
    rows: int

    @property
    def days_late(self) -> int:
        return max(0, (today() - self.oldest_due_on).days)

    @property
    def is_late_for_long(self) -> bool:
        return self.days_late > LATE_FOR_LONG


def to_collect(user: User, within: timedelta, *, most: int) -> list[Collection]:
    """`collections` of what is due within some days. Of many owners only the first few are added
    up: each account says itself what is overdue at it."""
    until = today() + within
    if has_few_owners(user):
        return collections(receivables_of(user), until, most=most)
    found = _late(user, until, most)
    if len(found) == most:
        return found
    since = today() - FIGURES_KEPT
    soon = receivables_of(user).filter(due_on__gte=since).exclude(account__overdue__gt=0)
    return [*found, *collections(soon, until, most=most - len(found))]


def _late(user: User, until: date, most: int) -> list[Collection]:
    """Of the accounts with most overdue, what is due up to a day."""
    due = Receivable.objects.filter(account=OuterRef("pk"), due_on__lte=until)
    sums = due.order_by().values("account")
    late = (
        ordered_accounts_of(user)
        .filter(overdue__gt=0)
        .select_related("owner")
        .only("uid", "name", "sales", "owner__name")
        .annotate(
            oldest=Subquery(sums.annotate(one=Min("due_on")).values("one")),
            many=Subquery(sums.annotate(one=Count("pk")).values("one")),
            owing=Subquery(sums.annotate(one=Sum("open")).values("one")),
        )
    )
    return [
        Collection(one, one.owing, one.oldest, one.many)
        for one in late.order_by("-overdue", "-pk")[:most]
        if one.many
    ]


def collections(rows: QuerySet[Receivable], until: date, *, most: int) -> list[Collection]:
    """By account what is due up to a day: the late first, by what is late, then the others."""
    nothing = Value(NOTHING, output_field=Receivable._meta.get_field("open"))
    late = Coalesce(Sum("open", filter=Q(due_on__lt=today())), nothing)
    found = (
        rows.filter(due_on__lte=until)
        .values("account")
        .annotate(oldest=Min("due_on"), many=Count("pk"), owing=Sum("open"), late=late)
        .annotate(soon=Case(When(late__gt=0, then=nothing), default="owing"))
        .order_by("-late", "-soon", "-account")[:most]
    )
    sums = list(found)
    named = Account.objects.select_related("owner").only("uid", "name", "sales", "owner__name")
    accounts = named.in_bulk([row["account"] for row in sums])
    return [
        Collection(accounts[row["account"]], row["owing"], row["oldest"], row["many"])
        for row in sums
    ]
