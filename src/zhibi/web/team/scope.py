"""Whose accounts a person sees: their own, those of the teams they lead, or all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from zhibi.web.team.models import Membership, Role, Team, User

SEES_ALL: Final = frozenset({Role.DIRECTOR, Role.ANALYST, Role.ADMINISTRATOR})


def people_seen(user: User, on: date) -> frozenset[int] | None:
    """The ids of the people whose accounts `user` sees; None when it is everybody's, and those
    of nobody."""
    if user.role in SEES_ALL:
        return None
    if user.role != Role.MANAGER:
        return frozenset({user.pk})
    led, last_team = _led_and_last_teams(user, on)
    teams = _with_those_below(led)
    return frozenset({user.pk, *(person for person, team in last_team.items() if team in teams)})


def _led_and_last_teams(user: User, on: date) -> tuple[set[int], dict[int, int]]:
    """The teams `user` leads, and for each person the last team they were in: who has left
    leaves their accounts with that team until they are handed over."""
    led: set[int] = set()
    last_team: dict[int, int] = {}
    begun = Membership.objects.filter(starts_on__lte=on).order_by("starts_on", "pk")
    for one in begun:
        last_team[one.user_id] = one.team_id
        if one.user_id == user.pk and one.is_lead and (one.ends_on is None or one.ends_on > on):
            led.add(one.team_id)
    return led, last_team


def _with_those_below(led: Iterable[int]) -> set[int]:
    """The teams and all below them. A company has few teams: they are walked in memory."""
    children: dict[int | None, list[int]] = {}
    for team, parent in Team.objects.filter(deleted_at=None).values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(team)
    found: set[int] = set()
    opened = list(led)
    while opened:
        team = opened.pop()
        if team not in found:
            found.add(team)
            opened += children.get(team, [])
    return found
