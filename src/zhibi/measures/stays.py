"""How long customers stay: from the first order to the last of those who have gone.

Whoever has not ordered for `gone` days has gone, on the day of the last order. Everybody is watched
until so many days before the as-of day; who ordered after that was still there then, and is
censored. A life table (`zhibi.stats.survival`) over quarters since the first order then says what
part stays how long, with those watched for less counted for as long as they were.
"""

from __future__ import annotations

import numpy as np

from zhibi.measures.cohorts import NewAccounts
from zhibi.measures.rows import table_of_rows
from zhibi.result import Chart, Column, Estimate, Figure, Mark, Sentence, Table, Unit
from zhibi.stats.survival import LifeTable

QUARTER = 365.25 / 4  # days
SHOWN = 20  # quarters
FEWEST = 5  # still watched; a curve of fewer is drawn no further

Stays = tuple[tuple[int, Estimate], ...]


def stays(new: NewAccounts, *, gone: int) -> Stays:
    """(quarters since the first order, what part stayed longer); empty when nobody was watched."""
    until = new.today - gone
    watched = new.first <= until
    first, last = new.first[watched], new.last[watched]
    if not len(first):
        return ()
    has_gone = last <= until
    days = np.where(has_gone, last, until) - first
    step = np.floor(days / QUARTER) + 1
    life = LifeTable().fit(np.column_stack([step, has_gone]).astype(np.float64))
    found = ((at, life.lasting(at)) for at in range(1, SHOWN + 1))
    return tuple((at, one) for at, one in found if one and one.n >= FEWEST)


def stay_table(found: Stays) -> Table:
    rows = [{"quarters": at, "n": one.n, "stayed": one} for at, one in found]
    columns = (
        Column("quarters", "Quarters since the first order", Unit.COUNT),
        Column("n", "Watched", Unit.COUNT),
        Column("stayed", "Still there after it", Unit.SHARE),
    )
    return table_of_rows(rows, "stays", "What part stays how long", columns)


def stay_chart(found: Stays) -> Chart:
    year = dict(found).get(4)
    return Chart(
        key="stay_curve",
        title="Share of new customers still there",
        mark=Mark.INTERVAL,
        columns=(
            Column("quarters", "Quarters since the first order", Unit.COUNT),
            Column("stayed", "Still there", Unit.SHARE),
            Column("low", "Low", Unit.SHARE),
            Column("high", "High", Unit.SHARE),
        ),
        rows=tuple((at, one.value, one.low, one.high) for at, one in found),
        x="quarters",
        y=("stayed", "low", "high"),
        text=Sentence(
            "A year after their first order {share} of new customers are still there.",
            {"share": Figure(year, Unit.SHARE)},
        ),
    )
