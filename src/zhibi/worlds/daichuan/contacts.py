"""Who Daichuan knows at its customers and prospects.

A key account has two to five contacts, any other one or two, by the titles of its industry. At ①
a new purchasing manager has come whom nobody of ours has met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from zhibi.worlds.daichuan.catalogue import people
from zhibi.worlds.organisation import Contact
from zhibi.worlds.world import Customer

# title: layer, function, and how much of the talking is done with it
TITLES = {
    "power_plant": ("use", "use", 3.0),
    "equipment": ("execution", "technical", 5.0),
    "production": ("decision", "use", 1.2),
    "chairman": ("image", "purchasing", 0.15),
    "chief_engineer": ("image", "technical", 0.5),
    "purchasing": ("execution", "purchasing", 1.5),
    "finance": ("decision", "purchasing", 0.3),
    "general_affairs": ("use", "use", 4.0),
    "medical_equipment": ("execution", "technical", 3.0),
    "vice_president": ("decision", "purchasing", 0.3),
    "logistics": ("execution", "use", 4.0),
    "deputy_head": ("decision", "purchasing", 0.4),
    "dealer_owner": ("decision", "purchasing", 4.0),
    "dealer_buyer": ("execution", "purchasing", 2.0),
    "dealer_service": ("use", "technical", 2.0),
}
# In the order in which they are met.
FACTORY = ("equipment", "production", "power_plant", "purchasing", "finance")
BY_INDUSTRY: Mapping[str, Sequence[str]] = {
    "hospital": ("general_affairs", "medical_equipment", "vice_president"),
    "government": ("logistics", "deputy_head"),
    "dealer": ("dealer_owner", "dealer_buyer", "dealer_service"),
}
AT_STORIES: Mapping[str, Sequence[str]] = {
    "filters_lost": ("equipment", "power_plant", "production", "chief_engineer", "purchasing"),
    "new_plant": ("equipment", "production", "purchasing", "chairman"),
    "cheap_models": ("power_plant", "production", "purchasing"),
    "group": ("equipment", "production", "purchasing", "chairman"),
    "thin": ("equipment", "purchasing", "production", "finance"),
    "slow_hospital": ("general_affairs", "medical_equipment", "vice_president"),
    "quarter_end_load": ("dealer_owner", "dealer_buyer", "dealer_service"),
}
NEW_MANAGER_AT, NEW_MANAGER = "filters_lost", "purchasing"  # ①
NEW_MANAGER_CAME_ON = date(2026, 4, 20)  # before the first month without filters
CHIEF_ENGINEER_CHANCE = 0.3  # that the last of a key account's contacts is its chief engineer


@dataclass(frozen=True, slots=True)
class Known:
    """A contact with the key of its title, and what it is called in a sentence."""

    contact: Contact
    title: str
    called: str


def contacts_of(
    seed: int,
    customers: Iterable[Customer],
    *,
    large: frozenset[str],
    stories: Mapping[str, str],
    language: str,
) -> dict[str, tuple[Known, ...]]:
    """Contacts by customer; `large` have several, and `stories` gives a customer's story."""
    words = people(language)
    found: dict[str, tuple[Known, ...]] = {}
    by_name: dict[str | None, tuple[Known, ...]] = {}
    serial = 0
    for place, customer in enumerate(customers):
        key = customer.customer_id
        rng = np.random.default_rng([seed, 12, place])
        old = by_name.get(customer.former_name)
        titles = _titles(rng, customer, stories.get(key), is_large=key in large)
        made = _again(customer, old) if old else _made(rng, customer, titles, words, serial)
        if stories.get(key) == NEW_MANAGER_AT:
            made = [_come_lately(known) for known in made]
        found[key] = by_name[customer.name] = tuple(made)
        serial += len(found[key])
    return found


def _titles(
    rng: np.random.Generator, customer: Customer, story: str | None, *, is_large: bool
) -> Sequence[str]:
    if story is not None and story in AT_STORIES:
        return AT_STORIES[story]
    titles = BY_INDUSTRY.get(customer.industry, FACTORY)
    if customer.industry not in BY_INDUSTRY and is_large and rng.random() < CHIEF_ENGINEER_CHANCE:
        titles = (*FACTORY[:-1], "chief_engineer")
    few, most = (2, 5) if is_large else (1, 2)
    return titles[: int(rng.integers(few, most + 1))]


def _made(
    rng: np.random.Generator,
    customer: Customer,
    titles: Sequence[str],
    words: Mapping[str, Any],
    before: int,
) -> Iterable[Known]:
    surnames = rng.choice(len(words["surnames"]["names"]), len(titles), replace=False)
    given = rng.choice(len(words["given"]["names"]), len(titles), replace=False)
    for place, title in enumerate(titles):
        said, called = words["contact_titles"][title]
        parts = {
            "surname": words["surnames"]["names"][surnames[place]],
            "given": words["given"]["names"][given[place]],
        }
        contact = Contact(
            contact_id=f"{customer.customer_id}-{place + 1}",
            customer_id=customer.customer_id,
            name=words["full_name"].format(**parts),
            title=said,
            layer=TITLES[title][0],
            function=TITLES[title][1],
            phone=words["phone"].format(serial=before + place + 1),
            known_since=customer.since,
        )
        yield Known(contact, title, called.format(**parts))


def _again(customer: Customer, old: Iterable[Known]) -> Iterable[Known]:
    """⑨ The people of the company as it was called before."""
    for place, known in enumerate(old, start=1):
        contact = replace(
            known.contact,
            contact_id=f"{customer.customer_id}-{place}",
            customer_id=customer.customer_id,
            known_since=customer.since,
        )
        yield replace(known, contact=contact)


def _come_lately(known: Known) -> Known:
    """① The purchasing manager as one who came lately, the others as they are."""
    if known.title != NEW_MANAGER:
        return known
    return replace(known, contact=replace(known.contact, known_since=NEW_MANAGER_CAME_ON))
