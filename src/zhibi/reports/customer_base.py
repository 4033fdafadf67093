"""The analysis of those who buy (销售客户分析报告, domain 7.2).

Enterprise and individual customers apart, where their size is on file: who they are, how they buy,
who stays, what they need, how content they are, how they decide, and whom to see. The two parts
are analysed as if each were a company of its own (`Tables.only`), so that neither is told by the
figures of the other, and together they are all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhibi.measures.make_up import buyers_by, filled, known_of, on_file
from zhibi.measures.periods import trailing
from zhibi.measures.rows import fetch, table_of_rows
from zhibi.methods import (
    churn_warning,
    cohort_retention,
    customer_lifetime,
    customer_profitability,
    key_account_marks,
    product_preference,
    purchase_path,
    rfm,
    satisfaction,
    segments,
)
from zhibi.reports.asked import Asked
from zhibi.reports.cut import first_rows, short
from zhibi.reports.document import SALES_ARE, NoParams, Report, best_chance, choose
from zhibi.reports.evidence import evidence
from zhibi.reports.proposals import whom_to_see
from zhibi.result import (
    Block,
    Column,
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

TITLE = "Customer analysis"
ANSWERS = "Who buys, how, who stays, what do they want, and whom to see?"
LEVEL = "group"
MATERIAL = Decimal("0.001")  # of sales: a finding with less at stake is no news here
ATTRIBUTES = ("size", "industry", "kind", "region")
INDIVIDUAL = "individual"

ALL, BUSINESS, PRIVATE = "all customers", "enterprise customers", "individual customers"
# Part of the customers → the questions about it, in the order of the report.
QUESTIONS = {
    ALL: (
        "Who the customers are",
        "How they buy",
        "Who stays",
        "What they need and prefer",
        "How content they are",
        "How they decide",
    ),
    BUSINESS: (
        "Enterprise customers: who they are",
        "Enterprise customers: how they buy",
        "Enterprise customers: who stays",
        "Enterprise customers: what they need",
        "Enterprise customers: how content",
        "Enterprise customers: how they decide",
    ),
    PRIVATE: (
        "Individual customers: who they are",
        "Individual customers: how they buy",
        "Individual customers: who stays",
        "Individual customers: what they need",
        "Individual customers: how content",
        "Individual customers: how they decide",
    ),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the customers and what was found of it; None where its data does not allow a
    method."""

    name: str
    tables: Tables
    buying: rfm.Rfm | None
    groups: segments.Segments | None
    retention: cohort_retention.CohortRetention | None
    future: customer_lifetime.CustomerLifetime | None
    warning: churn_warning.ChurnWarning | None
    left: customer_profitability.CustomerProfitability | None
    preference: product_preference.ProductPreference | None
    opinions: satisfaction.Satisfaction | None
    marks: key_account_marks.KeyAccountMarks | None
    path: purchase_path.PurchasePath | None

    @property
    def results(self) -> tuple[Result, ...]:
        found = (
            *(self.buying, self.groups, self.retention, self.future, self.warning),
            *(self.left, self.preference, self.opinions, self.marks, self.path),
        )
        return tuple(one for one in found if one)


def compose(tables: Tables, sources: Section | None = None) -> Report:
    """Analyse each part of the customers and put them into one document."""
    tables.first_day  # noqa: B018 - an error where there are no orders yet
    asked = Asked(tables)
    parts = [_part(asked, name, part) for name, part in _parts(tables)]
    every = [finding for part in parts for result in part.results for finding in result.findings]
    overview = _overview(parts)
    findings = (*_apart(tables, parts, overview), *_findings(tables, parts, every))
    return Report(
        title=TITLE,
        subtitle=_subtitle(tables),
        identity=tables.identity("customer_base", NoParams(), LEVEL),
        findings=findings,
        sections=(
            *_beside(tables, overview, parts),
            *(section for part in parts for section in _sections(part)),
            *whom_to_see(every),
            Section("What the figures are", _definitions(tables, parts)),
            *asked.left_out(),
            *([sources] if sources else []),
        ),
        evidence=evidence(tables, findings, _behind(parts[0], overview)),
    )


def _parts(tables: Tables) -> list[tuple[str, Tables]]:
    """Individuals and the others, each as a company of its own; all as one where nobody, or
    everybody, who has ordered is on file as an individual."""
    whole = on_file(tables, level=LEVEL)
    buyers = whole.filter(whole.has_ordered)
    is_private = (buyers["size"] == INDIVIDUAL).fill_null(False)
    (counts,) = fetch(buyers.agg(n=buyers.count(), private=is_private.sum()))
    if not counts["private"] or counts["private"] == counts["n"]:
        return [(ALL, tables)]
    private = tables.only(
        PRIVATE, lambda customers: (customers["size"] == INDIVIDUAL).fill_null(False)
    )
    business = tables.only(
        BUSINESS, lambda customers: (customers["size"] != INDIVIDUAL).fill_null(True)
    )
    return [(BUSINESS, business), (PRIVATE, private)]


