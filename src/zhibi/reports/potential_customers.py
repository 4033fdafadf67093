"""The analysis of those who could buy (潜在客户分析报告, domain 7.3).

A potential customer is one on file who has never ordered. Which segments they are in, whom to win
first, who has the money, the say and the need, which steps lead to an order, what each source
brings, who stands where on the way to signing, and whom to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhibi.errors import ZhibiError
from zhibi.measures.expectations import expectations
from zhibi.measures.make_up import conversion_by, filled, known_of, on_file, prospects_by
from zhibi.measures.rows import fetch
from zhibi.methods import customer_funnel, man, prospect_ranking, purchase_path, target_markets
from zhibi.reports.asked import Asked
from zhibi.reports.cut import first_rows, short
from zhibi.reports.document import NoParams, Report, choose
from zhibi.reports.evidence import evidence
from zhibi.reports.proposals import whom_to_see
from zhibi.result import (
    Block,
    Figure,
    Finding,
    Note,
    Result,
    Section,
    Sentence,
    Severity,
    Table,
    Unit,
)
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

TITLE = "Potential customers"
ANSWERS = "Who could buy, who is near, what leads to an order, and whom to see?"
LEVEL = "group"
ATTRIBUTES = ("industry", "region", "size", "source")
# What is told of customers who signed already is told elsewhere.
SIGNED = frozenset({"customer_funnel.first_payment", "customer_funnel.signed"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The results the report is made of; None where the data does not allow one. `answers` are
    those of potential customers alone."""

    ranking: prospect_ranking.ProspectRanking | None
    answers: man.Man | None
    markets: target_markets.TargetMarkets | None
    path: purchase_path.PurchasePath | None
    funnel: customer_funnel.CustomerFunnel | None

    @property
    def results(self) -> tuple[Result, ...]:
        found = (self.answers, self.ranking, self.funnel, self.path, self.markets)
        return tuple(one for one in found if one)


def compose(tables: Tables, sources: Section | None = None) -> Report:
    """Ask what is known of those who never ordered; ZhibiError where there is nobody."""
    count = _count(tables)
    asked = Asked(tables)
    parts = _parts(asked)
    who = _who(tables)
    every = [f for one in parts.results for f in one.findings if f.code not in SIGNED]
    news = _news(tables, who, count)
    findings = choose(news, every, is_material=lambda _: True, alike=1)
    return Report(
        title=TITLE,
        subtitle=_subtitle(tables, count),
        identity=tables.identity("potential_customers", NoParams(), LEVEL),
        findings=findings,
        sections=(
            *_sections(tables, parts, who),
            *whom_to_see(every),
            Section("What the figures are", _definitions()),
            *asked.left_out(),
            *([sources] if sources else []),
        ),
        evidence=evidence(tables, findings, _behind(parts, who)),
    )


def _count(tables: Tables) -> int:
    whole = on_file(tables, level=LEVEL)
    (found,) = fetch(whole.agg(n=(~whole.has_ordered).sum()))
    if not found["n"]:
        raise ZhibiError(
            "Everybody on file has ordered, so that there is no potential customer to tell of; "
            "import a list of them with `zhibi import FILE --kind customers`."
        )
    return int(found["n"])


def _parts(asked: Asked) -> Parts:
    prospects = asked.about(asked.tables.only("prospects", lambda all_: _never(asked.tables, all_)))
    return Parts(
        ranking=asked.of(prospect_ranking.TITLE, prospect_ranking.analyze),
        answers=prospects.of(man.TITLE, man.analyze),
        markets=asked.of(target_markets.TITLE, target_markets.analyze),
        path=asked.of(purchase_path.TITLE, purchase_path.analyze),
        funnel=asked.of(customer_funnel.TITLE, customer_funnel.analyze, needs=("assessments",)),
    )


def _never(tables: Tables, customers: ir.Table) -> ir.BooleanValue:
    """Customers of whose group nobody has ordered."""
    lines = tables.order_lines
    buyers = customers.semi_join(lines.filter(lines.is_order), "customer_key")
    return ~customers.customer_key.isin(buyers.group_key)


def _subtitle(tables: Tables, count: int) -> Sentence:
    return Sentence(
        "{n:potential customer|potential customers} on file, by group · attributes as of today · "
        "data to {as_of}",
        {"n": Figure(count, Unit.COUNT), "as_of": Figure(tables.day, Unit.DATE)},
    )


def _sections(tables: Tables, parts: Parts, who: Sequence[Table]) -> list[Section]:
    """The questions that could be answered, in their order."""
    answers: tuple[tuple[str, Sequence[Block]], ...] = (
        ("Who they are", [first_rows(table) for table in who]),
        ("Whom to win first", _first(parts)),
        ("Who has the money, the say and the need", _answers(parts)),
        ("Where they stand on the way to signing", _funnel(parts)),
        ("What leads to an order", _path(parts)),
        ("What each source brings", _sources(tables, parts)),
        ("Which markets to aim at", _markets(parts)),
    )
    return [Section(question, tuple(blocks)) for question, blocks in answers if blocks]


