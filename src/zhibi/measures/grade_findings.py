"""What grades say: what the best carry, who has fallen, where people and figures disagree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.criteria import LABELS
from zhibi.measures.grading import GRADES, Graded
from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch
from zhibi.result import Figure, Finding, Sentence, Severity, Subject, Unit

if TYPE_CHECKING:
    import ibis.expr.types as ir

NAMED = 5  # accounts of one kind that get a finding of their own
CLEAR = 5.0  # points below the grade that was lost; nearer, one order may bring it back
APART = 2  # grades between a person's word and the figures, to be worth a word


def carried(period: Period, distribution: tuple[tuple[Any, ...], ...]) -> tuple[Finding, ...]:
    """What grade A is of sales, and D; the rows are grade, accounts, worked out, net, share.
    Nothing where nobody is A."""
    best, lowest = distribution[0], distribution[-1]
    if not best[1]:
        return ()
    found = Finding(
        code="composite_grade.carried",
        says=Sentence(
            "{n:customer is|customers are} grade A and {share} of sales ({net}); {low:customer "
            "is|customers are} D and {low_share}.",
            {
                "n": Figure(best[1], Unit.COUNT),
                "share": Figure(best[4], Unit.SHARE),
                "net": Figure(best[3], Unit.MONEY),
                "low": Figure(lowest[1], Unit.COUNT),
                "low_share": Figure(lowest[4], Unit.SHARE),
            },
        ),
        severity=Severity.INFO,
        cause_on=period.month_on,
    )
    return (found,)


def fallen(rows: ir.Table, now: Graded, *, day: date, then: Graded) -> tuple[Finding, ...]:
    """The largest accounts that were A or B on a past day and are clearly less now."""
    import ibis

    before = then.rows().select("account_key", before="grade", place_before="place")
    met = rows.join(before, "account_key")
    cuts = dict(zip(GRADES, now.rules.cuts, strict=False))
    lost = ibis.cases(*((met.before == grade, cut) for grade, cut in cuts.items()))
    fell = met.filter(met.before.isin(GRADES[:2]) & (met.score <= lost - CLEAR))
    found = fetch(fell.order_by("place").limit(NAMED))
    return tuple(_fell(row, day, _fell_most(row, now, then)) for row in found)


def _fell_most(row: dict[str, Any], now: Graded, then: Graded) -> tuple[str, float, float]:
    """The criterion whose points, by weight, fell most, with its points now and then."""
    both = [
        (name, *(graded.criteria.readings[name].points[row[place]] for graded, place in pairs))
        for name in now.rules.weights
        for pairs in [((now, "place"), (then, "place_before"))]
    ]
    known = [one for one in both if one[1] == one[1] and one[2] == one[2]]
    name, after, before = max(known, key=lambda one: now.rules.weights[one[0]] * (one[2] - one[1]))
    return name, float(after), float(before)


def _fell(row: dict[str, Any], day: date, fell_most: tuple[str, float, float]) -> Finding:
    name, grade = Figure(row["name"], Unit.NAME), Figure(row["grade"], Unit.NAME)
    criterion, after, before = fell_most
    return Finding(
        code="composite_grade.fell",
        says=Sentence(
            "{name} fell from {before} at {day} to {grade} ({score} of 100), most of all by "
            "{criterion}: {points} points after {points_before}. It bought {net} in the period.",
            {
                "name": name,
                "before": Figure(row["before"], Unit.NAME),
                "day": Figure(day, Unit.DATE),
                "grade": grade,
                "score": Figure(row["score"], Unit.SCORE),
                "criterion": Figure(LABELS[criterion], Unit.TERM),
                "points": Figure(round(after, 1), Unit.SCORE),
                "points_before": Figure(round(before, 1), Unit.SCORE),
                "net": Figure(row["net"], Unit.MONEY),
            },
        ),
        severity=Severity.SOON,
        cause_on=day,
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence(
            "Ask {name} this month what has changed, before its terms are cut to grade {grade}.",
            {"name": name, "grade": grade},
        ),
        owner=row["owner"],
        stake=max(row["net"], Decimal(0)),
    )


def against_figures(rows: ir.Table) -> tuple[Finding, ...]:
    """The largest accounts set two grades or more from what the figures say."""
    apart = rows.filter(_apart(rows.override, rows.grade)).order_by("place")
    return tuple(map(_held, fetch(apart.limit(NAMED))))


def _held(row: dict[str, Any]) -> Finding:
    figures = {
        "name": Figure(row["name"], Unit.NAME),
        "override": Figure(row["override"], Unit.NAME),
        "set_on": Figure(row["set_on"], Unit.DATE),
        "reason": Figure(row["reason"], Unit.NAME),
        "grade": Figure(row["grade"], Unit.NAME),
        "score": Figure(row["score"], Unit.SCORE),
    }
    says = (
        "{name} was set to {override} on {set_on} ({reason}); its figures say {grade} ({score} of "
        "100)."
        if row["reason"]
        else "{name} was set to {override} on {set_on} without a reason; its figures say {grade} "
        "({score} of 100)."
    )
    return Finding(
        code="composite_grade.against_figures",
        says=Sentence(says, figures),
        severity=Severity.INFO,
        cause_on=row["set_on"],
        subject=Subject(row["customer_id"], row["name"]),
        action=Sentence("Confirm the grade with its reason, or let it go by the figures."),
        owner=row["set_by"],
        stake=max(row["net"], Decimal(0)),
    )


def list_against_figures(period: Period, rows: ir.Table) -> tuple[Finding, ...]:
    """The accounts whose grade in the customer list is two or more from the figures."""
    apart = rows.filter(_apart(rows.given_grade.strip().upper(), rows.grade))
    summary = fetch(apart.agg(n=apart.count(), net=apart.net.sum()))[0]
    if not summary["n"]:
        return ()
    named = fetch(apart.order_by("place").limit(NAMED).select("name"))
    return (
        Finding(
            code="composite_grade.list_against_figures",
            says=Sentence(
                "The customer list and the figures are two grades or more apart for "
                "{n:customer|customers}, together {net}; the largest are {names:of them}.",
                {
                    "n": Figure(summary["n"], Unit.COUNT),
                    "net": Figure(summary["net"], Unit.MONEY),
                    "names": Figure(tuple(row["name"] for row in named), Unit.NAMES),
                },
            ),
            severity=Severity.INFO,
            cause_on=period.month_on,
            action=Sentence("Go through these customers and correct the list or the judgements."),
            stake=max(summary["net"], Decimal(0)),
        ),
    )


def _apart(one: ir.StringColumn, other: ir.StringColumn) -> ir.BooleanValue:
    import ibis

    places = [
        ibis.cases(*((grade == name, at) for at, name in enumerate(GRADES)))
        for grade in (one, other)
    ]
    return ((places[0] - places[1]).abs() >= APART).fill_null(False)
