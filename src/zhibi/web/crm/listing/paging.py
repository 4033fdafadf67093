"""A page of accounts out of a million, and the pages before and after it.

A page begins behind a row, not at a number: rows that come or go meanwhile move nothing. Two
ways lead to it, and neither depends on what a database guesses:

- few are found: all of them are sorted;
- many are found: the order's index is walked in windows until the page is full. Where what is
  looked for lies together at the far end, the walk gives up and all are sorted after all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from zhibi.web.crm.listing.orders import ORDERS, Way
from zhibi.web.crm.models import Account
from zhibi.web.crm.models.account import LIVING
from zhibi.web.crm.unindexed import Unindexed

ROWS: Final = 50
COUNTED: Final = 10_000  # more are "10,000+"
WINDOWS: Final = (400, 4_000)


@dataclass(frozen=True, slots=True)
class Found:
    """What a list shows. `unindexed` is the same accounts, asked for so that the database reads
    them one by one rather than through an index of its choice."""

    accounts: QuerySet[Account]
    unindexed: QuerySet[Account]
    is_everything: bool = False  # all living accounts: each row of an index is one of them
    has_shortcut: bool = False  # `accounts` leads past the rows that are not meant
    equal: Mapping[str, Any] = field(default_factory=dict)  # columns of which one value is meant


@dataclass(frozen=True, slots=True)
class Mark:
    """The row behind which a page begins, or before which it ends (`is_back`)."""

    level: int | None
    value: Any
    pk: int
    is_back: bool


@dataclass(frozen=True, slots=True)
class Page:
    accounts: tuple[Account, ...]
    total: int
    previous: str  # marks for the address; empty where there is nothing more
    next: str

    @property
    def has_more_than_counted(self) -> bool:
        return self.total > COUNTED


def page_of(found: Found, way: Way, mark: str = "", *, rows: int = ROWS) -> Page:
    """The page that a mark of the address asks for; one that cannot be read is the first page."""
    place = read_mark(way, mark)
    total = found.accounts.order_by().values("pk")[: COUNTED + 1].count()
    ids = None
    if total > COUNTED:
        ids = _walked(found, way, place, rows + 1)
    if ids is None:
        ids = _sorted(found if total <= COUNTED else _by_reading(found), way, place, rows + 1)
    is_back = bool(place and place.is_back)
    goes_on, ids = len(ids) > rows, ids[:rows]
    if is_back:
        ids.reverse()
    by_pk = Account.objects.select_related("owner").in_bulk(ids)
    shown = tuple(by_pk[pk] for pk in ids if pk in by_pk)
    has_before, has_after = (goes_on, bool(place)) if is_back else (bool(place), goes_on)
    return Page(
        shown,
        total,
        write_mark(way, shown[0], is_back=True) if shown and has_before else "",
        write_mark(way, shown[-1]) if shown and has_after else "",
    )


def first_of(found: Found, way: Way, rows: int, *, is_rare: bool) -> list[int]:
    """The first ids, uncounted. Of what is rare all are sorted at once."""
    ids = None if is_rare else _walked(found, way, None, rows)
    return _sorted(found, way, None, rows) if ids is None else ids


def in_order(found: Found, way: Way) -> QuerySet[Account]:
    """All that is found, in order."""
    return _ordered(found, way, None)


def write_mark(way: Way, account: Account, *, is_back: bool = False) -> str:
    """A place in a list for an address: signed, so that nobody's guess is looked up."""
    value = way.order.value_of(account)
    text = None if value is None else str(value)
    return signing.dumps(
        [str(way), way.order.level_of(account), text, account.uid.hex, is_back], salt="page"
    )


def read_mark(way: Way, text: str) -> Mark | None:
    """The place; None for one of another order, or not of ours."""
    try:
        of, level, value, uid, is_back = signing.loads(text, salt="page")
    except (signing.BadSignature, ValueError, TypeError):
        return None
    pk = Account.objects.filter(uid=UUID(uid)).values_list("pk", flat=True).first()
    if of != str(way) or pk is None:
        return None
    if value is not None:
        value = Account._meta.get_field(way.order.column).to_python(value)
    return Mark(level, value, pk, is_back)


def _by_reading(found: Found) -> Found:
    return found if found.has_shortcut else replace(found, accounts=found.unindexed)


def _sorted(found: Found, way: Way, mark: Mark | None, rows: int) -> list[int]:
    """The next ids of all that is found, put in order."""
    return list(_ordered(found, way, mark).values_list("pk", flat=True)[:rows])


def _ordered(found: Found, way: Way, mark: Mark | None) -> QuerySet[Account]:
    order = way.order
    falls = way.falls != bool(mark and mark.is_back)
    accounts = found.accounts.alias(sort_key=order.key)
    if mark:
        accounts = accounts.filter(_beyond(way, mark))
    nulls = {"nulls_first" if mark and mark.is_back else "nulls_last": True}
    key = F("sort_key").desc(**nulls) if falls else F("sort_key").asc(**nulls)
    sign = "-" if falls else ""
    first = [Unindexed(F(order.level))] if order.level else []
    first = [one.desc() for one in first] if falls else first
    return accounts.order_by(*first, key, f"{sign}pk")


