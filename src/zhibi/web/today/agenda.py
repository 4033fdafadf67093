"""The ordered list of one person: at most seven, the rest under more (domain 5.6).

① money to collect ② promises and tasks due ③ accounts in danger ④ visits that are due
⑤ first visits. No kind takes more than two of the seven while others are urgent, so that a bad
month of collections does not hide an account that is leaving.

What is at stake makes it urgent: an amount that is a crumb beside the largest of its kind, or
beside what the account buys in a year, waits behind the rest, however long it is late. So does a
promise of long ago: nobody waits for it today, and only the owner of the account is reminded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet

from zhibi.web.crm.access import (
    at_accounts_of,
    has_few_owners,
    ordered_accounts_of,
    tasks_of,
    today,
)
from zhibi.web.crm.models import Account, LifeStage, Promise
from zhibi.web.crm.owed import Collection, to_collect
from zhibi.web.crm.treatment import beyond_cadence, treatments
from zhibi.web.insight.models import FindingRecord
from zhibi.web.team.models import User

FIRST: Final = 7
OF_A_KIND: Final = 2
LOOKED_AT: Final = 8  # of each kind: more than this nobody reads on one page
WAITING: Final = 60  # accounts to visit that are named
COLLECT_WITHIN: Final = timedelta(days=7)
REMIND_WITHIN: Final = timedelta(days=3)
LONG_PAST: Final = timedelta(days=60)
CRUMB: Final = Decimal("0.01")
OF_ACCOUNT: Final = ("account__uid", "account__name", "account__sales")  # not all its columns
KINDS: Final = ("collection", "promise", "task", "warning", "visits", "first visits")
URGENCIES: Final = ("now", "soon", "info")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of Today. `about` is what its kind is about: a Collection, Promise, Task,
    FindingRecord, or the accounts to visit."""

    kind: str
    urgency: str
    about: Any
    account: Account | None = None
    stake: Decimal | None = None
    due_on: date | None = None

    @property
    def template(self) -> str:
        return f"today/_{self.kind.replace(' ', '_')}.html"

    @property
    def order(self) -> tuple[Any, ...]:
        """Urgency first, then the kind, then what is at stake, then the day."""
        return (
            URGENCIES.index(self.urgency),
            KINDS.index(self.kind),
            -(self.stake or 0),
            self.due_on or date.max,
            self.account.pk if self.account else 0,
        )


@dataclass(frozen=True, slots=True)
class Agenda:
    first: tuple[Entry, ...]
    more: tuple[Entry, ...]


def agenda(user: User) -> Agenda:
    """What `user` is to do today, in the accounts they see."""
    seen = ordered_accounts_of(user)
    entries = [
        *_without_crumbs(_collections(user)),
        *_promises(user),
        *_tasks(user),
        *_without_crumbs(_warnings(seen)),
        *_visits(user, seen),
        *_first_visits(user, seen),
    ]
    return chosen(sorted(entries, key=lambda entry: entry.order))


def chosen(entries: Iterable[Entry]) -> Agenda:
    """The first seven of an ordered list, no kind more than twice while others are as urgent."""
    ordered = list(entries)
    taken: Counter[str] = Counter()
    ranked = []
    for place, entry in enumerate(ordered):
        taken[entry.kind] += 1
        ranked.append((entry.urgency == "info", taken[entry.kind] > OF_A_KIND, place))
    first = sorted(place for *_, place in sorted(ranked)[:FIRST])
    return Agenda(
        tuple(ordered[place] for place in first),
        tuple(entry for place, entry in enumerate(ordered) if place not in first),
    )


