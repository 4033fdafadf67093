"""Who earns us money, who costs us money, and where does it go?

From what was sold to what is left: returns, rebates, the cost of the goods, the money tied up until
the customer pays, the efforts spent on it (`zhibi.measures.contribution` has each). Ranked from
the most to the least, the running sum rises above the whole and falls back to it: the whale
curve. What it falls by is what the accounts at its end take from what the others bring.

Where no efforts are on record the result is called gross margin, not contribution; where neither
receivables nor receipts are, terms cost nothing that anybody knows of, and it says so. Overheads
are not spread over accounts: whatever key one spreads them by decides the answer.

Do not drop an account for one bad year: see whether a price, a rebate or a service can be changed
first, and what it buys that others sell for you.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhibi.measures.contribution import Account, Contributions, contributions
from zhibi.measures.contribution_told import LARGE, added_up, loss_told, steps_chart
from zhibi.measures.periods import Period, trailing
from zhibi.measures.rows import table_of_rows
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Figure,
    Finding,
    Identity,
    Mark,
    Note,
    Section,
    Sentence,
    Severity,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

TITLE = "Who earns us money, who costs us money, and where does it go?"
TOLD = 5  # accounts
DRAWN = 100  # points of the whale curve
COVERED = 0.95  # of an account's amounts must carry a cost for its margin to be told
WORTH = 1000  # a smaller account's loss is told from this part of what is left in all


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    money_cost: float = param(
        0.05, unit="share", help="What money costs in a year; for what is tied up until paid.",
        within=(0.0, 1.0),
    )  # fmt: skip
    terms: int = param(
        60, unit="days", help="When an order falls due where no receivables were imported.",
        within=(0, 1000),
    )  # fmt: skip
    level: str = param("group", help="Whose sales and costs are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class CustomerProfitability:
    """`peak` is the highest point of the whale curve against the whole; None when the whole is
    zero or below, where a share of it means nothing."""

    identity: Identity
    period: Period
    found: Contributions
    total: Decimal
    peak: float | None
    steps: Chart
    whale: Chart
    accounts: Table
    losing: Table
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        label = "Contribution" if self.found.has_effort else "Gross margin"
        return (
            Section(
                "What is left of sales",
                (
                    Figure(self.total, Unit.MONEY, label),
                    Figure(len(self.found.accounts), Unit.COUNT, "Customers"),
                    Figure(self.losing.row_count, Unit.COUNT, "Customers who cost more"),
                    self.steps,
                ),
            ),
            Section("Who brings it and who takes it", (self.whale, self.losing, self.accounts)),
            *self.notes,
        )


def analyze(tables: Tables, params: Params | None = None) -> CustomerProfitability:
    """Rank accounts by what they leave; ZhibiError when no line carries a cost."""
    params = params or Params()
    check("customer_profitability", params)
    tables.require("customer_profitability", "cost")
    period = trailing(tables.day, params.months)
    found = contributions(
        tables, period, rate=params.money_cost, terms=params.terms, level=params.level
    )
    total = added_up(found.accounts, "contribution")
    losing = [one for one in reversed(found.accounts) if one.contribution < 0]
    curve = _running(found.accounts)
    peak = float(max(curve) / total) if total > 0 else None
    return CustomerProfitability(
        identity=tables.identity("customer_profitability", params, params.level),
        period=period,
        found=found,
        total=total,
        peak=peak,
        steps=steps_chart(found),
        whale=_whale(curve, total, peak),
        accounts=_table(found, found.accounts, "accounts", "Customers by what they leave"),
        losing=_table(found, losing, "losing", "Customers who cost more than they bring"),
        findings=(
            *_whole(found, losing, total, period.month_on),
            *_losses(found, losing, total, period.month_on),
        ),
        notes=_notes(found, params),
    )


def _running(accounts: Sequence[Account]) -> list[Decimal]:
    """The sum of contributions from the largest on; 0 before the first."""
    sums = [Decimal(0)]
    for one in accounts:
        sums.append(sums[-1] + one.contribution)
    return sums


def _whale(curve: Sequence[Decimal], total: Decimal, peak: float | None) -> Chart:
    """The running sum at every hundredth of the customers, and at its highest point."""
    n = len(curve) - 1
    places = sorted({round(n * at / DRAWN) for at in range(DRAWN + 1)} | {_top(curve)})
    rows = tuple((at / n, float(curve[at] / total)) for at in places) if n and total > 0 else ()
    return Chart(
        key="whale",
        title="Whale curve: what the best customers bring, and the last ones take",
        mark=Mark.AREA,
        columns=(
            Column("part", "Share of customers, best first", Unit.SHARE),
            Column("brought", "Share of what is left in all", Unit.SHARE),
        ),
        rows=rows,
        x="part",
        y=("brought",),
        text=Sentence(
            "The best {n:customer|customers} bring {peak} of what is left in all; the others "
            "take the rest away again.",
            {"n": Figure(_top(curve), Unit.COUNT), "peak": Figure(peak, Unit.SHARE)},
        ),
    )


def _top(curve: Sequence[Decimal]) -> int:
    return max(range(len(curve)), key=lambda at: (curve[at], -at))


def _table(found: Contributions, accounts: Sequence[Account], key: str, title: str) -> Table:
    columns = [
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("name", "Customer", Unit.NAME),
        Column("owner", "Owner", Unit.NAME),
        Column("sold", "Sold", Unit.MONEY, total=True),
        Column("returned", "Returned", Unit.MONEY, total=True),
        Column("given_back", "Rebates and allowances", Unit.MONEY, total=True),
        Column("net", "Net sales", Unit.MONEY, total=True),
        Column("cost", "Cost of goods", Unit.MONEY, total=True),
        Column("net_without_cost", "Sales without a known cost", Unit.MONEY, total=True),
        Column("margin", "Gross margin", Unit.MONEY, total=True),
        Column("margin_rate", "Gross margin rate", Unit.SHARE),
    ]
    if found.has_terms:
        columns.append(Column("terms", "Money tied up", Unit.MONEY, total=True))
    if found.has_effort:
        columns.append(Column("effort", "Cost of efforts", Unit.MONEY, total=True))
    if found.has_terms or found.has_effort:
        columns += [
            Column("contribution", "What is left", Unit.MONEY, total=True),
            Column("contribution_rate", "Left of net sales", Unit.SHARE),
        ]
    rows = [{column.key: getattr(one, column.key) for column in columns} for one in accounts]
    return table_of_rows(rows, key, title, tuple(columns))


def _whole(
    found: Contributions, losing: Sequence[Account], total: Decimal, on: date
) -> tuple[Finding, ...]:
    if not found.accounts or total <= 0:
        return ()
    lost = -added_up(losing, "contribution")
    figures = {
        "n": Figure(len(losing), Unit.COUNT),
        "of": Figure(len(found.accounts), Unit.COUNT),
        "lost": Figure(lost, Unit.MONEY),
        "share": Figure(float(lost / (total + lost)), Unit.SHARE),
    }
    template = (
        "{n} of {of} customers cost more than they bring: {lost}, or {share} of what the others "
        "bring."
        if losing
        else "Each of {of:customer|customers} brings more than it costs."
    )
    severity = Severity.SOON if lost * 20 > total else Severity.INFO
    return (Finding("customer_profitability.whole", Sentence(template, figures), severity, on),)


def _losses(
    found: Contributions, losing: Sequence[Account], total: Decimal, on: date
) -> list[Finding]:
    """The largest losses whose costs are known."""
    by_sales = sorted(found.accounts, key=lambda one: (-one.net, one.customer_id))
    place = {one.customer_id: at for at, one in enumerate(by_sales, 1)}
    told = [
        one
        for one in losing
        if one.coverage >= COVERED
        and one.net > 0
        and (place[one.customer_id] <= LARGE or -one.contribution * WORTH >= total)
    ]
    told.sort(key=lambda one: (one.contribution, one.customer_id))
    return [loss_told(one, place[one.customer_id], on) for one in told[:TOLD]]


def _notes(found: Contributions, params: Params) -> tuple[Note, ...]:
    says = []
    unknown = added_up(found.accounts, "net_without_cost")
    if unknown:
        says.append(
            Sentence(
                "{net} of net sales has no known cost and is in no margin.",
                {"net": Figure(unknown, Unit.MONEY)},
            )
        )
    if found.has_terms:
        says.append(
            Sentence(
                "Money tied up costs {rate} a year from the day a debt is known to the day its "
                "payment is cash; a bill is cash when it matures.",
                {"rate": Figure(params.money_cost, Unit.SHARE)},
            )
        )
    else:
        says.append(
            Sentence("Without receivables or receipts the cost of payment terms is not known.")
        )
    if found.idle:
        says.append(
            Sentence(
                "Efforts of {cost} on {n:customer|customers} without a sale in the period are not "
                "in these figures.",
                {
                    "cost": Figure(found.idle_effort, Unit.MONEY),
                    "n": Figure(found.idle, Unit.COUNT),
                },
            )
        )
    if not found.has_effort:
        says.append(
            Sentence(
                "Without the cost of efforts this is gross margin, not what a customer leaves."
            )
        )
    return tuple(Note(one) for one in says)
