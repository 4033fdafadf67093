"""Exchange rates from a file: what one unit of a currency is worth in the workspace's currency.

A rate holds for its own day and up to seven days after, since rates are not quoted at weekends
and holidays; an order without one is rejected, because an amount at a guessed rate is a wrong
amount.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from zhibi.errors import ZhibiError

VALID_DAYS = 7
COLUMNS = ("date", "currency", "rate")


@dataclass(frozen=True, slots=True)
class Rate:
    """From `day` on, one unit of `currency` is `rate` units of the workspace's currency."""

    day: date
    currency: str
    rate: Decimal


def read_rates(path: Path) -> tuple[Rate, ...]:
    """The rates of a CSV file with the columns date, currency and rate."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rates = tuple(_rates(path, csv.reader(file)))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise ZhibiError(
            "{file} cannot be read as rates ({problem}); save it as CSV in UTF-8.",
            file=path.name,
            problem=problem,
        ) from problem
    _refuse_two_rates(path, rates)
    return rates


def _rates(path: Path, lines: Iterator[list[str]]) -> Iterable[Rate]:
    header = [cell.strip().lower() for cell in next(lines, [])]
    if header[: len(COLUMNS)] != list(COLUMNS):
        raise ZhibiError(
            "{file} does not begin with the header date,currency,rate; give it that header.",
            file=path.name,
        )
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        rate = _rate(cells)
        if rate is None:
            raise ZhibiError(
                "{file} row {row}: {text} is no rate; write it as 2024-05-31,USD,7.1088.",
                file=path.name,
                row=number,
                text=",".join(cells),
            )
        yield rate


def _rate(cells: list[str]) -> Rate | None:
    """None for what is no day, no three-letter code or no number above zero."""
    try:
        day, currency, rate = (cell.strip() for cell in cells[: len(COLUMNS)])
        found = Rate(date.fromisoformat(day), currency.upper(), Decimal(rate))
    except (ValueError, InvalidOperation):
        return None
    is_code = len(found.currency) == 3 and found.currency.isalpha()
    return found if is_code and found.rate.is_finite() and found.rate > 0 else None


def _refuse_two_rates(path: Path, rates: tuple[Rate, ...]) -> None:
    seen: dict[tuple[date, str], Decimal] = {}
    for rate in rates:
        if seen.setdefault((rate.day, rate.currency), rate.rate) != rate.rate:
            raise ZhibiError(
                "{file} has two rates for {currency} on {day}; leave one of them.",
                file=path.name,
                currency=rate.currency,
                day=rate.day,
            )
