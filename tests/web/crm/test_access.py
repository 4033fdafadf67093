"""Who sees which accounts: own, those of the teams below, all, and those they collaborate on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.http import Http404

from tests.web.conftest import BEGAN, Accounts, People
from zhibi.web.crm.access import (
    ReadOnlyError,
    account_for,
    accounts_of,
    accounts_to_decide_on,
    accounts_to_edit,
    at_accounts_of,
    owners_for,
    people_for,
    promise_for,
    scope_key,
    sight_of,
    tasks_of,
    today,
)
from zhibi.web.crm.models import Account, Collaborator, Promise, Task
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


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "dana", "erin", "fay"])
def test_what_one_may_do_is_one_rule(people: People, accounts: Accounts, who: str) -> None:
    """Of one account, and of all at once as bulk actions ask."""
    user: User = getattr(people, who)
    for account, edits in ((accounts.of_bob, True), (accounts.of_alice, False)):
        for named in (people.charlie, people.erin):
            Collaborator.objects.create(
                account=account, user=named, may_edit=edits, named_by=people.dana
            )
    Collaborator.objects.create(
        account=accounts.of_charlie, user=people.alice, may_edit=True, named_by=people.dana
    )
    sights = [sight_of(user, account.uid) for account in accounts_of(user)]
    assert set(accounts_to_edit(user)) == {one.account for one in sights if one.may_edit}
    decides = {one.account for one in sights if one.in_charge}
    assert set(accounts_to_decide_on(user)) == (set() if user.role == Role.SALESPERSON else decides)
    by_hand = {
        "alice": ({"华数机械", "青岛轮胎", "中棉纺织"}, {"华数机械", "青岛轮胎"}),
        "bob": ({"青岛轮胎"}, {"青岛轮胎"}),
        "charlie": ({"中棉纺织", "青岛轮胎"}, {"中棉纺织"}),
        "erin": (set(), set()),
    }
    everything = {account.name for account in Account.objects.all()}
    edited = {one.account.name for one in sights if one.may_edit}
    assert (edited, {one.name for one in decides}) == by_hand.get(who, (everything, everything))
    assert not [one for one in owners_for(user) if one.role == Role.ANALYST]


def test_deleted_accounts_are_out_of_sight(people: People, accounts: Accounts) -> None:
    Promise.objects.create(account=accounts.of_bob, text="报价")
    for user in (people.bob, people.fay):
        assert Promise.objects.filter(at_accounts_of(user)).exists()
    Account.objects.filter(pk=accounts.of_bob.pk).update(deleted_at="2026-01-01T00:00:00Z")
    assert seen(people.bob) == set()
    assert accounts_of(people.bob, with_deleted=True).count() == 1
    for user in (people.bob, people.fay):
        assert not Promise.objects.filter(at_accounts_of(user)).exists()
    with pytest.raises(Http404):
        sight_of(people.bob, accounts.of_bob.uid)
    assert sight_of(people.bob, accounts.of_bob.uid, with_deleted=True).may_edit


def test_tasks_are_seen_by_who_gave_and_who_got_them(people: People, accounts: Accounts) -> None:
    task = Task.objects.create(title="写计划", assignee=people.bob, created_by=people.fay)
    assert [task in tasks_of(one) for one in (people.bob, people.fay, people.alice)] == [
        True, True, False,
    ]  # fmt: skip
    Task.objects.update(deleted_at="2026-01-01T00:00:00Z")
    assert not tasks_of(people.bob)


def test_a_deleted_promise_is_not_found(people: People, accounts: Accounts) -> None:
    promise = Promise.objects.create(account=accounts.of_bob, text="报价")
    assert promise_for(people.bob, promise.uid) == promise
    Collaborator.objects.create(account=accounts.of_bob, user=people.charlie, named_by=people.dana)
    with pytest.raises(ReadOnlyError):
        promise_for(people.charlie, promise.uid)
    Promise.objects.update(deleted_at="2026-01-01T00:00:00Z")
    with pytest.raises(Http404):
        promise_for(people.bob, promise.uid)


def test_whom_one_gives_work_to(people: People, accounts: Accounts) -> None:
    """On an account of somebody else: its owner and its collaborators, too; nobody who left."""
    Collaborator.objects.create(account=accounts.of_bob, user=people.charlie, named_by=people.dana)
    Collaborator.objects.create(account=accounts.of_bob, user=people.fay, named_by=people.dana)
    assert set(people_for(people.charlie)) == {people.charlie}
    given = {people.charlie, people.bob, people.fay}
    assert set(people_for(people.charlie, accounts.of_bob)) == given
    User.objects.filter(pk=people.bob.pk).update(is_active=False)
    assert set(people_for(people.charlie, accounts.of_bob)) == given - {people.bob}


def test_scope_keys_tell_scopes_apart(people: People, accounts: Accounts) -> None:
    keys = {scope_key(person) for person in (people.alice, people.bob, people.charlie)}
    assert len(keys) == 3
    assert scope_key(people.dana) == scope_key(people.fay)
