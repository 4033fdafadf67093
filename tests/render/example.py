"""A made-up result with every kind of block and every unit, for all renderers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

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
    Subject,
    Table,
    Unit,
)

HOSTILE = "<script>alert('x')</script>"
FORMULA = "=HYPERLINK(0)"

FIGURES = (
    Figure(Decimal("48620123.4500"), Unit.MONEY, "Sales"),
    Figure(Decimal("2800000.00"), Unit.MONEY_CHANGE, "More than a year ago"),
    Figure(312, Unit.COUNT, "Customers"),
    Figure(Decimal("1250.5"), Unit.QUANTITY, "Pieces"),
    Figure(0.814, Unit.SHARE, "Share of the top 20 %"),
    Figure(0.061, Unit.CHANGE, "Against last year"),
    Figure(0.035, Unit.POINTS, "Change of the share"),
    Figure(34, Unit.DAYS, "Days since the last order"),
    Figure(date(2025, 9, 30), Unit.DATE, "Data to"),
    Figure(date(2025, 9, 1), Unit.MONTH, "Last month"),
    Figure(7.5, Unit.SCORE, "Score"),
    Figure(1.25, Unit.RATIO, "Ratio"),
    Figure("青岛轮胎", Unit.NAME, "Largest"),
    Figure(("青岛轮胎", "华数机械", HOSTILE), Unit.NAMES, "Named"),
    Figure("head", Unit.TERM, "Tier"),
    Figure((1.0, 2.0, None, 4.0), Unit.TREND, "Trend"),
    Figure(Estimate(950_000, 600_000, 1_400_000, 23), Unit.MONEY, "Whitespace"),
    Figure(None, Unit.MONEY, "Not known"),
)

ACCOUNTS = Table(
    key="accounts",
    title="The accounts that matter most",
    columns=(
        Column("name", "Customer", Unit.NAME),
        Column("tier", "Tier", Unit.TERM),
        Column("sales", "Sales", Unit.MONEY, total=True),
        Column("share", "Share", Unit.SHARE),
        Column("change", "Against last year", Unit.CHANGE),
        Column("trend", "Twelve months", Unit.TREND),
        Column("last", "Last order", Unit.DATE),
        Column("gap", "Usual interval", Unit.DAYS),
        Column("stopped", "Stopped buying", Unit.NAMES),
        Column("chance", "Whitespace", Unit.MONEY),
    ),
    rows=(
        (
            *("青岛轮胎", "head", Decimal("8060411.25"), 0.166, 0.38, (2.0, 3.5, 5.0, 7.0)),
            *(date(2025, 9, 25), 14.0, (), Estimate(950_000, 600_000, 1_400_000, 23)),
        ),
        (
            *("华数机械（山东）有限公司", "head", Decimal("4980000.00"), 0.102, -0.12),
            *((5.0, 7.0, 6.0, 3.0), date(2025, 8, 27), 21.5, ("滤芯油品", "维保"), None),
        ),
        (HOSTILE, "tail", Decimal("-1200.50"), None, None, (None, 1.0), None, None, (), None),
        (FORMULA, "tail", Decimal("300.00"), 0.00001, 0.0, (), None, 7.0, ("+1",), None),
    ),
    row_count=312,
    totals=(
        *("All customers", None, Decimal("48620123.45"), 1.0, 0.061, (4.0, 5.0, 6.0, 7.0)),
        *(None, None, None, None),
    ),
)

STEP = Column("step", "Step", Unit.TERM)
AMOUNT = Column("amount", "Sales", Unit.MONEY)
MONTH = Column("month", "Month", Unit.MONTH)
NAME = Column("name", "Customer", Unit.NAME)
ANSWER = Sentence("{name} stands out.", {"name": Figure("青岛轮胎", Unit.NAME)})
MONTHS = tuple(date(2025, month, 1) for month in range(1, 10))

BRIDGE = Chart(
    key="bridge",
    title="Why sales changed",
    mark=Mark.WATERFALL,
    columns=(STEP, AMOUNT, Column("kind", "Kind", Unit.TERM)),
    rows=(
        ("a year ago", Decimal("45820000"), "total"),
        ("new customers", Decimal("1180000"), "change"),
        ("came back", Decimal("440000"), "change"),
        ("bought more", Decimal("7310000"), "change"),
        ("bought less", Decimal("-4860000"), "change"),
        ("lost", Decimal("-1270000"), "change"),
        ("now", Decimal("48620000"), "total"),
    ),
    x="step",
    y=("amount",),
    text=ANSWER,
)

CHARTS = (
    BRIDGE,
    Chart(
        key="top",
        title="The largest customers",
        mark=Mark.BAR,
        columns=(NAME, AMOUNT),
        rows=(
            ("青岛轮胎", Decimal("8060411.25")),
            ("华数机械（山东）有限公司", Decimal("4980000")),
            (HOSTILE, Decimal("-1200.50")),
        ),
        x="name",
        y=("amount",),
        text=ANSWER,
        highlight=("青岛轮胎",),
    ),
    Chart(
        key="months",
        title="Sales by month",
        mark=Mark.LINE,
        columns=(MONTH, AMOUNT, Column("before", "A year ago", Unit.MONEY)),
        rows=tuple(
            (day, Decimal(4_000_000 + 300_000 * day.month), Decimal(4_100_000 + 90_000 * day.month))
            for day in MONTHS
        ),
        x="month",
        y=("amount", "before"),
        text=ANSWER,
    ),
    Chart(
        key="lorenz",
        title="How few customers make how much",
        mark=Mark.LINE,
        columns=(
            Column("customers", "Share of customers", Unit.SHARE),
            Column("sales", "Share of sales", Unit.SHARE),
        ),
        rows=tuple((step / 10, (step / 10) ** 0.25) for step in range(11)),
        x="customers",
        y=("sales",),
        text=ANSWER,
    ),
    Chart(
        key="mix",
        title="What the months were made of",
        mark=Mark.AREA,
        columns=(MONTH, Column("line", "Product line", Unit.NAME), AMOUNT),
        rows=tuple(
            (day, line, Decimal(100_000 * (at + day.month)))
            for day in MONTHS
            for at, line in enumerate(("螺杆机", "维保"))
        ),
        x="month",
        y=("amount",),
        series="line",
        text=ANSWER,
    ),
    Chart(
        key="gaps",
        title="Who is beyond the usual interval",
        mark=Mark.SCATTER,
        columns=(
            Column("gap", "Usual interval", Unit.DAYS),
            Column("since", "Since the last order", Unit.DAYS),
            NAME,
        ),
        rows=((21, 34, "华数机械"), (14, 5, "青岛轮胎"), (30, 28, HOSTILE)),
        x="gap",
        y=("since",),
        text=ANSWER,
        highlight=("华数机械",),
    ),
    Chart(
        key="rfm",
        title="Recency and frequency",
        mark=Mark.HEAT_MAP,
        columns=(
            Column("recency", "Recency", Unit.SCORE),
            Column("frequency", "Frequency", Unit.SCORE),
            Column("customers", "Customers", Unit.COUNT),
        ),
        rows=tuple((r, f, r * f) for r in range(1, 6) for f in range(1, 6)),
        x="recency",
        y=("customers",),
        series="frequency",
        text=ANSWER,
    ),
    Chart(
        key="chances",
        title="Where whitespace is",
        mark=Mark.INTERVAL,
        columns=(
            NAME,
            Column("value", "Whitespace", Unit.MONEY),
            Column("low", "Low", Unit.MONEY),
            Column("high", "High", Unit.MONEY),
        ),
        rows=(
            ("济南食品", Decimal("950000"), Decimal("600000"), Decimal("1400000")),
            ("青岛轮胎", Decimal("450000"), Decimal("100000"), Decimal("700000")),
        ),
        x="name",
        y=("value", "low", "high"),
        text=ANSWER,
    ),
)

FINDINGS = (
    Finding(
        code="sales_up",
        says=Sentence(
            "Sales {sales}, {change} ({difference}). "
            "The top {top:customer holds|customers hold} {share}, {points} more.",
            {
                "sales": FIGURES[0],
                "change": FIGURES[5],
                "difference": FIGURES[1],
                "top": Figure(20, Unit.COUNT),
                "share": FIGURES[4],
                "points": FIGURES[6],
            },
        ),
        severity=Severity.INFO,
        cause_on=date(2025, 7, 1),
    ),
    Finding(
        code="beyond_interval",
        says=Sentence(
            "{name} has not ordered for {days}; it stopped buying {stopped}.",
            {
                "name": Figure(HOSTILE, Unit.NAME),
                "days": Figure(34, Unit.DAYS),
                "stopped": Figure(("a", "b", "c", "d", "e"), Unit.NAMES),
            },
        ),
        severity=Severity.NOW,
        cause_on=date(2025, 8, 27),
        subject=Subject("C002", HOSTILE),
        action=Sentence("Visit {name} this week.", {"name": Figure("王敏", Unit.NAME)}),
        stake=Decimal("18600000.00"),
    ),
)

IDENTITY = Identity(
    method="concentration",
    as_of=date(2025, 9, 30),
    params={"top": 20, "level": "group", "since": None, "threshold": 0.8},
    currency="CNY",
    basis="invoiced",
    level="group",
    data_version="7",
    code_version="0.1.0",
    engine="duckdb",
)


@dataclass(frozen=True, slots=True)
class Example:
    """Satisfies zhibi.result.Result."""

    title: str = "Who the key accounts are"
    identity: Identity = IDENTITY
    findings: tuple[Finding, ...] = FINDINGS
    charts: tuple[Chart, ...] = CHARTS
    tables: tuple[Table, ...] = (ACCOUNTS,)

    def blocks(self) -> tuple[Block, ...]:
        left_out = Sentence(
            "{n:line|lines} without a customer were left out.",
            {
                "n": Figure(3, Unit.COUNT),
            },
        )
        return (
            *FIGURES,
            *self.tables,
            Section("Why did sales change?", (*self.charts[:1], Note(left_out))),
            Section("Everything else", (Section("Charts", self.charts[1:]), Note(left_out))),
        )


EXAMPLE = Example()
QUIET = replace(EXAMPLE, findings=(), charts=())
