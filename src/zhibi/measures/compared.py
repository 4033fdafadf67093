"""Accounts beside their peers: what both buy, what is open to them and what they dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.peers import NONE, Groups, Reference, groups, reference
from zhibi.measures.product_mix import Flags, ProductMix, added, first_of
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts
from zhibi.measures.stopped import product_column
from zhibi.measures.whitespace import Whitespace
from zhibi.tables.reference import FEWEST
from zhibi.tables.tables import Tables

FEW_KEYS = 2_000  # beyond this all accounts are read instead of the named ones
ALL_CUSTOMERS, NOBODY = "all customers", "none"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A category an account bought in the year before (`net_before`) and not lately; `still` of
    its `others` peers who bought it do so to this day."""

    account: int
    category: int
    net_before: int
    net_recent: int
    others: int
    still: int


@dataclass(frozen=True, slots=True)
class Preference:
    """What a category weighs in an account's purchases, and in those of its peers."""

    account: int
    category: int
    bought: int
    share: float
    peer_share: float | None

    @property
    def lift(self) -> float | None:
        """How many times its peers' share; None where they buy none."""
        return self.share / self.peer_share if self.peer_share else None


@dataclass(frozen=True)
class Compared:
    """A product mix, whom each account is compared with, and what is open to it."""

    tables: Tables
    mix: ProductMix
    groups: Groups
    reference: Reference
    space: Whitespace

    def peer_count(self, account: int) -> int:
        """How many others the account is compared with; 0 when there is no reference."""
        group = self.groups.group[account]
        return int(self.reference.count[group]) - 1 if group != NONE else 0

    def peers_said(self, account: int) -> str:
        """Whom the account is compared with."""
        group = self.groups.group[account]
        return NOBODY if group == NONE else self.groups.names[group] or ALL_CUSTOMERS

    def peer_categories(self, account: int) -> float | None:
        """How many categories its peers buy on average."""
        peers, group = self.peer_count(account), self.groups.group[account]
        if not peers:
            return None
        return int(self.reference.category_count[group] - self.mix.category_count[account]) / peers

    def peer_share(self, account: int, category: int, bought: int) -> float | None:
        """The category's share in what its peers buy together."""
        if not self.peer_count(account):
            return None
        group = self.groups.group[account]
        sales = int(self.reference.sales[group, category]) - bought
        return sales / int(self.reference.size[group] - self.mix.size[account])

    def dropped(self) -> list[Dropped]:
        """What accounts bought in the year before and not in the recent months, while they buy
        other things and at least half of their peers who bought it still do."""
        mix, figures = self.mix, self.reference
        group = self.groups.group[mix.account]
        still_active = added(mix.account, np.maximum(mix.net_recent, 0), len(mix.size)) > 0
        others = figures.bought_before[group, mix.category] - 1
        still = figures.still_buy[group, mix.category]
        rows = np.flatnonzero(
            (mix.net_before > 0)
            & (mix.net_recent <= 0)
            & still_active[mix.account]
            & (group != NONE)
            & (others >= FEWEST)
            & (2 * still >= others)
        )
        columns = (mix.account, mix.category, mix.net_before, mix.net_recent, others, still)
        return [
            Dropped(*figures)
            for figures in zip(*(column[rows].tolist() for column in columns), strict=True)
        ]

    def preferences(self, largest: list[int]) -> list[Preference]:
        """What some accounts buy, in their order and by amount."""
        mix = self.mix
        place = {account: at for at, account in enumerate(largest)}
        rows = np.flatnonzero(np.isin(mix.account, largest) & (mix.net > 0))
        columns = (mix.account, mix.category, mix.net)
        found = [
            Preference(
                account,
                category,
                bought,
                bought / int(mix.size[account]),
                self.peer_share(account, category, bought),
            )
            for account, category, bought in zip(
                *(column[rows].tolist() for column in columns), strict=True
            )
        ]
        return sorted(found, key=lambda one: (place[one.account], -one.bought, one.category))

    def matrix(self, largest: list[int], at_most: int) -> Iterator[tuple[int, int, float, str]]:
        """Account, category, its share of the account's purchases, and whether it is won, open
        or neither; of the categories these accounts buy most."""
        won = {(one.account, one.category): one for one in self.preferences(largest)}
        sales: Counter[int] = Counter()
        for (_, category), one in won.items():
            sales[category] += one.bought
        categories = sorted(sales, key=lambda category: (-sales[category], category))[:at_most]
        open_to = self.space.open_to(largest)
        for account, category in product(largest, categories):
            bought = won.get((account, category))
            status = "won" if bought else "open" if category in open_to[account] else "neither"
            yield account, category, bought.share if bought else 0.0, status

    def largest(self, count: int) -> tuple[list[int], dict[int, dict[str, Any]]]:
        """The accounts that bought most, and who they are."""
        size = self.mix.size
        order = np.argsort(-size, kind="stable")
        chosen = first_of(order[size[order] > 0], (size,), count)
        who = self.people(chosen)
        chosen.sort(key=lambda at: (-size[at], who[at]["customer_id"]))
        return chosen[:count], who

    def people(self, positions: Iterable[int]) -> dict[int, dict[str, Any]]:
        """Number, name and owner of accounts by their position in the mix."""
        wanted = sorted(set(positions))
        keys = self.mix.account_keys[wanted].tolist()
        known = accounts(self.tables)
        if len(keys) <= FEW_KEYS:
            known = known.filter(known.account_key.isin(keys))
        found = {row["account_key"]: row for row in fetch(known)}
        return {at: found[key] for at, key in zip(wanted, keys, strict=True)}


