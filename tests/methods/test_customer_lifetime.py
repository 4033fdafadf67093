"""Orders to come by hand, past forecasts against a slow oracle, and planted habits found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.order_days import order_days
from zhibi.measures.order_forecasts import (
    FEWEST,
    LAST_YEAR,
    MODELS,
    OWN_RATE,
    FittedModel,
    Seen,
    fit_models,
    seen_on,
)
from zhibi.measures.order_holdout import Trial
from zhibi.measures.order_value import LATELY, SO_FAR
from zhibi.measures.periods import Period
from zhibi.methods.customer_lifetime import CustomerLifetime, Params, analyze
from zhibi.result import Estimate, Severity
from zhibi.stats.lifetimes import BGNBD, MBGNBD

DAY = date(2024, 12, 31)
BY_HAND = {
    "ann": ([0, 90, 180, 270, 360], 100),
    "bob": ([180, 270], 60),
    "cat": ([147], 70),
}


def lines_of(customers: dict[str, tuple[list[int], int]], start: date) -> list[dict]:
    return [
        line(name, f"{name}{after}", start + timedelta(days=after), amount)
        for name, (days, amount) in customers.items()
        for after in days
    ]


def row_of(found: CustomerLifetime, name: str) -> dict[str, object]:
    table = found.customers
    at = table.column("name").index(name)
    keys = [column.key for column in table.columns]
    return dict(zip(keys, table.rows[at], strict=True))


def test_the_example_of_the_docs() -> None:
    tables = tables_of(lines_of(BY_HAND, date(2024, 1, 6)), DAY)
    found = analyze(tables, Params(value_years=1, discount=0.4641))
    ann, bob, cat = (row_of(found, name) for name in BY_HAND)
    assert ann["expected"] == Estimate(1.0, 0.0, 2.0, 5)
    assert bob["expected"] == Estimate(0.5, 0.0, 1.0, 2)
    assert cat["expected"] == Estimate(0.0, 0.0, 0.0, 1)
    assert (ann["sales"], ann["value"]) == (Decimal("405.56"), Decimal("321.39"))
    assert (bob["sales"], bob["value"]) == (Decimal("121.67"), Decimal("96.42"))
    assert (cat["sales"], cat["value"], cat["last_year"]) == (0, 0, 1)
    assert found.future.total.value == pytest.approx(1.5)
    assert any("too short" in text for text in notes_of(found))


def notes_of(found: CustomerLifetime) -> list[str]:
    return [
        block.says.template
        for section in found.blocks()
        for block in section.blocks  # type: ignore[union-attr]
        if hasattr(block, "says")
    ]


def test_where_cost_is_known_value_is_margin() -> None:
    lines = [row | {"cost": row["amount"] / 4} for row in lines_of(BY_HAND, date(2024, 1, 6))]
    found = analyze(tables_of(lines, DAY), Params(value_years=1, discount=0.4641))
    assert row_of(found, "ann")["value"] == Decimal("241.04")  # 321.39 · ¾
    assert row_of(found, "ann")["sales"] == Decimal("405.56")


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 900), st.integers(1, 90)),
        min_size=3,
        max_size=60,
    )
)
def test_past_forecasts_as_an_oracle_makes_them(orders: list[tuple[int, int, int]]) -> None:
    start = date(2022, 1, 1)
    lines = [
        line(f"c{who}", f"{n}", start + timedelta(days=after), amount)
        for n, (who, after, amount) in enumerate(orders)
    ]
    lines.append(line("c0", "last", start + timedelta(days=900), 10))
    tables = tables_of(lines, start + timedelta(days=900))
    found = analyze(tables, Params(days_ahead=60)).future
    trials = {one.name: one for one in found.choice.trials}
    sales = {one.way: one for one in found.sales_trials}
    cuts = [cut.day for cut in found.choice.cuts]
    for rule in (LAST_YEAR, OWN_RATE):
        misses, told, came, _ = oracle(lines, cuts, rule)
        if came:
            assert trials[rule].error == pytest.approx(misses / came)
            assert trials[rule].bias == pytest.approx((told - came) / came)
    if found.choice.used.name in (LAST_YEAR, OWN_RATE):
        for way in (SO_FAR, LATELY):
            off, sold = oracle(lines, cuts, found.choice.used.name, way)[3]
            if sold:
                assert sales[way].error == pytest.approx(off / sold)


def oracle(
    lines: list[dict], cuts: list[date], rule: str, way: str = SO_FAR
) -> tuple[float, float, int, tuple[float, float]]:
    """Σ |orders − forecast|, Σ forecast, Σ orders, and Σ |sales − forecast| with Σ sales."""
    misses = told = off = sold = 0.0
    came = 0
    for cut in cuts:
        until = cut + timedelta(days=60)
        for who in {row["customer_id"] for row in lines if row["order_date"] <= cut}:
            own = [row for row in lines if row["customer_id"] == who]
            before = [row for row in own if row["order_date"] <= cut]
            days = {row["order_date"] for row in before}
            lately = {day for day in days if (cut - day).days < 365}
            length = max((cut - min(days)).days, 1)
            per_day = len(lately) / 365 if rule == LAST_YEAR else (len(days) - 1) / length
            after = [row for row in own if cut < row["order_date"] <= until]
            orders = len({row["order_date"] for row in after})
            misses += abs(orders - 60 * per_day)
            told += 60 * per_day
            came += orders
            year = [row for row in before if row["order_date"] > months_12(cut)]
            if way == LATELY and lately:
                worth = sum(row["amount"] for row in year) / len(lately)
            else:
                worth = sum(row["amount"] for row in before) / len(days)
            money = float(sum(row["amount"] for row in after))
            off += abs(money - 60 * per_day * float(worth))
            sold += money
    return misses, told, came, (off, sold)


def months_12(cut: date) -> date:
    return cut.replace(year=cut.year - 1)


def world(seed: int, *, regularity: int, n: int = 400, days: int = 1100) -> list[dict]:
    """Customers who order every 40 days or so; after each order one in nine or so leaves for good,
    some sooner than others."""
    rng = np.random.default_rng(seed)
    start, lines = date(2021, 12, 27), []
    for who in range(n):
        at = float(rng.integers(0, 700))
        pace, leaves = rng.gamma(4, 10), rng.beta(1, 8)
        while at <= days:
            lines.append(
                line(f"c{who:03}", f"{who}-{at:.0f}", start + timedelta(days=int(at)), 100)
            )
            if rng.random() < leaves:
                break
            at += max(1.0, rng.gamma(regularity, pace / regularity))
    return lines


def test_planted_regular_leavers_are_told_better_than_by_rules_of_thumb() -> None:
    lines = world(3, regularity=4)
    day = date(2024, 9, 30)
    found = analyze(tables_of(lines, day), Params(settle=0)).future
    choice = found.choice
    assert choice.is_model
    assert choice.used.name == "MBG/CNBD-k"
    assert choice.trial
    assert choice.best_rule
    assert (choice.trial.error or 1) < 0.9 * (choice.best_rule.error or 0)
    assert choice.trial.coverage
    assert choice.trial.coverage.low > 0.75
    followed = [row for row in lines if day < row["order_date"] <= day + timedelta(days=90)]
    old = {row["customer_id"] for row in lines if row["order_date"] <= day}
    came = sum(row["customer_id"] in old for row in followed)
    assert came == pytest.approx(found.total.value, rel=0.1)
    gone = leavers(lines, day)
    still = dict(zip(sorted(old), found.still, strict=True))
    assert np.nanmean([still[who] for who in gone]) < 0.25
    assert np.nanmean([still[who] for who in old - gone]) > 0.85


def test_where_nobody_falls_a_model_says_so() -> None:
    tables = tables_of(world(3, regularity=4), date(2024, 9, 30))
    found = analyze(tables, Params(settle=0)).future
    assert found.choice.is_model
    as_ever = replace(found, next_year=found.seen.last_year.astype(np.float64))
    assert as_ever.falls().tolist() == []


def leavers(lines: list[dict], day: date) -> set[str]:
    """Who was seen before a day and never after."""
    last: dict[str, date] = {}
    for row in lines:
        last[row["customer_id"]] = max(row["order_date"], last.get(row["customer_id"], DAY.min))
    return {who for who, at in last.items() if at <= day}


def test_who_stops_is_told_with_what_would_be_missing() -> None:
    lines = [row for row in world(5, regularity=4, n=150) if row["order_date"] <= DAY]
    lines += [
        line("big", f"b{n}", date(2023, 1, 2) + timedelta(days=14 * n), 5000) for n in range(45)
    ]
    found = analyze(tables_of(lines, DAY))
    finding = next(one for one in found.findings if one.code == "customer_lifetime.fall")
    assert finding.subject
    assert finding.subject.customer_id == "big"
    assert finding.severity is Severity.NOW
    assert finding.stake
    assert finding.stake > 50_000
    assert "NBD" not in str([one.says for one in found.findings])


def test_a_steady_company_is_left_to_the_rule_of_thumb() -> None:
    """Everybody orders every 30 days on the dot: no model can beat last year's number."""
    lines = [
        line(f"c{who:02}", f"{who}-{n}", date(2022, 1, 1) + timedelta(days=who + 30 * n), 100)
        for who in range(30)
        for n in range(36)
    ]
    found = analyze(tables_of(lines, DAY), Params(days_ahead=90))
    assert not found.future.choice.is_model
    assert any("rule of thumb" in text for text in notes_of(found))


