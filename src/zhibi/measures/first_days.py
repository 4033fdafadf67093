"""Whether the data reaches back far enough for what is compared."""

from __future__ import annotations

from datetime import date

from zhibi.measures.periods import Period
from zhibi.result import Figure, Note, Sentence, Unit

SPARED = 12  # a twelfth of a period may pass before its first order, as after a holiday


def begins_inside(before: Period, first_day: date) -> tuple[Note, ...]:
    """A note where the data begins inside an earlier period, so that it holds less than all."""
    missing = (first_day - before.start).days
    if missing * SPARED <= before.days:
        return ()
    begins = Sentence(
        "The data begins on {first_day}, inside the earlier period: it holds less than all of it.",
        {"first_day": Figure(first_day, Unit.DATE)},
    )
    return (Note(begins),)