def _beyond(way: Way, mark: Mark) -> Q:
    """What comes after the mark, or before it."""
    falls = way.falls != mark.is_back
    further = "lt" if falls else "gt"
    next_id = Q(**{f"pk__{further}": mark.pk})
    unknown = Q(sort_key__isnull=True)
    if mark.value is None:
        found = unknown & next_id
        found |= ~unknown if mark.is_back else Q(pk__in=[])
    else:
        found = Q(**{f"sort_key__{further}": mark.value}) | Q(sort_key=mark.value) & next_id
        found |= Q(pk__in=[]) if mark.is_back else unknown
    if not way.order.level:
        return found
    return Q(**{f"{way.order.level}__{further}": mark.level}) | (
        Q(**{way.order.level: mark.level}) & found
    )


def _walked(found: Found, way: Way, mark: Mark | None, rows: int) -> list[int] | None:
    """The next ids along the order's index; None when the windows end before the page is full."""
    chosen: list[int] = []
    windows = list(WINDOWS)
    is_back = bool(mark and mark.is_back)
    way, mark = _led(found, way, mark)
    for stretch in _stretches(found, way, mark):
        place, mark = mark, None
        while len(chosen) < rows:
            if not windows:
                return None
            size = rows - len(chosen) if found.is_everything else windows.pop(0)
            seen = list(_along(way, stretch, place, is_back)[:size])
            chosen += _kept(found, [pk for pk, _ in seen])
            if len(seen) < size:
                break
            place = Mark(stretch.level, seen[-1][1], seen[-1][0], is_back)
            if chosen and windows:
                # Twice as many as the rest should lie in, by what was found so far.
                likely = 2 * size * (rows - len(chosen)) // len(chosen)
                windows[:0] = [likely] if 0 < likely < windows[0] else []
    return chosen[:rows]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of an order within which an index runs as the list does."""

    level: int | None
    is_known: bool


def _led(found: Found, way: Way, mark: Mark | None) -> tuple[Way, Mark | None]:
    """Sales of one grade are walked by the index that begins with the grade: the sales of all
    would be walked to their end for grade D."""
    if way.order != ORDERS["sales"] or "grade" not in found.equal:
        return way, mark
    grade = found.equal["grade"]
    of_grade = replace(way.order, level="grade", levels=(grade,))
    return replace(way, order=of_grade), mark and replace(mark, level=grade)


def _stretches(found: Found, way: Way, mark: Mark | None) -> list[Stretch]:
    """From the mark on: each level that may be found, what is known before what is not."""
    levels: tuple[int | None, ...] = way.order.levels or (None,)
    levels = levels if way.falls else levels[::-1]
    every = [Stretch(level, is_known) for level in levels for is_known in (True, False)]
    if mark and mark.is_back:
        every.reverse()
    if mark:
        every = every[every.index(Stretch(mark.level, mark.value is not None)) :]
    only = found.equal.get(way.order.level)
    return [one for one in every if only is None or one.level == only]


def _along(
    way: Way, stretch: Stretch, mark: Mark | None, is_back: bool
) -> QuerySet[Account, tuple[int, Any]]:
    """Id and value of the living accounts of a stretch, as its index has them."""
    order = way.order
    falls = way.falls != is_back
    accounts = Account.objects.filter(LIVING)
    if order.level:
        accounts = accounts.filter(**{order.level: stretch.level})
    accounts = accounts.filter(_has_value(way, stretch.is_known))
    if mark and stretch.is_known:
        accounts = accounts.filter(Further(order.column, mark, falls=falls))
    elif mark:
        accounts = accounts.filter(**{f"pk__{'lt' if falls else 'gt'}": mark.pk})
    sign = "-" if falls else ""
    by = [order.level] if order.level else []
    ordered = accounts.order_by(*(f"{sign}{column}" for column in (*by, order.column, "pk")))
    return ordered.values_list("pk", order.column)


def _has_value(way: Way, is_known: bool) -> Q:
    column, unknown = way.order.column, way.order.unknown
    if unknown is None:
        return Q(**{f"{column}__isnull": not is_known})
    return Q(**{f"{column}__gt": unknown}) if is_known else Q(**{column: unknown})


class Further(Func):
    """`(column, id) < (value, id)`: the form in which every database walks an index."""

    output_field = BooleanField()

    def __init__(self, column: str, mark: Mark, *, falls: bool) -> None:
        field = Account._meta.get_field(column)
        self.sign = "<" if falls else ">"
        super().__init__(F(column), F("pk"), Value(mark.value, output_field=field), Value(mark.pk))

    def as_sql(self, compiler: Any, _: Any, **__: Any) -> tuple[str, list[Any]]:
        parts = [compiler.compile(one) for one in self.source_expressions]
        column, pk, value, last = (sql for sql, _ in parts)
        params = [param for _, given in parts for param in given]
        return f"({column}, {pk}) {self.sign} ({value}, {last})", params


def _kept(found: Found, ids: list[int]) -> list[int]:
    """Those of the ids that are found, in their order."""
    if found.is_everything:
        return ids
    kept = set(found.unindexed.filter(pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk in kept]