def _part(asked: Asked, name: str, tables: Tables) -> Part:
    ask = asked.about(tables)
    return Part(
        name=name,
        tables=tables,
        buying=ask.of(rfm.TITLE, rfm.analyze),
        groups=ask.of(segments.TITLE, segments.analyze),
        retention=ask.of(cohort_retention.TITLE, cohort_retention.analyze),
        future=ask.of(customer_lifetime.TITLE, customer_lifetime.analyze),
        warning=ask.of(churn_warning.TITLE, churn_warning.analyze),
        left=ask.of(customer_profitability.TITLE, customer_profitability.analyze),
        preference=ask.of(product_preference.TITLE, product_preference.analyze),
        opinions=ask.of(satisfaction.TITLE, satisfaction.analyze),
        marks=ask.of(key_account_marks.TITLE, key_account_marks.analyze, needs=("assessments",)),
        path=ask.of(purchase_path.TITLE, purchase_path.analyze),
    )


def _subtitle(tables: Tables) -> Sentence:
    period = trailing(tables.day, 12)
    whole = on_file(tables, level=LEVEL)
    (counts,) = fetch(whole.agg(buyers=whole.has_ordered.sum(), n=whole.count()))
    return Sentence(
        "{start} to {end} · net of tax, {basis} · {buyers} of {n:customer|customers} on file have "
        "ordered, by group · data to {as_of}",
        {
            "start": Figure(period.start, Unit.DATE),
            "end": Figure(period.end, Unit.DATE),
            "basis": Figure(tables.basis, Unit.TERM),
            "buyers": Figure(counts["buyers"], Unit.COUNT),
            "n": Figure(counts["n"], Unit.COUNT),
            "as_of": Figure(tables.day, Unit.DATE),
        },
    )


NEWS = ("rfm.key_value", "segments.holds_most", "customer_lifetime.orders")
# Told of all of a part at once; beside another part it stands in the section of its own.
TOGETHER = (*NEWS, "cohort_retention.repeat", "churn_warning.likely", "rfm.key_retain")


def _findings(
    tables: Tables, parts: Sequence[Part], every: Sequence[Finding]
) -> tuple[Finding, ...]:
    """The news of all customers first, where they are one part; then what asks for action."""
    whole = on_file(tables, level=LEVEL)
    (sums,) = fetch(whole.agg(net=whole.net.sum()))
    least = (sums["net"] or Decimal(0)) * MATERIAL
    told = [f for f in every if len(parts) == 1 or (f.subject and f.code not in TOGETHER)]
    news = [f for code in NEWS for f in told if f.code == code]
    open_to = [f for f in told if f.code == "product_preference.whitespace"]
    open_to.sort(key=lambda f: -(f.stake or Decimal(0)))
    problems = [
        f for f in told if f not in news and f not in open_to and f.severity is not Severity.INFO
    ]
    return choose(
        news,
        problems,
        best_chance(open_to, problems),
        is_material=lambda f: f.stake is None or f.stake >= least,
    )


def _overview(parts: Sequence[Part]) -> Table:
    """The parts beside each other; together they are all who ever ordered."""
    rows = []
    for part in parts:
        whole = on_file(part.tables, level=LEVEL)
        buyers = whole.filter(whole.has_ordered)
        (sums,) = fetch(
            buyers.agg(
                accounts=buyers.count(), net=buyers.net.sum(), net_before=buyers.net_before.sum()
            )
        )
        rows.append({"part": part.name, **sums})
    columns = (
        Column("part", "Customers", Unit.TERM),
        Column("accounts", "Number", Unit.COUNT, total=True),
        Column("net", "Sales", Unit.MONEY, total=True),
        Column("net_before", "A year before", Unit.MONEY, total=True),
    )
    return table_of_rows(rows, "parts", "Enterprise and individual customers", columns)


def _apart(tables: Tables, parts: Sequence[Part], overview: Table) -> tuple[Finding, ...]:
    """What each of two parts brings."""
    if len(parts) == 1 or not overview.totals:
        return ()
    (_, business, net, _), (_, private, rest, _) = overview.rows
    total = overview.totals[2]
    if not (isinstance(net, Decimal) and isinstance(rest, Decimal) and isinstance(total, Decimal)):
        return ()
    says = Sentence(
        "{business:enterprise|enterprises} bring {net} in 12 months, {share} of sales; "
        "{private:individual|individuals} bring {rest}.",
        {
            "business": Figure(business, Unit.COUNT),
            "net": Figure(net, Unit.MONEY),
            "share": Figure(float(net / total) if total > 0 else None, Unit.SHARE),
            "private": Figure(private, Unit.COUNT),
            "rest": Figure(rest, Unit.MONEY),
        },
    )
    on = tables.day.replace(day=1)
    return (Finding("customer_base.parts", says, Severity.INFO, on),)