def told_apart_by(tables: Tables, by: str) -> str:
    """The column that tells purchases apart; ZhibiError when it is not filled."""
    column = product_column(tables) if by == "auto" else "category"
    if by == "product":
        column = "product_name" if tables.has("product_name") else "product_id"
    column = column or "category"
    tables.require("product_preference", column)
    return column


def alike_by(tables: Tables, peers: str) -> str | None:
    """Industry or kind; None when all customers are compared."""
    if peers in ("industry", "kind"):
        tables.require("product_preference", peers, table="customers")
        return peers
    filled = [name for name in ("industry", "kind") if peers == "auto" and tables.has(name)]
    return filled[0] if filled else None


def compare(
    tables: Tables,
    mix: ProductMix,
    *,
    attribute: str | None,
    by_share: bool,
) -> Compared:
    """`attribute`: industry or kind, by which peers are alike; None for all customers."""
    among = mix.among or mix
    names, own = _attribute(tables.reference, attribute, among)
    hidden = None if among.is_seen is None else ~among.is_seen
    found = groups(names, own, among.size, hidden=hidden)
    figures = reference(among, found, by_share=by_share)
    if among.is_seen is not None:
        figures = _without_few(figures, among, found, ~among.is_seen)
        found = Groups(found.group[among.is_seen], found.names)
    return Compared(tables, mix, found, figures, Whitespace(mix, found, figures, by_share))


def _without_few(figures: Reference, mix: ProductMix, found: Groups, hidden: Flags) -> Reference:
    """Nothing of who bought a category before, where those the reader does not see are few."""
    shape = figures.bought_before.shape
    few = np.zeros(shape, dtype=bool)
    for at in range(shape[0]):
        is_of = hidden[mix.account] & (mix.net_before > 0)
        if at < shape[0] - 1:  # the last is of everybody
            is_of &= found.group[mix.account] == at
        many = np.bincount(mix.category[is_of], minlength=shape[1])
        few[at] = (many > 0) & (many < FEWEST)
    return replace(figures, bought_before=np.where(few, 0, figures.bought_before))


def _attribute(
    tables: Tables, attribute: str | None, mix: ProductMix
) -> tuple[list[str], NDArray[np.int64]]:
    """The values of an attribute by name, and the place of each account's among them."""
    if attribute is None:
        return [], np.full(len(mix.account_keys), NONE)
    known = accounts(tables).select("account_key", attribute).order_by("account_key").to_pyarrow()
    encoded = known[attribute].combine_chunks().dictionary_encode()
    said = encoded.dictionary.to_pylist()
    names = sorted(filter(None, said))
    numbers = {name: at for at, name in enumerate(names)}
    places = np.array([*(numbers.get(name, NONE) for name in said), NONE])
    own = places[encoded.indices.fill_null(len(said)).to_numpy()]
    keys = known["account_key"].to_numpy()
    at = np.minimum(np.searchsorted(keys, mix.account_keys), len(keys) - 1)
    return names, np.where(keys[at] == mix.account_keys, own[at], NONE)
