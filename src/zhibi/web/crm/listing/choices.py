"""What the filters offer: only what stands on accounts that the person sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef
from django.http import QueryDict

from zhibi.web.crm.access import accounts_of, today
from zhibi.web.crm.listing.filters import (
    GRADES,
    NOBODY,
    SIZES,
    STAGES,
    WARNINGS,
    word_of,
)
from zhibi.web.crm.models import Account, Tag
from zhibi.web.team.models import Team, User
from zhibi.web.team.scope import people_seen
from zhibi.web.text import say

MOST: Final = 200
SAYS_NOTHING_ALONE: Final = ("owner", "team")  # one colleague is oneself


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Choices of one filter."""

    name: str
    label: str
    choices: list[Choice]


def groups_for(user: User, chosen: QueryDict) -> list[Group]:
    """Every filter that is a choice, with what there is to choose."""
    offered = (
        ("warning", "Warning", _called("warning", WARNINGS)),
        ("grade", "Grade", _called("grade", GRADES)),
        ("owner", "Owner", _owners(user)),
        ("team", "Team", [(str(one.uid), one.name) for one in _teams(user)]),
        ("industry", "Industry", _words(user, "industry")),
        ("region", "Region", _words(user, "region")),
        ("stage", "Life stage", _called("life_stage", STAGES)),
        ("size", "Size", _called("size", SIZES)),
        ("tag", "Tag", [(str(one.uid), one.name) for one in tags_of_scope(user)]),
    )
    return [
        Group(name, label, _choices(values, chosen.getlist(name)))
        for name, label, values in offered
        if len(values) > (name in SAYS_NOTHING_ALONE)
    ]


def _choices(values: Iterable[tuple[str, str]], chosen: list[str]) -> list[Choice]:
    return [Choice(value, text, value in chosen) for value, text in values]


def _called(column: str, values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, word_of(column, value)) for value in values]


def _owners(user: User) -> list[tuple[str, str]]:
    seen = people_seen(user, today())
    people = User.objects.all() if seen is None else User.objects.filter(pk__in=seen)
    owners = people.filter(Exists(Account.objects.filter(owner=OuterRef("pk"))))
    named = [(str(one.uid), one.name) for one in owners.order_by("name", "pk")]
    return [*named, (NOBODY, say("public pool"))] if seen is None else named


def _teams(user: User) -> list[Team]:
    seen = people_seen(user, today())
    teams = Team.objects.filter(deleted_at=None)
    if seen is not None:
        teams = teams.filter(memberships__user__in=seen).distinct()
    return list(teams.order_by("name", "pk"))


def _words(user: User, column: str) -> list[tuple[str, str]]:
    known = accounts_of(user).exclude(**{column: ""}).order_by()
    words = known.values_list(column, flat=True).distinct()[:MOST]
    return [(word, word) for word in sorted(words)]


def tags_of_scope(user: User) -> list[Tag]:
    """The tags that stand on accounts of the scope."""
    tagged = Account.tags.through.objects.filter(
        tag=OuterRef("pk"), account__in=accounts_of(user).values("pk")
    )
    return list(Tag.objects.filter(Exists(tagged), deleted_at=None).order_by("name")[:MOST])
