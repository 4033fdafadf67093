"""Plain worlds: canonical columns, steady rhythms, known stops, nobody ordering while closed."""

from __future__ import annotations

import statistics
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from zhibi.tables.schema import CUSTOMERS, ORDER_LINES
from zhibi.worlds.shutdowns import is_shutdown, open_days_between
from zhibi.worlds.simple import RenewalWorld, renewal_world


@pytest.fixture(scope="module")
def steady() -> RenewalWorld:
    return renewal_world(7, customers=150)


def days_of(world: RenewalWorld) -> dict[str, list[date]]:
    found: dict[str, set[date]] = defaultdict(set)
    ids, days = (world.order_lines[name].to_pylist() for name in ("customer_id", "order_date"))
    for customer_id, day in zip(ids, days, strict=True):
        found[customer_id].add(day)
    return {customer_id: sorted(days) for customer_id, days in found.items()}


def test_the_tables_have_the_canonical_columns(steady: RenewalWorld) -> None:
    assert steady.order_lines.column_names == [field.name for field in ORDER_LINES.fields]
    assert steady.customers.column_names == [field.name for field in CUSTOMERS.fields]
    assert steady.order_lines.schema.field("amount").type == pa.decimal128(18, 4)
    assert steady.order_lines.schema.field("order_date").type == pa.date32()


def test_net_and_tax_make_the_total(steady: RenewalWorld) -> None:
    net, total = (steady.order_lines[name].to_pylist() for name in ("amount", "amount_incl_tax"))
    assert all(
        abs(t - n * Decimal("1.13")) <= Decimal("0.01") for n, t in zip(net, total, strict=True)
    )
    assert min(net) > 0


def test_everybody_keeps_its_rhythm_to_the_end(steady: RenewalWorld) -> None:
    days, ratios = days_of(steady), []
    for rhythm in steady.rhythms:
        own = days[rhythm.customer_id]
        span = len(open_days_between(own[0], own[-1])) - 1
        ratios.append(span / (len(own) - 1) / rhythm.mean_gap_days)
        assert (date(2025, 12, 31) - own[-1]).days < rhythm.mean_gap_days * 6
    assert 0.97 < statistics.mean(ratios) < 1.03


def test_nobody_orders_while_closed(steady: RenewalWorld) -> None:
    days = {day for own in days_of(steady).values() for day in own}
    assert not [day for day in days if is_shutdown(day) or day.weekday() == 6]


def test_stops_are_known(steady: RenewalWorld) -> None:
    world = renewal_world(7, customers=150, churn_share=0.3)
    days = days_of(world)
    stopped = [rhythm for rhythm in world.rhythms if rhythm.stops_on]
    assert 30 <= len(stopped) <= 60
    assert all(days[r.customer_id][-1] <= r.stops_on for r in stopped if r.customer_id in days)
    assert not [rhythm for rhythm in steady.rhythms if rhythm.stops_on]


def test_the_same_seed_gives_the_same_tables(steady: RenewalWorld) -> None:
    again = renewal_world(7, customers=150)
    assert again.order_lines.equals(steady.order_lines)
    assert not renewal_world(8, customers=150).order_lines.equals(steady.order_lines)
