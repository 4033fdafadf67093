"""Journeys by hand, against a slow oracle, and planted differences."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.journeys import journeys
from zhibi.methods.purchase_path import Params, analyze
from zhibi.result import Severity

DAY = date(2024, 12, 31)
START = date(2024, 1, 1)


def touch(customer_id: str, step: str, on: date, channel: str | None = None) -> dict:
    return {"customer_id": customer_id, "touched_on": on, "step": step, "channel": channel}


EXAMPLE = [
    touch("ann", "visit", date(2024, 3, 1)),
    touch("ann", "quotation", date(2024, 3, 11)),
    touch("ann", "quotation", date(2024, 3, 12)),
    touch("bob", "visit", date(2024, 3, 1)),
    touch("bob", "quotation", date(2024, 4, 1)),
    touch("cat", "visit", date(2024, 3, 1)),
    touch("cat", "visit", date(2024, 9, 1)),
    touch("dan", "visit", date(2024, 12, 20)),
]
SOLD = [line("ann", "1", date(2024, 4, 1), 100)]


def test_the_example_of_the_docs() -> None:
    found = analyze(tables_of(SOLD, DAY, touches=EXAMPLE))
    assert [row[:2] for row in found.outcomes.rows] == [
        ("ended in an order", 1),
        ("ended without an order", 3),
        ("still open", 1),
    ]
    visit, quotation = found.steps
    assert (visit.name, visit.reached, visit.left, visit.still_open) == ("visit", 5, 2, 1)
    assert visit.ordered is not None
    assert (visit.ordered.value, visit.ordered.n) == (0.25, 4)
    assert (quotation.reached, quotation.left, quotation.days_to) == (2, 1, 20.5)
    assert quotation.ordered is not None
    assert (quotation.ordered.value, quotation.ordered.n) == (0.5, 2)
    assert found.outcomes.rows[0][4] == 31
    shares = {(step, after): share for after, step, share in found.transitions.rows}
    assert shares == {
        ("visit", "quotation"): 0.5,
        ("visit", "left"): 0.5,
        ("quotation", "ended in an order"): 0.5,
        ("quotation", "left"): 0.5,
    }
    assert found.paths.rows[0][:2] == ("visit", 3)


def test_an_open_journey_ends_when_patience_does() -> None:
    seen = tables_of(SOLD, DAY, touches=[touch("dan", "visit", DAY - timedelta(days=90))])
    (journey,) = journeys(seen, patience=90, level="group")
    assert journey.outcome == "still open"
    (later,) = journeys(seen.as_of(DAY + timedelta(days=1)), patience=90, level="group")
    assert later.outcome == "ended without an order"


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from("abc")), min_size=1, max_size=12),
    st.lists(st.integers(0, 360), max_size=4),
    st.integers(1, 60),
)
def test_journeys_as_an_oracle_walks_them(
    touches: list[tuple[int, str]], orders: list[int], patience: int
) -> None:
    given_touches = [touch("c", step, START + timedelta(days=at)) for at, step in touches]
    sold = [line("x", "x", START, 1)]
    sold += [line("c", f"o{n}", START + timedelta(days=at), 5) for n, at in enumerate(orders)]
    seen = tables_of(sold, START + timedelta(days=365), touches=given_touches)
    found = [
        (one.steps, [(day - START).days for day in one.days], one.outcome)
        for one in journeys(seen, patience=patience, level="group")
    ]
    assert found == walked(sorted(touches), sorted(orders), patience)


def walked(
    touches: list[tuple[int, str]], orders: list[int], patience: int
) -> list[tuple[tuple[str, ...], list[int], str]]:
    """Day by day: what was touched, then what was ordered, and when patience ran out."""
    found = []
    steps: list[str] = []
    days: list[int] = []
    last: int | None = None

    def end(outcome: str) -> None:
        nonlocal last
        found.append((tuple(steps), list(days), outcome))
        steps.clear()
        days.clear()
        last = None

    for day in range(366):
        if last is not None and day - last > patience:
            end("ended without an order")
        for at, step in touches:
            if at == day:
                if not steps or steps[-1] != step:
                    steps.append(step)
                    days.append(day)
                last = day
        if last is not None and day in orders:
            end("ended in an order")
    if last is not None:
        end("still open" if 365 - last <= patience else "ended without an order")
    return found


def company() -> tuple[list[dict], list[dict]]:
    """300 prospects: half leave at the quotation; who came by referral orders thrice as often."""
    rng = np.random.default_rng(2)
    touches, lines = [], [line("x", "x", START, 1)]
    for n in range(300):
        who, on = f"c{n:03}", START + timedelta(days=n % 90)
        channel = "referral" if n % 3 == 0 else "fair"
        touches.append(touch(who, "visit", on, channel))
        if rng.random() < 0.9:
            touches.append(touch(who, "quotation", on + timedelta(days=20), channel))
            if rng.random() < 0.5:
                touches.append(touch(who, "trial", on + timedelta(days=40), channel))
                if rng.random() < (0.9 if channel == "referral" else 0.3):
                    lines.append(line(who, f"o{n}", on + timedelta(days=60), 100))
    return touches, lines


def test_planted_leak_and_channel_are_found() -> None:
    touches, lines = company()
    findings = analyze(tables_of(lines, DAY, touches=touches)).findings
    by_code = {finding.code: finding for finding in findings}
    assert by_code["purchase_path.left.quotation"].says.figures["step"].value == "quotation"
    assert by_code["purchase_path.channel.referral"].severity is Severity.GOOD
    assert by_code["purchase_path.channel.fair"].severity is Severity.INFO


def test_few_journeys_are_marked_and_nothing_is_concluded() -> None:
    found = analyze(tables_of(SOLD, DAY, touches=EXAMPLE))
    assert found.findings == ()
    assert {row[-1] for row in found.by_step.rows} == {"too few"}


def test_without_touches_it_says_how_to_bring_them() -> None:
    with pytest.raises(ZhibiError, match="--kind touches"):
        analyze(tables_of(SOLD, DAY), Params())
