"""The unit stands in the heading, and all amounts of a column share one scale."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zhibi.locale import CHINESE, ENGLISH
from zhibi.render.columns import ColumnFormat, column_format
from zhibi.render.values import Formatter
from zhibi.result import Column, Estimate, Unit, Value

SALES = Column("sales", "Sales", Unit.MONEY)


def form(language: str, *values: Value, currency: str = "CNY") -> ColumnFormat:
    return column_format(Formatter(language, currency), SALES, values)


@pytest.mark.parametrize(
    ("largest", "language", "heading", "cell"),
    [
        (Decimal("999.5"), ENGLISH, "Sales (¥)", "999.50"),
        (Decimal("99999"), ENGLISH, "Sales (¥)", "99,999"),
        (Decimal("8060411.25"), ENGLISH, "Sales (¥ k)", "8,060.4"),
        (Decimal("8060411.25"), CHINESE, "销售额（万元）", "806.0"),
        (Decimal("8060411250"), ENGLISH, "Sales (¥ M)", "8,060.41"),
        (Decimal("8060411250"), CHINESE, "销售额（亿元）", "80.60"),
    ],
)
def test_scale_fits_the_largest(largest: Decimal, language: str, heading: str, cell: str) -> None:
    found = form(language, Decimal(1), largest, None)
    assert found.heading == heading
    assert found.cell(largest) == cell


def test_other_currencies() -> None:
    assert form(ENGLISH, Decimal(10**6), currency="USD").heading == "Sales ($ k)"
    assert form(CHINESE, Decimal(10**6), currency="USD").heading == "销售额（万美元）"
    assert form(ENGLISH, Decimal(10**6), currency="CHF").heading == "Sales (CHF k)"


def test_unknown_estimate_and_total() -> None:
    found = form(ENGLISH, Decimal(2_000_000))
    assert found.cell(None) == "–"
    assert found.cell(Estimate(950_000, 600_000, 1_400_000, 23)) == "950 (600–1,400)"
    assert found.exact(Decimal("1234.5")) == "¥1,234.50"
    assert found.total(None, is_first=False) == ""
    assert found.total(None, is_first=True) == "Total"


def test_days_are_said_once() -> None:
    days = Column("gap", "Usual interval", Unit.DAYS)
    found = column_format(Formatter(CHINESE, "CNY"), days, [21])
    assert found.heading == "平常间隔（天）"
    assert found.cell(21) == "21"


def test_people_are_not_counted_as_things() -> None:
    owners = column_format(Formatter(CHINESE, "CNY"), Column("owners", "Owners", Unit.NAMES), [])
    assert owners.cell(("王敏", "李强", "陈晨", "赵刚", "孙丽")) == "王敏、李强、陈晨 等 5 人"
    assert owners.cell(("王敏", "李强")) == "王敏、李强"
    assert owners.cell(()) == ""
