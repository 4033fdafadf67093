"""The team tree as people see it: who is in which team on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from zhibi.web.team.models import Membership, Team


@dataclass(frozen=True, slots=True)
class Branch:
    """A team with its people and the teams below it."""

    team: Team
    members: tuple[Membership, ...]
    below: tuple[Branch, ...]


def tree(on: date) -> tuple[Branch, ...]:
    """All teams from the top, each with those who are in it on that day: two queries."""
    children: dict[int | None, list[Team]] = {}
    for team in Team.objects.filter(deleted_at=None).order_by("name", "pk"):
        children.setdefault(team.parent_id, []).append(team)
    members: dict[int, list[Membership]] = {}
    for membership in members_on(on):
        members.setdefault(membership.team_id, []).append(membership)

    def branch(team: Team) -> Branch:
        below = tuple(branch(child) for child in children.get(team.pk, ()))
        return Branch(team, tuple(members.get(team.pk, ())), below)

    return tuple(branch(team) for team in children.get(None, ()))


def members_on(on: date) -> list[Membership]:
    """Who is in a team on that day, leads first."""
    now = Membership.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)
    return list(now.select_related("user", "team").order_by("-is_lead", "user__name", "pk"))


def with_those_below(team: Team) -> set[int]:
    """The ids of a team and of all below it."""
    parents = dict(Team.objects.filter(deleted_at=None).values_list("pk", "parent_id"))
    found = {team.pk}
    while more := {pk for pk, parent in parents.items() if parent in found} - found:
        found |= more
    return found
