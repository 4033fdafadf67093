"""What models of a customer base learn from: x orders after the first, the last of them at t_x,
watched until T, in weeks from the first order day.

Order days are kept to the day (a week is 7 of them), so that two orders in one week stay two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.order_days import Known
from zhibi.tables.calendar import Days, day_number

WEEK = 7.0
SAMPLE = 50_000  # histories a model is fitted to; more hardly move its parameters
SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Histories:
    """`rows[i]` is the history (x, t_x, T) of the account at position `at[i]` of the order days;
    `log_gaps[i]` the sum of the logs of its gaps, 0 without one."""

    at: Days
    rows: NDArray[np.float64]
    log_gaps: NDArray[np.float64]

    def sample(self) -> Histories:
        """At most SAMPLE of them, drawn without replacement and always the same."""
        if len(self.at) <= SAMPLE:
            return self
        drawn = np.random.default_rng(SEED).choice(len(self.at), SAMPLE, replace=False)
        drawn.sort()
        return Histories(self.at[drawn], self.rows[drawn], self.log_gaps[drawn])


def histories(known: Known, day: date, *, unit: float = WEEK) -> Histories:
    """The histories of all accounts with an order day in the stretch, as seen on `day`. `unit` is
    the number of days that times are counted in."""
    at = np.flatnonzero(known.order_day_count > 0)
    first, last = known.first[at], known.last[at]
    rows = np.column_stack(
        [
            (known.order_day_count[at] - 1).astype(np.float64),
            (last - first) / unit,
            (day_number(day) - first) / unit,
        ]
    )
    logs = known.order_days.running_logs(unit)
    begins, ends = known.begins[at] + 1, known.ends[at]
    return Histories(at, rows, np.where(rows[:, 0] > 0, logs[ends] - logs[begins], 0.0))