def test_who_may_be_old_is_fitted_apart() -> None:
    """Exactly as the model fitted to either part alone."""
    lines = [row for row in world(7, regularity=1) if row["order_date"] <= DAY]
    seen = seen_by(lines, settled_from=date(2022, 11, 27))
    assert min(seen.is_early.sum(), (~seen.is_early).sum()) >= FEWEST
    model = next(one for one in fit_models(seen).fitted if one.name == "MBG/NBD")
    assert model.is_apart
    expected = model.expected(seen, 70)
    for which in (seen.is_early, ~seen.is_early):
        rows = seen.known.rows[which]
        assert np.allclose(expected[which], MBGNBD().fit(rows).expected_orders(rows, 10))
    together = fit_models(seen_by(lines, settled_from=date(2021, 1, 1)))
    assert not any(one.is_apart for one in together.fitted)


def seen_by(lines: list[dict], *, settled_from: date) -> Seen:
    tables = tables_of(lines, DAY)
    days = order_days(tables, Period(tables.first_day, DAY), level="group")
    return seen_on(days, tables.first_day, DAY, settled_from=settled_from, unit=7.0)


def test_a_single_order_is_never_shown_as_safe() -> None:
    lines = [row for row in world(9, regularity=1, n=200) if row["order_date"] <= DAY]
    seen = seen_by(lines, settled_from=date(2021, 1, 1))
    model = BGNBD().fit(seen.known.rows)
    still = FittedModel("BG/NBD", model, model).still_buying(seen)
    assert np.isnan(still[seen.known.rows[:, 0] == 0]).all()
    assert not np.isnan(still[seen.known.rows[:, 0] > 0]).any()


