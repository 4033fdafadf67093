"""What an account leaves after everything it costs us: goods, returns, rebates, the money tied up
until it pays, and the efforts spent on it.

Contribution = margin − cost of terms − cost of effort, as far as each is known. The margin is that
of `zhibi.measures.margin`: rebates and allowances lower it, lines without a cost are left out and
counted. The cost of terms is what the money costs from the day a debt is known to the day its
payment is cash, over the days of the period: Σ amount × days ÷ 365 × a yearly rate. A prepayment
earns the same way. Payments that found no debt tie up nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.efforts import spent
from zhibi.measures.margin import amount_moved, amount_with_cost, has_margin, margin
from zhibi.measures.matching import match
from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.sales import accounts, by_account, net_sales, within
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

CENT = Decimal("0.01")
DAYS_OF_YEAR = 365
RETURNED = ("return", "red_invoice")
GIVEN_BACK = ("rebate", "allowance")


@dataclass(frozen=True, slots=True)
class Account:
    """One account in a period. `sold` + `returned` + `given_back` = `net`; `net` − `cost` −
    `net_without_cost` = `margin`; `terms` and `effort` are None where nothing is known of
    them, and left out of `contribution`."""

    customer_id: str
    name: str
    owner: str | None
    sold: Decimal
    returned: Decimal
    given_back: Decimal
    net: Decimal
    cost: Decimal
    net_without_cost: Decimal
    margin: Decimal
    coverage: float  # share of its amounts that carry a cost
    terms: Decimal | None
    effort: Decimal | None

    @property
    def contribution(self) -> Decimal:
        return self.margin - (self.terms or 0) - (self.effort or 0)

    @property
    def margin_rate(self) -> float | None:
        """Of the net sales whose margin is known."""
        known = self.net - self.net_without_cost
        return float(self.margin / known) if known > 0 else None

    @property
    def contribution_rate(self) -> float | None:
        return float(self.contribution / self.net) if self.net > 0 else None


@dataclass(frozen=True, slots=True)
class Contributions:
    """Accounts with a line in the period by contribution, the largest first; what is known beside
    the margin; and the cost of efforts on accounts without a line, of which there are `idle`."""

    accounts: tuple[Account, ...]
    has_terms: bool
    has_effort: bool
    idle: int
    idle_effort: Decimal


def contributions(
    tables: Tables, period: Period, *, rate: float, terms: int, level: str
) -> Contributions:
    """What every account leaves in the period. `rate` is a year's cost of money,
    `terms` the days after which debts derived from orders fall due."""
    has_terms = tables.holds("receivables") or tables.holds("receipts")
    has_effort = tables.has("cost", "efforts")
    sums = {row["account_key"]: row for row in fetch(_sums(tables, period, level))}
    tied = _tied_up(tables, period, terms=terms, level=level) if has_terms else {}
    effort = _effort(tables, period, level) if has_effort else {}
    names = {row["account_key"]: row for row in fetch(accounts(tables))}
    found = [
        _account(
            names[key],
            of,
            terms=_interest(tied.get(key, Decimal(0)), rate) if has_terms else None,
            effort=effort.get(key, Decimal(0)) if has_effort else None,
        )
        for key, of in sums.items()
    ]
    found.sort(key=lambda one: (-one.contribution, one.customer_id))
    idle = [cost for key, cost in effort.items() if key not in sums]
    return Contributions(tuple(found), has_terms, has_effort, len(idle), sum(idle, Decimal(0)))


def _sums(tables: Tables, period: Period, level: str) -> ir.Table:
    lines = tables.order_lines
    kind = lines.line_kind.fill_null("sale")
    here = within(lines, period)

    def of(kinds: tuple[str, ...]) -> ir.DecimalScalar:
        return lines.amount.sum(where=here & kind.isin(kinds)).fill_null(0)

    return by_account(
        tables,
        {
            "net": net_sales(lines, period),
            "returned": of(RETURNED),
            "given_back": of(GIVEN_BACK),
            "known_cost": lines.cost.sum(where=here).fill_null(0),
            "unknown": lines.amount.sum(where=here & ~has_margin(lines)).fill_null(0),
            "margin": margin(lines, period),
            "with_cost": amount_with_cost(lines, period),
            "moved": amount_moved(lines, period),
        },
        level=level,
        over=(period,),
    )


def _account(
    who: dict[str, Any], sums: dict[str, Any], *, terms: Decimal | None, effort: Decimal | None
) -> Account:
    returned, given_back = sums["returned"], sums["given_back"]
    return Account(
        customer_id=who["customer_id"],
        name=who["name"],
        owner=who["owner"],
        sold=sums["net"] - returned - given_back,
        returned=returned,
        given_back=given_back,
        net=sums["net"],
        cost=sums["known_cost"],
        net_without_cost=sums["unknown"],
        margin=sums["margin"],
        coverage=float(sums["with_cost"] / sums["moved"]) if sums["moved"] else 1.0,
        terms=terms,
        effort=effort,
    )


def _tied_up(tables: Tables, period: Period, *, terms: int, level: str) -> dict[Any, Decimal]:
    """Money × days within the period by account; below zero where more was paid ahead."""
    parts = match(tables, terms=terms, level=level).parts
    parts = parts.filter(parts.debt_n.notnull())
    since = _days_from(parts.known_on.fill_null(parts.due_on), period)
    until = _days_from(parts.cash_on.fill_null(period.end), period)
    weighed = parts.mutate(money_days=parts.amount * (until - since))
    summed = weighed.group_by("account_key").agg(money_days=weighed.money_days.sum())
    return {row["account_key"]: Decimal(row["money_days"]) for row in fetch(summed)}


def _days_from(day: ir.DateValue, period: Period) -> ir.IntegerValue:
    """Days from the start of the period to a day, cut to the period's own."""
    import ibis

    past = day.delta(ibis.literal(period.start), unit="day").cast("int64")
    return ibis.greatest(0, ibis.least(past, period.days - 1))


def _interest(money_days: Decimal, rate: float) -> Decimal:
    cost = money_days * Decimal(str(rate)) / DAYS_OF_YEAR
    return cost.quantize(CENT, ROUND_HALF_UP)


def _effort(tables: Tables, period: Period, level: str) -> dict[Any, Decimal]:
    rows = fetch(spent(tables, level=level, period=period))
    return {row["account_key"]: row["cost"] for row in rows}
