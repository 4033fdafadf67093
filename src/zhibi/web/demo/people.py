"""The people of a demo company. They all sign in with the password `demo`: nothing of it is real,
and a workspace without that mark never gets such a password."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Count, Q

from zhibi.errors import ZhibiError
from zhibi.web.team.models import Membership, Role, SellerName, Team, User

if TYPE_CHECKING:
    from zhibi.worlds import organisation

PASSWORD: Final = "demo"  # noqa: S105 - of made-up people
DAY: Final = timedelta(days=1)
WORLD_BEGAN: Final = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Login:
    """A way in that is worth showing."""

    role: str
    username: str
    name: str


def refuse_real() -> None:
    """ZhibiError for a workspace in which people work already."""
    if User.objects.exists():
        raise ZhibiError(
            "{folder} has people in it already; a demo company is filled into an empty workspace.",
            folder=settings.WORKSPACE,
        )


def refuse_unmarked() -> None:
    """ZhibiError for a workspace that is no demo: its clock runs."""
    if not settings.COMPANY.today:
        raise ZhibiError(
            "{folder} is no demo workspace; make one with `zhibi init --today DAY`.",
            folder=settings.WORKSPACE,
        )


def add_organisation(
    teams: Sequence[organisation.Team],
    users: Sequence[organisation.User],
    memberships: Iterable[organisation.Membership],
) -> dict[str, User]:
    """Teams, people and who belonged where; username → person."""
    made: dict[str, Team] = {}
    for team in teams:  # a team comes after the one above it
        made[team.code] = Team.objects.create(name=team.name, parent=made.get(team.parent))
    people = add_people({one.username: (one.name, one.role) for one in users})
    Membership.objects.bulk_create(
        Membership(
            user=people[one.username],
            team=made[one.team],
            is_lead=one.is_lead,
            starts_on=one.starts_on,
            ends_on=one.ends_on + DAY if one.ends_on else None,  # ours is the day after
        )
        for one in memberships
    )
    _let_go(people)
    return people


def _let_go(people: Mapping[str, User]) -> None:
    """Whose last days in a team are over has left."""
    here = Q(memberships__ends_on=None) & Q(memberships__isnull=False)
    staff = User.objects.filter(pk__in=[user.pk for user in people.values()])
    stays = staff.filter(here | Q(memberships__isnull=True)).values("pk")
    staff.exclude(pk__in=stays).update(is_active=False)


def add_people(named: Mapping[str, tuple[str, str]]) -> dict[str, User]:
    """People by username, from name and role; known in exports by their name."""
    password = make_password(PASSWORD)  # once: it is slow on purpose
    users = [
        User(username=username, name=name, role=role, password=password)
        for username, (name, role) in named.items()
    ]
    User.objects.bulk_create(users)
    SellerName.objects.bulk_create(SellerName(name=user.name, user=user) for user in users)
    return {user.username: user for user in users}


def add_sellers(sellers: Sequence[str]) -> dict[str, User]:
    """People for data that names only its salespeople: all of them in two teams, the first of
    each leading it, and an administrator."""
    half = (len(sellers) + 1) // 2
    named = {
        _username(name): (name, str(Role.MANAGER if at in (0, half) else Role.SALESPERSON))
        for at, name in enumerate(sellers)
    }
    people = add_people({"admin": ("Administrator", str(Role.ADMINISTRATOR)), **named})
    company = Team.objects.create(name=settings.COMPANY.name)
    for number, some in enumerate((sellers[:half], sellers[half:]), 1):
        team = Team.objects.create(name=f"Team {number}", parent=company)
        for at, name in enumerate(some):
            Membership.objects.create(
                user=people[_username(name)], team=team, is_lead=at == 0, starts_on=WORLD_BEGAN
            )
    return people


def logins(people: Iterable[User]) -> tuple[Login, ...]:
    """Three ways in: the salesperson with the most accounts, their manager, the administrator."""
    known = User.objects.filter(pk__in=[user.pk for user in people], is_active=True)
    busiest = known.annotate(many=Count("accounts")).order_by("-many", "pk")
    found = [
        busiest.filter(role=role).first()
        for role in (Role.SALESPERSON, Role.MANAGER, Role.ADMINISTRATOR)
    ]
    return tuple(Login(user.role, user.username, user.name) for user in found if user)


def _username(name: str) -> str:
    """Linda Mitchell → linda.mitchell."""
    plain = "".join(letter if letter.isalnum() else " " for letter in name.lower())
    return ".".join(plain.split())[:60]
