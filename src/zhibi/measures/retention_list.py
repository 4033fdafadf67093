"""Who to keep: what each account would take with it, times how likely it is to stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from zhibi.measures.churn_record import BAND_NAMES, ChurnRecord, Now, band_of
from zhibi.measures.periods import trailing, year_before
from zhibi.measures.rhythm import AMBER, RED, STATUSES
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts
from zhibi.measures.tiers import contribution_of, sums_of
from zhibi.result import Estimate
from zhibi.tables.calendar import Days, day_of
from zhibi.tables.tables import Tables

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class AtRisk:
    """`value` is the margin of the last twelve months, or net sales where margin is not known;
    `at_stake` = chance to stop × value, `worth` = at_stake − what keeping it costs; None where the
    chance is not known."""

    customer_id: str
    name: str
    owner: str | None
    last_on: date
    silent: int  # calendar days
    usual: int  # open days
    status: str
    band: str
    chance: Estimate | None
    value: Decimal
    at_stake: Decimal | None
    worth: Decimal | None


@dataclass(frozen=True, slots=True)
class RetentionList:
    """Every account that can be asked, by what it is worth to keep; `values` says margin or
    sales, `unasked` counts the accounts with an order whose rhythm is not known well enough."""

    rows: tuple[AtRisk, ...]
    values: str
    unasked: int

    def of_band(self, band: str) -> list[AtRisk]:
        return [row for row in self.rows if row.band == band]


def retention_list(
    tables: Tables, record: ChurnRecord | None, now: Now, *, cost: Decimal, level: str
) -> RetentionList:
    """The accounts of today by the rule that the past has chosen; without a past, by the status
    of their rhythm."""
    period = trailing(tables.day, 12)
    sums = sums_of(tables, period=period, before=year_before(period), level=level)
    by = contribution_of(sums, asked="auto").by
    column = "margin" if by == "margin" else "net"
    brought = {row["account_key"]: row[column] for row in fetch(sums)}
    who = {row["account_key"]: row for row in fetch(accounts(tables))}
    keys = now.days.keys.tolist()
    bands = _bands(record, now)
    rows = [
        _at_risk(
            who[keys[at]],
            Silence.of(now, at),
            band=BAND_NAMES[band],
            chance=record.bands[band] if record else None,
            value=brought.get(keys[at], Decimal(0)),
            cost=cost,
        )
        for at, band in zip(np.flatnonzero(now.is_asked).tolist(), bands.tolist(), strict=True)
    ]
    rows.sort(key=lambda row: (-(row.worth or Decimal(0)), -row.value, row.customer_id))
    return RetentionList(tuple(rows), by, int((~now.is_asked).sum()))


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when an account has not ordered, and how that compares."""

    last_on: date
    days: int
    usual: int
    status: str

    @classmethod
    def of(cls, now: Now, at: int) -> Silence:
        rhythm = now.rhythm
        return cls(
            day_of(int(rhythm.last[at])),
            int(rhythm.since_calendar[at]),
            int(rhythm.usual[at]),
            STATUSES[rhythm.status[at]],
        )


def _bands(record: ChurnRecord | None, now: Now) -> Days:
    if record and record.chosen in now.scores:
        return band_of(now.scores[record.chosen])
    status = now.rhythm.status[now.is_asked]
    return np.select([status == RED, status == AMBER], [0, 1], len(BAND_NAMES) - 1)


def _at_risk(
    who: dict[str, Any],
    silence: Silence,
    *,
    band: str,
    chance: Estimate | None,
    value: Decimal,
    cost: Decimal,
) -> AtRisk:
    at_stake = None
    if chance is not None:
        share = Decimal(str(round(chance.value, 6)))
        at_stake = (share * value).quantize(CENT, ROUND_HALF_UP)
    return AtRisk(
        customer_id=who["customer_id"],
        name=who["name"],
        owner=who["owner"],
        last_on=silence.last_on,
        silent=silence.days,
        usual=silence.usual,
        status=silence.status,
        band=band,
        chance=chance,
        value=value,
        at_stake=at_stake,
        worth=None if at_stake is None else at_stake - cost,
    )
