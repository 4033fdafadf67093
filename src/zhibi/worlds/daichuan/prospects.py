"""Whom Daichuan tries to win: the way of each prospect, its touches and what was thought of it.

Some of the customers who began to buy while the CRM was kept went this way to the end; sixty more
stopped at a step that is known. How often a source leads to a contract, and how much effort went
to who never became a target, is so known too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.credit_code import made_up_credit_code
from zhibi.worlds.daichuan.accounts import ENDS_ON, CustomerFile
from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.shutdowns import last_working_day, nearest_working_day
from zhibi.worlds.world import Customer, Judgement, Prospect, Touch

CRM_FROM = date(2024, 7, 1)
WON_FROM = date(2025, 4, 1)  # contracts from here on have their whole way in the CRM
STEPS = ("lead", "call", "visit", "proposal", "quotation", "signed")
STOPPED_AT = {"lead": 8, "call": 18, "visit": 14, "proposal": 10, "quotation": 10}
# Days from one step to the next, fewest and most.
DAYS_TO = {
    "call": (2, 12), "visit": (6, 30), "proposal": (15, 60), "quotation": (25, 80),
    "signed": (20, 70),
}  # fmt: skip
STAGE_AT = {"lead": "target_market", "visit": "potential", "proposal": "target", "signed": "signed"}
STEP_CHANNEL = {
    "call": "phone", "visit": "on_site", "proposal": "on_site", "quotation": "mail",
    "signed": "on_site",
}  # fmt: skip
SECOND_VISIT_CHANCE = 0.4
SOURCES = ("exhibition", "referral", "cold_call", "web")
SOURCE_SHARES = {"won": (0.15, 0.55, 0.12, 0.18), "stopped": (0.40, 0.12, 0.26, 0.22)}
WON_YES = {"money": 0.95, "authority": 0.85, "need": 0.92}  # chance that it is there
STOPPED_YES = {"money": 0.6, "authority": 0.35, "need": 0.5}
PROSPECT_INDUSTRIES = ("heavy", "textile", "tyre", "food", "cleanroom", "hospital")
LEAVING = "刘振国"  # ⑧ he has 24 customers, and as many prospects as make 38 accounts
LEAVING_PROSPECTS = 14
LEFT_ON = date(2026, 8, 31)
DROPPED_AFTER = timedelta(days=120)  # without a step, a review takes half of the targets back


@dataclass(frozen=True, slots=True)
class Way:
    """One prospect with the days of its steps."""

    prospect: Prospect
    steps: tuple[tuple[date, str], ...]

    def on(self, step: str) -> date | None:
        return next((day for day, name in self.steps if name == step), None)


def ways_of(
    rng: np.random.Generator, customers: Iterable[Customer], signed_on: Mapping[str, date]
) -> list[Way]:
    """The ways of who was won from `WON_FROM` on, by the day of the first contract, and of the
    sixty who were not. A new plant of a customer was no prospect."""
    customers = list(customers)
    won = [
        _won(rng, customer, signed_on[customer.customer_id])
        for customer in customers
        if customer.since >= WON_FROM and not customer.parent_id and not customer.former_name
    ]
    file = CustomerFile(rng, {customer.name for customer in customers})
    stops = [step for step, count in STOPPED_AT.items() for _ in range(count)]
    rng.shuffle(stops)
    return [*won, *(_stopped(rng, file, place, step) for place, step in enumerate(stops))]


def _won(rng: np.random.Generator, customer: Customer, signed_on: date) -> Way:
    steps = _steps_to(rng, "signed", signed_on)
    size = "large" if rng.random() < 0.4 else "small"
    source = _source(rng, "won")
    return Way(Prospect(customer, size, source, steps[0][0], "signed", is_won=True), steps)


def _stopped(rng: np.random.Generator, file: CustomerFile, place: int, step: str) -> Way:
    industry = str(rng.choice(PROSPECT_INDUSTRIES))
    name, where = file.free_name(industry)
    seller = _seller(rng, where, place)
    days = (ENDS_ON - CRM_FROM).days
    last_on = ENDS_ON - timedelta(days=int(rng.integers(4, days - 200)))
    steps = _steps_to(rng, step, nearest_working_day(last_on))
    entered = file.enter(name, industry=industry, place=where, since=steps[0][0], seller=seller)
    digits = names()["places"][where][1]
    is_known = step in ("proposal", "quotation")
    registrar = "12" if industry == "hospital" else "91"
    customer = Customer(
        customer_id=f"QZ{place + 1:04d}",
        name=name,
        credit_code=made_up_credit_code(rng, registrar=registrar, place=digits) if is_known else "",
        industry=industry,
        region=entered.region,
        kind="prospect",
        route="direct",
        salesperson=entered.salesperson,
        team=entered.team,
        since=steps[0][0],
    )
    size = "large" if rng.random() < 0.3 else "small"
    source = _source(rng, "stopped")
    return Way(Prospect(customer, size, source, steps[0][0], step, is_won=False), steps)


def _seller(rng: np.random.Generator, place: str, number: int) -> str:
    """The first fourteen are his who leaves, the others somebody's of the region."""
    if number < LEAVING_PROSPECTS:
        return LEAVING
    region = names()["places"][place][0]
    return str(rng.choice([one for one in names()["sellers"][region] if one != LEAVING]))


