"""How much do we depend on how few customers, and who moved in or out of the head?

Accounts are ranked by net sales of the period. The class goes by the share held **before** the
account (domain 2.1): head below `head`, middle below `middle`, tail the rest, so that one who
holds 75 % alone is head. Shares are over accounts with positive net; those at zero or below are
tail and counted apart. Gini and HHI by their textbook definitions over the same shares.

Do not read a trend into one pair of periods: with few accounts, one order moves the shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.periods import Period, trailing, year_before
from zhibi.measures.sales import accounts, by_account, net_sales, order_count
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
    Row,
    Section,
    Sentence,
    Severity,
    Subject,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "How much of sales depends on how few customers?"
SHOWN = 50
CLASSES = ("head", "middle", "tail")


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        12, unit="months", help="Length of the period that ends on the as-of day.", within=(1, 120)
    )
    head: float = param(
        0.70, unit="share", help="An account is head while the share before it is below this.",
        within=(0.0, 1.0),
    )  # fmt: skip
    middle: float = param(
        0.90, unit="share", help="An account is middle while the share before it is below this.",
        within=(0.0, 1.0),
    )  # fmt: skip
    level: str = param("group", help="Whose sales are added up.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class Spread:
    """How unevenly one period's positive net sales are spread over accounts."""

    net: Decimal
    account_count: int  # with positive net
    not_positive_count: int
    not_positive_net: Decimal
    top_fifth_share: float | None  # held by the top 20 % of accounts
    share_for_80: float | None  # smallest share of accounts that makes 80 % of sales
    gini: float | None
    hhi: float | None  # 0…1; 1 = one account


@dataclass(frozen=True, slots=True)
class Concentration:
    """`classes`: accounts and net by class; `movers`: who entered or left the head."""

    identity: Identity
    period: Period
    before: Period
    spread: Spread
    spread_before: Spread | None  # None: no sales in the period before
    ranking: Table
    classes: Table
    movers: Table
    curve: Chart
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        return (
            Section(
                "How concentrated sales are",
                (*_spread_figures(self.spread), self.curve, self.classes),
            ),
            Section("Who holds how much", (self.ranking,)),
            Section("Who moved into or out of the head", (self.movers,)),
            Note(
                Sentence(
                    "Accounts with sales at or below zero ({n}, together {net}) are tail and "
                    "not in the shares.",
                    {
                        "n": Figure(self.spread.not_positive_count, Unit.COUNT),
                        "net": Figure(self.spread.not_positive_net, Unit.MONEY),
                    },
                )
            ),
        )


def analyze(tables: Tables, params: Params | None = None) -> Concentration:
    """Rank accounts by net sales and compare with the same period a year before."""
    params = params or Params()
    check("concentration", params)
    period = trailing(tables.day, params.months)
    before = year_before(period)
    ranked = tables.keep(f"concentration|{params}", _ranked(tables, params, period, before))
    spread = _spread(ranked, "net")
    spread_before = _spread(ranked, "net_before")
    movers = _movers(ranked) if spread_before else _movers(ranked.limit(0))
    ranking = _ranking(ranked)
    return Concentration(
        identity=tables.identity("concentration", params, params.level),
        period=period,
        before=before,
        spread=spread or Spread(Decimal(0), 0, 0, Decimal(0), None, None, None, None),
        spread_before=spread_before,
        ranking=ranking,
        classes=_classes(ranked),
        movers=movers,
        curve=_curve(ranked, spread),
        findings=_findings(period, spread, spread_before, ranking, movers),
    )


def _ranked(tables: Tables, params: Params, period: Period, before: Period) -> ir.Table:
    """One row an account with sales in either period: net, class and rank in both."""
    import ibis

    lines = tables.order_lines
    figures = {
        "net": net_sales(lines, period),
        "orders": order_count(lines, period),
        "net_before": net_sales(lines, before),
        "orders_before": order_count(lines, before),
    }
    summed = by_account(tables, figures, level=params.level)
    named = summed.join(accounts(tables), "account_key")
    named = named.filter((named.net != 0) | (named.net_before != 0))
    for net, suffix in (("net", ""), ("net_before", "_before")):
        order = [ibis.desc(net), ibis.asc("customer_id")]
        positive = ibis.greatest(named[net], 0)
        held = positive.sum().over(ibis.cumulative_window(order_by=order)) - positive
        total = positive.sum().over(ibis.window())
        # Shares are ratios of exact sums: they repeat to the last bit.
        share_before = held.cast("float64") / total.cast("float64").nullif(0)
        named = named.mutate(
            **{
                f"rank{suffix}": ibis.row_number().over(order_by=order) + 1,
                f"share{suffix}": positive.cast("float64") / total.cast("float64").nullif(0),
                f"class{suffix}": ibis.cases(
                    (named[net] <= 0, "tail"),
                    (share_before < params.head, "head"),
                    (share_before < params.middle, "middle"),
                    else_="tail",
                ),
            }
        )
    return named


def _rows(table: ir.Table) -> tuple[dict[str, Any], ...]:
    return tuple(table.to_pyarrow().to_pylist())


def _spread(ranked: ir.Table, net: str) -> Spread | None:
    """Gini, HHI and the usual shares of one period; None when nothing was sold."""
    import ibis

    suffix = net.removeprefix("net")
    positive = ranked.filter(ranked[net] > 0)
    share, rank = positive[f"share{suffix}"], positive[f"rank{suffix}"]
    held = share.sum().over(ibis.cumulative_window(order_by=f"rank{suffix}"))
    n = positive.count().over(ibis.window())
    placed = positive.mutate(held_before=held - share, n=n)
    row = _rows(
        placed.agg(
            net=placed[net].sum(),
            n=placed.count(),
            top=share.sum(where=rank <= (placed.n * 0.2).ceil()),
            for_80=(placed.held_before < 0.8 - 1e-12).sum(),
            hhi=(share * share).sum(),
            # Σ (2i − n − 1)·share / n over accounts from smallest to largest.
            gini=((placed.n + 1 - 2 * rank) * share).sum(),
        )
    )[0]
    rest = ranked.filter((ranked[net] < 0) | ((ranked[net] == 0) & (suffix == "")))
    left_out = _rows(rest.agg(n=rest.count(), net=rest[net].sum()))[0]
    if not row["n"]:
        return None
    return Spread(
        net=row["net"] + (left_out["net"] or 0),
        account_count=row["n"],
        not_positive_count=left_out["n"],
        not_positive_net=left_out["net"] or Decimal(0),
        top_fifth_share=row["top"],
        share_for_80=row["for_80"] / row["n"],
        gini=row["gini"] / row["n"],
        hhi=row["hhi"],
    )
