"""What is said of an account that does not buy what customers like it buy."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from zhibi.measures.periods import Period
from zhibi.result import Figure, Finding, Sentence, Severity, Subject, Unit


def whitespace_told(row: Mapping[str, Any], period: Period) -> Finding:
    """`row` names the account and holds categories, peer_categories, peer_count, potential and
    what is open, the largest potential first."""
    return Finding(
        code="product_preference.whitespace",
        says=Sentence(
            "{name} buys {own:category|categories}, customers like it {usual} on average "
            "(n = {peers}). At their level it would buy {potential} more: {open}.",
            {
                "name": Figure(row["name"], Unit.NAME),
                "own": Figure(row["categories"], Unit.COUNT),
                "usual": Figure(row["peer_categories"], Unit.QUANTITY),
                "peers": Figure(row["peer_count"], Unit.COUNT),
                "potential": Figure(row["potential"], Unit.MONEY),
                "open": Figure(row["open"], Unit.NAMES),
            },
        ),
        severity=Severity.GOOD,
        cause_on=period.month_on,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(
            "Ask {name} at the next visit where it buys {category} today.",
            {
                "name": Figure(row["name"], Unit.NAME),
                "category": Figure(row["open"][0], Unit.NAME),
            },
        ),
        owner=row["owner"],
        stake=Decimal(str(row["potential"].value)),
    )
