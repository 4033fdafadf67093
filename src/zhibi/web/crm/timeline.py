"""What happened at an account, newest first: what people did, what was bought, what changed.

A page goes on below the last line of the one before (keyset), so that the thousandth page is as
quick as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from zhibi.measures.periods import months_before
from zhibi.web.crm.criteria import label_of, value_shown
from zhibi.web.crm.models import Account, FollowUp
from zhibi.web.given import day_in
from zhibi.web.team.models import Change, User
from zhibi.web.text import say

PAGE: Final = 30
TOLD_CHANGES: Final = ("owner", "name", "parent")  # a stage or grade is a judgement


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a page ends: lines sort by moment, then kind, then number."""

    at: datetime
    kind: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.pk}"


@dataclass(frozen=True, slots=True)
class Line:
    """`what` says what it is in a word or two, `text` is what people wrote."""

    place: Place
    what: str
    text: str = ""
    by: User | None = None
    more: dict[str, Any] = field(default_factory=dict)

    is_day: bool = False  # the time of day says nothing

    @property
    def at(self) -> datetime:
        return self.place.at

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True, slots=True)
class Kind:
    """One source of lines: `lines` gives those of an account below a place, newest first."""

    name: str
    lines: Callable[[Account, int, Place | None], Iterator[Line]]


def place_of(text: str) -> Place | None:
    """The place that an address names; None for the top, or for what is none."""
    try:
        at, kind, pk = text.split("~")
        moment = datetime.fromisoformat(at)
        place = Place(moment, int(kind), int(pk))
    except ValueError:
        return None
    return place if timezone.is_aware(moment) and day_in(at[:10]) else None


def timeline(
    account: Account, *, only: str = "", below: Place | None = None
) -> tuple[list[Line], Place | None]:
    """A page of lines, and the place where the next one begins."""
    chosen = [(number, kind) for number, kind in enumerate(KINDS) if only in ("", kind.name)]
    found = [line for number, kind in chosen for line in kind.lines(account, number, below)]
    found.sort(key=lambda line: line.place, reverse=True)
    page = found[:PAGE]
    return page, page[-1].place if len(found) > PAGE else None


def _before(rows: QuerySet[Any], moment: str, number: int, below: Place | None) -> QuerySet[Any]:
    """The newest rows below a place, one more than a page."""
    ordered = rows.order_by(F(moment).desc(), "-pk")
    if below is not None:
        if number < below.kind:
            ordered = ordered.filter(**{f"{moment}__lte": below.at})
        elif number > below.kind:
            ordered = ordered.filter(**{f"{moment}__lt": below.at})
        else:
            same = Q(**{moment: below.at}, pk__lt=below.pk)
            ordered = ordered.filter(Q(**{f"{moment}__lt": below.at}) | same)
    return ordered[: PAGE + 1]


def _follow_ups(account: Account, number: int, below: Place | None) -> Iterator[Line]:
    rows = account.follow_ups.filter(deleted_at=None).select_related("by", "contact")
    for row in _before(rows, "at", number, below):
        name = row.contact.name if row.contact and not row.contact.deleted_at else ""
        place = Place(row.at, number, row.pk)
        yield Line(place, say(FollowUp.Kind(row.kind).value), row.text, row.by, {"with": name})


def _tasks(account: Account, number: int, below: Place | None) -> Iterator[Line]:
    rows = account.tasks.filter(deleted_at=None, done_at__isnull=False).select_related("assignee")
    for row in _before(rows, "done_at", number, below):
        text = f"{row.title} – {row.outcome}" if row.outcome else row.title
        yield Line(Place(row.done_at, number, row.pk), say("task done"), text, row.assignee)


def _judgements(account: Account, number: int, below: Place | None) -> Iterator[Line]:
    rows = account.judgements.select_related("by")
    for row in _before(rows, "made_at", number, below):
        value = value_shown(row.value) if row.value else say("taken back")
        what = say("{criterion} judged {value}", criterion=label_of(row.criterion), value=value)
        yield Line(Place(row.made_at, number, row.pk), what, row.evidence, row.by)


def _changes(account: Account, number: int, below: Place | None) -> Iterator[Line]:
    rows = Change.objects.filter(subject_uid=account.uid, what__in=TOLD_CHANGES)
    called = {"owner": say("owner"), "name": say("name"), "parent": say("company above it")}
    for row in _before(rows.select_related("by"), "at", number, below):
        what = say("{field} changed", field=called[row.what])
        # Which company stands above may be more than the reader sees.
        text = f"{row.before or '–'} → {row.after or '–'}" if row.what != "parent" else ""
        yield Line(Place(row.at, number, row.pk), what, text, row.by)


def _grades(account: Account, number: int, below: Place | None) -> Iterator[Line]:
    for row in _before(account.grades.all(), "made_at", number, below):
        text = say("{grade}, {score} points", grade=row.letter, score=f"{row.score:.1f}")
        yield Line(Place(row.made_at, number, row.pk), say("grade computed"), text)


def _orders(account: Account, number: int, below: Place | None) -> Iterator[Line]:
    """Sales by month as the last import knows them; each stands at the last day of its month."""
    if account.figures_as_of is None:
        return
    for back, sales in enumerate(reversed(account.monthly or [])):
        place = Place(_evening(months_before(account.figures_as_of, back)), number, -back)
        if sales and (below is None or place < below):
            yield Line(place, say("sales of the month"), more={"sales": sales}, is_day=True)


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), tzinfo=timezone.get_current_timezone())


KINDS: Final = (
    Kind("follow-ups", _follow_ups),
    Kind("tasks", _tasks),
    Kind("judgements", _judgements),
    Kind("changes", _changes),
    Kind("grades", _grades),
    Kind("sales", _orders),
)
