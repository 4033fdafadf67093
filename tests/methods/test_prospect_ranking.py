"""Prospects: sources by hand, a planted truth found, and a record that sees no future."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.first_year import first_year_sales, median_of
from zhibi.measures.periods import months_before
from zhibi.measures.prospect_record import track_record
from zhibi.measures.prospects import all_accounts, observed, snapshots
from zhibi.methods.prospect_ranking import Params, ProspectRanking, analyze
from zhibi.result import Table
from zhibi.tables.tables import Tables

DAY = date(2025, 12, 31)
OLD = [line("zoe", "z0", date(2023, 1, 1), 500), line("yve", "y0", date(2023, 2, 1), 100)]


def records(table: Table) -> dict[Any, dict[str, Any]]:
    keys = [column.key for column in table.columns]
    return {row[0]: dict(zip(keys, row, strict=True)) for row in table.all_rows()}


def touched(who: str, on: date, step: str = "lead") -> dict:
    return {"customer_id": who, "touched_on": on, "step": step}


# By hand: the worked example of docs/methods/prospect_ranking.md --------------------------------


@pytest.fixture(scope="module")
def example() -> ProspectRanking:
    known = date(2024, 3, 1)
    fair, cold = ["ann", "bob", "cat", "dan"], ["eve", "fay", "gus"]
    people = [{"customer_id": who, "name": who, "source": "展会"} for who in fair]
    people += [{"customer_id": who, "name": who, "source": "陌拜"} for who in cold]
    signed = {"ann": date(2024, 5, 1), "eve": date(2024, 6, 1), "fay": date(2024, 8, 1)}
    return analyze(
        tables_of(
            [*OLD, *(line(who, who, on, 10) for who, on in signed.items())],
            DAY,
            people,
            touches=[
                *(touched(who, known) for who in (*fair, *cold)),
                touched("ann", known, "visit"),
                touched("bob", known, "visit"),
                touched("eve", date(2025, 1, 1), "service"),  # after its order: no answer to us
            ],
            efforts=[
                {"customer_id": who, "spent_on": known, "cost": Decimal(100)}
                for who in (*fair, *cold)
            ],
        )
    )


def test_worked_example_sources(example: ProspectRanking) -> None:
    found = {
        name: (row["known"], row["answered"], row["signed"], row["cost"], row["cost_to_win"])
        for name, row in records(example.sources).items()
    }
    assert found == {"展会": (4, 2, 1, 400, 400), "陌拜": (3, 0, 2, 300, 150)}
    assert list(records(example.brought_by)) == ["marketing", "self-found"]


def test_worked_example_findings(example: ProspectRanking) -> None:
    codes = [one.code.removeprefix("prospect_ranking.") for one in example.findings]
    assert codes == ["dear_source", "leads"]
    assert example.findings[1].says.figures["own"].value.value == pytest.approx(2 / 3)


def test_too_few_signings_are_said(example: ProspectRanking) -> None:
    assert not example.is_calibrated
    assert "chance" not in [column.key for column in example.ranking.columns]
    assert any("seen to sign" in note.says.template for note in example.notes)


# A planted truth --------------------------------------------------------------------------------


def world(*, signal: bool, until: date = DAY, later: bool = False) -> Tables:
    """Prospects known month by month; textile ones sign 7 times as often, when there is a signal.
    Annual revenue says nothing. `later` adds what is known on the last day only."""
    random.seed(11)
    people, touches, judged, lines = [], [], [], list(OLD)
    for n in range(240):
        who, on = f"p{n:03}", months_before(DAY, 34 - n % 34)
        textile = random.random() < 0.4
        chance = (0.7 if textile else 0.1) if signal else 0.35
        revenue = Decimal(random.randrange(1, 1000))
        industry = "textile" if textile else random.choice(["food", "tyres"])
        region = random.choice(["east", "west"])
        people.append(
            {
                "customer_id": who,
                "name": who,
                "industry": industry,
                "region": region,
                "annual_revenue": revenue,
            }
        )
        touches.append(touched(who, on))
        if later:
            touches.append(touched(who, DAY, "visit"))
            judged.append(
                {"customer_id": who, "criterion": "fit", "value": "9", "assessed_on": DAY}
            )
        signs_on = on + timedelta(random.randrange(20, 300))
        if random.random() < chance and signs_on <= until:
            lines += [line(who, f"{who}-{at}", signs_on + timedelta(9 * at), 100) for at in (0, 1)]
    known = [row for row in lines if row["order_date"] <= until]
    return tables_of(known, DAY, people, touches=touches, assessments=judged)


@pytest.fixture(scope="module")
def planted() -> ProspectRanking:
    return analyze(world(signal=True))


def test_a_planted_likeness_is_found_and_beats_revenue(planted: ProspectRanking) -> None:
    assert planted.is_calibrated
    top = [row["industry"] for row in list(records(planted.ranking).values())[:8]]
    assert top == ["textile"] * 8
    assert planted.record is not None
    shares = {one.rule: one.signed / one.picked for one in planted.record.rules}
    assert shares["this ranking"] > 1.4 * shares["anybody"]
    assert shares["this ranking"] > shares["largest annual revenue"]
    own = planted.record.rules[0]
    assert own.foretold == pytest.approx(own.signed, rel=0.35)


def test_without_any_signal_it_says_that_it_beats_nothing() -> None:
    found = analyze(world(signal=False))
    assert found.record is not None
    first = found.findings[0].says.template
    assert ("beats no plain rule" in first) == (not found.record.is_better)
    shares = {one.rule: one.signed / one.picked for one in found.record.rules}
    assert abs(shares["this ranking"] - shares["anybody"]) < 0.15


def test_the_first_year_is_worth_what_was_bought(planted: ProspectRanking) -> None:
    row = next(iter(records(planted.ranking).values()))
    assert row["first_year"].value == 200
    assert row["expected"] == pytest.approx(Decimal(str(200 * row["chance"])), abs=Decimal("0.01"))


def test_what_came_after_a_past_day_changes_nothing_of_it() -> None:
    """The snapshot of a day is the same whether later orders are known or not, but for outcomes."""
    cut = months_before(DAY, 12)
    now, then = world(signal=True, later=True), world(signal=True, until=cut)
    pictures = []
    for tables in (now, then):
        seen = observed(all_accounts(tables, level="group"), tables.first_day)
        (picture,) = [
            one for one in snapshots(tables, seen, months=6, level="group") if one.day == cut
        ]
        pictures.append(
            [
                (one.key, values)
                for one, values in zip(picture.prospects, picture.values, strict=True)
            ]
        )
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) > 50


def test_the_record_learns_only_from_outcomes_known_by_then() -> None:
    """Turning round what came of a day three months earlier, when a signing takes up to six, must
    change no chance that was told."""
    tables = world(signal=True)
    seen = observed(all_accounts(tables, level="group"), tables.first_day)
    past = snapshots(tables, seen, months=6, level="group")
    early, middle, last = past[-4], past[-2], past[-1]
    turned = replace(middle, signed=[not signed for signed in middle.signed])
    told = [track_record([early, one, last], months=6, picks=10) for one in (middle, turned)]
    foretold = [one.rules[0].foretold for one in told if one]
    assert len(foretold) == 2
    assert foretold[0] == foretold[1]
    known = replace(early, signed=[not signed for signed in early.signed])
    other = track_record([known, middle, last], months=6, picks=10)
    assert other is not None
    assert other.rules[0].foretold != foretold[0]


def test_snapshots_against_a_slow_reading() -> None:
    tables = world(signal=True)
    seen = observed(all_accounts(tables, level="group"), tables.first_day)
    lines = tables.order_lines.to_pyarrow().to_pylist()
    touches = tables.table("touches").to_pyarrow().to_pylist()
    for one in snapshots(tables, seen, months=6, level="group")[::4]:
        known = {row["customer_id"] for row in touches if row["touched_on"] <= one.day}
        bought = {row["customer_id"] for row in lines if row["order_date"] <= one.day}
        assert {each.customer_id for each in one.prospects} == known - bought
        soon = {
            row["customer_id"]
            for row in lines
            if months_before(row["order_date"], 6) <= one.day < row["order_date"]
        }
        for each, signed in zip(one.prospects, one.signed, strict=True):
            assert signed == (each.customer_id in soon)


# Parts ------------------------------------------------------------------------------------------


def test_a_first_year_is_twelve_months() -> None:
    start = date(2024, 6, 1)
    lines = [
        *OLD,
        line("ann", "1", start, 10),
        line("ann", "2", date(2025, 5, 31), 20),
        line("ann", "3", date(2025, 6, 1), 40),
    ]
    tables = tables_of(lines, DAY)
    accounts = all_accounts(tables, level="group")
    assert list(first_year_sales(tables, accounts, level="group").values()) == [30]


def test_the_interval_of_a_median() -> None:
    assert median_of([3.0, 1.0, 2.0]).value == 2.0
    found = median_of([float(n) for n in range(1, 101)])
    assert (found.value, found.low, found.high, found.n) == (50.5, 41.0, 60.0, 100)


def test_no_orders_is_an_error() -> None:
    with pytest.raises(ZhibiError, match="no order lines"):
        analyze(tables_of(OLD, DAY).as_of(date(2020, 1, 1)), Params())
