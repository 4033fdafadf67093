"""The filters of the list of accounts, as they stand in its address.

What cannot be understood is left out and said; what a person may not see (a colleague, a team, a
tag) finds nothing, whether it exists or not. Accounts in the public pool (公海), which nobody owns,
are seen by those who see all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict

from zhibi.web.crm.access import today
from zhibi.web.crm.criteria import stages
from zhibi.web.crm.listing.conditions import Asked, Condition
from zhibi.web.crm.listing.search import matching
from zhibi.web.crm.models import Account, Tag
from zhibi.web.crm.models.grade import GRADES as EVERY_GRADE
from zhibi.web.team.models import Team, User
from zhibi.web.team.scope import people_of, people_seen
from zhibi.web.text import say

NOBODY: Final = "nobody"
UNGRADED: Final = "none"
WARNINGS: Final = {"now": 2, "soon": 1, "calm": 0}
LONGEST_QUIET: Final = 3650
MOST_VALUES: Final = 100
MOST_MONEY: Final = Decimal(10) ** 15

Says = list[str]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words, and the address without it."""

    text: str
    without: str


@dataclass(slots=True)
class Filters:
    """What an address asks for. `query` is the part of it that says so, in one way of writing."""

    asked: Asked = field(default_factory=Asked)
    chips: list[Chip] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    query: QueryDict = field(default_factory=lambda: QueryDict(mutable=True))


class NotUnderstoodError(ValueError):
    """A value of the address means nothing."""


def read_filters(given: QueryDict, user: User) -> Filters:
    """The filters of an address, as `user` may use them."""
    filters = Filters()
    said: dict[str, str] = {}
    for name, (label, read) in FILTERS.items():
        values = [value for value in given.getlist(name) if value][:MOST_VALUES]
        if not values:
            continue
        try:
            _refuse_nul(values)
            says = read(filters.asked, user, values)
        except NotUnderstoodError:
            problem = say("“{value}” is no {filter} and was left out.", value=values[0],
                          filter=say(label))  # fmt: skip
            filters.problems.append(problem)
            continue
        filters.query.setlist(name, values)
        said[name] = _chip(say(label), ", ".join(says))
    filters.chips = [Chip(text, _without(filters.query, name)) for name, text in said.items()]
    return filters


def _refuse_nul(values: Sequence[str]) -> None:
    """The one sign that PostgreSQL does not know."""
    if any("\0" in value for value in values):
        raise NotUnderstoodError


def _chip(label: str, value: str) -> str:
    return say("{filter}: {value}", filter=label, value=value) if value else label


def _without(query: QueryDict, name: str) -> str:
    rest = query.copy()
    del rest[name]
    return rest.urlencode()


def _search(asked: Asked, user: User, values: Sequence[str]) -> Says:
    found = matching(values[0])
    if found is None:
        raise NotUnderstoodError
    asked.others.append(found.holds)
    asked.shortcut = found.shortcut_for(user)
    return [values[0]]


def _owner(asked: Asked, user: User, values: Sequence[str]) -> Says:
    uids = _uids(value for value in values if value != NOBODY)
    people = User.objects.filter(uid__in=uids)
    seen = people_seen(user, today())
    if seen is not None:
        people = people.filter(pk__in=seen)
    named = list(people.order_by("name"))
    owned = Q(owner_id__in=[person.pk for person in named])
    asked.others.append(owned | Q(owner_id__isnull=True) if NOBODY in values else owned)
    pool = [say("public pool")] if NOBODY in values else []
    return [*(person.name for person in named), *pool] or [say("nobody you see")]


def _team(asked: Asked, user: User, values: Sequence[str]) -> Says:
    seen = people_seen(user, today())
    people: set[int] = set()
    names = []
    for team in Team.objects.filter(uid__in=_uids(values), deleted_at=None):
        members = people_of(team, today())
        if seen is None or members & seen:
            people |= members if seen is None else members & seen
            names.append(team.name)
    asked.others.append(Q(owner_id__in=sorted(people)))
    return names or [say("no team you see")]


def _tag(asked: Asked, user: User, values: Sequence[str]) -> Says:
    tags = list(Tag.objects.filter(uid__in=_uids(values), deleted_at=None).order_by("name"))
    tagged = Account.tags.through.objects.filter(tag__in=tags).values("account")
    asked.others.append(Q(pk__in=tagged) if tags else Q(pk__in=[]))
    return [tag.name for tag in tags_seen(user, tags)] or [say("no tag you see")]


