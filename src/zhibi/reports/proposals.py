"""What to do, with whom, by what is at stake: the findings of all methods, one a customer."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from zhibi.measures.rows import table_of_rows
from zhibi.reports.cut import known
from zhibi.reports.document import URGENCY
from zhibi.result import Column, Finding, Section, Severity, Table, Unit

AT_MOST = 20

# Code of a finding → what is the matter, in words short enough for a table.
MATTERS = {
    "purchase_rhythm.red": "has not ordered as usual",
    "purchase_rhythm.amber": "late with its next order",
    "churn_warning.account": "likely to stop",
    "customer_lifetime.fall": "will order much less",
    "sales_trend.fall": "buys less than a year before",
    "product_preference.dropped": "stopped buying a category",
    "product_preference.whitespace": "could buy more categories",
    "satisfaction.discontent": "buys as before, and is not content",
    "satisfaction.content_but_less": "content, and buys less",
    "rfm.key_retain": "gone quiet after buying much",
    "customer_profitability.loss": "costs more than it brings",
    "receivables.late": "owes overdue money",
    "man.ask_money": "can it pay?",
    "man.ask_authority": "does our contact decide?",
    "man.ask_need": "does it need this now?",
    "customer_funnel.fell_back": "fell back on the way to signing",
}
URGENT = {Severity.NOW: "act now", Severity.SOON: "soon", Severity.GOOD: "chance"}

COLUMNS = (
    Column("name", "Customer", Unit.NAME),
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("matter", "What is the matter", Unit.TERM),
    Column("urgency", "When", Unit.TERM),
    Column("stake", "At stake", Unit.MONEY),
    Column("owner", "Owner", Unit.NAME),
)


def whom_to_see(findings: Iterable[Finding]) -> tuple[Section, ...]:
    """The proposals under their heading, if there are any."""
    table = proposals(findings)
    return (Section("Whom to see", (table,)),) if table.rows else ()


def proposals(findings: Iterable[Finding]) -> Table:
    """Each customer once, with its most urgent matter; the most at stake first."""
    ranked = sorted(
        (f for f in findings if f.subject and f.code in MATTERS and f.severity in URGENT),
        key=lambda f: (URGENCY[f.severity], -(f.stake or Decimal(0)), f.code, f.id),
    )
    chosen: dict[str, Finding] = {}
    for finding in ranked:
        if finding.subject:
            chosen.setdefault(finding.subject.customer_id, finding)
    by_stake = sorted(chosen.values(), key=lambda f: (-(f.stake or Decimal(0)), f.id))
    rows = [
        {
            "name": finding.subject and finding.subject.name,
            "customer_id": finding.subject and finding.subject.customer_id,
            "matter": MATTERS[finding.code],
            "urgency": URGENT[finding.severity],
            "stake": finding.stake,
            "owner": finding.owner,
        }
        for finding in by_stake[:AT_MOST]
    ]
    return known(table_of_rows(rows, "proposals", "Whom to see, by what is at stake", COLUMNS))