def test_forecasts_of_the_past_do_not_know_what_followed() -> None:
    lines = [row for row in world(11, regularity=2, n=120) if row["order_date"] <= DAY]
    first = analyze(tables_of(lines, DAY)).future.choice.cuts[0]
    after = [row for row in lines if row["order_date"] <= first.day]
    after += [line("c001", f"x{n}", first.day + timedelta(days=n), 1) for n in range(1, 600)]
    again = analyze(tables_of(after, DAY)).future.choice.cuts[0]
    for then, now in zip(first.forecasts, again.forecasts, strict=True):
        assert np.array_equal(then.expected(first.seen, 90), now.expected(again.seen, 90))


def test_the_unit_of_time_changes_no_forecast() -> None:
    lines = [row for row in world(13, regularity=2, n=120) if row["order_date"] <= DAY]
    tables = tables_of(lines, DAY)
    weeks, days = (analyze(tables, Params(unit=unit)).future for unit in ("weeks", "days"))
    assert weeks.choice.used.name == days.choice.used.name
    assert np.allclose(weeks.expected, days.expected, rtol=1e-3)


def test_without_repeat_orders_no_model_is_tried() -> None:
    lines = [line(f"c{n}", f"o{n}", DAY - timedelta(days=n), 100) for n in range(30)]
    found = analyze(tables_of(lines, DAY))
    assert dict(found.future.choice.fits.failed) == dict.fromkeys(MODELS, "no_repeat")
    assert found.future.total.value == 0
    assert np.isnan(found.future.still).all()


def test_only_returns_is_an_error_that_says_so() -> None:
    with pytest.raises(ZhibiError, match="sales above zero"):
        analyze(tables_of([line("c", "1", DAY, -5)], DAY))


def test_equal_errors_leave_it_to_the_rule() -> None:
    """Nothing followed the cuts: no error can be worked out, and nothing is claimed."""
    lines = [line("c", f"{n}", date(2020, 1, 1) + timedelta(days=n), 10) for n in range(20)]
    lines.append(line("d", "late", DAY, 10))
    found = analyze(tables_of(lines, DAY)).future
    assert found.choice.used.name == OWN_RATE
    assert all(isinstance(one, Trial) and one.error is None for one in found.choice.trials)
