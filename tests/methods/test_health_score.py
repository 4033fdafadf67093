"""Health by hand, against a slow oracle, and a planted cause found."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.health import health_on
from zhibi.measures.periods import months_before
from zhibi.measures.rhythm import Rule
from zhibi.measures.rhythm_record import Asked
from zhibi.methods.health_score import HealthScore, Params, Patient, analyze
from zhibi.tables.tables import Tables

DAY = date(2024, 12, 31)


def monthly(who: str, year: int, months: int, categories: tuple[str, ...]) -> list[dict]:
    return [
        line(
            who,
            f"{who}{year}{month}",
            date(year, month, 10),
            100,
            category=categories[month % len(categories)],
        )
        for month in range(1, months + 1)
    ]


def by_hand() -> Tables:
    both = ("parts", "machines")
    lines = [
        *monthly("ann", 2023, 12, both),
        *monthly("ann", 2024, 12, both),
        *monthly("bob", 2023, 12, both),
        *monthly("bob", 2024, 7, ("parts",)),
    ]
    return tables_of(
        lines,
        DAY,
        surveys=[answer("bob", date(2024, 6, 1), 4)],
        assessments=[judged("bob", "relationship", "3")],
    )


def answer(who: str, on: date, score: int) -> dict[str, Any]:
    return {
        "customer_id": who,
        "answered_on": on,
        "dimension": "service",
        "score": Decimal(score),
        "scale_max": Decimal(5),
    }


def judged(who: str, criterion: str, value: str) -> dict[str, Any]:
    return {
        "customer_id": who,
        "criterion": criterion,
        "value": value,
        "assessed_on": date(2024, 5, 1),
    }


def of(found: HealthScore, name: str) -> Patient:
    return next(one for one in found.patients if one.name == name)


def test_the_example_of_the_docs() -> None:
    found = analyze(by_hand())
    ann, bob = of(found, "ann"), of(found, "bob")
    assert (ann.score, ann.light, ann.cause, ann.known) == (100.0, "green", None, 0.5)
    assert (bob.score, bob.light, bob.cause) == (27.8, "red", "order rhythm")
    assert bob.points == {
        "rhythm": 0.0,
        "trend": 23.1,
        "breadth": 50.0,
        "payment": None,
        "satisfaction": 80.0,
        "contact": None,
        "returns": None,
        "relationship": 30.0,
    }
    assert bob.known == pytest.approx(0.7)
    assert bob.before is not None
    assert bob.before < ann.score
    assert found.lights.rows[0] == ("red", 1, Decimal(700))
    finding = next(one for one in found.findings if one.code == "health_score.red")
    assert finding.subject
    assert finding.subject.customer_id == "bob"
    assert finding.stake == 700


def test_missing_is_not_0_and_a_weight_left_out_does_not_count() -> None:
    found = analyze(by_hand(), Params(weights="satisfaction=1"))
    assert (of(found, "ann").score, of(found, "ann").light) == (None, "unknown")
    assert of(found, "bob").score == 80.0
    both = analyze(by_hand(), Params(weights="satisfaction=3, relationship=1"))
    assert of(both, "bob").score == 67.5


@pytest.mark.parametrize("seed", range(3))
def test_scores_as_an_oracle_works_them_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = [line("c0", "now", DAY, 10, category="x", line_kind="sale")]
    for n in range(60):
        is_return = rng.random() < 0.15
        row = line(
            f"c{rng.integers(6)}",
            f"{n}",
            DAY - timedelta(days=int(rng.integers(730))),
            int(rng.integers(1, 9) * (-1 if is_return else 10)),
            category=str(rng.choice(list("xyz"))),
        )
        lines.append(row | {"line_kind": "return" if is_return else "sale"})
    efforts = [
        {
            "customer_id": f"c{rng.integers(6)}",
            "spent_on": DAY - timedelta(days=int(rng.integers(700))),
            "kind": "visit",
        }
        for _ in range(25)
    ]
    weights = {"trend": 3.0, "breadth": 2.0, "contact": 2.0, "returns": 1.0}
    asked = Asked(Rule(), months=36, level="group")
    (health,), _ = health_on(tables_of(lines, DAY, efforts=efforts), [DAY], weights, asked)
    names = dict(
        zip(*(health.accounts[c].to_pylist() for c in ("account_key", "name")), strict=True)
    )
    found = {names[key]: tenths / 10 for key, tenths in health.tenths.items()}
    expected = {who: one for who, one in oracle(lines, efforts, weights).items() if one is not None}
    assert len(expected) >= 4
    assert found == pytest.approx(expected, abs=0.051)


def oracle(
    lines: list[dict], efforts: list[dict], weights: dict[str, float]
) -> dict[str, float | None]:
    start, before = months_before(DAY, 12), months_before(DAY, 24)
    has_returns = any(r["line_kind"] == "return" and r["order_date"] > start for r in lines)
    scores: dict[str, float | None] = {}
    for who in sorted({row["customer_id"] for row in lines}):
        own = [row for row in lines if row["customer_id"] == who]
        now = [row for row in own if row["order_date"] > start]
        then = [row for row in own if before < row["order_date"] <= start]
        orders, orders_then = (sum(r["amount"] > 0 for r in rows) for rows in (now, then))
        if not orders:
            continue
        net, net_then = (float(sum(r["amount"] for r in rows)) for rows in (now, then))
        points: dict[str, float] = {}
        if orders_then and net_then > 0:
            one = max(net + net_then, 0) / (orders + orders_then)
            growth = (net - net_then) / (net_then + one)
            points["trend"] = 100 * min(max(1 + growth / 0.5, 0), 1)
        wide, wide_then = (
            sum(sum(r["amount"] for r in rows if r["category"] == c) > 0 for c in "xyz")
            for rows in (now, then)
        )
        if wide_then:
            points["breadth"] = 100 * min(wide / wide_then, 1)
        sold = float(sum(r["amount"] for r in now if r["amount"] > 0))
        back = float(-sum(r["amount"] for r in now if r["amount"] < 0))
        if has_returns:
            points["returns"] = 100 * min(max(1 - back / sold / 0.1, 0), 1)
        seen = sorted(r["spent_on"] for r in efforts if r["customer_id"] == who)
        seen = [day for day in seen if day > before]
        if len(seen) >= 3:
            usual = max((seen[-1] - seen[0]).days / (len(seen) - 1), 14)
            late = (DAY - seen[-1]).days
            points["contact"] = 100 * min(max((3 * usual - late) / (2 * usual), 0), 1)
        total = sum(weights[name] for name in points)
        score = sum(weights[name] * one for name, one in points.items())
        scores[who] = round(score / total, 1) if total else None
    return scores


CUTS = [months_before(DAY - timedelta(days=90), 3 * k) for k in range(3, -1, -1)]


def planted() -> Tables:
    """40 weekly buyers. Before each of four quarters three complain and stop on the day of the
    cut; three others pause for 40 days around it, as nobody of the complaining did, and go on."""
    lines, surveys = [], []
    for who in range(40):
        quarter, place = divmod(who, 6)
        for week in range(140):
            day = DAY - timedelta(days=7 * week + who % 7)
            if quarter < len(CUTS):
                cut = CUTS[quarter]
                if place < 3 and day > cut:
                    continue
                if place >= 3 and cut - timedelta(days=40) < day <= cut:
                    continue
            lines.append(line(f"c{who:02}", f"{who}-{week}", day, 100, category="parts"))
        if quarter < len(CUTS):
            asked = CUTS[quarter] - timedelta(days=10)
            surveys.append(answer(f"c{who:02}", asked, 1 if place < 3 else 5))
    return tables_of(lines, DAY, surveys=surveys)


def test_complaints_that_come_before_stopping_beat_the_alarm() -> None:
    found = analyze(planted(), Params(weights="rhythm=1, satisfaction=9"))
    record = found.record
    assert record
    assert record.cuts == tuple(CUTS)
    assert record.alarm.marked == record.lowest.marked >= 12
    assert record.beats_alarm
    assert record.beats_chance
    assert record.red.stopped >= 12
    assert record.red.share
    assert record.base
    assert record.red.share.value > 2 * record.base.value
    assert not any("no better than" in note.says.template for note in found.notes)


def test_health_that_is_only_the_rhythm_says_it_adds_nothing() -> None:
    found = analyze(planted(), Params(weights="rhythm=1"))
    assert found.record
    assert not found.record.beats_alarm
    assert any("no better than" in note.says.template for note in found.notes)


def test_past_scores_do_not_know_what_followed() -> None:
    """An answer given after a cut changes nothing that was marked at it."""
    lines = [row for who in range(6) for year in (2022, 2023, 2024)
             for row in monthly(f"c{who}", year, 12, ("parts",))]  # fmt: skip
    early = [answer(f"c{who}", date(2023, 6, 1), 5) for who in range(6)]
    late = [answer(f"c{who}", DAY - timedelta(days=1), 0) for who in range(6)]
    one, two = (
        analyze(tables_of(lines, DAY, surveys=surveys), Params(weights="satisfaction=1"))
        for surveys in (early, early + late)
    )
    assert one.record == two.record
    assert [patient.before for patient in one.patients] == [p.before for p in two.patients]
    assert [patient.score for patient in one.patients] != [p.score for p in two.patients]


def test_red_must_be_below_yellow() -> None:
    with pytest.raises(ZhibiError, match="red_until is 80"):
        analyze(by_hand(), Params(red_until=80.0))


def test_a_measure_nobody_knows_is_refused() -> None:
    with pytest.raises(ZhibiError, match="luck"):
        analyze(by_hand(), Params(weights="luck=3"))


def test_payment_counts_what_is_overdue_of_what_is_owed() -> None:
    lines = monthly("ann", 2024, 12, ("parts",))
    debts = [
        {
            "receivable_id": f"r{n}",
            "customer_id": "ann",
            "due_date": DAY - timedelta(days=days),
            "amount_due": Decimal(amount),
        }
        for n, (days, amount) in enumerate([(20, 30), (-20, 70)])
    ]
    found = analyze(tables_of(lines, DAY, receivables=debts), Params(weights="payment=1"))
    assert of(found, "ann").score == 70.0