def _who(tables: Tables) -> list[Table]:
    judged = expectations(tables, level=LEVEL) if tables.holds("assessments") else {}
    amounts = {key: one.amount for key, one in judged.items() if one.amount is not None}
    return [
        prospects_by(tables, name, amounts=amounts, level=LEVEL)
        for name in filled(tables, ATTRIBUTES)
    ]


def _news(tables: Tables, who: Sequence[Table], count: int) -> list[Finding]:
    """How many there are, and what is expected of them."""
    if not who:
        return []
    (found,) = fetch(on_file(tables, level=LEVEL).count().as_table())
    whole = found.popitem()[1]
    figures = {
        "n": Figure(count, Unit.COUNT),
        "share": Figure(count / whole, Unit.SHARE),
    }
    totals = dict(zip((column.key for column in who[0].columns), who[0].totals or (), strict=True))
    says = Sentence("{n:customer|customers} on file, {share} of all, never ordered.", figures)
    if totals.get("judged"):
        says = Sentence(
            "{n:customer|customers} on file, {share} of all, never ordered; {expected} is "
            "expected of {judged} of them.",
            {
                **figures,
                "expected": Figure(totals["expected"], Unit.MONEY),
                "judged": Figure(totals["judged"], Unit.COUNT),
            },
        )
    on = tables.day.replace(day=1)
    return [Finding("potential_customers.on_file", says, Severity.INFO, on)]


def _first(parts: Parts) -> list[Block]:
    if not parts.ranking:
        return []
    ranking = short(parts.ranking.ranking, RANKING)
    record = (parts.ranking.record_table,) if parts.ranking.record_table.rows else ()
    return [parts.ranking.chart, ranking, *record]


def _answers(parts: Parts) -> list[Block]:
    if not parts.answers or not parts.answers.customers.rows:
        return []
    found = parts.answers
    questions = (short(found.questions, QUESTIONS),) if found.questions.rows else ()
    return [found.chart, found.combinations, *questions, *found.notes[:1]]


def _funnel(parts: Parts) -> list[Block]:
    if not parts.funnel:
        return []
    blocks: list[Block] = [parts.funnel.funnel]
    if parts.funnel.open.rows:
        blocks.append(short(parts.funnel.open, OPEN))
    if parts.funnel.cohorts.rows:
        blocks.append(parts.funnel.cohorts)
    return blocks


def _path(parts: Parts) -> list[Block]:
    if not parts.path or not parts.path.journeys:
        return []
    return [parts.path.reached, parts.path.by_step, parts.path.paths]


def _sources(tables: Tables, parts: Parts) -> list[Block]:
    blocks: list[Block] = []
    if tables.has("source"):
        note = known_of(tables, "source", level=LEVEL)
        blocks += [conversion_by(tables, "source", level=LEVEL), *([note] if note else [])]
    if parts.path and parts.path.channels.rows:
        blocks.append(parts.path.channels)
    if parts.ranking and parts.ranking.sources and parts.ranking.sources.rows:
        blocks.append(short(parts.ranking.sources, COSTS))
    return blocks


def _markets(parts: Parts) -> list[Block]:
    if not parts.markets or not parts.markets.segments.rows:
        return []
    return [parts.markets.picture, short(parts.markets.segments, MARKETS)]


RANKING = ("rank", "name", "owner", "industry", "source", "chance", "expected", "reason", "second")
QUESTIONS = ("rank", "name", "owner", "question", "if_no", "if_yes", "amount", "month")
OPEN = ("name", "owner", "stage", "stage_on", "expected_amount", "expected_month")
COSTS = ("name", "known", "answer_rate", "signing_rate", "cost", "cost_to_win")
MARKETS = ("rank", "name", "state", "score", "net", "change", "customers", "newcomers")


def _definitions() -> tuple[Note, ...]:
    said = (
        Sentence(
            "A potential customer is on file and has no order up to the day; attributes are as of "
            "today, expected amounts are what people judged last."
        ),
        Sentence(
            "Money, say and need are told of potential customers alone; the way to signing, the "
            "journeys and the sources of everybody, since who signed shows what works."
        ),
    )
    return tuple(map(Note, said))


def _behind(parts: Parts, who: Sequence[Table]) -> dict[str, Table]:
    """By code, or by method, the table a finding was read from."""
    behind: dict[str, Table | None] = {"potential_customers": who[0] if who else None}
    if parts.ranking:
        behind["prospect_ranking"] = parts.ranking.ranking
        behind["prospect_ranking.dear_source"] = parts.ranking.sources
        behind["prospect_ranking.leads"] = parts.ranking.brought_by
    if parts.answers:
        asked = dict.fromkeys(("man.ask_money", "man.ask_authority", "man.ask_need"))
        behind |= dict.fromkeys((*asked, "man"), parts.answers.customers)
    if parts.funnel:
        behind["customer_funnel"] = behind["customer_funnel.fell_back"] = parts.funnel.open
        behind["customer_funnel.hit_rate"] = parts.funnel.cohorts
        behind["customer_funnel.wasted"] = parts.funnel.wasted
    if parts.path:
        behind["purchase_path"] = parts.path.by_step
    if parts.markets:
        behind["target_markets"] = parts.markets.segments
    return {code: table for code, table in behind.items() if table}
