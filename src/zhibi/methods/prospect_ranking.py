"""Which potential customers are most like those who became ours, and what are they worth?

Everybody without an order is ranked by likeness (domain 2.10): to prospects who signed within
`months` months, learnt at past days three months apart with what was known then, or, with too few
of them, to our best customers. The ranking is held against plain rules (largest annual revenue, the
industry that signed most) on past days, and says so when it beats none of them. Expected value is
the chance times what such customers bought in their first year; it stands beside the cost to win.

Likeness is no cause: who was visited much looks like a customer because it was visited. Attributes
are as of today. Do not trust the order of neighbours in the list, nor a chance from few signings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhibi.measures.first_year import INDUSTRY, expected_sales, first_year_sales
from zhibi.measures.periods import trailing
from zhibi.measures.prospect_record import Record, learn, track_record
from zhibi.measures.prospect_sources import Source, sources, spent_before_order
from zhibi.measures.prospects import (
    FEATURES,
    IN_WORDS,
    SAID,
    Account,
    all_accounts,
    observed,
    snapshots,
    values_at,
)
from zhibi.measures.prospects_told import dear_source, record_table, source_tables, who_brings
from zhibi.measures.rows import fetch, table_of_rows
from zhibi.measures.sales import by_account, net_sales
from zhibi.params import check, param
from zhibi.result import (
    Block,
    Chart,
    Column,
    Estimate,
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
from zhibi.stats.likeness import Likeness, Values, fit_likeness
from zhibi.tables.tables import LEVELS, Tables

TITLE = "Which potential customers are most like those who became ours?"
DRAWN = 15
TELLS = 0.1  # log-odds; less is no reason
BEST = 3  # one in so many customers is among the best
FEW = 30  # picks; below, the range says more than the share


@dataclass(frozen=True, slots=True)
class Params:
    months: int = param(
        6, unit="months", help="A prospect signs when its first order comes so soon.",
        within=(1, 36),
    )  # fmt: skip
    picks: int = param(
        10, unit="customers", help="How many prospects are picked on each past day.",
        within=(1, 1000),
    )  # fmt: skip
    fewest: int = param(
        10, unit="customers", help="With fewer signed prospects no chance is told.",
        within=(2, 1000),
    )  # fmt: skip
    level: str = param("group", help="Whose orders make a customer.", choices=LEVELS)


@dataclass(frozen=True, slots=True)
class ProspectRanking:
    """`ranking`: everybody without an order; `signed_count` prospects seen to sign, of which the
    chances are learnt (`is_calibrated`); `record` what past picks brought."""

    identity: Identity
    signed_count: int
    is_calibrated: bool
    record: Record | None
    ranking: Table
    chart: Chart
    record_table: Table
    sources: Table
    brought_by: Table
    features: Table
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    title: str = TITLE

    def blocks(self) -> tuple[Block, ...]:
        brought = tuple(table for table in (self.sources, self.brought_by) if table.row_count)
        record = (self.record_table,) if self.record_table.row_count else ()
        return (
            Section("Whom to win first", (self.chart, self.ranking)),
            *([Section("What each source brings", brought)] if brought else []),
            *([Section("Would the ranking have picked who signed?", record)] if record else []),
            Section("How it was worked out", (self.features, *self.notes)),
        )


def analyze(tables: Tables, params: Params | None = None) -> ProspectRanking:
    """Rank everybody without an order by likeness, and say how well that would have worked."""
    params = params or Params()
    check("prospect_ranking", params)
    first_day = tables.first_day
    accounts = all_accounts(tables, level=params.level)
    seen = observed(accounts, first_day)
    past = snapshots(tables, seen, months=params.months, level=params.level)
    signed = {one.key for cut in past for one, won in _outcomes(cut) if won}
    is_calibrated = len(signed) >= params.fewest
    model = learn(past) if is_calibrated else None
    model = model or _like_the_best(tables, accounts, level=params.level)
    record = track_record(past, months=params.months, picks=params.picks) if is_calibrated else None
    prospects = [one for one in accounts if one.first_order_on is None]
    found_sources = _sources(tables, seen, params)
    by_source, by_kind = source_tables(*found_sources)
    values = values_at(tables, prospects, tables.day, level=params.level)
    sales = expected_sales(accounts, first_year_sales(tables, accounts, level=params.level))
    rows = _ranked(prospects, values, model, is_calibrated=is_calibrated)
    rows = [_valued(row, sales, found_sources[0]) for row in rows]
    return ProspectRanking(
        identity=tables.identity("prospect_ranking", params, params.level),
        signed_count=len(signed),
        is_calibrated=is_calibrated,
        record=record,
        ranking=_ranking(rows, is_calibrated=is_calibrated),
        chart=_chart(rows, is_calibrated=is_calibrated),
        record_table=record_table(record),
        sources=by_source,
        brought_by=by_kind,
        features=_features(model),
        notes=_notes(params, len(signed), record, model),
        findings=(
            *([] if model and _is_thin(model) else _first(rows, record, params, tables)),
            *dear_source(found_sources[0], tables.day),
            *who_brings(found_sources[1], tables.day, params.months),
        ),
    )


def _outcomes(cut: Any) -> zip[tuple[Account, bool]]:
    return zip(cut.prospects, cut.signed, strict=True)


def _sources(
    tables: Tables, seen: Sequence[Account], params: Params
) -> tuple[list[Source], list[Source]]:
    """By source, and by who brought it."""
    spent = spent_before_order(tables, seen, level=params.level)
    return (
        sources(seen, spent, day=tables.day, months=params.months),
        sources(seen, spent, day=tables.day, months=params.months, kind=True),
    )


def _like_the_best(tables: Tables, accounts: Sequence[Account], *, level: str) -> Likeness | None:
    """Likeness to the third of customers with the largest sales, by what prospects have too."""
    net = {"net": net_sales(tables.order_lines, trailing(tables.day, 12))}
    sales = {row["account_key"]: row["net"] for row in fetch(by_account(tables, net, level=level))}
    customers = [one for one in accounts if one.first_order_on]
    customers.sort(key=lambda one: (-sales.get(one.key, 0), one.customer_id))
    best = len(customers) // BEST
    if not best:
        return None
    unknown = (None,) * (len(FEATURES) - len(customers[0].fixed))
    values: list[Values] = [(*one.fixed, *unknown) for one in customers]
    return fit_likeness(values, [at < best for at in range(len(customers))])


def _ranked(
    prospects: Sequence[Account],
    values: Sequence[Values],
    model: Likeness | None,
    *,
    is_calibrated: bool,
) -> list[dict[str, Any]]:
    """Most alike first; equals by annual revenue, then by customer id."""
    chances = model.predict(values) if model and prospects else [0.0] * len(prospects)
    rows: list[dict[str, Any]] = [
        {
            "account": one,
            "customer_id": one.customer_id,
            "name": one.name,
            "owner": one.owner,
            "industry": one.fixed[INDUSTRY],
            "source": one.source,
            "known_on": min(filter(None, (one.known_on, one.since)), default=None),
            "likeness": round(100 * float(chance), 1) if model else None,
            "chance": float(chance) if is_calibrated else None,
            **_reasons(model, row),
        }
        for one, row, chance in zip(prospects, values, chances, strict=True)
    ]
    rows.sort(
        key=lambda row: (
            -(row["likeness"] or 0),
            -(row["account"].revenue or 0),
            row["customer_id"],
        )
    )
    return [{**row, "rank": at} for at, row in enumerate(rows, 1)]


def _reasons(model: Likeness | None, row: Values) -> dict[str, str | None]:
    """The two features that speak for it most."""
    parts = sorted(model.parts(row).items() if model else (), key=lambda part: (-part[1], part[0]))
    named = [SAID.get(FEATURES[at], FEATURES[at]) for at, weight in parts if weight > TELLS]
    return dict(zip(("reason", "second"), (*named, None, None), strict=False))


def _valued(
    row: dict[str, Any], sales: Mapping[str | None, Estimate], found: Sequence[Source]
) -> dict[str, Any]:
    """What it would buy in its first year, times the chance, beside the cost to win."""
    first_year = sales.get(row["industry"], sales.get(None))
    costs = {one.name: one.cost_to_win for one in found}
    expected = None
    if row["chance"] is not None and first_year:
        expected = Decimal(str(round(row["chance"] * first_year.value, 2)))
    return {
        **row,
        "first_year": first_year,
        "expected": expected,
        "cost_to_win": costs.get(row["source"] or ""),
    }


RANKED = (
    Column("rank", "Rank", Unit.COUNT),
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("name", "Customer", Unit.NAME),
    Column("owner", "Owner", Unit.NAME),
    Column("industry", "Industry", Unit.NAME),
    Column("source", "Source", Unit.NAME),
    Column("known_on", "Known since", Unit.DATE),
    Column("likeness", "Likeness", Unit.SCORE),
    Column("chance", "Chance to sign", Unit.SHARE),
    Column("first_year", "First year of such customers", Unit.MONEY),
    Column("expected", "Expected value", Unit.MONEY, total=True),
    Column("cost_to_win", "Cost to win one of its source", Unit.MONEY),
    Column("reason", "What speaks for it", Unit.TERM),
    Column("second", "And then", Unit.TERM),
)


def _is_thin(model: Likeness) -> bool:
    """Whether likeness rests on a single feature, or on none."""
    return len({at for at, _ in model.weights}) < 2


def _ranking(rows: list[dict[str, Any]], *, is_calibrated: bool) -> Table:
    """The chance and what follows from it, or likeness alone."""
    left_out = ("likeness",) if is_calibrated else ("chance", "expected")
    columns = tuple(column for column in RANKED if column.key not in left_out)
    return table_of_rows(rows, "ranking", "Potential customers by likeness", columns)


def _chart(rows: list[dict[str, Any]], *, is_calibrated: bool) -> Chart:
    drawn = rows[:DRAWN]
    shown = next(
        column for column in RANKED if column.key == ("chance" if is_calibrated else "likeness")
    )
    return Chart(
        key="likeness",
        title="The potential customers most alike",
        mark=Mark.BAR,
        columns=(
            Column("name", "Customer", Unit.NAME),
            shown,
        ),
        rows=tuple((row["name"], row[shown.key]) for row in drawn),
        x="name",
        y=(shown.key,),
        text=Sentence(
            "{n:potential customer|potential customers} in all, the {drawn} most alike drawn.",
            {"n": Figure(len(rows), Unit.COUNT), "drawn": Figure(len(drawn), Unit.COUNT)},
        ),
    )


def _features(model: Likeness | None) -> Table:
    """What speaks for and against, strongest first."""
    weights = sorted(
        (model.weights if model else {}).items(), key=lambda part: (-abs(part[1]), part[0])
    )
    rows = [
        {
            "feature": SAID.get(FEATURES[at], FEATURES[at]),
            "value": value if FEATURES[at] in IN_WORDS else None,
            "level": None if FEATURES[at] in IN_WORDS else value,
            "weight": weight,
        }
        for (at, value), weight in weights
    ]
    columns = (
        Column("feature", "Feature", Unit.TERM),
        Column("value", "Value", Unit.NAME),
        Column("level", "Grouped as", Unit.TERM),
        Column("weight", "Log-odds it adds", Unit.RATIO),
    )
    return table_of_rows(rows, "features", "What likeness is made of", columns)


def _notes(
    params: Params, signed: int, record: Record | None, model: Likeness | None
) -> tuple[Note, ...]:
    figures = {
        "n": Figure(signed, Unit.COUNT),
        "months": Figure(params.months, Unit.COUNT),
        "fewest": Figure(params.fewest, Unit.COUNT),
        "days": Figure(record.days if record else 0, Unit.COUNT),
        "picks": Figure(params.picks, Unit.COUNT),
    }
    said = []
    if signed < params.fewest:
        said.append(
            "Only {n:prospect was|prospects were} seen to sign, fewer than {fewest}: the ranking "
            "is by likeness to our best customers, and no chance is told."
        )
    else:
        said.append(
            "Learnt from {n:prospect|prospects} seen to sign: logistic regression with ridge over "
            "what was known at past days three months apart; chance is that of a first order "
            "within {months:month|months}."
        )
    if model is None:
        said.append("There are too few customers to be like: the order is by annual revenue.")
    elif _is_thin(model):
        said.append(
            "Of prospects and customers alike no more than one attribute is known: this separates "
            "little, and nobody is named."
        )
    if record:
        said.append(
            "Asked at {days:past day|past days}, learning only from what was known by then, "
            "{picks:pick|picks} each; a prospect can be picked on several days."
        )
        if record.rules[0].picked < FEW:
            said.append("Few picks: read the range, not the share.")
    elif signed >= params.fewest:
        said.append("The history is too short to hold the ranking against past days.")
    said.append(
        "Unknown says nothing for or against. Attributes are as of today. Answered means touched "
        "in two different steps; cost is what was spent before the first order."
    )
    return tuple(Note(Sentence(template, figures)) for template in said)


def _first(
    rows: list[dict[str, Any]], record: Record | None, params: Params, tables: Tables
) -> tuple[Finding, ...]:
    """Whom to win first, with what such picks brought before."""
    if not rows or rows[0]["likeness"] is None:
        return ()
    top = rows[: params.picks]
    expected = [row["expected"] for row in top if row["expected"] is not None]
    figures = {
        "n": Figure(len(top), Unit.COUNT),
        "of": Figure(len(rows), Unit.COUNT),
        "name": Figure(top[0]["name"], Unit.NAME),
        "expected": Figure(sum(expected, Decimal(0)) if expected else None, Unit.MONEY),
        "months": Figure(params.months, Unit.COUNT),
    }
    template = "Of {of:potential customer|potential customers}, {name} is most like our best."
    if record:
        own, average = record.rules[0], record.rules[-1]
        plain = max(record.rules[1:], key=lambda one: one.signed / max(one.picked, 1))
        figures |= {
            "share": Figure(own.precision, Unit.SHARE),
            "base": Figure(average.signed / average.picked if average.picked else None, Unit.SHARE),
            "rule": Figure(plain.rule, Unit.TERM),
            "plain": Figure(plain.precision, Unit.SHARE),
        }
        template = (
            "{name} leads {of:potential customer|potential customers}. Of past picks {share} "
            "signed within {months:month|months}, of all prospects {base}."
            if record.is_better
            else "Likeness beats no plain rule here: of past picks {share} signed within "
            "{months:month|months}, picked by {rule} {plain}. {name} leads the list."
        )
    return (
        Finding(
            code="prospect_ranking.first",
            says=Sentence(template, figures),
            severity=Severity.SOON,
            cause_on=tables.day.replace(day=1),
            action=Sentence(
                "Visit {name} first this month, and the first {n} of the list after it.", figures
            ),
            owner=top[0]["owner"],
            stake=figures["expected"].value if expected else None,  # type: ignore[arg-type]
        ),
    )
