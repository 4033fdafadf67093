"""Who sees which accounts: own, those of the teams below, all, and those they collaborate on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.http import Http404

from tests.web.conftest import BEGAN, Accounts, People
from zhibi.web.crm.access import ReadOnlyError, account_for, accounts_of, scope_key, today
from zhibi.web.crm.models import Account, Collaborator
from zhibi.web.team.models import Membership, Role, Team, User
from zhibi.web.team.scope import people_of


def seen(user: User) -> set[str]:
    return {account.name for account in accounts_of(user)}


def test_a_salesperson_sees_their_own(people: People, accounts: Accounts) -> None:
    assert seen(people.bob) == {"青岛轮胎"}
    assert seen(people.charlie) == {"中棉纺织"}


def test_a_manager_sees_the_teams_below(people: People, accounts: Accounts) -> None:
    assert seen(people.alice) == {"华数机械", "青岛轮胎"}


@pytest.mark.parametrize("who", ["dana", "erin", "fay"])
def test_some_roles_see_all(people: People, accounts: Accounts, who: str) -> None:
    assert len(seen(getattr(people, who))) == 4


def test_who_has_left_leaves_accounts_with_the_team(people: People, accounts: Accounts) -> None:
    Membership.objects.filter(user=people.bob).update(ends_on=date(2025, 1, 1))
    assert "青岛轮胎" in seen(people.alice)


def test_who_leads_no_more_sees_their_own(people: People, accounts: Accounts) -> None:
    Membership.objects.filter(user=people.alice).update(ends_on=today())
    assert seen(people.alice) == {"华数机械"}


def test_each_lead_sees_their_own_team_alone(people: People, accounts: Accounts) -> None:
    User.objects.filter(pk=people.charlie.pk).update(role=Role.MANAGER)
    Membership.objects.filter(user=people.charlie).update(is_lead=True)
    charlie = User.objects.get(pk=people.charlie.pk)
    assert seen(people.alice) == {"华数机械", "青岛轮胎"}
    assert seen(charlie) == {"中棉纺织"}
    # A lead by name alone: their role is that of a salesperson.
    Membership.objects.update(is_lead=True)
    Membership.objects.create(
        user=people.bob, team=Team.objects.get(name="北区"), is_lead=True, starts_on=BEGAN
    )
    assert seen(people.bob) == {"青岛轮胎"}


def test_who_comes_tomorrow_is_not_seen_today(people: People, accounts: Accounts) -> None:
    tomorrow = today() + timedelta(days=1)
    north_east = Team.objects.get(name="东北组")
    Membership.objects.create(user=people.charlie, team=north_east, starts_on=tomorrow)
    assert seen(people.alice) == {"华数机械", "青岛轮胎"}
    assert people_of(north_east, today()) == {people.bob.pk}
    assert people_of(north_east, tomorrow) == {people.bob.pk, people.charlie.pk}
    assert people_of(Team.objects.get(name="公司"), today()) >= {people.alice.pk, people.bob.pk}


def test_a_circle_of_teams_leads_nowhere(people: People, accounts: Accounts) -> None:
    Team.objects.filter(name="公司").update(parent=Team.objects.get(name="南区"))
    assert seen(people.alice) == {"华数机械", "青岛轮胎"}


def test_a_collaborator_sees_until_the_end_day(people: People, accounts: Accounts) -> None:
    named = Collaborator.objects.create(
        account=accounts.of_bob,
        user=people.charlie,
        ends_on=today() + timedelta(days=1),
        named_by=people.alice,
    )
    assert seen(people.charlie) == {"中棉纺织", "青岛轮胎"}
    with pytest.raises(ReadOnlyError):
        account_for(people.charlie, accounts.of_bob.uid, to_edit=True)
    named.may_edit = True
    named.save()
    assert account_for(people.charlie, accounts.of_bob.uid, to_edit=True) == accounts.of_bob
    named.ends_on = today()
    named.save()
    assert seen(people.charlie) == {"中棉纺织"}


def test_out_of_scope_is_not_found(people: People, accounts: Accounts) -> None:
    with pytest.raises(Http404):
        account_for(people.bob, accounts.of_charlie.uid)


def test_analysts_read(people: People, accounts: Accounts) -> None:
    with pytest.raises(ReadOnlyError):
        account_for(people.erin, accounts.of_bob.uid, to_edit=True)


def test_deleted_accounts_are_out_of_sight(people: People, accounts: Accounts) -> None:
    Account.objects.filter(pk=accounts.of_bob.pk).update(deleted_at="2026-01-01T00:00:00Z")
    assert seen(people.bob) == set()
    assert accounts_of(people.bob, with_deleted=True).count() == 1


def test_scope_keys_tell_scopes_apart(people: People, accounts: Accounts) -> None:
    keys = {scope_key(person) for person in (people.alice, people.bob, people.charlie)}
    assert len(keys) == 3
    assert scope_key(people.dana) == scope_key(people.fay)
