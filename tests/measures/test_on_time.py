"""Promises kept, of those that have fallen due."""

from __future__ import annotations

from datetime import date

from tests.methods.given import line, tables_of

from zhibi.measures.on_time import has_deliveries, on_time_count, promised_count
from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch

DAY = date(2024, 12, 31)
YEAR = Period(date(2024, 1, 1), DAY)
ORDERED = date(2024, 12, 1)


def counts(lines: list[dict]) -> tuple[int, int]:
    tables = tables_of(lines, DAY)
    rows = tables.order_lines
    row = fetch(
        rows.agg(promised=promised_count(rows, YEAR, DAY), on_time=on_time_count(rows, YEAR, DAY))
    )[0]
    return row["on_time"], row["promised"]


def test_only_promises_that_have_fallen_due_are_asked() -> None:
    said = [
        (date(2024, 12, 10), date(2024, 12, 10)),  # on the day
        (date(2024, 12, 10), date(2024, 12, 11)),  # late
        (date(2024, 12, 10), None),  # due, and not there
        (date(2025, 1, 10), None),  # not due yet
        (date(2024, 12, 31), date(2025, 1, 2)),  # due, delivered after the day we look from
        (None, date(2024, 12, 5)),  # nothing was promised
    ]
    lines = [
        line("c", str(n), ORDERED, 5, promised_date=promised, delivered_date=delivered)
        for n, (promised, delivered) in enumerate(said)
    ]
    back = line("c", "r", ORDERED, -5, line_kind="return", promised_date=date(2024, 12, 9))
    before = line("c", "b", date(2023, 12, 9), 5, promised_date=date(2023, 12, 9))
    assert counts([*lines, back, before]) == (1, 4)


def test_without_delivery_days_nothing_is_known() -> None:
    lines = [line("c", "1", ORDERED, 5, promised_date=ORDERED)]
    assert not has_deliveries(tables_of(lines, DAY))