def _without_crumbs(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Entries of a kind; those with too little at stake are not urgent."""
    found = list(entries)
    largest = max((one.stake for one in found if one.stake), default=Decimal(0))
    for one in found:
        bought = one.account.sales if one.account else None
        is_crumb = one.stake is not None and one.stake < CRUMB * max(largest, bought or 0)
        yield replace(one, urgency="info") if is_crumb else one


def _collections(user: User) -> Iterable[Entry]:
    for one in to_collect(user, COLLECT_WITHIN, most=LOOKED_AT):
        yield Entry(
            "collection",
            _urgency_of(one),
            one,
            account=one.account,
            stake=one.open,
            due_on=one.oldest_due_on,
        )


def _urgency_of(collection: Collection) -> str:
    if collection.is_late_for_long:
        return "now"
    return "soon" if collection.days_late else "info"


def _promises(user: User) -> Iterable[Entry]:
    """Of many owners only those of now: an index of the days is walked, and the oldest, which
    stand there for years, would be all that is found."""
    due = Promise.objects.filter(
        at_accounts_of(user),
        due_on__lte=today() + REMIND_WITHIN,
        kept_on=None,
        dropped_because="",
        deleted_at=None,
    )
    due = due.select_related("account", "account__owner").only(
        "uid", "text", "is_ours", "due_on", *OF_ACCOUNT, "account__owner__name"
    )
    if has_few_owners(user):
        found = due.filter(_is_of_now() | Q(account__owner=user)).order_by(*_of_now_first())
    else:
        found = due.filter(_is_of_now()).order_by("due_on", "pk")
    for one in found[:LOOKED_AT]:
        yield Entry("promise", _due(one.due_on), one, account=one.account, due_on=one.due_on)


def _tasks(user: User) -> Iterable[Entry]:
    found = (
        tasks_of(user)
        .filter(assignee=user, done_at=None, due_on__lte=today() + REMIND_WITHIN)
        .select_related("account")
        .only("uid", "title", "stake", "due_on", *OF_ACCOUNT)
        .order_by(*_of_now_first())[:LOOKED_AT]
    )
    for one in found:
        yield Entry(
            "task", _due(one.due_on), one, account=one.account, stake=one.stake, due_on=one.due_on
        )


def _is_of_now() -> Q:
    return Q(due_on__gte=today() - LONG_PAST)


def _of_now_first() -> tuple[Any, ...]:
    return ExpressionWrapper(_is_of_now(), BooleanField()).desc(), "due_on", "pk"


def _due(day: date | None) -> str:
    if day is None or day > today() or day < today() - LONG_PAST:
        return "info"
    return "now" if day < today() else "soon"


def _warnings(seen: QuerySet[Account]) -> Iterable[Entry]:
    """What endangers the largest accounts most, as far as nobody decided on it yet."""
    by_sales = seen.filter(warning=2).order_by(F("sales").desc(nulls_last=True), "-pk")
    largest = by_sales.values("pk")[: 2 * LOOKED_AT]
    undecided = Q(state=FindingRecord.State.OPEN) | Q(
        state=FindingRecord.State.LATER, later_until__lte=today()
    )
    findings = (
        FindingRecord.objects.filter(undecided, account__in=largest, severity="now")
        .select_related("account", "account__owner")
        .only("uid", "says", "stake", "last_said_on", *OF_ACCOUNT, "account__owner__name")
        .order_by("account", "-stake", "pk")
    )
    worst: dict[int, FindingRecord] = {}
    for finding in findings:
        worst.setdefault(finding.account_id, finding)
    for finding in list(worst.values())[:LOOKED_AT]:
        yield Entry("warning", "now", finding, account=finding.account, stake=finding.stake)


def _visits(user: User, seen: QuerySet[Account]) -> Iterable[Entry]:
    """The A and the B accounts that wait for longer than they should, each as one line."""
    treated = treatments()
    waits = {grade: beyond_cadence(grade, treated[grade], today()) for grade in ("A", "B")}
    waiting = seen.filter(waits["A"] | waits["B"]).only("uid", "name", "grade")
    found = _biggest(waiting, WAITING, of_few=has_few_owners(user))
    for grade, urgency in (("A", "soon"), ("B", "info")):
        own = [one for one in found if (one.grade or "B") == grade]
        if own:
            about = {"grade": grade, "accounts": own, "every": treated[grade].contact_every_days}
            yield Entry("visits", urgency, about)


def _biggest(accounts: QuerySet[Account], most: int, *, of_few: bool) -> list[Account]:
    """By sales, those of unknown sales last. Databases put these at different ends of an index,
    so that one is walked without them first."""
    if of_few:
        return list(accounts.order_by(F("sales").desc(nulls_last=True), "-pk")[:most])
    found = list(accounts.filter(sales__isnull=False).order_by("-sales", "-pk")[:most])
    if len(found) < most:
        found += accounts.filter(sales__isnull=True).order_by("-pk")[: most - len(found)]
    return found


def _first_visits(user: User, seen: QuerySet[Account]) -> Iterable[Entry]:
    stages = (LifeStage.TARGET, LifeStage.POTENTIAL)
    # Of a few owners all are sorted: along the key a database would walk the whole company.
    order = F("pk") + 0 if has_few_owners(user) else F("pk")
    prospects = seen.filter(life_stage__in=stages, last_contact_on=None).only("uid", "name")
    found = list(prospects.order_by(order)[:20])
    if found:
        yield Entry("first visits", "info", {"accounts": found})
