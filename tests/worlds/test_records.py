"""The sales department and what it wrote down: whole, in step with the other tables, with nothing
that could reach a real person, and with the stories in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from zhibi.worlds.daichuan.phrases import phrases
from zhibi.worlds.daichuan.prospects import CRM_FROM
from zhibi.worlds.organisation import FollowUp, Membership
from zhibi.worlds.shutdowns import is_shutdown
from zhibi.worlds.world import World

END = date(2026, 9, 30)
LEFT_ON = date(2026, 8, 31)
RECORDS = ("teams", "users", "memberships", "contacts", "follow_ups", "tasks")


@pytest.fixture(scope="module")
def leaving(world: World) -> str:
    name = world.truth.story("handover").facts["seller"]
    return next(user.username for user in world.users if user.name == name)


def on_a_day(world: World, username: str, day: date) -> list[Membership]:
    return [
        one
        for one in world.memberships
        if one.username == username
        and one.starts_on <= day
        and (one.ends_on is None or day <= one.ends_on)
    ]


def open_promises_of(world: World, username: str) -> list[FollowUp]:
    return [
        one
        for one in world.follow_ups
        if one.username == username and one.promise and one.promise.kept_on is None
    ]


def test_the_department_has_five_teams_and_everybody_a_place(world: World) -> None:
    roles = Counter(user.role for user in world.users)
    assert roles == {
        "salesperson": 28, "manager": 5, "director": 1, "analyst": 1, "administrator": 1,
    }  # fmt: skip
    parents = {team.code: team.parent for team in world.teams}
    assert sorted(parents.values()) == ["", *["sales"] * 5]
    assert {one.team for one in world.memberships} == set(parents)
    usernames = [user.username for user in world.users]
    assert len(set(usernames)) == 36
    assert all(re.fullmatch("[a-z]+", username) for username in usernames)
    for team in parents:
        leads = [
            one.username
            for one in world.memberships
            if one.team == team and one.is_lead and one.ends_on is None
        ]
        assert len(leads) == 1, team


def test_the_sellers_are_those_of_the_orders_and_in_their_teams(world: World, leaving: str) -> None:
    username = {user.name: user.username for user in world.users}
    team = {line.salesperson: line.team for line in world.order_lines}
    assert set(team) <= {user.name for user in world.users if user.role == "salesperson"}
    for name, code in team.items():
        for day in (world.starts_on, LEFT_ON):
            assert [one.team for one in on_a_day(world, username[name], day)] == [code]
    assert on_a_day(world, leaving, LEFT_ON)
    assert not on_a_day(world, leaving, LEFT_ON + timedelta(days=1))
    gone = [one.username for one in world.memberships if one.ends_on == LEFT_ON]
    assert gone == [leaving]


def test_every_record_is_about_somebody_who_is_there(world: World) -> None:
    accounts = {one.customer_id: one for one in world.customers}
    accounts |= {one.customer.customer_id: one.customer for one in world.prospects}
    contacts = {one.contact_id: one for one in world.contacts}
    users = {user.username for user in world.users}

    assert len(contacts) == len(world.contacts)
    assert all(one.customer_id in accounts for one in world.contacts)
    assert len({one.follow_up_id for one in world.follow_ups}) == len(world.follow_ups)
    assert len({one.task_id for one in world.tasks}) == len(world.tasks)
    for one in world.follow_ups:
        assert one.username in users
        assert one.contact_id is not None
        contact = contacts[one.contact_id]
        assert contact.customer_id == one.customer_id
        assert contact.known_since <= one.at.date() <= END
    for task in world.tasks:
        assert task.username in users
        assert task.customer_id is None or task.customer_id in accounts
    assert {one.customer_id for one in world.contacts} == set(accounts)


def test_visits_and_calls_are_those_of_the_efforts(world: World) -> None:
    """Each visit, proposal and call of the CRM has its note, and no other is noted while it is
    kept; before it the notes alone tell of visits, calls and messages."""
    username = {user.name: user.username for user in world.users}
    kinds = {"visit": "visit", "proposal": "visit", "call": "call"}
    efforts = Counter(
        (one.customer_id, one.on, username[one.person], kinds[one.kind])
        for one in world.efforts
        if one.kind in kinds
    )
    noted = Counter(
        (one.customer_id, one.at.date(), one.username, one.kind)
        for one in world.follow_ups
        if one.kind != "message" and one.at.date() >= CRM_FROM
    )
    assert noted == efforts
    earlier = Counter(one.kind for one in world.follow_ups if one.at.date() < CRM_FROM)
    assert 0 < earlier["message"] < min(earlier["visit"], earlier["call"])


def test_nobody_writes_at_night_or_when_all_are_closed(world: World) -> None:
    for one in world.follow_ups:
        assert 8 <= one.at.hour < 21
        assert one.at.utcoffset() == timedelta(hours=8)
        assert not is_shutdown(one.at.date())
        assert one.text
        assert "{" not in one.text


def test_active_accounts_have_about_ten_follow_ups_in_the_last_year(world: World) -> None:
    year = END - timedelta(days=365)
    active = {line.customer_id for line in world.order_lines if line.order_date > year}
    recent = [one for one in world.follow_ups if one.customer_id in active and one.at.date() > year]
    assert 8 < len(recent) / len(active) < 12


def test_no_page_repeats_itself(world: World) -> None:
    """Neither the last twelve notes of an account nor fifty in a row are alike, figures aside."""
    called = {one.contact_id: one.name[0] for one in world.contacts}
    own: dict[str, list[str]] = defaultdict(list)
    everybody = []
    for one in world.follow_ups:
        shape = re.sub(r"[0-9A-Z.-]+", "", one.text.replace(called[one.contact_id or ""], ""))
        own[one.customer_id].append(shape)
        everybody.append(shape)
    for customer_id, shapes in own.items():
        last = shapes[-12:]
        assert len(last) == len(set(last)), customer_id
    pages = [everybody[start : start + 50] for start in range(0, len(everybody) - 50, 50)]
    assert all(len(set(page)) >= 45 for page in pages)


def test_key_accounts_have_several_contacts_and_no_phone_can_be_dialled(world: World) -> None:
    own = Counter(one.customer_id for one in world.contacts)
    keys = {one.customer_id for one in world.customers if one.team == "key_accounts"}
    assert all(2 <= own[customer_id] <= 5 for customer_id in keys)
    assert sum(count <= 2 for count in own.values()) > 300
    for one in world.contacts:
        assert re.fullmatch(r"199 0000 \d{3} 演示", one.phone)  # ten digits: one too few
        assert one.layer in ("image", "decision", "execution", "use")
        assert one.function in ("use", "technical", "purchasing")
    people = {(one.name, one.phone) for one in world.contacts}
    assert len({phone for _, phone in people}) == len(people)  # ⑨ has its people twice


def test_the_new_purchasing_manager_was_never_met(world: World) -> None:
    """①"""
    (customer_id,) = world.truth.story("filters_lost").customer_ids
    managers = [
        one
        for one in world.contacts
        if one.customer_id == customer_id and one.title == "采购部经理"
    ]
    assert [one.depth for one in managers] == ["none"]
    assert managers[0].contact_id not in {one.contact_id for one in world.follow_ups}
    told = [one.text for one in world.follow_ups if one.customer_id == customer_id]
    assert sum("新采购经理" in text for text in told[-40:]) >= 5


def test_thirty_eight_accounts_and_nine_promises_are_to_be_handed_over(
    world: World, leaving: str
) -> None:
    """⑧"""
    handover = world.truth.story("handover")
    kept = [one.customer_id for one in world.customers if one.salesperson == "刘振国"]
    kept += [
        one.customer.customer_id
        for one in world.prospects
        if one.customer.salesperson == "刘振国" and not one.is_won
    ]
    still_open = open_promises_of(world, leaving)

    assert set(kept) == set(handover.customer_ids)
    assert len(kept) == 38
    assert len(still_open) == 9 == handover.facts["open_promises"]
    assert len({one.customer_id for one in still_open}) == 9
    assert {one.customer_id for one in still_open} < set(kept)
    promised = world.truth.story("open_promises")
    assert promised.customer_ids == tuple(one.customer_id for one in still_open)
    assert promised.facts == {
        one.follow_up_id: one.promise.due_on for one in still_open if one.promise
    }
    assert max(one.at.date() for one in world.follow_ups if one.username == leaving) <= LEFT_ON
    assert not [task for task in world.tasks if task.username == leaving]
    about = {"mengxiancheng"} & {task.username for task in world.tasks if "刘振国" in task.title}
    assert about


def test_promises_are_kept_after_they_are_made_and_mostly_kept(world: World) -> None:
    promises = [(one, one.promise) for one in world.follow_ups if one.promise]
    for one, promise in promises:
        assert promise.by in ("ours", "theirs")
        assert one.at.date() < promise.due_on
        assert promise.kept_on is None or one.at.date() <= promise.kept_on <= END
    old = [promise for _, promise in promises if promise.due_on < END - timedelta(days=90)]
    assert len(old) > 300
    assert sum(promise.kept_on is None for promise in old) < len(old) / 20
    assert sum(promise.kept_on is None for _, promise in promises) > 20


def test_tasks_are_of_these_days_and_a_few_are_done(world: World) -> None:
    done = [task for task in world.tasks if task.done_on]
    assert 60 < len(world.tasks) < 150
    assert 5 < len(done) < len(world.tasks) / 4
    for task in world.tasks:
        assert task.created_on <= END
        assert task.created_on <= task.due_on
        assert abs((task.due_on - END).days) <= 25
        assert task.done_on is None or task.created_on <= task.done_on <= END
    sellers = {user.username for user in world.users if user.role == "salesperson"}
    assert len({task.username for task in world.tasks} & sellers) == 27


def test_the_same_seed_writes_the_same_records(world: World, again: World) -> None:
    for name in RECORDS:
        assert getattr(again, name) == getattr(world, name), name


def test_another_seed_has_its_nine_promises_too(other: World) -> None:
    assert len(open_promises_of(other, "liuzhenguo")) == 9


def test_who_has_signed_is_no_longer_wooed(world: World) -> None:
    """The last words of courtship are those of the contract, signed once."""
    wooing = {
        phrase.text: section
        for section in ("call", "visit", "proposal", "quotation", "signed", "after", "message")
        for phrase in phrases(f"prospect.{section}", "zh-CN")
    }
    called = {one.contact_id: one.name[0] for one in world.contacts}
    shapes = {re.sub(r"\{\w+\}", "", text): section for text, section in wooing.items()}
    signed_on = {one.customer_id: one.on for one in world.touches if one.step == "signed"}
    signings = Counter[str]()
    for one in world.follow_ups:
        if one.customer_id in signed_on and one.at.date() >= signed_on[one.customer_id]:
            name = called[one.contact_id or ""]
            found = [
                section
                for shape, section in shapes.items()
                if re.sub(f"{name}(科长|主任|总工|总监|总|经理|董|处长|院长)", "", one.text)
                == shape
            ]
            assert found in ([], ["signed"]), one
            signings[one.customer_id] += len(found)
    assert set(signings.values()) == {1}
    assert len(signings) == len(signed_on)
