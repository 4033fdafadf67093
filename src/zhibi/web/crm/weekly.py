"""The weekly report (周报) of one person, written from what is on record, as far as the reader
sees it: a task without account, which is its two people's, is in nobody else's copy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhibi.web.crm.access import accounts_of, tasks_of
from zhibi.web.crm.models import Account, FollowUp, Promise, Task
from zhibi.web.team.models import User

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done at one account, in the order it happened."""

    account: Account
    follow_ups: tuple[FollowUp, ...]


@dataclass(frozen=True, slots=True)
class Weekly:
    """Monday to Sunday of one person, as far as the reader sees the accounts."""

    person: User
    monday: date
    by_kind: tuple[tuple[str, int], ...]  # follow-ups, most first
    done: tuple[Done, ...]  # most follow-ups first
    promises_made: tuple[Promise, ...]
    promises_kept: tuple[Promise, ...]
    promises_late: tuple[Promise, ...]
    tasks_done: tuple[Task, ...]
    new_accounts: tuple[Account, ...]
    next_tasks: tuple[Task, ...]
    next_promises: tuple[Promise, ...]

    @property
    def sunday(self) -> date:
        return self.monday + WEEK - timedelta(days=1)

    @property
    def is_empty(self) -> bool:
        return not (self.done or self.tasks_done or self.promises_made or self.new_accounts)


def weekly(reader: User, person: User, monday: date) -> Weekly:
    """The week of `person` in the accounts that `reader` may see."""
    seen = accounts_of(reader).values("pk")
    began, ended = _moment(monday), _moment(monday + WEEK)
    follow_ups = list(
        FollowUp.objects.filter(
            by=person, at__gte=began, at__lt=ended, account__in=seen, deleted_at=None
        )
        .select_related("account", "contact")
        .order_by("at", "pk")
    )
    promises = _promises(person).filter(account__in=seen).select_related("account")
    tasks = tasks_of(reader).filter(assignee=person).select_related("account")
    tasks = tasks.order_by("due_on", "pk")
    due_next = Q(due_on__lt=monday + 2 * WEEK)
    return Weekly(
        person=person,
        monday=monday,
        by_kind=tuple(Counter(one.kind for one in follow_ups).most_common()),
        done=tuple(_by_account(follow_ups)),
        promises_made=tuple(promises.filter(created_at__gte=began, created_at__lt=ended)),
        promises_kept=tuple(promises.filter(kept_on__gte=monday, kept_on__lt=monday + WEEK)),
        promises_late=tuple(_open(promises).filter(due_on__lt=monday + WEEK)),
        tasks_done=tuple(tasks.filter(done_at__gte=began, done_at__lt=ended)),
        new_accounts=tuple(
            accounts_of(reader).filter(
                created_by=person, created_at__gte=began, created_at__lt=ended
            )
        ),
        next_tasks=tuple(tasks.filter(due_next, done_at=None)),
        next_promises=tuple(_open(promises).filter(due_next, due_on__gte=monday + WEEK)),
    )


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _promises(person: User) -> QuerySet[Promise]:
    """Those that `person` took down, and those at accounts that are theirs."""
    mine = Q(created_by=person) | Q(account__owner=person)
    return Promise.objects.filter(mine, deleted_at=None).order_by("due_on", "pk")


def _open(promises: QuerySet[Promise]) -> QuerySet[Promise]:
    return promises.filter(kept_on=None, dropped_because="")


def _by_account(follow_ups: Iterable[FollowUp]) -> list[Done]:
    found: dict[Account, list[FollowUp]] = defaultdict(list)
    for one in follow_ups:
        found[one.account].append(one)
    done = [Done(account, tuple(own)) for account, own in found.items()]
    return sorted(done, key=lambda one: (-len(one.follow_ups), one.account.name, one.account.pk))


def _moment(day: date) -> datetime:
    """Midnight where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))
