"""Three fixed people: Alice leads a team, Bob is in it, Charlie is outside; and their accounts.

north (Alice leads)
  north-east: Bob
south: Charlie (a salesperson)
Dana: administrator, Erin: analyst, Fay: director
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.test import Client

from zhibi.web.crm.models import Account
from zhibi.web.team.models import Membership, Role, Team, User

BEGAN = date(2024, 1, 1)
SignedIn = Callable[[User], Client]


@dataclass(frozen=True)
class People:
    alice: User
    bob: User
    charlie: User
    dana: User
    erin: User
    fay: User


@pytest.fixture
def people(db: None) -> People:
    """The people of the tests, in their teams."""
    return make_people()


def make_people() -> People:
    """The six, written to the database."""
    company = Team.objects.create(name="公司")
    north = Team.objects.create(name="北区", parent=company)
    north_east = Team.objects.create(name="东北组", parent=north)
    south = Team.objects.create(name="南区", parent=company)
    made = People(
        alice=_person("alice", Role.MANAGER),
        bob=_person("bob", Role.SALESPERSON),
        charlie=_person("charlie", Role.SALESPERSON),
        dana=_person("dana", Role.ADMINISTRATOR),
        erin=_person("erin", Role.ANALYST),
        fay=_person("fay", Role.DIRECTOR),
    )
    Membership.objects.create(user=made.alice, team=north, is_lead=True, starts_on=BEGAN)
    Membership.objects.create(user=made.bob, team=north_east, starts_on=BEGAN)
    Membership.objects.create(user=made.charlie, team=south, starts_on=BEGAN)
    return made


def _person(name: str, role: Role) -> User:
    return User.objects.create_user(name, "password", name=name.title(), role=role)


@dataclass(frozen=True)
class Accounts:
    of_alice: Account
    of_bob: Account
    of_charlie: Account
    of_nobody: Account  # in the public pool


@pytest.fixture
def accounts(people: People) -> Accounts:
    """One account for each of the three, and one that nobody owns."""

    def made(name: str, owner: User | None) -> Account:
        return Account.objects.create(name=name, name_key=name, owner=owner, currency="CNY")

    return Accounts(
        of_alice=made("华数机械", people.alice),
        of_bob=made("青岛轮胎", people.bob),
        of_charlie=made("中棉纺织", people.charlie),
        of_nobody=made("无主公司", None),
    )


@pytest.fixture
def signed_in() -> SignedIn:
    """A browser in which this person is signed in."""

    def client(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return client
