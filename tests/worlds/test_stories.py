"""Each planted story must show in the exported files to somebody with a pencil and patience."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from tests.worlds.reading import Row

from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.shutdowns import open_days_between
from zhibi.worlds.world import World

END = date(2026, 9, 30)
LAST_YEAR = (date(2025, 10, 1), END)
YEAR_BEFORE = (date(2024, 10, 1), date(2025, 9, 30))


def during(rows: Iterable[Row], period: tuple[date, date]) -> list[Row]:
    return [row for row in rows if period[0] <= row.on <= period[1]]


def of(rows: Iterable[Row], customer: str) -> list[Row]:
    return [row for row in rows if row.customer == customer]


def net(rows: Iterable[Row]) -> Decimal:
    return sum((row.net for row in rows), Decimal())


def order_days(rows: Iterable[Row]) -> list[date]:
    return sorted({row.on for row in rows if row.kind == "销售"})


def test_huashu_lost_its_filters_then_fell_silent(world: World, rows: list[Row]) -> None:
    own = of(rows, "华数机械(山东)有限公司")
    facts = world.truth.story("filters_lost").facts
    days = order_days(own)
    gaps = [len(open_days_between(a, b)) - 1 for a, b in pairwise(days)]
    filters = [row for row in own if row.line == "滤芯油品"]
    after = [row for row in own if row.on >= date(2026, 5, 1)]

    assert abs(statistics.mean(gaps) - 21) < 1.5
    assert (END - days[-1]).days == 34 == facts["days_since_order"]
    assert sum(gap >= 34 for gap in gaps) <= 2
    assert max(row.on for row in filters) == facts["last_filters_on"] < date(2026, 5, 1)
    assert net(during(filters, LAST_YEAR)) == facts["filters_last_12_months"]
    assert net(during(own, LAST_YEAR)) == facts["sales_last_12_months"]
    assert {row.line for row in after} >= {"螺杆机"}
    assert len(order_days(after)) >= 4


def test_the_tyre_maker_grew_by_its_new_plant_only(world: World, rows: list[Row]) -> None:
    facts = world.truth.story("new_plant").facts
    this, before = (date(2026, 7, 1), END), (date(2025, 7, 1), date(2025, 9, 30))
    old, new = of(rows, "青岛轮胎有限公司"), of(rows, "青岛轮胎(平度)有限公司")

    assert abs(net(during(old, this)) / net(during(old, before)) - 1) < Decimal("0.05")
    assert net(during(new, before)) == 0
    assert net(during(new, this)) > net(during(old, this)) * 4 / 10
    assert net(during(new, this)) == facts["new_plant_quarter"]
    assert net(during(old, this)) == facts["old_plant_quarter"]
    assert net(during(old, before)) == facts["old_plant_year_ago"]


def test_the_textile_mill_buys_as_often_but_cheaper(world: World, rows: list[Row]) -> None:
    own = of(rows, "中棉纺织(德岭)有限公司")
    facts = world.truth.story("cheap_models").facts
    orders, price, machines = [], [], []
    for period in (YEAR_BEFORE, LAST_YEAR):
        part = during(own, period)
        screw = [row for row in part if row.line == "螺杆机"]
        orders.append(len({row.order_id for row in part}))
        machines.append(sum(row.quantity for row in screw))
        price.append(net(screw) / machines[-1])

    assert abs(orders[1] / orders[0] - 1) <= 0.10
    assert abs(machines[1] - machines[0]) <= 1
    assert price[1] / price[0] < Decimal("0.7")
    average = [
        net(during(own, p)) / n for p, n in zip((YEAR_BEFORE, LAST_YEAR), orders, strict=True)
    ]
    assert average[1] / average[0] < Decimal("0.7")
    assert (facts["orders_before"], facts["orders_after"]) == tuple(orders)
    assert all("经济型" in row.product for row in during(own, LAST_YEAR) if row.line == "螺杆机")


def test_six_small_entities_are_one_large_group(world: World, rows: list[Row]) -> None:
    story = world.truth.story("group")
    year = during(rows, LAST_YEAR)
    shares = [
        net(row for row in year if row.customer_id == entity) / net(year)
        for entity in story.customer_ids
    ]
    parents = {c.parent_id for c in world.customers if c.customer_id in story.customer_ids}

    assert len(shares) == 6
    assert max(shares) < Decimal("0.02")
    assert Decimal("0.10") < sum(shares) < Decimal("0.12")
    assert parents == {None, story.customer_ids[0]}
    assert sum(shares) * net(year) == story.facts["group_last_12_months"]


def test_the_dealer_is_loaded_at_quarter_end(world: World, rows: list[Row]) -> None:
    own = of(rows, names()["stories"]["overstocked_dealer"])
    facts = world.truth.story("quarter_end_load").facts
    for place, end in enumerate((date(2025, 12, 31), date(2026, 6, 30)), start=1):
        week = during(own, (end - timedelta(days=6), end))
        month_after = during(own, (end + timedelta(days=1), end + timedelta(days=31)))
        loaded = net(row for row in week if row.kind == "销售")
        returned = net(row for row in month_after if row.kind == "退货")
        usual_week = net(during(own, LAST_YEAR)) / 52

        assert loaded > usual_week * 8
        assert -returned > loaded * 4 / 10
        assert facts[f"last_week_{place}"] == loaded
        assert facts[f"returned_{place}"] == returned


def test_a_top_five_account_earns_next_to_nothing(world: World, rows: list[Row]) -> None:
    story = world.truth.story("thin")
    parents = {c.customer_id: c.parent_id or c.customer_id for c in world.customers}
    groups: dict[str, Decimal] = defaultdict(Decimal)
    for row in during(rows, LAST_YEAR):
        groups[parents[row.customer_id]] += row.net
    top_five = sorted(groups, key=lambda group: -groups[group])[:5]
    own = during(of(rows, "鲁沂重型装备有限公司"), LAST_YEAR)
    margin = net(own) - sum(row.cost for row in own)

    assert story.customer_ids[0] in top_five
    assert net(row for row in own if row.kind == "返利") == story.facts["rebates"]
    assert 0 < margin / net(own) < Decimal("0.08")
    assert margin == story.facts["margin_after_rebates"]
    assert story.facts["contribution"] < 0


def test_the_renamed_company_is_one_legal_entity(world: World, rows: list[Row]) -> None:
    story = world.truth.story("renamed")
    old, new = of(rows, "山东汶河橡胶有限公司"), of(rows, "汶河新材料(山东)股份有限公司")

    assert max(row.on for row in old) == story.facts["last_under_old_name"] < date(2025, 10, 8)
    assert min(row.on for row in new) == story.facts["first_under_new_name"] >= date(2025, 10, 8)
    assert {row.credit_code for row in old + new} == {story.facts["credit_code"]}
    assert {row.customer_id for row in old} != {row.customer_id for row in new}
    assert (min(row.on for row in new) - max(row.on for row in old)).days < 40


def test_the_food_maker_buys_two_lines_of_its_peers_four(world: World, rows: list[Row]) -> None:
    lines: dict[str, set[str]] = defaultdict(set)
    food = {c.customer_id for c in world.customers if c.industry == "food"}
    for row in rows:
        if row.customer_id in food and row.line:
            lines[row.customer].add(row.line)

    assert lines["济南食品有限公司"] == {"滤芯油品", "维保"}
    assert statistics.median(len(own) for own in lines.values()) >= 3


def test_nobody_orders_in_a_shutdown(rows: list[Row]) -> None:
    """Spring Festival −7 to +10 days and National Day week, written out."""
    closed = [
        (date(2024, 2, 3), date(2024, 2, 20)),
        (date(2025, 1, 22), date(2025, 2, 8)),
        (date(2026, 2, 10), date(2026, 2, 27)),
        *((date(year, 10, 1), date(year, 10, 7)) for year in (2023, 2024, 2025)),
    ]
    assert not [row for row in rows if any(first <= row.on <= last for first, last in closed)]
    assert not [row for row in rows if row.on.weekday() == 6]


def test_the_company_is_about_the_size_it_says(world: World, rows: list[Row]) -> None:
    year = during(rows, LAST_YEAR)
    dealers = {c.customer_id for c in world.customers if c.route == "dealer"}
    margin = 1 - sum(row.cost for row in year) / net(year)

    assert Decimal(185_000_000) < net(year) < Decimal(195_000_000)
    assert 295 <= len({row.customer_id for row in year}) <= 325
    assert len(dealers) == 12
    assert (
        Decimal("0.27")
        < net(r for r in year if r.customer_id in dealers) / net(year)
        < Decimal("0.33")
    )
    assert Decimal("0.27") < margin < Decimal("0.33")


def test_who_stops_never_orders_again_and_who_does_not_keeps_its_rhythm(
    world: World, rows: list[Row]
) -> None:
    days: dict[str, list[date]] = defaultdict(list)
    for row in rows:
        if row.kind == "销售":
            days[row.customer_id].append(row.on)
    stopped = [rhythm for rhythm in world.truth.rhythms if rhythm.stops_on]

    assert 30 < len(stopped) < 80
    assert all(max(days[r.customer_id], default=r.stops_on) <= r.stops_on for r in stopped)
    ratios = []
    for rhythm in world.truth.rhythms:
        own = sorted(set(days[rhythm.customer_id]))
        if len(own) > 20:
            gaps = len(open_days_between(own[0], own[-1])) - 1
            ratios.append(gaps / (len(own) - 1) / rhythm.mean_gap_days)
    assert 0.95 < statistics.median(ratios) < 1.05
