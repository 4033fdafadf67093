"""From what was sold to what is left, and what is said of who costs more than it brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from zhibi.measures.contribution import Account, Contributions
from zhibi.result import (
    Chart,
    Column,
    Figure,
    Finding,
    Mark,
    Sentence,
    Severity,
    Subject,
    Unit,
)

LARGE = 20  # places by sales within which a loss is told at once


def added_up(accounts: Sequence[Account], name: str) -> Decimal:
    return sum((getattr(one, name) or Decimal(0) for one in accounts), Decimal(0))


def steps_chart(found: Contributions) -> Chart:
    """From what was sold to what is left."""
    accounts, total = found.accounts, added_up(found.accounts, "contribution")
    rows = [
        ("Sold", "total", added_up(accounts, "sold")),
        ("Returned", "change", added_up(accounts, "returned")),
        ("Rebates and allowances", "change", added_up(accounts, "given_back")),
        ("Net sales", "total", added_up(accounts, "net")),
        ("Cost of goods", "change", -added_up(accounts, "cost")),
        ("Sales without a known cost", "change", -added_up(accounts, "net_without_cost")),
        ("Gross margin", "total", added_up(accounts, "margin")),
    ]
    if found.has_terms:
        rows.append(("Money tied up", "change", -added_up(accounts, "terms")))
    if found.has_effort:
        rows.append(("Cost of efforts", "change", -added_up(accounts, "effort")))
    if found.has_terms or found.has_effort:
        rows.append(("What is left", "total", total))
    return Chart(
        key="steps",
        title="From what was sold to what is left",
        mark=Mark.WATERFALL,
        columns=(
            Column("step", "Step", Unit.TERM),
            Column("kind", "Kind", Unit.TERM),
            Column("net", "Amount", Unit.MONEY),
        ),
        rows=tuple(row for row in rows if row[1] == "total" or row[2]),
        x="step",
        y=("net",),
        text=Sentence(
            "Of {net} net sales {left} is left.",
            {
                "net": Figure(added_up(accounts, "net"), Unit.MONEY),
                "left": Figure(total, Unit.MONEY),
            },
        ),
    )


# By whether terms and efforts are known, and whether any rebate was given.
LOSS = {
    (True, True): "{name}, number {place} by sales ({net}), costs {lost} more than it brings: a "
    "margin of {margin} after {given_back} of rebates, less {terms} for its terms and {effort} for "
    "efforts.",
    (True, False): "{name}, number {place} by sales ({net}), costs {lost} more than it brings: a "
    "margin of {margin}, less {terms} for its terms and {effort} for efforts.",
    (False, True): "{name}, number {place} by sales ({net}), costs {lost} more than it brings: a "
    "margin of {margin} after {given_back} of rebates.",
    (False, False): "{name}, number {place} by sales ({net}), is sold below cost: a margin of "
    "{margin}.",
}


def loss_told(one: Account, place: int, on: date) -> Finding:
    """`place` is its rank by sales."""
    figures = {
        "name": Figure(one.name, Unit.NAME),
        "place": Figure(place, Unit.COUNT),
        "net": Figure(one.net, Unit.MONEY),
        "lost": Figure(-one.contribution, Unit.MONEY),
        "margin": Figure(one.margin, Unit.MONEY),
        "terms": Figure(one.terms, Unit.MONEY),
        "effort": Figure(one.effort, Unit.MONEY),
        "given_back": Figure(-one.given_back, Unit.MONEY),
    }
    has_costs = one.terms is not None and one.effort is not None
    template = LOSS[has_costs, bool(one.given_back)]
    return Finding(
        code="customer_profitability.loss",
        says=Sentence(template, figures),
        severity=Severity.NOW if place <= LARGE else Severity.SOON,
        cause_on=on,
        subject=Subject(one.customer_id, one.name),
        action=Sentence(_cure(one)),
        owner=one.owner,
        stake=-one.contribution,
    )


def _cure(one: Account) -> str:
    """By the largest of what eats the margin."""
    eaten = {
        "Tie the rebate to what is left after service and terms before the next frame contract.": (
            -one.given_back
        ),
        "Charge for the service, or agree what is free, before the next visit.": (
            one.effort or Decimal(0)
        ),
        "Agree a shorter term or a price for it before the next order.": one.terms or Decimal(0),
    }
    most = max(eaten, key=lambda cure: eaten[cure])
    is_eaten = eaten[most] >= -one.contribution
    return most if is_eaten else "Check its prices against cost before the next quotation."