def tags_seen(user: User, tags: Iterable[Tag]) -> list[Tag]:
    """The tags that stand on an account of the person's own scope."""
    from zhibi.web.crm.access import accounts_of

    return [tag for tag in tags if accounts_of(user).filter(tags=tag).exists()]


def _words(column: str) -> Reader:
    """A column that is one of the words given."""

    def read(asked: Asked, user: User, values: Sequence[str]) -> Says:
        asked.conditions.append(Condition(column, "in", list(values)))
        return list(values)

    return read


def _known_words(column: str, known: dict[str, Any]) -> Reader:
    """A column that is one of a few values, each with its word in the address."""

    def read(asked: Asked, user: User, values: Sequence[str]) -> Says:
        chosen = [value for value in dict.fromkeys(values) if value in known]
        if not chosen:
            raise NotUnderstoodError
        held = [known[value] for value in chosen]
        one = Condition(column, "exact", held[0])
        asked.conditions.append(one if len(held) == 1 else Condition(column, "in", held))
        return [word_of(column, value) for value in chosen]

    return read


def word_of(column: str, value: str) -> str:
    """How people call a value of the address."""
    if column == "life_stage":
        return stages()[value]
    if column == "warning":
        return {"now": say("act now"), "soon": say("soon"), "calm": say("no warning")}[value]
    return say("no grade") if value == UNGRADED else say(value) if len(value) > 1 else value


def _amount(lookup: str) -> Reader:
    def read(asked: Asked, user: User, values: Sequence[str]) -> Says:
        try:
            amount = Decimal(values[0].replace(",", "").strip())
        except InvalidOperation:
            raise NotUnderstoodError from None
        if not amount.is_finite() or abs(amount) > MOST_MONEY:
            raise NotUnderstoodError
        amount = round(amount, 2)  # before it is shown: 1e-999999999 has a digit for each nine
        asked.conditions.append(Condition("sales", lookup, amount))
        return [f"{amount.normalize():f}"]

    return read


def _day(lookup: str, *, or_unknown: bool = False) -> Reader:
    def read(asked: Asked, user: User, values: Sequence[str]) -> Says:
        try:
            day = date.fromisoformat(values[0].strip())
        except ValueError:
            raise NotUnderstoodError from None
        asked.conditions.append(Condition("last_order_on", lookup, day, or_unknown))
        return [day.isoformat()]

    return read


def _quiet(asked: Asked, user: User, values: Sequence[str]) -> Says:
    text = values[0].strip()
    days = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
    if not 0 < days <= LONGEST_QUIET:
        raise NotUnderstoodError
    since = today() - timedelta(days=days)
    asked.conditions.append(Condition("last_contact_on", "lt", since, or_unknown=True))
    return [say("{days} days", days=days)]


def _overdue(asked: Asked, user: User, values: Sequence[str]) -> Says:
    if values[0] != "yes":
        raise NotUnderstoodError
    asked.conditions.append(Condition("overdue", "gt", Decimal(0)))
    return []


def _deleted(asked: Asked, user: User, values: Sequence[str]) -> Says:
    if values[0] != "yes":
        raise NotUnderstoodError
    asked.is_deleted = True
    return []


def _uids(values: Iterable[str]) -> list[UUID]:
    """The uids among the values; NotUnderstoodError when one is none."""
    try:
        return [UUID(value) for value in values]
    except ValueError:
        raise NotUnderstoodError from None


Reader = Callable[[Asked, User, Sequence[str]], Says]
GRADES: Final = {**{grade: grade for grade in EVERY_GRADE}, UNGRADED: ""}
STAGES: Final = {one: one for one in ("target market", "potential", "target", "signed")}
SIZES: Final = {one: one for one in ("enterprise", "smb", "individual")}
FILTERS: Final[dict[str, tuple[str, Reader]]] = {
    "q": ("Search", _search),
    "owner": ("Owner", _owner),
    "team": ("Team", _team),
    "grade": ("Grade", _known_words("grade", GRADES)),
    "warning": ("Warning", _known_words("warning", WARNINGS)),
    "industry": ("Industry", _words("industry")),
    "region": ("Region", _words("region")),
    "stage": ("Life stage", _known_words("life_stage", STAGES)),
    "size": ("Size", _known_words("size", SIZES)),
    "tag": ("Tag", _tag),
    "ordered-since": ("Ordered since", _day("gte")),
    "not-ordered-since": ("No order since", _day("lt", or_unknown=True)),
    "sales-from": ("Sales from", _amount("gte")),
    "sales-to": ("Sales to", _amount("lte")),
    "overdue": ("Money overdue", _overdue),
    "quiet": ("No contact for", _quiet),
    "deleted": ("Deleted", _deleted),
}
