"""Open money by age, as a chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhibi.measures.ageing import ALL_BUCKETS
from zhibi.result import Chart, Column, Figure, Mark, Sentence, Unit

BUCKET_LABELS = {
    "retention": "Retention not due",
    "not_due": "Not due",
    "days_1_30": "1–30 days",
    "days_31_60": "31–60 days",
    "days_61_90": "61–90 days",
    "days_91_180": "91–180 days",
    "days_over_180": "Over 180 days",
}


def ages_chart(sums: Mapping[str, Any]) -> Chart:
    """`sums` holds open, overdue and each bucket."""
    share = float(sums["overdue"] / sums["open"]) if sums["open"] else None
    return Chart(
        key="ages",
        title="Open money by age",
        mark=Mark.BAR,
        columns=(Column("age", "Age", Unit.TERM), Column("open", "Still owed", Unit.MONEY)),
        rows=tuple((BUCKET_LABELS[key], sums[key]) for key in ALL_BUCKETS),
        x="age",
        y=("open",),
        highlight=tuple(BUCKET_LABELS[key] for key in ALL_BUCKETS[2:]),
        text=Sentence(
            "Of {open} owed, {overdue} is overdue ({share}).",
            {
                "open": Figure(sums["open"], Unit.MONEY),
                "overdue": Figure(sums["overdue"], Unit.MONEY),
                "share": Figure(share, Unit.SHARE),
            },
        ),
    )
