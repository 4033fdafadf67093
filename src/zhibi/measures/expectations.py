"""What people expect of an account: how much, in which month, and how good for us.

The three are criteria of the assessments, written as people write them: 50万, 1.2M, 2026-03,
2026年3月, 高. What cannot be read is unknown, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhibi.measures.assessments import TOP, Assessment, latest
from zhibi.tables.tables import Tables

HIGH, MIDDLE, LOW = "high", "mid", "low"
AMOUNT = re.compile(r"[¥$€£]?\s*(\d[\d,，]*(?:\.\d+)?)\s*(万|亿|[kKmM])?\s*(?:元|CNY|USD|EUR)?")
TIMES = {"": 1, "k": 1_000, "m": 1_000_000, "万": 10_000, "亿": 100_000_000}
TOO_LARGE = Decimal(10) ** 14  # for a DECIMAL(18,4)
MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(?:\d{1,2})?\s*日?)?")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was judged last of an account; each None where nobody said, or not readably."""

    amount: Decimal | None = None
    month: date | None = None  # its first day
    profit: str | None = None  # HIGH, MIDDLE or LOW


def expectations(tables: Tables, *, level: str) -> Mapping[Any, Expectation]:
    """By account_key, for who was judged in any of the three."""
    said = latest(tables, "expected_amount", "expected_month", "expected_profit", level=level)
    amounts, months, profits = said.values()
    return {
        key: Expectation(
            amount_of(amounts[key].value) if key in amounts else None,
            month_of(months[key].value) if key in months else None,
            profit_of(profits[key]) if key in profits else None,
        )
        for key in {**amounts, **months, **profits}
    }


def amount_of(text: str) -> Decimal | None:
    """An amount of money as people write it."""
    found = AMOUNT.fullmatch(text.strip())
    if not found:
        return None
    number, unit = found.groups()
    amount = Decimal(re.sub("[,，]", "", number)) * TIMES[(unit or "").lower()]
    return amount if amount < TOO_LARGE else None


def month_of(text: str) -> date | None:
    """The first day of the month that a date or a month names."""
    found = MONTH.fullmatch(text.strip())
    year, month = map(int, found.groups()) if found else (0, 0)
    return date(year, month, 1) if year and 1 <= month <= 12 else None


def profit_of(judged: Assessment) -> str | None:
    """The third of the scale that a judgement lies in."""
    if judged.score is None:
        return None
    if judged.score * 3 >= 2 * TOP:
        return HIGH
    return MIDDLE if judged.score * 3 >= TOP else LOW
