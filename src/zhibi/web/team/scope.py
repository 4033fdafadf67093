"""Whose accounts a person sees: their own, those of the teams they lead, or all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from zhibi.web.team.models import Role, Team, User
from zhibi.web.team.once import once

SEES_ALL: Final = frozenset({Role.DIRECTOR, Role.ANALYST, Role.ADMINISTRATOR})


def people_seen(user: User, on: date) -> frozenset[int] | None:
    """The ids of the people whose accounts `user` sees; None when it is everybody's, and those
    of nobody."""
    if user.role in SEES_ALL:
        return None
    if user.role != Role.MANAGER:
        return frozenset({user.pk})
    return once(("people seen", user.pk, on), lambda: _people_below(user, on))


def _people_below(user: User, on: date) -> frozenset[int]:
    """Those whose last team is one that `user` leads or one below it: who has left leaves their
    accounts with that team until they are handed over."""
    parents: dict[int, int | None] = {}
    led: set[int] = set()
    last_team: dict[int, int] = {}
    for team, parent, person, is_lead, starts_on, ends_on in _teams_and_people():
        parents[team] = parent
        if person is None or starts_on > on:
            continue
        last_team[person] = team
        if person == user.pk and is_lead and (ends_on is None or ends_on > on):
            led.add(team)
    below = {team for team in parents if _is_under(team, led, parents)}
    return frozenset({user.pk, *(person for person, team in last_team.items() if team in below)})


def people_of(team: Team, on: date) -> frozenset[int]:
    """Those whose last team is this one or one below it."""
    parents: dict[int, int | None] = {}
    last_team: dict[int, int] = {}
    for of, parent, person, _, starts_on, _ in _teams_and_people():
        parents[of] = parent
        if person is not None and starts_on <= on:
            last_team[person] = of
    return frozenset(
        person for person, last in last_team.items() if _is_under(last, {team.pk}, parents)
    )


def _teams_and_people() -> Iterable[tuple[Any, ...]]:
    """Every team with each of its memberships, in the order they began; in one query, since a
    company has few of both."""
    return (
        Team.objects.filter(deleted_at=None)
        .order_by("memberships__starts_on", "memberships__pk")
        .values_list(
            "pk",
            "parent_id",
            "memberships__user_id",
            "memberships__is_lead",
            "memberships__starts_on",
            "memberships__ends_on",
        )
    )


def _is_under(team: int | None, led: set[int], parents: Mapping[int, int | None]) -> bool:
    """Whether a team is one of `led` or below one; a circle of teams leads nowhere."""
    walked: set[int] = set()
    while team is not None and team not in walked:
        if team in led:
            return True
        walked.add(team)
        team = parents.get(team)
    return False
