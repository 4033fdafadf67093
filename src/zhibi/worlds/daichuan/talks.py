"""When our people spoke with whom: the visits and calls that efforts record, and messages.

Efforts are kept since July 2024: before it, the sellers' notes are the only trace of a visit or a
call; from then on what lies between the efforts is messages. The step a prospect had come to is
that of its touches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.daichuan.accounts import ENDS_ON, STARTS_ON
from zhibi.worlds.daichuan.dealings import Dealings
from zhibi.worlds.daichuan.prospects import CRM_FROM, LEFT_ON
from zhibi.worlds.shutdowns import days_between, is_shutdown
from zhibi.worlds.world import Customer, Effort, Touch

# Messages a year with customers, by year of the exported three: the habit spread slowly.
MESSAGES_A_YEAR = {"key_accounts": (14, 16, 18), "dealer": (8, 10, 14), "other": (2.0, 3.0, 5.2)}
PROSPECT_MESSAGES = 1.5  # each, on the whole way
BEFORE_EFFORTS = ("visit", "call", "visit", "message", "call")  # in turn, by the day
SUNDAY = 6
PUBLIC = ("hospital", "government")


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk before it has words. `step` is a prospect's, or `after` when none followed."""

    customer: Customer
    on: date
    kind: str  # visit, call, message
    person: str
    step: str = ""
    has_proposal: bool = False
    story: str = ""  # whose words are set
    place: int = 0  # … and which of them


def group_of(customer: Customer) -> str:
    """What one talks about with it: factory, public or dealer."""
    if customer.industry == "dealer":
        return "dealer"
    return "public" if customer.industry in PUBLIC else "factory"


def talks_of(
    rng: np.random.Generator,
    everybody: Mapping[str, Customer],
    efforts: Iterable[Effort],
    touches: Iterable[Touch],
    dealings: Mapping[str, Dealings],
) -> list[Talk]:
    """Every talk but those told for a story, in order of day and customer."""
    steps: dict[str, dict[date, str]] = defaultdict(dict)
    for touch in touches:
        steps[touch.customer_id][touch.on] = touch.step
    talks = list(_of_efforts(efforts, everybody, steps))
    for customer in everybody.values():
        own = dealings.get(customer.customer_id, Dealings())
        ways = sorted(steps.get(customer.customer_id, {}))
        talks += _messages(rng, customer, own, ways)
    return sorted(talks, key=lambda talk: (talk.on, talk.customer.customer_id))


def _of_efforts(
    efforts: Iterable[Effort],
    everybody: Mapping[str, Customer],
    steps: Mapping[str, Mapping[date, str]],
) -> Iterator[Talk]:
    """A talk for each visit, call and proposal; of two on the day of a step the first took it."""
    taken: set[tuple[str, date]] = set()
    for effort in efforts:
        if effort.kind == "service":
            continue
        key, own = (effort.customer_id, effort.on), steps.get(effort.customer_id, {})
        step = "" if key in taken else own.get(effort.on, "")
        taken.add(key)
        if own and effort.on > max(own):
            step = "after"
        yield Talk(
            everybody[effort.customer_id],
            effort.on,
            "call" if effort.kind == "call" else "visit",
            effort.person,
            step=step,
            has_proposal=effort.kind == "proposal",
        )


def _messages(
    rng: np.random.Generator, customer: Customer, own: Dealings, steps: list[date]
) -> Iterator[Talk]:
    """Messages at any time while somebody is a customer, a few while it is not one yet."""
    if customer.kind == "prospect":
        between = days_between(steps[0] + timedelta(days=1), steps[-1] + timedelta(days=60))
        yield from _some(rng, customer, between, PROSPECT_MESSAGES)
        return
    gone_on = (own.stops_on or ENDS_ON) + timedelta(days=150)
    group = customer.team if customer.team in MESSAGES_A_YEAR else customer.route
    rates = MESSAGES_A_YEAR.get(group, MESSAGES_A_YEAR["other"])
    for year, rate in enumerate(rates):
        first = max(STARTS_ON + timedelta(days=365 * year), customer.since)
        last = min(STARTS_ON + timedelta(days=365 * (year + 1)), gone_on)
        share = (last - first).days / 365
        if share > 0:
            yield from _some(rng, customer, days_between(first, last), rate * share)


def _some(
    rng: np.random.Generator, customer: Customer, days: Iterable[date], mean: float
) -> Iterator[Talk]:
    """So many talks on average on some of the days that are open and seen by the world."""
    open_days = [
        day for day in days if day <= ENDS_ON and not is_shutdown(day) and day.weekday() != SUNDAY
    ]
    count = min(int(rng.poisson(mean)), len(open_days))
    for place in sorted(rng.choice(len(open_days), count, replace=False)) if count else ():
        day = open_days[int(place)]
        yield Talk(customer, day, _kind_on(day), customer.salesperson)


def _kind_on(day: date) -> str:
    """How it was talked on a day that no effort tells of."""
    return "message" if day >= CRM_FROM else BEFORE_EFFORTS[day.toordinal() % len(BEFORE_EFFORTS)]


def before_leaving(talks: Iterable[Talk], leaving: str) -> list[Talk]:
    """The talks without those of the seller who had left."""
    return [talk for talk in talks if talk.person != leaving or talk.on <= LEFT_ON]
