"""How its quarters end: whether it was loaded in their last days, and what came back."""

from __future__ import annotations

from zhibi.measures.dossier.account import Account
from zhibi.measures.loaded_quarters import ENOUGH_QUARTERS, Judged, judge
from zhibi.measures.quarter_end_follow_up import LoadedQuarter, followed_up
from zhibi.measures.quarter_end_told import is_told, loaded_told
from zhibi.measures.quarter_ends import booked_by_quarter, came_back_by_product, quarter_ends
from zhibi.measures.rows import table_of_rows
from zhibi.result import Column, Finding, Table, Unit

# As in quarter-end-loading.
DAYS, BACK_DAYS, QUARTERS, UNLIKELY = 7, 45, 8, 0.01


def loaded_quarters(account: Account) -> tuple[LoadedQuarter, ...]:
    """Its loaded quarters of two years, the latest first."""
    tables, level = account.tables, account.level
    count = QUARTERS + 2 * ENOUGH_QUARTERS
    every = quarter_ends(tables.day, count, days=DAYS, after=BACK_DAYS)
    ends = tuple(end for end in every if end.quarter.end >= tables.first_day)
    if not ends:
        return ()
    booked = tables.keep(f"dossier quarters|{level}", booked_by_quarter(tables, ends, level=level))
    rows = booked.order_by("account_key", "at").to_pyarrow()
    judged = judge(rows, ends, since=max(len(ends) - QUARTERS, 0), unlikely=UNLIKELY)
    own = tuple(one for one in judged.loaded if one.account_key == account.key)
    if not own:
        return ()
    products = came_back_by_product(tables, ends, level=level)
    found = followed_up(
        tables, ends, judged=Judged(judged.count, own), products=products, level=level
    )
    return tuple(sorted(found, key=lambda one: one.end.quarter.end, reverse=True))


def loaded_table(found: tuple[LoadedQuarter, ...]) -> Table:
    columns = (
        Column("end", "Quarter to", Unit.DATE),
        Column("loaded", "Booked in the last days", Unit.MONEY, total=True),
        Column("share", "Share of its quarter", Unit.SHARE),
        Column("expected", "Usual share", Unit.SHARE),
        Column("back", "Came back", Unit.MONEY, total=True),
        Column("sustained", "Sustained", Unit.MONEY, total=True),
    )
    rows = [
        {
            "end": one.end.quarter.end,
            "loaded": one.found.loaded,
            "share": one.found.share,
            "expected": one.found.expected,
            "back": one.back,
            "sustained": one.sustained,
        }
        for one in found
    ]
    return table_of_rows(rows, "loaded", "Loaded quarters", columns)


def loading_told(found: tuple[LoadedQuarter, ...]) -> tuple[Finding, ...]:
    """The quarter most came back of."""
    told = [one for one in found if is_told(one)]
    if not told:
        return ()
    worst = max(told, key=lambda one: (one.back, one.found.loaded, one.end.quarter.end))
    return (loaded_told(worst, days=DAYS, back_days=BACK_DAYS),)
