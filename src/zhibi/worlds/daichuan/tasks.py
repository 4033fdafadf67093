"""What is to be done in the days around the end: by every seller something for its accounts, and
by those who lead what the stories ask for.

A seller's tasks come from what is so on the last day: money overdue, an account gone quiet, a
promise of ours not yet kept, an offer made. One in eight is done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.daichuan.accounts import ENDS_ON
from zhibi.worlds.daichuan.catalogue import sentences
from zhibi.worlds.daichuan.dealings import Dealings
from zhibi.worlds.daichuan.follow_ups import Setting, offer_of, owed_of
from zhibi.worlds.daichuan.organisation import STAFF_USERNAMES, usernames
from zhibi.worlds.daichuan.talks import group_of
from zhibi.worlds.organisation import FollowUp, Task
from zhibi.worlds.shutdowns import (
    days_between,
    is_shutdown,
    last_working_day,
    nearest_working_day,
)
from zhibi.worlds.world import Customer, World

OF_EACH_KIND = {"collect": 1, "quiet": 1, "promise": 2, "offer": 1, "contact": 1}  # a seller, most
DONE_CHANCE = 0.15
CREATED_BEFORE = (3, 24)  # days before the end
DUE_DAYS = [
    day
    for day in days_between(ENDS_ON - timedelta(days=8), ENDS_ON + timedelta(days=20))
    if not is_shutdown(day) and day.weekday() < 5
]

# Story: whose task, where not the account's own seller's; days from the end to its due day.
STORY_TASKS: Mapping[str, tuple[str, int]] = {
    "filters_lost": ("", 8),
    "filters_lost_frame": ("", 16),
    "cheap_models": ("", 14),
    "quarter_end_load": ("", -2),
    "thin": ("key_accounts", 20),
    "slow_hospital": ("", 12),
    "handover": ("west_shandong", -10),
    "handover_promises": ("west_shandong", 0),
    "group": ("", 15),
    "analyst": ("analyst", 9),
    "director": ("director", 10),
}
ABOUT = {"filters_lost_frame": "filters_lost"}  # whose account it is about, where not its own name


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that suits an account, the weightier the larger."""

    customer: Customer
    title: str
    weight: int


def tasks_of(
    world: World,
    follow_ups: Iterable[FollowUp],
    setting: Setting,
    accounts: Mapping[str, Customer],
) -> tuple[Task, ...]:
    rng = np.random.default_rng([world.seed, 15])
    own = usernames(setting.language)
    found = [*_for_stories(rng, setting, accounts, own)]
    wanted = _wanted(rng, world, follow_ups, setting)
    for seller, by_kind in sorted(wanted.items(), key=lambda item: own[item[0]]):
        if own[seller] == setting.leaving:
            continue
        for kind, most in OF_EACH_KIND.items():
            ranked = sorted(by_kind[kind], key=lambda one: (-one.weight, one.customer.customer_id))
            found += [
                _task(rng, own[seller], one.title, customer=one.customer) for one in ranked[:most]
            ]
    found.sort(key=lambda task: (task.due_on, task.username))
    return tuple(
        replace(task, task_id=f"RW{place:04d}") for place, task in enumerate(found, start=1)
    )


def _wanted(
    rng: np.random.Generator, world: World, follow_ups: Iterable[FollowUp], setting: Setting
) -> dict[str, dict[str, list[Wanted]]]:
    """By seller and kind: what its accounts ask for on the last day."""
    found: dict[str, dict[str, list[Wanted]]] = defaultdict(lambda: defaultdict(list))
    for customer in world.customers:
        dealings = setting.dealings.get(customer.customer_id, Dealings())
        if dealings.is_active(ENDS_ON) and not dealings.is_lost(ENDS_ON):
            for kind, wanted in _asked_for(rng, customer, dealings, setting):
                found[customer.salesperson][kind].append(wanted)
    title = sentences(setting.language)["tasks"]["promise"]
    by_id = {one.customer_id: one for one in world.customers}
    for one in follow_ups:
        promise, of = one.promise, by_id.get(one.customer_id)
        if of and promise and promise.by == "ours" and promise.kept_on is None:
            text, weight = title.format(text=promise.text), promise.due_on.toordinal()
            found[of.salesperson]["promise"].append(Wanted(of, text, weight))
    return found


def _asked_for(
    rng: np.random.Generator, customer: Customer, dealings: Dealings, setting: Setting
) -> Iterator[tuple[str, Wanted]]:
    """The tasks one account may ask for, by kind. Which visit and which offer comes first is as
    good as another."""
    titles = sentences(setting.language)["tasks"]
    owed = owed_of(customer, dealings, ENDS_ON, setting.language)
    quiet = dealings.quiet_days(ENDS_ON) or 0
    offer = offer_of(customer, ENDS_ON, setting)
    weights = {
        "collect": dealings.owed(ENDS_ON) if owed else 0,
        "quiet": quiet,
        "offer": int(rng.integers(1, 1000)),
        "contact": int(rng.integers(1, 1000)),
    }
    for kind, weight in weights.items():
        choices = titles[kind][group_of(customer)] if kind == "contact" else titles[kind]
        title = choices[int(rng.integers(0, len(choices)))]
        if weight:
            yield kind, Wanted(customer, title.format(owed=owed, quiet=quiet, offer=offer), weight)


def _for_stories(
    rng: np.random.Generator,
    setting: Setting,
    accounts: Mapping[str, Customer],
    own: Mapping[str, str],
) -> Iterator[Task]:
    titles = sentences(setting.language)["tasks"]["stories"]
    for story, (whose, days) in STORY_TASKS.items():
        customer = accounts.get(ABOUT.get(story, story))
        username = STAFF_USERNAMES[whose] if whose or not customer else own[customer.salesperson]
        task = _task(rng, username, titles[story], customer=customer)
        due_on = _working_day(ENDS_ON + timedelta(days=days))
        yield replace(task, due_on=due_on, done_on=None)


def _task(
    rng: np.random.Generator, username: str, title: str, *, customer: Customer | None
) -> Task:
    """A task made some days ago and due some days from the end; now and then it is done."""
    created_on = last_working_day(ENDS_ON - timedelta(days=int(rng.integers(*CREATED_BEFORE))))
    due_on = DUE_DAYS[int(rng.integers(0, len(DUE_DAYS)))]
    done_after = int(rng.integers(1, 8))
    done_on = min(created_on + timedelta(days=done_after), ENDS_ON)
    return Task(
        task_id="",
        customer_id=customer.customer_id if customer else None,
        username=username,
        title=title,
        created_on=min(created_on, due_on),
        due_on=due_on,
        done_on=done_on if rng.random() < DONE_CHANCE else None,
    )


def _working_day(day: date) -> date:
    """Before the end the last working day, after it the next."""
    return last_working_day(day) if day <= ENDS_ON else nearest_working_day(day)
