"""What is said of an account beyond its usual interval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from zhibi.result import Figure, Finding, Sentence, Severity, Subject, Unit

SAYS = {
    ("red", True): "{name} has not ordered for {days:day|days}; it usually orders every "
    "{usual:day|days} (of {gaps:earlier gap|earlier gaps} {longer:was|were} longer). What stopped "
    "is {what}, {stake} in the last 12 months; the whole customer is {net}.",
    ("red", False): "{name} has not ordered for {days:day|days}; it usually orders every "
    "{usual:day|days} (of {gaps:earlier gap|earlier gaps} {longer:was|were} longer). It bought "
    "{net} in the last 12 months.",
    ("amber", True): "{name} is late: no order for {days:day|days}, usually every "
    "{usual:day|days} (of {gaps:earlier gap|earlier gaps} {longer:was|were} longer). Missing is "
    "{what}, {stake} in the last 12 months; the whole customer is {net}.",
    ("amber", False): "{name} is late: no order for {days:day|days}, usually every "
    "{usual:day|days} (of {gaps:earlier gap|earlier gaps} {longer:was|were} longer). It bought "
    "{net} in the last 12 months.",
}
ASKS = {
    ("red", True): "Ask {name} this week why it no longer orders {what}, and from whom it buys.",
    ("red", False): "Ask {name} this week why it no longer orders, and from whom it buys.",
    ("amber", True): "Ask {name} for its next order of {what}.",
    ("amber", False): "Ask {name} for its next order.",
}


def silence_told(row: Mapping[str, Any]) -> Finding:
    """A row of `zhibi.measures.watched.with_stopped`: how long, how unusual that is, what
    stopped."""
    kind = (row["status"], bool(row["stopped"]))
    figures = {
        "name": Figure(row["name"], Unit.NAME),
        "days": Figure(row["since"], Unit.COUNT),
        "usual": Figure(row["usual"], Unit.COUNT),
        "longer": Figure(row["longer_count"], Unit.COUNT),
        "gaps": Figure(row["gap_count"], Unit.COUNT),
        "what": Figure(row["stopped"], Unit.NAMES),
        "stake": Figure(row["stake"], Unit.MONEY),
        "net": Figure(row["net"], Unit.MONEY),
    }
    return Finding(
        code=f"purchase_rhythm.{row['status']}",
        says=Sentence(SAYS[kind], figures),
        severity=Severity.NOW if row["status"] == "red" else Severity.SOON,
        # The silence, not the day a threshold was crossed: thresholds are learnt anew at each run
        # and shift by days, and a finding must keep its id from one run to the next.
        cause_on=row["last_on"] + timedelta(days=1),
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(ASKS[kind], {key: figures[key] for key in ("name", "what")}),
        owner=row["owner"],
        stake=row["stake"],
    )
