"""Expected receipts as tables, a chart and sentences: the weeks ahead, and how such expectations
fared before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from zhibi.measures.expected_receipts import WEEKS, Expected, Record
from zhibi.measures.rows import fetch
from zhibi.result import Chart, Column, Estimate, Figure, Mark, Sentence, Table, Unit

if TYPE_CHECKING:
    import ibis.expr.types as ir

CENT = Decimal("0.01")
SHARE_PROMISED = 0.8  # of the weeks between P10 and P90


def maturing(bills: ir.Table, day: date) -> list[Decimal]:
    """Bills that become cash in each of the coming weeks; the last element is all later ones."""
    found = [Decimal(0)] * (WEEKS + 1)
    daily = bills.group_by("cash_on").agg(amount=bills.amount.sum())
    for row in fetch(daily.order_by("cash_on")):
        found[min(((row["cash_on"] - day).days - 1) // 7, WEEKS)] += row["amount"]
    return found


def weeks_table(expected: Expected | None, ripe: list[Decimal], day: date) -> Table:
    """The thirteen weeks; what nothing can be said about is unknown, bills are known."""
    rows = tuple(
        (
            day + timedelta(days=7 * week + 1),
            None if expected is None else _estimate(expected, week),
            None if expected is None else _money(expected.when_due[week]),
            ripe[week],
        )
        for week in range(WEEKS)
    )
    columns = (
        Column("week_on", "Week from", Unit.DATE),
        Column("expected", "Expected receipts", Unit.MONEY),
        Column("when_due", "If paid when due", Unit.MONEY),
        Column("bills", "Bills maturing", Unit.MONEY, total=True),
    )
    bills = sum((row[3] for row in rows), Decimal(0))
    return Table(
        "weeks", "Receipts expected by week", columns, rows, WEEKS, (None, None, None, bills)
    )


def total_of(expected: Expected) -> Estimate:
    """All thirteen weeks together."""
    value, low, high = expected.total
    return Estimate(value, min(low, value), max(high, value), expected.learnt_from)


def weeks_chart(expected: Expected, table: Table) -> Chart:
    """The range of each week, and what is expected."""
    rows = tuple(
        (week_on, one.value, one.low, one.high)
        for week_on, one in zip(table.column("week_on"), table.column("expected"), strict=True)
        if isinstance(one, Estimate)
    )
    return Chart(
        key="expected_receipts",
        title="Receipts expected by week, from what is owed today",
        mark=Mark.INTERVAL,
        columns=(
            Column("week_on", "Week from", Unit.DATE),
            Column("value", "Expected receipts", Unit.MONEY),
            Column("low", "9 times in 10 more", Unit.MONEY),
            Column("high", "9 times in 10 less", Unit.MONEY),
        ),
        rows=rows,
        x="week_on",
        y=("value", "low", "high"),
        text=Sentence(
            "In {weeks} weeks {total} is expected.",
            {
                "weeks": Figure(WEEKS, Unit.COUNT),
                "total": Figure(total_of(expected), Unit.MONEY),
            },
        ),
    )


def record_table(record: Record) -> Table:
    """Relative error of the expectation and of the simple rule, by week and by quarter."""
    columns = (
        Column("rule", "Expected by", Unit.TERM),
        Column("error", "Error of a week", Unit.SHARE),
        Column("error_total", "Error of 13 weeks", Unit.SHARE),
        Column("within", "Weeks within the range", Unit.COUNT),
        Column("weeks", "Weeks asked", Unit.COUNT),
    )
    rows = (
        ("payment habits", record.error, record.error_total, record.within, record.weeks),
        (
            "paid when due",
            record.error_when_due,
            record.error_total_when_due,
            None,
            record.weeks,
        ),
    )
    return Table("record", "How past expectations fared", columns, rows, len(rows))


def record_notes(record: Record | None) -> list[Sentence]:
    """What was asked, and whether the simple rule does it as well."""
    if record is None:
        return [
            Sentence(
                "Past expectations cannot be held against what came: the history is too short, or "
                "receivables do not say on which day they were issued."
            )
        ]
    said = [
        Sentence(
            "Asked at {cuts:day|days}, thirteen weeks apart, from what was known then; errors are "
            "the sum of all differences over all that was received, {received}.",
            {
                "cuts": Figure(len(record.cuts), Unit.COUNT),
                "received": Figure(_money(record.received), Unit.MONEY),
            },
        )
    ]
    if not record.is_better:
        said.append(
            Sentence("Here the payment habits do not beat the rule that all is paid when due.")
        )
    if record.within < SHARE_PROMISED * record.weeks:
        said.append(
            Sentence(
                "Only {within} of {weeks} weeks lay within their range, where 8 of 10 should: "
                "take the ranges as too narrow.",
                {
                    "within": Figure(record.within, Unit.COUNT),
                    "weeks": Figure(record.weeks, Unit.COUNT),
                },
            )
        )
    return said


def _estimate(expected: Expected, week: int) -> Estimate:
    value = float(expected.value[week])
    low, high = float(expected.low[week]), float(expected.high[week])
    return Estimate(value, min(low, value), max(high, value), expected.learnt_from)


def _money(amount: float) -> Decimal:
    return Decimal(float(amount)).quantize(CENT)
