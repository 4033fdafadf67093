"""What is said of an account whose answers and whose orders tell two stories."""

from __future__ import annotations

from datetime import date

from zhibi.measures.contentment import Account
from zhibi.result import Figure, Finding, Sentence, Severity, Subject, Unit


def buying_less_told(one: Account, on: date) -> Finding:
    """It says it is content, and buys less: a survey alone would call it safe."""
    return Finding(
        code="satisfaction.content_but_less",
        says=Sentence(
            "{name} says it is content ({share} of its answers) and bought {net} after {before}.",
            _figures(one),
        ),
        severity=Severity.SOON,
        cause_on=on,
        subject=Subject(one.customer_id, one.name),
        action=Sentence("Ask what it buys elsewhere: contentment is not what keeps it away."),
        owner=one.owner,
        stake=one.net_before - one.net,
    )


def discontent_told(one: Account, on: date) -> Finding:
    """It buys as before and is not content: nothing but habit holds it."""
    return Finding(
        code="satisfaction.discontent",
        says=Sentence(
            "{name} buys as before ({net}) and is not content: {share} of its answers are.",
            _figures(one),
        ),
        severity=Severity.SOON,
        cause_on=on,
        subject=Subject(one.customer_id, one.name),
        action=Sentence("Visit with whoever can mend what it complains of, before it looks."),
        owner=one.owner,
        stake=one.net,
    )


def _figures(one: Account) -> dict[str, Figure]:
    return {
        "name": Figure(one.name, Unit.NAME),
        "share": Figure(one.content_share, Unit.SHARE),
        "net": Figure(one.net, Unit.MONEY),
        "before": Figure(one.net_before, Unit.MONEY),
    }
