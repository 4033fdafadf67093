"""Adds to the demo company what its people write: organisation, contacts, follow-ups, tasks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

import numpy as np

from zhibi.worlds.daichuan.contacts import Known, contacts_of
from zhibi.worlds.daichuan.dealings import dealings_of
from zhibi.worlds.daichuan.follow_ups import Setting, follow_ups_of
from zhibi.worlds.daichuan.organisation import KEY_ACCOUNTS, organisation_of, usernames
from zhibi.worlds.daichuan.stories_told import NOTES, notes_at, open_promises_at, with_stories
from zhibi.worlds.daichuan.talks import before_leaving, talks_of
from zhibi.worlds.daichuan.tasks import tasks_of
from zhibi.worlds.daichuan.truth import LAST_YEAR_FROM
from zhibi.worlds.organisation import Contact, FollowUp
from zhibi.worlds.world import Customer, Story, Truth, World

LARGE_FROM = 80_000_000  # cents of the last twelve months from which several people are known
IN_DEPTH_FROM, SEVERAL_FROM = 6, 2  # visits


def with_records(world: World) -> World:
    """The world with its sales department and everything it has written down."""
    language = world.language
    organisation = organisation_of(world.seed, language)
    everybody = _everybody(world)
    large = _large(world)
    accounts = _story_accounts(world)
    story_of = {customer.customer_id: story for story, customer in accounts.items()}
    contacts = contacts_of(
        world.seed, everybody.values(), large=large, stories=story_of, language=language
    )
    leaving = str(world.truth.story("handover").facts["seller"])
    dealings = dealings_of(world)
    rng = np.random.default_rng([world.seed, 14])
    talks = talks_of(rng, everybody, world.efforts, world.touches, dealings)
    planned = notes_at(accounts)
    planned += open_promises_at(world.customers, world.prospects, dealings, leaving)
    setting = Setting(
        language=language,
        contacts=contacts,
        dealings=dealings,
        stories=story_of,
        signed_on={one.customer_id: one.on for one in world.touches if one.step == "signed"},
        large=large,
        leaving=usernames(language)[leaving],
    )
    told = before_leaving(with_stories(talks, planned), leaving)
    follow_ups = follow_ups_of(world.seed, told, setting)
    return replace(
        world,
        teams=organisation.teams,
        users=organisation.users,
        memberships=organisation.memberships,
        contacts=_with_depth(contacts, follow_ups),
        follow_ups=follow_ups,
        tasks=tasks_of(world, follow_ups, setting, accounts),
        truth=_with_promises(world, follow_ups, setting.leaving),
    )


def _everybody(world: World) -> dict[str, Customer]:
    """Customers, then the prospects who are none."""
    found = {one.customer_id: one for one in world.customers}
    for prospect in world.prospects:
        found.setdefault(prospect.customer.customer_id, prospect.customer)
    return found


def _large(world: World) -> frozenset[str]:
    """The key accounts, and whoever bought much in the last twelve months."""
    sales: dict[str, int] = defaultdict(int)
    for line in world.order_lines:
        if line.order_date >= LAST_YEAR_FROM:
            sales[line.customer_id] += line.net_cents
    keys = {one.customer_id for one in world.customers if one.team == KEY_ACCOUNTS}
    return frozenset(keys | {one for one, cents in sales.items() if cents >= LARGE_FROM})


def _story_accounts(world: World) -> dict[str, Customer]:
    """The account at which each story's notes were written: its last, which in ② is the new plant;
    the group's first; and for the lost tender the public body that buys most."""
    by_id = {one.customer_id: one for one in world.customers}
    found = {}
    for story in NOTES:
        if story == "lost_tender":
            continue
        ids = world.truth.story(story).customer_ids
        found[story] = by_id[ids[-1] if story == "new_plant" else ids[0]]
    found["lost_tender"] = _largest_public_body(world)
    return found


def _largest_public_body(world: World) -> Customer:
    sales: dict[str, int] = defaultdict(int)
    for line in world.order_lines:
        sales[line.customer_id] += line.net_cents
    bodies = [one for one in world.customers if one.industry == "government"]
    return max(bodies, key=lambda one: (sales[one.customer_id], one.customer_id))


def _with_depth(
    contacts: dict[str, tuple[Known, ...]], follow_ups: tuple[FollowUp, ...]
) -> tuple[Contact, ...]:
    """The contacts with how well they are known: by visits; unknown where there was none but
    calls, none where there was nothing at all. Who became a customer was known before."""
    visits: dict[str | None, int] = defaultdict(int)
    first_on: dict[str | None, date] = {}
    for one in follow_ups:
        visits[one.contact_id] += one.kind == "visit"
        first_on.setdefault(one.contact_id, one.at.date())
    found = []
    for known in (known for own in contacts.values() for known in own):
        contact, key = known.contact, known.contact.contact_id
        depth = _depth(visits[key]) if key in visits else "none"
        since = min(contact.known_since, first_on.get(key, contact.known_since))
        found.append(replace(contact, depth=depth, known_since=since))
    return tuple(found)


def _depth(visits: int) -> str:
    if visits >= IN_DEPTH_FROM:
        return "in_depth"
    if visits >= SEVERAL_FROM:
        return "several"
    return "met_once" if visits else "unknown"


def _with_promises(world: World, follow_ups: tuple[FollowUp, ...], leaving: str) -> Truth:
    """⑧ What he promised and was promised, and is open, beside whom he kept."""
    open_ones = [
        one
        for one in follow_ups
        if one.username == leaving and one.promise and one.promise.kept_on is None
    ]
    handover = world.truth.story("handover")
    facts = {
        **handover.facts,
        "open_promises": len(open_ones),
        "ours": sum(one.promise.by == "ours" for one in open_ones if one.promise),
    }
    promised = Story(
        "open_promises",
        tuple(one.customer_id for one in open_ones),
        handover.starts_on,
        {one.follow_up_id: one.promise.due_on for one in open_ones if one.promise},
    )
    stories = [
        replace(story, facts=facts) if story is handover else story for story in world.truth.stories
    ]
    return replace(world.truth, stories=(*stories, promised))
