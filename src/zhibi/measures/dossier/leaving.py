"""What it leaves: from what was sold to it to what is left of that."""

from __future__ import annotations

from zhibi.measures.contribution import Contributions, contributions
from zhibi.measures.contribution_told import loss_told, steps_chart
from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.parts import Part, known_figures, unknown
from zhibi.result import Block, Figure, Finding, Note, Sentence, Unit

LEAVES = "What it leaves"
NO_COST = "lines name no cost"
MONEY_COST, TERMS = 0.05, 60  # a year, and days; as in customer-profitability
COVERED = 0.95  # of its amounts must carry a cost for a loss to be told


def leaving(account: Account) -> Part:
    """Its waterfall, and the loss where there is one."""
    if not account.tables.has("cost"):
        return unknown(LEAVES, NO_COST, "order_lines")
    every = contributions(
        account.tables, account.period, rate=MONEY_COST, terms=TERMS, level=account.level
    )
    own = [one for one in every.accounts if one.customer_id == account.subject.customer_id]
    if not own:
        return unknown(LEAVES, account.why_no_sales, "order_lines")
    (one,) = own
    figures = known_figures(
        Figure(one.contribution, Unit.MONEY, "What is left"),
        Figure(one.margin_rate, Unit.SHARE, "Gross margin rate"),
        Figure(one.contribution_rate, Unit.SHARE, "Left of net sales"),
    )
    found = Contributions((one,), every.has_terms, every.has_effort, 0, one.margin - one.margin)
    told: tuple[Finding, ...] = ()
    if one.contribution < 0 < one.net and one.coverage >= COVERED and account.standing:
        told = (loss_told(one, account.standing["rank"], account.period.month_on),)
    return Part(LEAVES, (*figures, steps_chart(found), *_notes(every)), told)


def _notes(found: Contributions) -> list[Block]:
    says = []
    if not found.has_terms:
        says.append(
            Sentence("Without receivables or receipts the cost of payment terms is not known.")
        )
    if not found.has_effort:
        says.append(
            Sentence(
                "Without the cost of efforts this is gross margin, not what a customer leaves."
            )
        )
    return [Note(one) for one in says]
