"""Who bears the marks of a key account, who only looks like one, and who is becoming one?

A key account is neither simply an old customer nor the one with the biggest order (domain 2.0).
Nine marks, each met, not met or unknown: buys often and much, complex to manage, concentrated
buying, high service demands, long term, purposeful, many people, a fixed way of buying, much
follow-up. What data can tell is told by data, the rest by what people judged
(`zhibi.measures.account_marks`); every limit is a parameter and stated.

Marks are counted, not weighed: they say what an account is like, not what it is worth. Do not
compare counts across accounts of which little is known: unknown is shown beside met.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.measures.account_marks import MARKS, Limits, account_marks, judgements
from zhibi.measures.rows import fetch, table_of_rows, tabulate
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
    Subject,
    Table,
    Unit,
)
from zhibi.tables.tables import LEVELS, Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Who bears the marks of a key account?"
LABELS = {
    "frequent_large": "Buys often and much",
    "complex": "Complex to manage",
    "concentrated_buying": "Concentrated buying",
    "service_demand": "High service demands",
    "long_term": "Long term",
    "purposeful": "Purposeful",
    "many_people": "Many people",
    "fixed_buying": "Fixed way of buying",
    "follow_up": "Much follow-up",
}
TOLD = 3  # accounts of one kind
FEW_DAYS = 2  # order days in two years: a large order, no habit
GROWTH = Decimal("1.3")  # sales of the last twelve months ÷ those before, of a key account to be


@dataclass(frozen=True, slots=True)
class Params:
    key: int = param(
        5, unit="marks", help="A key account bears at least so many marks.", within=(1, 9)
    )
    top: float = param(
        0.20, unit="share", help="Large: among this share of customers by sales in 12 months.",
        within=(0.01, 1.0),
    )  # fmt: skip
    order_days: float = param(
        4.0, unit="days", help="Often: so many order days a year.", within=(1, 366)
    )
    entities: int = param(
        2, unit="legal entities", help="Complex: so many legal entities in the group.",
        within=(2, 1000),
    )  # fmt: skip
    kinds: int = param(
        20, unit="products", help="Complex: buys so many products.", within=(2, 10_000)
    )
    concentration: float = param(
        0.4, unit="index", help="Concentrated: Herfindahl index of its products.",
        within=(0.0, 1.0),
    )  # fmt: skip
    service: int = param(
        4, unit="efforts", help="Service demands: so many service calls in 12 months.",
        within=(1, 1000),
    )  # fmt: skip
    years: float = param(
        3.0, unit="years", help="Long term: first order so long ago.", within=(0.5, 50)
    )
    people: int = param(
        3, unit="people", help="Many people: so many of theirs answer us, or of ours are busy.",
        within=(2, 100),
    )  # fmt: skip
    regularity: float = param(
        0.75, unit="ratio", help="Fixed buying: the usual interval ÷ that of 4 in 5 orders.",
        within=(0.0, 1.0),
    )  # fmt: skip
    follow_up: int = param(
        12, unit="efforts", help="Much follow-up: so many efforts in 12 months.",
        within=(1, 10_000),
    )  # fmt: skip
    level: str = param("group", help="Whose marks are told.", choices=LEVELS)

    @property
    def limits(self) -> Limits:
        return Limits(**{name: getattr(self, name) for name in Limits.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class KeyAccountMarks:
    """`accounts` with every mark, most met first; `figures` behind what data told, `judgements`
    behind what people did; `by_mark` how often each is met."""

    identity: Identity
    accounts: Table
    by_count: Chart
    by_mark: Table
    figures: Table
    judgements: Table
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        judged = (self.judgements,) if self.judgements.row_count else ()
        return (
            Section("Who bears how many marks", (self.by_count, self.accounts)),
            Section("Which marks are met", (self.by_mark,)),
            Section("What the marks rest on", (self.figures, *judged)),
            Section("How it was worked out", self.notes),
        )


def analyze(tables: Tables, params: Params | None = None) -> KeyAccountMarks:
    """Look for the nine marks at everybody who ever bought."""
    params = params or Params()
    check("key_account_marks", params)
    tables.first_day  # noqa: B018 - an error where there are no orders yet
    marked = account_marks(tables, params.limits, level=params.level)
    marked = tables.keep(f"key_account_marks|{params}", marked)
    ordered = marked.order_by(marked.met.desc(), marked.net.desc(), "customer_id")
    return KeyAccountMarks(
        identity=tables.identity("key_account_marks", params, params.level),
        accounts=tabulate(_with_words(ordered), "accounts", "Customers by marks", columns=ACCOUNTS),
        by_count=_by_count(marked, params),
        by_mark=_by_mark(marked),
        figures=tabulate(ordered, "figures", "Figures behind the marks", columns=FIGURES),
        judgements=_judgements(tables, params, marked),
        notes=_notes(params),
        findings=(
            *_one_big_order(marked, params),
            *_in_the_making(marked, params, tables),
            *_only_old(marked, params, tables),
        ),
    )


ACCOUNTS = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("met", "Marks met", Unit.COUNT),
    Column("unknown", "Unknown marks", Unit.COUNT),
    Column("net", "Sales in 12 months", Unit.MONEY, total=True),
    *(Column(mark, label, Unit.TERM) for mark, label in LABELS.items()),
)
FIGURES = (
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("net", "Sales in 12 months", Unit.MONEY, total=True),
    Column("net_before", "Sales in the 12 months before", Unit.MONEY, total=True),
    Column("order_days", "Order days in 24 months", Unit.COUNT),
    Column("entities", "Legal entities", Unit.COUNT),
    Column("kinds", "Products bought", Unit.COUNT),
    Column("concentration", "Herfindahl index of products", Unit.RATIO),
    Column("regularity", "Regularity", Unit.RATIO),
    Column("first_order_on", "First order", Unit.DATE),
    Column("efforts", "Efforts in 12 months", Unit.COUNT),
    Column("services", "Service calls in 12 months", Unit.COUNT),
    Column("our_people", "Our people busy with it", Unit.COUNT),
    Column("their_people", "Their people who answer", Unit.COUNT),
)


def _with_words(ordered: ir.Table) -> ir.Table:
    import ibis

    return ordered.mutate(
        **{
            mark: ibis.cases((ordered[mark] == 1, "met"), (ordered[mark] == 0, "not met"),
                             else_="unknown")
            for mark in MARKS
        }
    )  # fmt: skip


def _by_count(marked: ir.Table, params: Params) -> Chart:
    found = {row["met"]: row["n"] for row in fetch(marked.group_by("met").agg(n=marked.count()))}
    rows = tuple((met, found.get(met, 0)) for met in range(len(MARKS), -1, -1))
    return Chart(
        key="by_count",
        title="Customers by number of marks met",
        mark=Mark.BAR,
        columns=(
            Column("met", "Marks met", Unit.COUNT),
            Column("customers", "Customers", Unit.COUNT),
        ),
        rows=rows,
        x="met",
        y=("customers",),
        text=Sentence(
            "{n:customer bears|customers bear} {key} marks or more.",
            {
                "n": Figure(sum(n for met, n in rows if met >= params.key), Unit.COUNT),
                "key": Figure(params.key, Unit.COUNT),
            },
        ),
    )


def _by_mark(marked: ir.Table) -> Table:
    counted = fetch(
        marked.agg(
            **{f"met_{mark}": (marked[mark] == 1).sum().fill_null(0) for mark in MARKS},
            **{f"not_{mark}": (marked[mark] == 0).sum().fill_null(0) for mark in MARKS},
            **{
                f"said_{mark}": (marked[mark].notnull() & marked[f"told_{mark}"].isnull())
                .sum()
                .fill_null(0)
                for mark in MARKS
            },
            n=marked.count(),
        )
    )[0]
    rows = [
        {
            "mark": label,
            "met": counted[f"met_{mark}"],
            "not_met": counted[f"not_{mark}"],
            "unknown": counted["n"] - counted[f"met_{mark}"] - counted[f"not_{mark}"],
            "judged": counted[f"said_{mark}"],
        }
        for mark, label in LABELS.items()
    ]
    columns = (
        Column("mark", "Mark", Unit.TERM),
        Column("met", "Met", Unit.COUNT),
        Column("not_met", "Not met", Unit.COUNT),
        Column("unknown", "Unknown", Unit.COUNT),
        Column("judged", "Of these judged by people", Unit.COUNT),
    )
    return table_of_rows(rows, "by_mark", "How often each mark is met", columns)


def _judgements(tables: Tables, params: Params, marked: ir.Table) -> Table:
    """What people judged, where the data could not tell."""
    said = judgements(tables, level=params.level)
    keys = {key for judged in said.values() for key in judged}
    chosen = marked.filter(marked.account_key.isin(sorted(keys))) if keys else marked.limit(0)
    rows = [
        {
            "customer_id": row["customer_id"],
            "name": row["name"],
            "mark": LABELS[mark],
            "value": said[mark][row["account_key"]].value,
            "by": said[mark][row["account_key"]].assessed_by,
            "on": said[mark][row["account_key"]].assessed_on,
            "evidence": said[mark][row["account_key"]].evidence,
        }
        for row in fetch(chosen.order_by("customer_id"))
        for mark in MARKS
        if row["account_key"] in said[mark] and row[f"told_{mark}"] is None
    ]
    columns = (
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("name", "Customer", Unit.NAME),
        Column("mark", "Mark", Unit.TERM),
        Column("value", "Judged as", Unit.NAME),
        Column("by", "Judged by", Unit.NAME),
        Column("on", "Judged on", Unit.DATE),
        Column("evidence", "Evidence", Unit.NAME),
    )
    return table_of_rows(rows, "judgements", "Judgements behind the marks", columns)


def _notes(params: Params) -> tuple[Note, ...]:
    counts = ("key", "order_days", "entities", "kinds", "service", "years", "people", "follow_up")
    figures = {name: Figure(getattr(params, name), Unit.COUNT) for name in counts}
    figures |= {
        "top": Figure(params.top, Unit.SHARE),
        "concentration": Figure(params.concentration, Unit.RATIO),
        "regularity": Figure(params.regularity, Unit.RATIO),
    }
    said = (
        "Met from: among the largest {top} by sales with {order_days} order days a year; "
        "{entities} legal entities or {kinds} products; a Herfindahl index of {concentration}; "
        "{service} service calls; {years} years since the first order; {people} people; a "
        "regularity of {regularity}; {follow_up} efforts. A key account bears {key} marks.",
        "Unknown is not counted as not met. A first order in the first year of the data says "
        "nothing of the years before; a rhythm takes five order days; purposeful is judged only. "
        "A judged level counts as met above the middle.",
        "Marks are counted, not weighed; customers without an order are in prospect_ranking.",
    )
    return tuple(Note(Sentence(template, figures)) for template in said)


def _one_big_order(marked: ir.Table, params: Params) -> tuple[Finding, ...]:
    """Large by one or two orders, with too few marks for a key account."""
    sizes = fetch(
        marked.filter(marked.net > 0).order_by(marked.net.desc(), "customer_id").select("net")
    )
    if not sizes:
        return ()
    cut = sizes[max(int(len(sizes) * params.top + 1e-9) - 1, 0)]["net"]
    found = marked.filter(
        (marked.net >= cut) & (marked.order_days <= FEW_DAYS) & (marked.met < params.key)
    )
    rows = fetch(found.order_by(found.net.desc(), "customer_id").limit(TOLD))
    return tuple(
        _finding(
            row,
            "key_account_marks.one_big_order",
            "{name} bought {net} in 12 months, on {days:order day|order days} in two years: one "
            "big order, with {met} of 9 marks no key account yet.",
            action="Ask {name} what it will need next year, before anybody is set aside for it.",
        )
        for row in rows
        if len(sizes) > 1
    )


def _in_the_making(marked: ir.Table, params: Params, tables: Tables) -> tuple[Finding, ...]:
    """Few marks met yet, buys often, and much more than the year before."""
    growing = (marked.net_before > 0) & (marked.net >= marked.net_before * GROWTH)
    is_short = (marked.met < params.key) & (marked.met + marked.unknown >= params.key)
    found = marked.filter(growing & is_short & (marked.order_days >= params.order_days))
    found = found.mutate(rise=found.net - found.net_before)
    rows = fetch(found.order_by(found.rise.desc(), "customer_id").limit(TOLD))
    return tuple(
        _finding(
            {**row, "cause_on": tables.day.replace(day=1), "stake": row["rise"]},
            "key_account_marks.in_the_making",
            "{name} is a key account in the making: {net} after {before} the year before, {met} of "
            "9 marks met and {unknown} still unknown.",
            action="Find out the unknown marks of {name}, and plan the account before rivals do.",
        )
        for row in rows
    )


def _only_old(marked: ir.Table, params: Params, tables: Tables) -> tuple[Finding, ...]:
    """Long with us, neither large nor frequent, and looked after all the same."""
    is_old = (marked.long_term == 1) & (marked.frequent_large == 0)
    is_weak = (marked.met + marked.unknown < params.key) & (marked.efforts.fill_null(0) > 0)
    found = marked.filter(is_old & is_weak)
    rows = fetch(found.order_by(found.efforts.desc(), "customer_id").limit(1))
    totals = fetch(found.agg(n=found.count(), efforts=found.efforts.sum(), net=found.net.sum()))[0]
    return tuple(
        _finding(
            {**row, **{f"all_{name}": value for name, value in totals.items()},
             "cause_on": tables.day.replace(day=1), "stake": totals["net"]},
            "key_account_marks.only_old",
            "{all:old customer is|old customers are} no key account whatever the unknown marks "
            "turn out to be, and took {efforts:effort|efforts} in 12 months for {all_net} of "
            "sales; {name} took the most, {own}.",
            action="Look after {name} by phone, and give the visits to accounts with more marks.",
            is_about_one=False,
        )
        for row in rows
    )  # fmt: skip


def _finding(
    row: dict[str, Any], code: str, says: str, *, action: str, is_about_one: bool = True
) -> Finding:
    figures = {
        "name": Figure(row["name"], Unit.NAME),
        "net": Figure(row["net"], Unit.MONEY),
        "before": Figure(row["net_before"], Unit.MONEY),
        "days": Figure(row["order_days"], Unit.COUNT),
        "met": Figure(row["met"], Unit.COUNT),
        "unknown": Figure(row["unknown"], Unit.COUNT),
        "own": Figure(row["efforts"], Unit.COUNT),
        "all": Figure(row.get("all_n"), Unit.COUNT),
        "efforts": Figure(row.get("all_efforts"), Unit.COUNT),
        "all_net": Figure(row.get("all_net"), Unit.MONEY),
    }
    return Finding(
        code=code,
        says=Sentence(says, figures),
        severity=Severity.INFO if code.endswith("big_order") else Severity.SOON,
        cause_on=row.get("cause_on") or row["last_on"],
        subject=Subject(row["customer_id"], row["name"]) if is_about_one else None,
        action=Sentence(action, {"name": figures["name"]}),
        owner=row["owner"],
        stake=row.get("stake", row["net"]),
    )
