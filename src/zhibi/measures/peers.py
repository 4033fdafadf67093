"""Customers like it, and what they buy: a reference that gives no single customer away.

Peers are the other accounts of the same industry (or kind), of its larger, middle or smaller third
where each third can stand alone: who buys for a million buys more widely than who buys for a
thousand. They are a reference only when there are at least five of them and none holds half of the
group's purchases; else the whole industry is, else all customers are, on the same condition; else
there is none, and nothing is said. Where the reader does not see everybody, the same holds of those
of the group that are `hidden` from them (`zhibi.tables.reference`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.product_mix import Flags, Ints, ProductMix, added, order_of
from zhibi.stats.quartiles import quartiles_with_zeros
from zhibi.tables.reference import FEWEST, gives_nobody_away

PARTS = 10**9  # shares are whole numbers of a billionth, so that sums of them are exact
NONE = -1  # the group of accounts without a reference


@dataclass(frozen=True, slots=True)
class Groups:
    """`group[i]` is the position of the account's reference in `names`, or NONE; `names[-1]`, an
    empty text, stands for all customers."""

    group: Ints
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What each group buys, [group, category]. Quartiles are of the shares (in PARTS) or amounts
    of an account that does not buy the category, hence over the *others* of its group."""

    count: Ints  # accounts with purchases, [group]
    size: Ints  # their purchases, [group]
    category_count: Ints  # their categories, added up, [group]
    sales: Ints
    buyers: Ints
    bought_before: Ints  # accounts that bought it in the year before the recent months
    still_buy: Ints  # of those, who bought it in the recent months too
    low: NDArray[np.float64]
    middle: NDArray[np.float64]
    high: NDArray[np.float64]


def groups(names: Sequence[str], own: Ints, size: Ints, *, hidden: Flags | None = None) -> Groups:
    """The reference of each account by an attribute of these names; `own` is the place of each
    account's name among them, NONE for those that have none."""
    is_active = size > 0
    hidden = np.zeros(len(size), dtype=bool) if hidden is None else hidden
    usable: list[str] = []
    group = np.full(len(size), NONE, dtype=np.int64)
    for at, name in enumerate(names):
        parts = _alike_in_size(np.flatnonzero((own == at) & is_active), size, hidden)
        if not _is_usable(parts[-1], size, hidden):
            continue
        group[(own == at) & ~is_active] = len(usable) + len(parts) - 1
        for part in parts:
            group[part] = len(usable)
            usable.append(name)
    # Who is told of some groups and of all could take the ones off the other.
    told = np.unique(group[~hidden & (group != NONE)])
    rest = is_active & hidden & ~np.isin(group, told)
    is_usable = _is_usable(np.flatnonzero(is_active), size, hidden)
    everybody = len(usable) if is_usable and gives_nobody_away(size[rest]) else NONE
    return Groups(np.where(group == NONE, everybody, group), (*usable, ""))


def _alike_in_size(members: Ints, size: Ints, hidden: Flags) -> list[Ints]:
    """The larger, middle and smaller third of a group, or the group when a third is too few."""
    by_size = members[np.lexsort((members, -size[members]))]
    thirds = np.array_split(by_size, 3)
    return thirds if all(_is_usable(third, size, hidden) for third in thirds) else [members]


def _is_usable(members: Ints, size: Ints, hidden: Flags) -> bool:
    """At least five *others* for each, and none of them holds half."""
    sizes = size[members]
    if len(sizes) <= FEWEST or 2 * int(sizes.max()) >= int(sizes.sum()):
        return False
    return gives_nobody_away(sizes[hidden[members]])


def reference(mix: ProductMix, found: Groups, *, by_share: bool) -> Reference:
    """The figures of every group; quartiles of shares of purchases, or of amounts."""
    everybody = len(found.names) - 1
    own = np.where(found.group < everybody, found.group, NONE)
    rate = mix.bought
    if by_share:
        rate = np.rint(mix.bought / np.maximum(mix.size[mix.account], 1) * PARTS).astype(np.int64)
    parts = (
        _figures(mix, own, rate, group_count=everybody),
        _figures(mix, np.zeros_like(own), rate, group_count=1),
    )
    return Reference(*(np.concatenate(pair) for pair in zip(*parts, strict=True)))


def _figures(
    mix: ProductMix, group: Ints, rate: Ints, *, group_count: int
) -> tuple[NDArray[np.generic], ...]:
    """The fields of Reference for groups that do not overlap."""
    width = len(mix.categories)
    is_member = (group != NONE) & (mix.size > 0)
    members = group[is_member]
    count = np.bincount(members, minlength=group_count)
    keep = group[mix.account] != NONE
    cell = group[mix.account[keep]] * width + mix.category[keep]
    is_bought, was_bought = mix.net[keep] > 0, mix.net_before[keep] > 0
    still = was_bought & (mix.net_recent[keep] > 0)
    quartiles = _quartiles(cell[is_bought], rate[keep][is_bought], count, width)
    shape = (group_count, width)
    return (
        count,
        added(members, mix.size[is_member], group_count),
        added(members, mix.category_count[is_member], group_count),
        added(cell, mix.bought[keep], group_count * width).reshape(shape),
        *(
            np.bincount(cell[flags], minlength=group_count * width).reshape(shape)
            for flags in (is_bought, was_bought, still)
        ),
        *(figures.reshape(shape) for figures in quartiles),
    )


def _quartiles(cell: Ints, rate: Ints, count: Ints, width: int) -> NDArray[np.float64]:
    """Quartiles over the others of one who does not buy; 0 where most do not buy."""
    quartiles = np.zeros((3, len(count) * width))
    order = order_of(cell, len(count) * width)
    ordered = rate[order]
    ends = np.cumsum(np.bincount(cell, minlength=len(count) * width))
    start = 0
    for at, end in enumerate(ends):
        others = int(count[at // width]) - 1
        if 0 < others <= 2 * (end - start) and end - start <= others:
            quartiles[:, at] = quartiles_with_zeros(ordered[start:end], others)
        start = end
    return quartiles
