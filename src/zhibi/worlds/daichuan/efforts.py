"""Where the sellers' time goes: visits, calls, proposals and free service, as the CRM has them.

Most give their time to who buys much, in proportion to the root of its sales. One spends it on
her small accounts; one leaves in the last month; and ⑥ costs more service than any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.daichuan.accounts import ENDS_ON
from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.daichuan.prospects import CRM_FROM, LEAVING, LEFT_ON, Way
from zhibi.worlds.daichuan.stories import THIN_SERVICE_SHARE_PERCENT
from zhibi.worlds.shutdowns import days_between, is_shutdown, nearest_working_day
from zhibi.worlds.world import Customer, Effort, OrderLine

MISALLOCATING = "宋佳音"
EFFORTS_A_YEAR = 48  # of each seller, for customers
SMALL_BUYER = 40_000  # yuan a year added to everybody's sales, so that nobody is forgotten
SERVICE_EVERY_DAYS = 16  # ⑥
KINDS = ("visit", "call", "proposal", "service")
KIND_SHARES = (0.56, 0.24, 0.10, 0.10)
TENTHS = {"visit": (5, 16), "call": (1, 4), "proposal": (8, 26), "service": (5, 21)}
YUAN = {"visit": (90, 900), "call": (0, 1), "proposal": (200, 1600), "service": (300, 1500)}
EFFORT_AT = {
    "call": "call", "visit": "visit", "proposal": "proposal", "quotation": "visit",
    "signed": "visit",
}  # fmt: skip
FRUITLESS_VISITS = {"call": 5, "visit": 9}  # most, after the last step of who never was a target


def efforts_for_customers(
    rng: np.random.Generator,
    customers: Iterable[Customer],
    lines: Sequence[OrderLine],
    stops: Mapping[str, date],
) -> list[Effort]:
    """Every seller's efforts for the customers it keeps."""
    sales: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.order_date >= CRM_FROM:
            sales[line.customer_id] += line.net_cents
    portfolios: dict[str, list[Customer]] = defaultdict(list)
    for customer in customers:
        portfolios[customer.salesperson].append(customer)
    found = []
    for seller, own in sorted(portfolios.items()):
        yearly = [max(sales[c.customer_id], 0) / 200 + SMALL_BUYER for c in own]
        power = -0.3 if seller == MISALLOCATING else 0.6
        weights = np.array(yearly) ** power
        for day in _days(rng, seller):
            customer = own[int(rng.choice(len(own), p=weights / weights.sum()))]
            is_gone = day > stops.get(customer.customer_id, ENDS_ON) + timedelta(days=120)
            if customer.since <= day and not is_gone:
                kind = str(rng.choice(KINDS, p=KIND_SHARES))
                found.append(effort_of(rng, customer, day, kind))
    return found


def _days(rng: np.random.Generator, seller: str) -> list[date]:
    """The days with an effort, in order; none after a seller left."""
    last = LEFT_ON if seller == LEAVING else ENDS_ON
    days = [
        day for day in days_between(CRM_FROM, last) if not is_shutdown(day) and day.weekday() < 6
    ]
    count = round(EFFORTS_A_YEAR * len(days) / 290)
    return sorted(days[int(place)] for place in rng.choice(len(days), count, replace=False))


def effort_of(rng: np.random.Generator, customer: Customer, on: date, kind: str) -> Effort:
    """One effort of the usual time and cost; service is an engineer's."""
    person = customer.salesperson
    if kind == "service":
        person = str(rng.choice(names()["people"]["engineers"]))
    yuan = int(rng.integers(*YUAN[kind]))
    return Effort(
        customer.customer_id, on, kind, person, yuan * 100, int(rng.integers(*TENTHS[kind]))
    )


def efforts_for_prospect(rng: np.random.Generator, way: Way) -> list[Effort]:
    """One effort for each step, and visits that led nowhere after the last."""
    customer = way.prospect.customer
    found = [
        effort_of(rng, customer, on, EFFORT_AT[step]) for on, step in way.steps if step != "lead"
    ]
    most = FRUITLESS_VISITS.get(way.prospect.reached, 0)
    day = way.steps[-1][0]
    for _ in range(int(rng.integers(0, most + 1))):
        day = nearest_working_day(day + timedelta(days=int(rng.integers(15, 50))))
        found.append(effort_of(rng, customer, day, "visit"))
    last = LEFT_ON if customer.salesperson == LEAVING else ENDS_ON
    return [effort for effort in found if effort.on <= last]


def service_for_thin(
    rng: np.random.Generator, thin: Customer, lines: Iterable[OrderLine]
) -> list[Effort]:
    """⑥ Free service, worth a fixed share of what each stretch of days shipped."""
    shipped = [
        (line.order_date, line.net_cents)
        for line in lines
        if line.customer_id == thin.customer_id and line.line_kind == "sale"
    ]
    found, first = [], CRM_FROM
    while first <= ENDS_ON:
        last = min(first + timedelta(days=SERVICE_EVERY_DAYS - 1), ENDS_ON)
        net = sum(cents for on, cents in shipped if first <= on <= last)
        days = [day for day in days_between(first, last) if not is_shutdown(day)]
        if net and days:
            on = days[int(rng.integers(0, len(days)))]
            cents = net * THIN_SERVICE_SHARE_PERCENT // 100
            person = str(rng.choice(names()["people"]["engineers"]))
            tenths = int(rng.integers(10, 41))
            found.append(Effort(thin.customer_id, on, "service", person, cents, tenths))
        first = last + timedelta(days=1)
    return found
