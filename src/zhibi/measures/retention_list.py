"""Who to keep: what each account would take with it, times how likely it is to stop.

Accounts stay columns, and become objects only where they are shown or told: a list of a million
customers has a few hundred thousand that could be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from zhibi.measures.churn_record import BAND_NAMES, ChurnRecord, Now, band_of
from zhibi.measures.periods import trailing, year_before
from zhibi.measures.rhythm import AMBER, RED, STATUSES
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts
from zhibi.measures.tiers import contribution_of, sums_of
from zhibi.result import Estimate
from zhibi.tables.calendar import Days
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

# A product of these is exact up to 28 digits before the point.
VALUE, SHARE, CENTS = "decimal(38, 4)", "decimal(38, 6)", "decimal(38, 2)"


@dataclass(frozen=True, slots=True)
class AtRisk:
    """`value` is the margin of the last twelve months, or net sales where margin is not known;
    `at_stake` = chance to stop × value, `worth` = at_stake − what keeping it costs; None where the
    chance is not known."""

    customer_id: str
    name: str
    owner: str | None
    last_on: date
    silent: int  # open days
    usual: int  # open days
    status: str
    band: str
    chance: Estimate | None
    value: Decimal
    at_stake: Decimal | None
    worth: Decimal | None


@dataclass(frozen=True, slots=True)
class Together:
    """Accounts added up."""

    accounts: int = 0
    value: Decimal = Decimal(0)
    at_stake: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class RetentionList:
    """Every account that can be asked: one row in `asked`, with the columns of AtRisk but for
    `chance` and `worth`. `chances` are those of the bands; `values` says margin or sales;
    `unasked` counts the accounts with an order whose rhythm is not known well enough."""

    asked: ir.Table
    chances: Mapping[str, Estimate | None]
    cost: Decimal
    values: str
    unasked: int

    @property
    def is_worth_it(self) -> ir.BooleanValue:
        """More is at stake than keeping it costs, or how much is at stake is not known."""
        return self.asked.at_stake.isnull() | (self.asked.at_stake > self.cost)

    def rows(self, chosen: ir.BooleanValue, limit: int | None = None) -> list[AtRisk]:
        """The chosen accounts, by what they are worth to keep; by value where nobody knows."""
        some = self.asked.filter(chosen)
        order = (some.at_stake.fill_null(self.cost).desc(), some.value.desc(), some.customer_id)
        return [self._at_risk(row) for row in fetch(some.order_by(*order).limit(limit))]

    def _at_risk(self, row: dict[str, Any]) -> AtRisk:
        at_stake = row["at_stake"]
        worth = None if at_stake is None else at_stake - self.cost
        return AtRisk(chance=self.chances[row["band"]], worth=worth, **row)

    def by_band(self, chosen: ir.BooleanValue) -> dict[str, Together]:
        """The chosen accounts added up, for every band."""
        some = self.asked.filter(chosen)
        sums = some.group_by("band").agg(
            accounts=some.count(),
            value=some.value.sum(),
            at_stake=some.at_stake.sum().fill_null(0),
        )
        found = {row.pop("band"): Together(**row) for row in fetch(sums)}
        return {band: found.get(band, Together()) for band in BAND_NAMES}


def retention_list(
    tables: Tables, record: ChurnRecord | None, now: Now, *, cost: Decimal, level: str
) -> RetentionList:
    """The accounts of today by the rule that the past has chosen; without a past, by the status
    of their rhythm."""
    period = trailing(tables.day, 12)
    sums = sums_of(tables, period=period, before=year_before(period), level=level)
    sums = tables.keep(f"retention list|{level}", sums)
    by = contribution_of(sums, asked="auto").by
    brought = sums.select("account_key", brought="margin" if by == "margin" else "net")
    chances = dict(zip(BAND_NAMES, record.bands if record else [None] * 3, strict=True))
    asked = _silent(tables, record, now).left_join(brought, "account_key").drop("account_key_right")
    return RetentionList(
        asked=_valued(asked.join(accounts(tables), "account_key"), chances),
        chances=chances,
        cost=cost,
        values=by,
        unasked=int((~now.is_asked).sum()),
    )


def _silent(tables: Tables, record: ChurnRecord | None, now: Now) -> ir.Table:
    """Since when each asked account has not ordered, how that compares, and its band."""
    import ibis
    import pyarrow as pa

    asked, rhythm = now.is_asked, now.rhythm
    key_type = tables.customers.select("customer_key").schema().to_pyarrow().field(0).type
    return ibis.memtable(
        pa.table(
            {
                "account_key": pa.array(now.days.keys[asked], key_type),
                "last_on": pa.array(rhythm.last[asked].astype(np.int32)).cast(pa.date32()),
                "silent": rhythm.since[asked],
                "usual": rhythm.usual[asked],
                "status": np.array(STATUSES, dtype=object)[rhythm.status[asked]],
                "band": np.array(BAND_NAMES, dtype=object)[_bands(record, now)],
            }
        )
    )


def _valued(asked: ir.Table, chances: Mapping[str, Estimate | None]) -> ir.Table:
    """With what each account brings and, where the chance of its band is known, what is at
    stake, in whole cents."""
    import ibis

    shares = [
        (asked.band == band, ibis.literal(Decimal(str(round(chance.value, 6))), SHARE))
        for band, chance in chances.items()
        if chance
    ]
    unknown = ibis.null(SHARE)
    share = ibis.cases(*shares, else_=unknown) if shares else unknown
    value = asked.brought.fill_null(0)
    return asked.select(
        *("customer_id", "name", "owner", "last_on", "silent", "usual", "status", "band"),
        value=value,
        at_stake=(value.cast(VALUE) * share).round(2).cast(CENTS),
    )


def _bands(record: ChurnRecord | None, now: Now) -> Days:
    if record and record.chosen in now.scores:
        return band_of(now.scores[record.chosen])
    status = now.rhythm.status[now.is_asked]
    return np.select([status == RED, status == AMBER], [0, 1], len(BAND_NAMES) - 1)
