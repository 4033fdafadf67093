"""What is added up, counted or offered is that of the visible accounts alone: held against a
slow oracle that walks over every row and asks the table of who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from tests.web.matrix.forms import forms_in
from tests.web.matrix.world import SALES, SEES, WHO, World
from zhibi.web.crm.access import today
from zhibi.web.crm.actions.assign import assign
from zhibi.web.crm.group import group_of
from zhibi.web.crm.listing.choices import groups_for
from zhibi.web.crm.listing.conditions import Asked, found
from zhibi.web.crm.models import Receivable, Task
from zhibi.web.crm.owed import owed_to
from zhibi.web.insight.scope import accounts_mark, customers_seen
from zhibi.web.team.models import Membership, Role, User
from zhibi.web.today.agenda import agenda

Browser = Callable[[str], Client]


def living(who: str) -> set[str]:
    return set(SEES[who]) - {"gone"}


@pytest.mark.parametrize("who", WHO)
def test_what_is_owed(who: str, world: World) -> None:
    accounts = {world.planted[key].account.pk for key in living(who)}
    late = retained = Decimal(0)
    debtors = set()
    for row in Receivable.objects.all():
        if row.account_id not in accounts:
            continue
        if row.due_on < today():
            late += row.open
            debtors.add(row.account_id)
        elif row.is_retention:
            retained += row.open
    owed = owed_to(world.user(who))
    assert owed is not None
    assert (owed.late, owed.retained, owed.late_accounts) == (late, retained, len(debtors))


def test_what_is_owed_follows_an_account_that_changes_hands(world: World) -> None:
    people, account = world.people, world.planted["bob"].account
    before = owed_to(people.bob), owed_to(people.charlie)
    assign(account, people.charlie, by=people.fay)
    after = owed_to(people.bob), owed_to(people.charlie)
    late = sum((row.open for row in account.receivables.all() if row.due_on < today()), Decimal(0))
    assert late
    assert [one.late for one in after if one] == [
        before[0].late - late if before[0] else None,
        before[1].late + late if before[1] else None,
    ]


def test_what_is_owed_to_leaders_of_many(world: World) -> None:
    """Two whose people differ only in the last of a hundred."""
    north, south = world.teams["北区"], world.teams["南区"]
    many = [User.objects.create_user(f"many{n}", name=f"Many {n}") for n in range(100)]
    leaders = []
    for team, last in ((north, world.people.bob), (south, world.people.charlie)):
        leader = User.objects.create_user(f"leads {team.name}", name="x", role=Role.MANAGER)
        began = today() - timedelta(days=9)
        Membership.objects.create(user=leader, team=team, is_lead=True, starts_on=began)
        leaders.append((leader, last))
    for person in many:
        Membership.objects.create(user=person, team=south, starts_on=began)
    for leader, _ in leaders:
        owed_to(leader)
    sums = [owed_to(leader) for leader, _ in leaders]
    assert sums[0] != sums[1]


@pytest.mark.parametrize("who", WHO)
def test_lists_and_their_choices(who: str, world: World) -> None:
    user = world.user(who)
    assert found(user, Asked()).accounts.count() == len(living(who))
    offered = {group.name: group.choices for group in groups_for(user, QueryDict())}
    words = {f"Zq{key}" for key in living(who)}
    for name, ending in (("industry", "行业"), ("region", "区")):
        assert {choice.text for choice in offered[name]} == {word + ending for word in words}
    tags = {choice.text for choice in offered["tag"]}
    assert tags >= {f"{word}标签" for word in words}
    assert tags <= {f"Zq{key}标签" for key in SEES[who]}


def test_owners_to_choose_from(world: World) -> None:
    seen = {
        who: {
            choice.text
            for group in groups_for(world.user(who), QueryDict())
            if group.name == "owner"
            for choice in group.choices
        }
        for who in ("alice", "bob", "fay")
    }
    assert seen["alice"] == {"Alice", "Bob"}
    assert seen["bob"] == set()  # oneself alone is no choice
    assert {"Alice", "Bob", "Charlie"} <= seen["fay"]


@pytest.mark.parametrize("who", WHO)
def test_groups(who: str, world: World) -> None:
    """Charlie's is above Bob's, which is above what Bob had before."""
    family = ["charlie", "bob", "handed"]
    seen = [key for key in family if key in SEES[who]]
    group = group_of(world.planted[seen[0]].account, world.user(who)) if seen else None
    if len(seen) < 2:
        assert group is None
    else:
        assert group is not None
        assert group.count == len(seen)
        assert group.sales == sum(Decimal(SALES[key]) for key in seen)


@pytest.mark.parametrize("who", WHO)
def test_today(who: str, world: World) -> None:
    user = world.user(who)
    told = agenda(user)
    accounts = {world.planted[key].account.pk for key in living(who)}
    for entry in (*told.first, *told.more):
        assert entry.account is None or entry.account.pk in accounts, entry
        for account in entry.about.get("accounts", ()) if isinstance(entry.about, dict) else ():
            assert account.pk in accounts
    tasks = {entry.about.pk for entry in (*told.first, *told.more) if entry.kind == "task"}
    mine = Task.objects.filter(assignee=user, done_at=None, due_on__lte=today())
    assert tasks == {one.pk for one in mine if one.account_id in {None, *accounts}}


@pytest.mark.parametrize("who", WHO)
def test_customers_of_analyses(who: str, world: World) -> None:
    seen = {number for _, number in customers_seen(world.user(who))}
    assert seen == {f"Zq{key}-1" for key in living(who)}


def test_the_mark_of_accounts_tells_two_pairs_apart(world: World) -> None:
    """What is kept of one pair must not be shown of another whose numbers add up to the same."""
    people = world.people
    keys = ("charlie", "read", "write", "ended", "handed", "pool")
    pks = {key: world.planted[key].account.pk for key in keys}
    pairs = [(a, b) for a in keys for b in keys if pks[a] < pks[b]]
    same = next(
        (one, two)
        for one in pairs
        for two in pairs
        if not set(one) & set(two) and sum(pks[k] for k in one) == sum(pks[k] for k in two)
    )
    marks = []
    for pair in same:
        for key in keys:
            owner = people.alice if key in pair else people.charlie
            assign(world.planted[key].account, owner, by=people.fay)
        marks.append(accounts_mark(people.alice))
    assert marks[0] != marks[1]


def test_work_is_given_to_people_one_sees(world: World, browser_of: Browser) -> None:
    page = browser_of("bob").get(reverse("new-task")).content.decode()
    form = next(one for one in forms_in(page, "/tasks/new") if "assignee" in one.kinds)
    assert form.kinds["assignee"] == "select"
    assert str(world.people.charlie.uid) not in page
    assert str(world.people.alice.uid) not in page
