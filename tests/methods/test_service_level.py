"""Deliveries by hand, against a slow count, and a planted connection that is only asked about."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.deliveries import deliveries, whole_deliveries
from zhibi.measures.periods import trailing
from zhibi.measures.rows import fetch
from zhibi.methods import service_level
from zhibi.methods.service_level import Params, analyze
from zhibi.result import Estimate

DAY = date(2024, 12, 31)


def sold(
    who: str,
    order: str,
    promised: date | None,
    delivered: date | None,
    amount: int = 10,
    **more: str,
) -> dict:
    """A line ordered ten days before it was promised, at the latest on the as-of day."""
    ordered = min(promised or DAY, DAY) - timedelta(days=10)
    dates = {"promised_date": promised, "delivered_date": delivered}
    return line(who, order, ordered, amount, **dates, **more)


# The worked example of docs/methods/service_level.md.
EXAMPLE = [
    sold("ann", "1", date(2024, 3, 1), date(2024, 3, 1)),
    sold("ann", "2", date(2024, 3, 1), date(2024, 3, 1)),
    sold("ann", "3", date(2024, 3, 10), date(2024, 3, 8)),
    sold("ann", "4", date(2024, 4, 1), date(2024, 4, 5)),
    sold("ann", "5", date(2024, 5, 1), date(2024, 5, 11)),
    sold("bob", "6", date(2024, 12, 20), None, 70),
    sold("bob", "7", DAY, None),
    sold("bob", "8", date(2024, 6, 1), date(2025, 1, 5)),
    sold("bob", "9", date(2024, 7, 1), None, -5),
]


@pytest.fixture(scope="module")
def example() -> service_level.ServiceLevel:
    return analyze(tables_of(EXAMPLE, DAY))


def test_worked_example(example: service_level.ServiceLevel) -> None:
    service = example.service
    assert service.share
    assert (service.share.value, service.share.n) == (0.4, 5)
    assert (round(service.share.low, 2), round(service.share.high, 2)) == (0.12, 0.77)
    assert (service.late, service.unknown, service.unpromised) == (2, 1, 0)
    assert (service.median_late, service.p90_late) == (7, pytest.approx(9.4))


def test_worked_example_by_customer(example: service_level.ServiceLevel) -> None:
    keys = ("name", "deliveries", "on_time", "late", "open", "amount_late", "sample")
    rows = zip(*map(example.by_account.column, keys), strict=True)
    assert list(rows) == [
        ("bob", 1, 0, 0, 1, 70, "small sample"),
        ("ann", 4, 2, 2, 0, 20, "small sample"),
    ]
    assert example.by_account.totals
    assert example.by_account.totals[2:4] == (5, 2)


def test_what_is_open_is_told_first_of_all(example: service_level.ServiceLevel) -> None:
    assert [row[1:5] for row in example.open.rows] == [("bob", date(2024, 12, 20), 11, 70)]
    (open_now,) = [f for f in example.findings if f.code == "service_level.open"]
    assert (open_now.stake, open_now.severity) == (70, "now")


def test_a_delivery_after_the_as_of_day_has_not_come() -> None:
    late = [sold("ann", "1", date(2024, 12, 1), date(2025, 1, 3))]
    now = analyze(tables_of([*EXAMPLE, *late], DAY))
    assert ("ann", date(2024, 12, 1), 30, 10) in [row[1:5] for row in now.open.rows]
    later = analyze(tables_of([*EXAMPLE, *late], date(2025, 1, 3)))
    assert "ann" not in later.open.column("name")


def test_the_months_hold_every_delivery_once(example: service_level.ServiceLevel) -> None:
    assert example.months.totals
    assert example.months.totals[1] == 5
    assert [share.n for share in example.months.column("share") if isinstance(share, Estimate)] == [
        2, 1, 1, 1,
    ]  # fmt: skip
    assert example.slope is None  # four months are no trend


def test_a_fall_from_month_to_month_is_a_trend() -> None:
    lines = []
    for month in range(1, 13):
        for n in range(12):
            promised = date(2024, month, n + 1)
            delivered = promised + timedelta(days=int(n < month - 1))
            lines.append(sold("ann", f"{month}-{n}", promised, delivered))
    found = analyze(tables_of(lines, DAY))
    assert found.slope
    assert found.slope.value == pytest.approx(-1 / 12)
    (trend,) = [f for f in found.findings if f.code == "service_level.trend"]
    assert trend.says.template.startswith("Fewer")


def test_only_who_is_surely_worse_is_named() -> None:
    lines = []
    for who, late in (("ann", 9), ("bob", 2), ("cat", 0), ("dan", 0)):
        for n in range(20):
            promised = date(2024, 3, 1) + timedelta(days=7 * n)
            delivered = promised + timedelta(days=3 * (n < late))
            lines.append(sold(who, f"{who}{n}", promised, delivered))
    found = analyze(tables_of(lines, DAY))
    named = [
        f.subject.name for f in found.findings if f.code == "service_level.account" and f.subject
    ]
    assert named == ["ann"]


def test_waiting_and_then_ordering_less_is_a_question() -> None:
    lines = []
    for who in ("ann", "bob", "cat", "dan", "eve"):
        for n in range(40):
            promised = date(2024, 1, 15) + timedelta(days=8 * n)
            if who == "ann" and promised > date(2024, 7, 20):
                continue  # nothing ordered after the first half
            delivered = promised + timedelta(days=5 * (who == "ann" and n % 2))
            lines.append(sold(who, f"{who}{n}", promised, delivered))
    found = analyze(tables_of(lines, DAY))
    assert found.asked.column("name") == ("ann",)
    (question,) = [f for f in found.findings if f.code == "service_level.question"]
    assert question.says.template.endswith("is there a connection?")
    assert question.severity == "info"


@pytest.mark.parametrize("column", ["promised_date", "delivered_date"])
def test_without_the_days_it_says_which_column(column: str) -> None:
    lines = [{**one, column: None} for one in EXAMPLE]
    with pytest.raises(ZhibiError, match=f"service_level needs the column {column}"):
        analyze(tables_of(lines, DAY))


def test_nothing_promised_in_the_period_gives_no_share() -> None:
    found = analyze(tables_of(EXAMPLE, date(2030, 1, 1)), Params(months=2))
    assert found.service.share is None
    assert found.findings == ()


offsets = st.one_of(st.none(), st.integers(-400, 20))
promises = st.lists(
    st.tuples(st.sampled_from("ab"), offsets, offsets, st.sampled_from([10, 20, -5])),
    min_size=1,
    max_size=12,
)


@settings(max_examples=10, deadline=None)
@given(promises)
def test_against_a_slow_count(given_promises: list[tuple]) -> None:
    def day(offset: int | None) -> date | None:
        return None if offset is None else DAY + timedelta(days=offset)

    lines = [
        sold(who, str(at), day(promised), day(delivered), amount)
        for at, (who, promised, delivered, amount) in enumerate(given_promises)
    ]
    tables = tables_of([*lines, sold("a", "x", DAY, DAY)], DAY)
    found = deliveries(tables, trailing(DAY, 12), level="group", unknown_after=180)
    states = Counter(row["state"] for row in fetch(whole_deliveries(found)))
    known = {("a", 0, 0)}
    for who, promised, delivered, amount in given_promises:
        if promised is not None and -366 < promised <= 0 and amount > 0:
            is_known = delivered is not None and delivered <= 0
            known.add((who, promised, delivered if is_known else None))
    expected: Counter[str | None] = Counter()
    for _, promised, delivered in known:
        late = (0 if delivered is None else delivered) - promised
        if delivered is not None:
            expected["late" if late > 0 else "on time"] += 1
        else:
            expected["unknown" if late > 180 else "open and late" if late else None] += 1
    assert states == expected
