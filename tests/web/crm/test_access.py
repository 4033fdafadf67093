"""Who sees which accounts: own, those of the teams below, all, and those they collaborate on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.http import Http404

from tests.web.conftest import Accounts, People
from zhibi.web.crm.access import ReadOnlyError, account_for, accounts_of, scope_key, today
from zhibi.web.crm.models import Account, Collaborator
from zhibi.web.team.models import Membership, User


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
