"""What a sales director would act on in a list of segments."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.measures.segmenting import Name
from zhibi.result import Column, Figure, Finding, Sentence, Severity, Subject, Unit

if TYPE_CHECKING:
    import ibis.expr.types as ir

NOTABLE = Decimal("0.05")  # of a segment's sales: a smaller change is no finding


@dataclass(frozen=True, slots=True)
class Called:
    """What the segments are called, by their number, and the unit of the names."""

    names: tuple[Name, ...]
    unit: Unit

    @property
    def column(self) -> Column:
        return Column("segment", "Segment", self.unit)

    def figure(self, number: int) -> Figure:
        return Figure(self.names[number], self.unit)


def segment_findings(
    members: ir.Table,
    cells: list[dict[str, Any]],
    period: Period,
    *,
    called: Called,
    has_before: bool,
) -> tuple[Finding, ...]:
    """Which segment carries most, and which buys less or more than a year before."""
    known = [c for c in cells if called.names[c["segment"]] is not None and c["share"] is not None]
    if len(cells) < 2 or not known:
        return ()
    found = [_holds_most(period, known[0], called)] if known[0]["net"] > 0 else []
    if not has_before:
        return tuple(found)
    changes = [(cell["net"] - cell["net_before"], cell) for cell in known if cell["net_before"] > 0]
    notable = [one for one in changes if abs(one[0]) >= NOTABLE * one[1]["net_before"]]
    if not notable:
        return tuple(found)
    worst, best = min(notable, key=_by_change), max(notable, key=_by_change)
    if worst[0] < 0:
        found.append(_falls(members, worst[1], period, called))
    if best[0] > 0:
        found.append(_grows(period, best[1], called))
    return tuple(found)


def _by_change(one: tuple[Decimal, dict[str, Any]]) -> Decimal:
    return one[0]


def _holds_most(period: Period, cell: dict[str, Any], called: Called) -> Finding:
    return Finding(
        code="segments.holds_most",
        says=Sentence(
            "“{what}” brings {share} of sales: {n:customer|customers}, {part} of all, {each} each.",
            {
                "what": called.figure(cell["segment"]),
                "share": Figure(cell["share"], Unit.SHARE),
                "n": Figure(cell["accounts"], Unit.COUNT),
                "part": Figure(cell["share_of_accounts"], Unit.SHARE),
                "each": Figure(cell["average"], Unit.MONEY),
            },
        ),
        severity=Severity.INFO,
        cause_on=period.month_on,
    )


def _change(cell: dict[str, Any], called: Called) -> dict[str, Figure]:
    return {
        "what": called.figure(cell["segment"]),
        "n": Figure(cell["accounts"], Unit.COUNT),
        "change": Figure(float(cell["net"] / cell["net_before"]) - 1, Unit.CHANGE),
        "net": Figure(cell["net"], Unit.MONEY),
        "before": Figure(cell["net_before"], Unit.MONEY),
    }


def _falls(members: ir.Table, cell: dict[str, Any], period: Period, called: Called) -> Finding:
    """The segment that lost most, with the account that lost most in it."""
    own = members.filter(members.segment == cell["segment"])
    own = own.mutate(lost=own.net_before - own.net)
    top = fetch(own.order_by(own.lost.desc(), "customer_id").limit(1))[0]
    name = {"name": Figure(top["name"], Unit.NAME)}
    return Finding(
        code="segments.falls",
        says=Sentence(
            "Sales to the {n:customer|customers} in “{what}” changed by {change} against a year "
            "before: {net} after {before}. {name} alone is {lost} of the fall.",
            {**_change(cell, called), **name, "lost": Figure(top["lost"], Unit.MONEY)},
        ),
        severity=Severity.SOON,
        cause_on=period.month_on,
        subject=Subject(top["customer_id"], top["name"]),
        action=Sentence(
            "See {name} this month: find out what it buys less of, and whether elsewhere; then go "
            "down the list of this segment.",
            name,
        ),
        owner=top["owner"],
        stake=cell["net_before"] - cell["net"],
    )


def _grows(period: Period, cell: dict[str, Any], called: Called) -> Finding:
    return Finding(
        code="segments.grows",
        says=Sentence(
            "Sales to the {n:customer|customers} in “{what}” changed by {change} against a year "
            "before: {net} after {before}.",
            _change(cell, called),
        ),
        severity=Severity.GOOD,
        cause_on=period.month_on,
    )
