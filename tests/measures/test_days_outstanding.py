"""Count-back, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.measures.test_matching import DAY, receipt, receivable, tables
from tests.methods.given import line, tables_of

from zhibi.measures.days_outstanding import count_back, days_outstanding
from zhibi.measures.matching import match
from zhibi.measures.periods import Period

JUNE = Period(date(2025, 6, 1), date(2025, 6, 30))
MAY = Period(date(2025, 5, 1), date(2025, 5, 31))


def test_the_latest_sales_are_owed_first() -> None:
    months = [(Decimal(300), JUNE), (Decimal(620), MAY)]
    assert count_back(Decimal(90), months) == 9  # 90 of 300 in 30 days
    assert count_back(Decimal(300), months) == 30
    assert count_back(Decimal(400), months) == 30 + 5  # and 100 of 620 in 31 days
    assert count_back(Decimal(1000), months) is None  # more than all sales known
    assert count_back(Decimal(0), months) == 0


def test_a_month_of_returns_only_adds_its_days() -> None:
    assert count_back(Decimal(62), [(Decimal(-10), JUNE), (Decimal(620), MAY)]) == 30 + 3.1


def test_over_sales_with_tax_where_they_are_known() -> None:
    rows = {"receivables": [receivable("r1", "A", 30, 90)]}
    with_tax = tables_of([line("A", "1", DAY, 265, amount_incl_tax=Decimal(300))], DAY, **rows)
    found = days_outstanding(with_tax, match(with_tax, terms=60, level="group"))
    assert (found.over, found.latest) == ("sales with tax", 9)
    net = tables_of([line("A", "1", DAY, 265)], DAY, **rows)
    found = days_outstanding(net, match(net, terms=60, level="group"))
    assert (found.over, found.latest) == ("receivables issued", 30 + 31)  # issued on 31 May


def test_a_year_of_month_ends_as_they_stood_then() -> None:
    """100 owed from 31 January, paid on 31 March: open at the end of January and February, and no
    more at the end of its day of payment."""
    given = tables(
        receivables=[
            receivable("r1", "A", 0, 100, issued_on=date(2025, 1, 31), due_date=date(2025, 2, 28))
        ],
        receipts=[receipt("s1", "A", (DAY - date(2025, 3, 31)).days, 100)],
    )
    found = days_outstanding(given, match(given, terms=60, level="group"))
    balances = {one.month.end: one.balance for one in found.months}
    assert len(balances) == 13
    assert min(balances) == date(2024, 6, 30)
    assert {day for day, balance in balances.items() if balance} == {
        date(2025, 1, 31),
        date(2025, 2, 28),
    }
    assert balances[date(2025, 2, 28)] == 100
    days = {one.month.end: one.days for one in found.months}
    assert days[date(2025, 2, 28)] == pytest.approx(28 + 31)
    assert found.months[-1].month.start == DAY - timedelta(29)
