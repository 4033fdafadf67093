"""Who joins a team, leads it, leaves it: each from a day on, so that earlier days keep theirs."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q

from zhibi.errors import ZhibiError
from zhibi.web.team.actions.edit import note
from zhibi.web.team.models import Membership, Team, User


def current(person: User, team: Team) -> Membership:
    """The membership that has not ended. ZhibiError when there is none."""
    found = Membership.objects.filter(user=person, team=team, ends_on=None).first()
    if found is None:
        raise ZhibiError(
            "{person} is not in {team}; load the page anew.", person=person.name, team=team.name
        )
    return found


@transaction.atomic
def join(team: Team, person: User, *, on: date, is_lead: bool, by: User) -> Membership:
    """Put a person into a team from that day on. They leave the teams they are in as a member;
    those they lead they go on leading."""
    overlapping = Membership.objects.filter(user=person).filter(Q(ends_on=None) | Q(ends_on__gt=on))
    for membership in overlapping.filter(Q(team=team) | Q(is_lead=False)):
        if membership.team_id == team.pk or membership.ends_on is not None:
            raise ZhibiError(
                "{person} is in {team} from {day} already; end that first.",
                person=person.name,
                team=membership.team.name,
                day=membership.starts_on.isoformat(),
            )
        leave(membership, on=on, by=by)
    note(person, "joined", by=by, after=_told(team, on, is_lead=is_lead))
    return Membership.objects.create(user=person, team=team, starts_on=on, is_lead=is_lead)


@transaction.atomic
def leave(membership: Membership, *, on: date, by: User) -> None:
    """End a membership: on that day the person is no longer in the team."""
    if on <= membership.starts_on:
        raise ZhibiError(
            "{person} came to {team} on {day}; choose a later day for leaving.",
            person=membership.user.name,
            team=membership.team.name,
            day=membership.starts_on.isoformat(),
        )
    membership.ends_on = on
    membership.save(update_fields=["ends_on"])
    note(membership.user, "left", by=by, after=_told(membership.team, on))


@transaction.atomic
def set_lead(membership: Membership, *, is_lead: bool, on: date, by: User) -> None:
    """Let a member lead, or lead no more, from that day on."""
    if membership.is_lead == is_lead:
        return
    person, team = membership.user, membership.team
    if on <= membership.starts_on:  # it has not been otherwise for a day yet
        membership.is_lead = is_lead
        membership.save(update_fields=["is_lead"])
    else:
        membership.ends_on = on
        membership.save(update_fields=["ends_on"])
        Membership.objects.create(user=person, team=team, starts_on=on, is_lead=is_lead)
    what = "leads" if is_lead else "leads no more"
    note(person, what, by=by, after=_told(team, on))


def _told(team: Team, on: date, *, is_lead: bool = False) -> str:
    return f"{team.name} {on.isoformat()}" + (" ★" if is_lead else "")
