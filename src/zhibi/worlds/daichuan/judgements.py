"""What the sellers think of their larger accounts, at the yearly review.

Ordinary judgements follow the account's size and chance; those of the stories' accounts are set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.daichuan.stories import StoryAccounts
from zhibi.worlds.world import Customer, Judgement, OrderLine

REVIEWS = (date(2024, 12, 16), date(2025, 12, 15))
ACCOUNTS = 90  # the largest of the year, at each review
CRITERIA = ("relationship", "influence", "potential", "fit", "strategic_value", "share_of_wallet")
MARKS = ("purposeful", "many_people", "fixed_buying", "service_demand", "long_term")
MARKED_ACCOUNTS = 30
MARK_CHANCE = 0.6
YEAR = timedelta(days=365)

# What is thought of the stories' accounts: relationship, influence, potential, fit, strategic
# value, and our share of what they buy in percent.
SET: Mapping[str, tuple[int, ...]] = {
    "huashu": (8, 8, 7, 8, 8, 70),
    "tyre": (8, 9, 5, 8, 9, 75),
    "new_plant": (7, 8, 9, 9, 9, 60),
    "textile": (7, 5, 4, 6, 4, 55),
    "group": (7, 8, 8, 8, 8, 45),
    "thin": (9, 6, 3, 5, 4, 85),
    "food": (6, 6, 9, 8, 6, 20),
    "hospital": (7, 8, 6, 8, 7, 65),
}
NEW_MANAGER_ON = date(2026, 6, 22)  # ① the relationship as judged after it changed


def judgements_of(
    rng: np.random.Generator,
    customers: Mapping[str, Customer],
    lines: Sequence[OrderLine],
    stories: StoryAccounts,
    hospital: str,
) -> list[Judgement]:
    said = _set_values(stories, hospital)
    found: list[Judgement] = []
    for review_on in REVIEWS:
        for rank, customer_id in enumerate(_largest(lines, review_on, said)):
            customer = customers[customer_id]
            values = said.get(customer_id) or _usual_values(rng, rank)
            for criterion, value in zip(CRITERIA, values, strict=True):
                given = f"{value}%" if criterion == "share_of_wallet" else str(value)
                found.append(_judgement(customer, criterion, given, review_on))
            if rank < MARKED_ACCOUNTS and review_on == REVIEWS[-1]:
                found += [_judgement(customer, mark, _yes_or_no(rng), review_on) for mark in MARKS]
    huashu = stories.huashu.customer
    found += [
        _judgement(huashu, "relationship", "4", NEW_MANAGER_ON, "new_manager"),
        _judgement(huashu, "share_of_wallet", "55%", NEW_MANAGER_ON, "new_manager"),
        _judgement(stories.textile.customer, "grade", "A", REVIEWS[-1], "old_friend"),
        _judgement(stories.food.customer, "grade", "B", REVIEWS[-1], "room_to_grow"),
    ]
    return found


def _set_values(stories: StoryAccounts, hospital: str) -> dict[str, tuple[int, ...]]:
    old, new = stories.tyre
    told = {
        "huashu": stories.huashu, "tyre": old, "new_plant": new, "textile": stories.textile,
        "thin": stories.thin, "food": stories.food,
    }  # fmt: skip
    found = {account.customer.customer_id: SET[key] for key, account in told.items()}
    found |= {account.customer.customer_id: SET["group"] for account in stories.group}
    return found | {hospital: SET["hospital"]}


def _largest(lines: Iterable[OrderLine], on: date, always: Iterable[str]) -> list[str]:
    """The customers with the largest sales of the year before a day, and those of the stories."""
    sales: dict[str, int] = defaultdict(int)
    for line in lines:
        if on - YEAR < line.order_date <= on:
            sales[line.customer_id] += line.net_cents
    ranked = sorted(sales, key=lambda customer_id: (-sales[customer_id], customer_id))
    return [*ranked[:ACCOUNTS], *(one for one in always if one in ranked[ACCOUNTS:])]


def _usual_values(rng: np.random.Generator, rank: int) -> list[int]:
    """Larger accounts are thought of a little better, by all criteria."""
    centre = 6.8 - 3.2 * rank / ACCOUNTS
    scores = [int(np.clip(round(rng.normal(centre, 1.8)), 1, 10)) for _ in CRITERIA[:-1]]
    return [*scores, int(np.clip(round(rng.normal(centre * 8, 20) / 5) * 5, 5, 95))]


def _yes_or_no(rng: np.random.Generator) -> str:
    return "yes" if rng.random() < MARK_CHANCE else "no"


def _judgement(
    customer: Customer, criterion: str, value: str, on: date, evidence: str = "review"
) -> Judgement:
    words = names()
    return Judgement(
        customer.customer_id,
        words["criteria"][criterion],
        words["answers"].get(value, value),
        on,
        customer.salesperson,
        words["evidence"][evidence],
    )
