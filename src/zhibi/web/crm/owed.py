"""What accounts owe, added up: due this month, late, retained."""

from __future__ import annotations

import calendar
import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import (
    Case,
    Count,
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
    at_accounts_of,
    has_few_owners,
    ordered_accounts_of,
    scope_key,
    today,
)
from zhibi.web.crm.models import Account, Receivable
from zhibi.web.team.models import Change, User

KEPT_FOR = 3600  # seconds
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

    Kept for an hour and thrown away with the next import, which replaces the rows, and when an
    account changes: it may have changed hands.
    """
    changed = Change.objects.filter(subject_kind="account").order_by("-pk").values("pk")[:1]
    newest = Receivable.objects.order_by("-pk").values_list("pk", Subquery(changed)).first()
    if newest is None:
        return None
    made_of = f"{scope_key(user)}|{newest}|{today()}"
    key = f"owed|{hashlib.sha256(made_of.encode()).hexdigest()}"
    found: Owed | None = cache.get_or_set(key, lambda: owed(receivables_of(user)), KEPT_FOR)
    return found


def receivables_of(user: User) -> QuerySet[Receivable]:
    """The open amounts of the accounts `user` sees."""
    return Receivable.objects.filter(at_accounts_of(user))


def owed(rows: QuerySet[Receivable]) -> Owed:
    """The sums of these rows on the reader's day."""
    now = today()
    ends = now.replace(day=calendar.monthrange(now.year, now.month)[1])
    late, coming = Q(due_on__lt=now), Q(due_on__gte=now)
    sums = rows.aggregate(
        late=Sum("open", filter=late),
        late_accounts=Count("account", distinct=True, filter=late),
        due_this_month=Sum("open", filter=coming & Q(due_on__lte=ends)),
        retained=Sum("open", filter=coming & Q(is_retention=True)),
        later=Sum("open", filter=Q(due_on__gt=ends, is_retention=False)),
    )
    return Owed(**{name: NOTHING if value is None else value for name, value in sums.items()})


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
    accounts = Account.objects.select_related("owner").in_bulk([row["account"] for row in sums])
    return [
        Collection(accounts[row["account"]], row["owing"], row["oldest"], row["many"])
        for row in sums
    ]
