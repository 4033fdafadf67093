"""Plain worlds of any size: customers who order at their own steady rhythm, and nothing else.

Nobody grows, shrinks or changes what it buys; shutdowns are kept; customers who stop do so on a
known day. So every alarm in a world without churn is a false one, and every stop in a world with
churn is known to the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from zhibi.tables.schema import CUSTOMERS, ORDER_LINES, Kind, TableSchema
from zhibi.worlds.shutdowns import nearest_working_day, open_days_between, renewal_positions
from zhibi.worlds.world import Rhythm, split_tax, yuan

TAX_PERCENT = 13
TAX_RATE = Decimal(TAX_PERCENT) / 100
CATEGORIES = ("filters", "machines", "service", "spares")
INDUSTRIES = ("food", "heavy", "textile")
MEAN_GAPS = (12.0, 75.0)  # open days; log-uniform
SPREADS = (0.2, 0.6)
EARLIEST_STOP = 0.4  # of the period: whoever stops has shown its rhythm by then

ARROW_TYPES = {
    Kind.DATE: pa.date32(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.QUANTITY: pa.decimal128(18, 4),
    Kind.RATE: pa.decimal128(9, 6),
}


@dataclass(frozen=True, slots=True)
class RenewalWorld:
    """Arrow tables with the canonical columns, and each customer's true rhythm."""

    order_lines: pa.Table
    customers: pa.Table
    rhythms: tuple[Rhythm, ...]


def renewal_world(
    seed: int,
    *,
    customers: int = 200,
    first: date = date(2022, 1, 1),
    last: date = date(2025, 12, 31),
    churn_share: float = 0.0,
) -> RenewalWorld:
    """A stationary world. `churn_share` of the customers stop for good on a day of the last six
    tenths of the period; a gap is lognormal in open days, shutdowns not counted."""
    rng = np.random.default_rng(seed)
    rhythms = tuple(
        _rhythm(rng, f"{place:05d}", first, last, churn_share) for place in range(1, customers + 1)
    )
    lines = [line for rhythm in rhythms for line in _orders(rng, rhythm, first, last)]
    people: list[dict[str, object]] = [
        {
            "customer_id": rhythm.customer_id,
            "name": f"Customer {rhythm.customer_id}",
            "industry": INDUSTRIES[place % len(INDUSTRIES)],
        }
        for place, rhythm in enumerate(rhythms)
    ]
    return RenewalWorld(_table(ORDER_LINES, lines), _table(CUSTOMERS, people), rhythms)


def _rhythm(
    rng: np.random.Generator, customer_id: str, first: date, last: date, churn_share: float
) -> Rhythm:
    mean_gap = float(np.exp(rng.uniform(*np.log(MEAN_GAPS))))
    share = float(rng.uniform(EARLIEST_STOP, 1))
    stops = rng.random() < churn_share
    stops_on = first + timedelta(days=int((last - first).days * share)) if stops else None
    return Rhythm(customer_id, mean_gap, stops_on)


def _orders(
    rng: np.random.Generator, rhythm: Rhythm, first: date, last: date
) -> Iterable[dict[str, object]]:
    """The lines of everything a customer orders, one to three to an order."""
    open_days = open_days_between(first, rhythm.stops_on or last)
    spread = float(rng.uniform(*SPREADS))
    size = float(rng.lognormal(13.5, 1.0))  # cents of a usual line
    positions = renewal_positions(rng, len(open_days), mean_gap=rhythm.mean_gap_days, spread=spread)
    days = sorted({nearest_working_day(open_days[position]) for position in positions})
    for day in days:
        if day > open_days[-1]:
            continue
        for line_no in range(1, int(rng.integers(1, 4)) + 1):
            category = CATEGORIES[int(rng.integers(0, len(CATEGORIES)))]
            net, tax = split_tax(int(size * rng.lognormal(0, 0.3)), TAX_PERCENT)
            yield {
                "order_id": f"{rhythm.customer_id}-{day:%Y%m%d}",
                "line_no": str(line_no),
                "customer_id": rhythm.customer_id,
                "order_date": day,
                "product_id": category[:2].upper(),
                "product_name": category,
                "category": category,
                "quantity": Decimal(1),
                "amount": yuan(net),
                "amount_incl_tax": yuan(net + tax),
                "tax_rate": TAX_RATE,
                "currency": "CNY",
                "basis": "shipped",
                "line_kind": "sale",
            }


def _table(schema: TableSchema, rows: list[dict[str, object]]) -> pa.Table:
    """The rows under the table's own columns; what a row does not say is null."""
    fields = [pa.field(f.name, ARROW_TYPES.get(f.kind, pa.string())) for f in schema.fields]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))