def _source(rng: np.random.Generator, fate: str) -> str:
    return str(rng.choice(SOURCES, p=SOURCE_SHARES[fate]))


def _steps_to(rng: np.random.Generator, last: str, last_on: date) -> tuple[tuple[date, str], ...]:
    """The steps up to the last one, counted back from its day; now and then a second visit."""
    taken = STEPS[: STEPS.index(last) + 1]
    day, steps = last_on, [(last_on, last)]
    for step, before in zip(reversed(taken), reversed(taken[:-1]), strict=False):
        day = _some_days_before(rng, day, *DAYS_TO[step])
        steps.append((day, before))
        if step == "proposal" and rng.random() < SECOND_VISIT_CHANCE:
            day = _some_days_before(rng, day, 8, 25)
            steps.append((day, "visit"))
    return tuple(reversed(steps))


def _some_days_before(rng: np.random.Generator, day: date, fewest: int, most: int) -> date:
    return last_working_day(day - timedelta(days=int(rng.integers(fewest, most))))


def touches_of(way: Way) -> list[Touch]:
    """Every step taken; a lead comes by the way it was found."""
    prospect = way.prospect
    return [
        Touch(
            prospect.customer.customer_id,
            on,
            step,
            prospect.source if step == "lead" else STEP_CHANNEL[step],
            prospect.customer.salesperson,
        )
        for on, step in way.steps
    ]


def judgements_of(rng: np.random.Generator, way: Way) -> list[Judgement]:
    """Stages as they were reached, and at each step what was learned: need on the phone, money and
    authority at the first visit, what to expect with the proposal."""
    customer = way.prospect.customer
    found: list[Judgement] = []

    def say(on: date, criterion: str, value: str, evidence: str = "") -> None:
        words = names()
        found.append(
            Judgement(
                customer.customer_id,
                words["criteria"][criterion],
                words["answers"].get(value, value),
                on,
                customer.salesperson,
                words["evidence"].get(evidence, ""),
            )
        )

    for step, stage in STAGE_AT.items():
        if on := way.on(step):
            say(on, "stage", stage, step)
    chances = WON_YES if way.prospect.is_won else STOPPED_YES
    for criterion, chance in chances.items():
        if on := way.on("call" if criterion == "need" else "visit"):
            say(on, criterion, _answer(rng, chance))
    if on := way.on("visit"):
        usual = 7.2 if way.prospect.is_won else 5.4
        for scored, mean in (("potential", usual), ("fit", usual), ("competition", 6.0)):
            say(on, scored, str(int(np.clip(round(rng.normal(mean, 1.4)), 1, 10))))
    for criterion, value in _expected(rng, way):
        say(way.on("proposal") or ENDS_ON, criterion, value)
    if on := _dropped_on(rng, way):
        say(on, "stage", "potential", "dropped")
    return found


def _answer(rng: np.random.Generator, chance: float) -> str:
    """Yes with this chance; of the rest some is not known."""
    if rng.random() < chance:
        return "yes"
    return "unknown" if rng.random() < 0.45 else "no"


def _expected(rng: np.random.Generator, way: Way) -> Iterator[tuple[str, str]]:
    """What the proposal expects: an amount, a month and how much of it stays."""
    on = way.on("proposal")
    if on is None:
        return
    scale = 420_000 if way.prospect.size == "large" else 150_000
    month = on + timedelta(days=int(rng.integers(45, 150)))
    yield "expected_amount", str(round(scale * float(rng.lognormal(0, 0.5)) / 10_000) * 10_000)
    yield "expected_month", f"{month:%Y-%m}"
    yield "expected_profit", str(rng.choice(("high", "mid", "low"), p=(0.25, 0.5, 0.25)))


def _dropped_on(rng: np.random.Generator, way: Way) -> date | None:
    """The day of the review that takes a target without a step for months back to potential."""
    is_target = way.on("proposal") and not way.prospect.is_won
    review_on = nearest_working_day(way.steps[-1][0] + DROPPED_AFTER)
    return review_on if is_target and review_on <= ENDS_ON and rng.random() < 0.5 else None
