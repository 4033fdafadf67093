"""The CDNOW sample as it lies in the `lifetimes` wheel, which is not imported."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np

CALIBRATION_ENDS = date(1997, 9, 30)  # the next 39 weeks are held out


def orders() -> dict[str, dict[date, list[float]]]:
    """Customer → day → values of the orders of that day."""
    spec = find_spec("lifetimes")
    assert spec
    assert spec.origin
    found: dict[str, dict[date, list[float]]] = {}
    path = Path(spec.origin).parent / "datasets" / "CDNOW_sample.txt"
    for line in path.read_text(encoding="ascii").splitlines():
        if line.strip():
            _, customer, day, _, value = line.split()
            on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
            found.setdefault(customer, {}).setdefault(on, []).append(float(value))
    return dict(sorted(found.items()))


def histories() -> tuple[np.ndarray, np.ndarray]:
    """(x, t_x, T) in weeks with the orders of a day merged, and orders in the hold-out."""
    rows, later = [], []
    for days in orders().values():
        known = sorted(day for day in days if day <= CALIBRATION_ENDS)
        last, whole = known[-1] - known[0], CALIBRATION_ENDS - known[0]
        rows.append((len(known) - 1, last.days / 7, whole.days / 7))
        later.append(len(days) - len(known))
    return np.array(rows, dtype=float), np.array(later, dtype=float)


def values() -> np.ndarray:
    """(repeat orders, their mean value) of the customers who came back and paid."""
    rows = []
    for days in orders().values():
        repeats = sorted(day for day in days if day <= CALIBRATION_ENDS)[1:]
        if repeats:
            rows.append((len(repeats), sum(sum(days[day]) for day in repeats) / len(repeats)))
    return np.array([row for row in rows if row[1] > 0])
