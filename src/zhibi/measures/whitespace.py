"""What customers like it buy and an account does not: whitespace, and what that may be worth.

A category is open for an account that does not buy it when more than half of its peers do. The
potential is the peers' median share of purchases times what the account buys (or their median
amount as it is), between their quartiles. It is never below 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.peers import NONE, PARTS, Groups, Reference
from zhibi.measures.product_mix import STEPS, Flags, Ints, ProductMix, order_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cell:
    """A category open to an account (both by position) and its potential (low, middle, high)."""

    account: int
    category: int
    potential: tuple[float, float, float]


@dataclass(frozen=True)
class Whitespace:
    """All open cells of a product mix, worked out category by category."""

    mix: ProductMix
    groups: Groups
    reference: Reference
    by_share: bool

    @cached_property
    def totals(self) -> tuple[Ints, Floats]:
        """By account: how many categories are open, and their potentials (low, middle, high)
        added up, as if the account were low or high in all of them."""
        count = np.zeros(len(self.mix.size), dtype=np.int64)
        potential = np.zeros((3, len(self.mix.size)))
        for category in self._wanted():
            accounts = self._open(category)
            count[accounts] += 1
            potential[:, accounts] += self._potential(accounts, category)
        return count, potential

    def cells(self, at_most: int | None = None) -> list[Cell]:
        """The open cells of the largest potential (with all equal to the last), or all."""
        found: list[tuple[Ints, Ints, Floats]] = []
        for category in self._wanted():
            accounts = self._open(category)
            potential = self._potential(accounts, category)
            keep = _largest(potential[1], at_most)
            categories = np.full(int(keep.sum()), category)
            found.append((accounts[keep], categories, potential[:, keep]))
        if not found:
            return []
        account, category_of, potential = (
            np.concatenate(parts, axis=-1) for parts in zip(*found, strict=True)
        )
        keep = _largest(potential[1], at_most)
        return [
            Cell(at, category, (low, middle, high))
            for at, category, low, middle, high in zip(
                account[keep].tolist(),
                category_of[keep].tolist(),
                *potential[:, keep].tolist(),
                strict=True,
            )
        ]

    def cell(self, account: int, category: int) -> Cell:
        """One open cell."""
        low, middle, high = self._potential(np.array([account]), category)[:, 0].tolist()
        return Cell(account, category, (low, middle, high))

    def open_to(self, accounts: Sequence[int]) -> dict[int, list[int]]:
        """The categories open to each of some accounts, largest potential first."""
        mix, middle = self.mix, self.reference.middle
        is_theirs = np.isin(mix.account, np.asarray(accounts, dtype=np.int64)) & (mix.net > 0)
        has: dict[int, set[int]] = {account: set() for account in accounts}
        for account, category in zip(
            mix.account[is_theirs].tolist(), mix.category[is_theirs].tolist(), strict=True
        ):
            has[account].add(category)
        found = {}
        for account in accounts:
            rates = middle[self.groups.group[account]] * self._is_comparable[account]
            wanted: list[int] = np.flatnonzero(rates > 0).tolist()
            missing = [(-rates[at], at) for at in wanted if at not in has[account]]
            found[account] = [at for _, at in sorted(missing)]
        return found

    def _wanted(self) -> list[int]:
        """Categories that most of some group buy."""
        return np.flatnonzero((self.reference.middle > 0).any(axis=0)).tolist()

    def _open(self, category: int) -> Ints:
        """Accounts with purchases that do not buy what most of their peers do."""
        middle = self.reference.middle[:, category]
        is_open = self._is_comparable & (middle[self.groups.group] > 0)
        start, end = self._bounds[category], self._bounds[category + 1]
        is_open[self._buyers[start:end]] = False
        return np.flatnonzero(is_open)

    def _potential(self, accounts: Ints, category: int) -> Floats:
        group = self.groups.group[accounts]
        reference = self.reference
        rates = np.stack(
            [each[group, category] for each in (reference.low, reference.middle, reference.high)]
        )
        return rates * (self.mix.size[accounts] / PARTS if self.by_share else 1) / STEPS

    @cached_property
    def _is_comparable(self) -> Flags:
        is_comparable: Flags = (self.mix.size > 0) & (self.groups.group != NONE)
        return is_comparable

    @cached_property
    def _buyers(self) -> Ints:
        """Accounts that buy, category after category."""
        is_bought = self.mix.net > 0
        order = order_of(self.mix.category[is_bought], len(self.mix.categories))
        return self.mix.account[is_bought][order]

    @cached_property
    def _bounds(self) -> Ints:
        """Where each category begins in `_buyers`."""
        counts = np.bincount(
            self.mix.category[self.mix.net > 0], minlength=len(self.mix.categories)
        )
        return np.append(0, np.cumsum(counts))


def _largest(values: Floats, at_most: int | None) -> Flags:
    """Which of the values are among the largest, ties with the last included."""
    if at_most is None or len(values) <= at_most:
        return np.ones(len(values), dtype=bool)
    least = np.partition(values, -at_most)[-at_most]
    is_large: Flags = values >= least
    return is_large