def _beside(tables: Tables, overview: Table, parts: Sequence[Part]) -> tuple[Section, ...]:
    if len(parts) == 1:
        return ()
    note = known_of(tables, "size", level=LEVEL)
    return (Section("Enterprise and individual customers", (overview, *([note] if note else []))),)


def _sections(part: Part) -> list[Section]:
    """The questions about one part, in their order, those that could be answered."""
    answers = (
        _who(part), _buying(part), _staying(part), _needs(part), _opinions(part), _deciding(part)
    )  # fmt: skip
    return [
        Section(question, tuple(blocks))
        for question, blocks in zip(QUESTIONS[part.name], answers, strict=True)
        if blocks
    ]


def _who(part: Part) -> list[Block]:
    names = filled(part.tables, ATTRIBUTES)
    return [first_rows(buyers_by(part.tables, name, level=LEVEL)) for name in names]


def _said(part: Part, result: Result) -> list[Block]:
    """What a result tells of all of a part, where the key points cannot."""
    if part.name == ALL:
        return []
    return [Note(finding.says) for finding in result.findings if finding.code in TOGETHER]


def _buying(part: Part) -> list[Block]:
    blocks: list[Block] = []
    if part.buying:
        blocks += [*_said(part, part.buying), part.buying.segments]
    if part.groups:
        blocks += [
            *_said(part, part.groups),
            part.groups.clusters,
            *part.groups.charts[:1],
            *part.groups.notes,
        ]
    if part.left and part.left.losing.rows:
        blocks.append(short(part.left.losing, LOSING))
    return blocks


def _staying(part: Part) -> list[Block]:
    blocks: list[Block] = []
    if part.retention:
        blocks += [*_said(part, part.retention), part.retention.repeat, part.retention.curve]
    if part.future:
        blocks += [*_said(part, part.future), *part.future.summary[:2], part.future.orders_ahead]
    if part.warning:
        keep = short(part.warning.keep, KEEP)
        blocks += [*_said(part, part.warning), part.warning.bands, keep, *part.warning.notes]
    return blocks


def _needs(part: Part) -> list[Block]:
    if not part.preference:
        return []
    found: list[Block] = [part.preference.matrix] if part.preference.matrix.rows else []
    if part.preference.breadth.rows:
        found.append(short(part.preference.breadth, BREADTH))
    if part.preference.dropped.rows:
        found.append(short(part.preference.dropped, DROPPED))
    return [*found, *part.preference.notes] if found else []


def _opinions(part: Part) -> list[Block]:
    if not part.opinions or not part.opinions.accounts.rows:
        return []
    asked, tied, *_ = part.opinions.blocks()
    inside = [block for one in (asked, tied) if isinstance(one, Section) for block in one.blocks]
    return [*inside, part.opinions.quadrants, *part.opinions.notes]


def _deciding(part: Part) -> list[Block]:
    blocks: list[Block] = []
    if part.marks:
        blocks += [part.marks.by_mark, short(part.marks.accounts, MARKED)]
    if part.path and part.path.journeys:
        blocks += [part.path.by_step, part.path.channels]
    return blocks


KEEP = ("name", "owner", "last_on", "silent", "usual", "band", "chance", "value", "at_stake")
BREADTH = (
    *("name", "owner", "peers", "peer_count", "categories", "peer_categories"),
    *("open", "net", "potential"),
)
LOSING = ("name", "owner", "net", "given_back", "margin", "terms", "effort", "contribution")
MARKED = ("customer_id", "name", "owner", "met", "unknown", "net")
DROPPED = ("name", "category", "net_before", "peer_count", "still", "owner")


def _definitions(tables: Tables, parts: Sequence[Part]) -> tuple[Note, ...]:
    if len(parts) > 1:
        says = Sentence(
            "Individual are those on file as such; whose size is not on file counts as an "
            "enterprise. Each part is analysed as a company of its own."
        )
    elif tables.has("size"):
        says = Sentence("No buyer, or every one, is on file as an individual: all are one part.")
    else:
        says = Sentence(
            "The size of no customer is on file, so that enterprises and individuals cannot be "
            "told apart; import a list of customers with the column size to have them apart."
        )
    return (Note(SALES_ARE), Note(says))


def _behind(part: Part, overview: Table) -> dict[str, Table]:
    """By code, or by method, what was read of all customers at once."""
    keep = part.warning and part.warning.keep
    answered = part.opinions and part.opinions.accounts
    behind = {
        "customer_base": overview,
        "rfm": part.buying and part.buying.accounts,
        "segments": part.groups and part.groups.members,
        "customer_lifetime": part.future and part.future.customers,
        "cohort_retention": part.retention and part.retention.retention,
        "churn_warning": keep,
        "churn_warning.account": keep,
        "product_preference.dropped": part.preference and part.preference.dropped,
        "satisfaction": part.opinions and part.opinions.by_dimension,
        "satisfaction.discontent": answered,
        "satisfaction.content_but_less": answered,
        "purchase_path": part.path and part.path.by_step,
    }
    return {code: table for code, table in behind.items() if table}
