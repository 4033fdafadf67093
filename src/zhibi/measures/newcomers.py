"""Customers that have never ordered, what can be seen of them and of the others alike, and the
provisional grade that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhibi.measures.assessments import TOP, latest
from zhibi.measures.criteria import LABELS
from zhibi.measures.provisional import NEEDED, OneRule, Trial, tried_rule
from zhibi.measures.sales import by_account, order_count
from zhibi.result import Figure, Note, Sentence, Unit
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

ATTRIBUTES = ("industry", "kind", "size", "region", "route", "source")
JUDGED = ("potential", "influence", "fit", "strategic_value", "prospects")
LEVELS = ("low", "medium", "high")  # thirds of the scale of judgements
SIGNS = {
    **{name: name for name in ATTRIBUTES},
    "kind": "kind of customer",
    **{name: LABELS[name] for name in JUDGED},
}


def customers_seen(tables: Tables, *, level: str) -> ir.Table:
    """All accounts with their attributes, their judged levels and whether they have never ordered
    (`is_new`)."""
    customers = tables.customers
    if tables.facts.has_groups:
        own = customers["group_key" if level == "group" else "entity_key"]
        customers = customers.filter(own == customers.customer_key)
    shown = ("customer_id", "name", "owner", "given_grade", *ATTRIBUTES)
    people = tables.bring(customers.select(*shown, account_key="customer_key"))
    judged = people.left_join(_judged_levels(tables, level), "account_key")
    lines = tables.order_lines
    ordered = by_account(tables, {"orders": order_count(lines)}, level=level)
    ordered = ordered.filter(ordered.orders > 0)
    found = judged.drop("account_key_right").left_join(ordered, "account_key")
    seen = found.mutate(is_new=found.orders.isnull()).drop("account_key_right", "orders")
    return tables.keep(f"customers seen|{level}", seen)


def _judged_levels(tables: Tables, level: str) -> ir.Table:
    import ibis
    import pyarrow as pa

    levels: dict[str, dict[object, str]] = {
        criterion: {
            key: LEVELS[min(int(3 * one.score / TOP), 2)]
            for key, one in judged.items()
            if one.score is not None
        }
        for criterion, judged in latest(tables, *JUDGED, level=level).items()
    }
    keys = sorted({key for found in levels.values() for key in found})  # type: ignore[type-var]
    key_type = tables.customers.select("customer_key").schema().to_pyarrow().field(0).type
    columns = {
        name: pa.array([levels[name].get(key) for key in keys], pa.string()) for name in JUDGED
    }
    return ibis.memtable(pa.table({"account_key": pa.array(keys, key_type), **columns}))


def trial_of(seen: ir.Table, graded: ir.Table) -> Trial | None:
    """The best rule for customers without orders, tried on the graded ones."""
    known = seen.join(graded.select("account_key", "grade"), "account_key")
    found = known.order_by("customer_id").select("grade", *SIGNS).to_pyarrow()
    return tried_rule(found.select(list(SIGNS)), found["grade"])


def with_provisional(newcomers: ir.Table, rule: OneRule | None) -> ir.Table:
    """Customers without orders with `sign`, the value that decides, and `provisional`."""
    import ibis

    nothing = ibis.null().cast("string")
    if rule is None:
        return newcomers.mutate(sign=nothing, provisional=nothing)
    sign = newcomers[rule.sign]
    given = ibis.cases(*((sign == value, grade) for value, grade in rule.grades.items()))
    return newcomers.mutate(sign=sign, provisional=given)


def said_of(trial: Trial | None) -> Note:
    """How well the provisional grades do on customers whose grade is known."""
    if trial is None:
        return Note(
            Sentence(
                "No provisional grade can be given: it takes {needed} graded customers, and five "
                "of one industry, kind, size, region, route, source or judged level.",
                {"needed": Figure(NEEDED, Unit.COUNT)},
            )
        )
    template = (
        "A provisional grade is the most frequent one of customers with the same {sign}. Of "
        "{n:customer|customers} held out it gave {share} the grade they have; calling everybody "
        "{usual} is right for {naive}."
        if trial.is_worth_giving
        else "No provisional grade can be given: the best sign, {sign}, gave {share} of "
        "{n:customer|customers} held out the grade they have; calling everybody {usual} is right "
        "for {naive}."
    )
    figures = {
        "sign": Figure(SIGNS[trial.rule.sign], Unit.TERM),
        "n": Figure(trial.agreement.n, Unit.COUNT),
        "share": Figure(trial.agreement, Unit.SHARE),
        "usual": Figure(trial.most_frequent, Unit.NAME),
        "naive": Figure(trial.naive, Unit.SHARE),
    }
    return Note(Sentence(template, figures))
