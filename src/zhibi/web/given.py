"""What stands in an address or a hidden field: a uid, a day, a number; None for what is none.

Nobody types these, so nobody needs a sentence about them.
"""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from zhibi.run import FIRST_YEAR, LAST_YEAR

DIGITS: Final = 18  # of an id that every database holds


def uid_in(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def day_in(text: str | None) -> date | None:
    """A day within the years that the data may have: a week before or after it is one too."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def number_in(text: str | None) -> int | None:
    """A whole number of zero or more."""
    written = text or ""
    is_number = written.isascii() and written.isdigit() and len(written) <= DIGITS
    return int(written) if is_number else None
