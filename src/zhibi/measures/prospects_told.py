"""The record of the ranking and the sources of customers, as tables and in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from zhibi.measures.prospect_record import Picked, Record
from zhibi.measures.prospect_sources import MARKETING, SELF_FOUND, Source
from zhibi.measures.rows import table_of_rows
from zhibi.result import Column, Figure, Finding, Sentence, Severity, Table, Unit


def record_table(record: Record | None) -> Table:
    average = record.rules[-1] if record else None
    rows = [
        {
            "rule": one.rule,
            "picked": one.picked,
            "signed": one.signed,
            "precision": one.precision,
            "foretold": one.foretold,
            "lift": _lift(one, average),
        }
        for one in (record.rules if record else ())
    ]
    columns = (
        Column("rule", "Picked by", Unit.TERM),
        Column("picked", "Picked", Unit.COUNT),
        Column("signed", "Signed after", Unit.COUNT),
        Column("foretold", "Foretold", Unit.QUANTITY),
        Column("precision", "Share", Unit.SHARE),
        Column("lift", "Times the average", Unit.RATIO),
    )
    return table_of_rows(rows, "record", "What became of past picks", columns)


def _lift(one: Picked, average: Picked | None) -> float | None:
    if not average or not average.signed or not one.picked:
        return None
    return (one.signed / one.picked) / (average.signed / average.picked)


SOURCES = (
    Column("known", "Customers known", Unit.COUNT, total=True),
    Column("answered", "Answered", Unit.COUNT, total=True),
    Column("answer_rate", "Response rate", Unit.SHARE),
    Column("followed", "Known long enough", Unit.COUNT, total=True),
    Column("signed", "Signed in time", Unit.COUNT, total=True),
    Column("signing_rate", "Signing rate", Unit.SHARE),
    Column("signed_ever", "Signed so far", Unit.COUNT, total=True),
    Column("cost", "Cost", Unit.MONEY, total=True),
    Column("cost_to_win", "Cost of one signed", Unit.MONEY),
)


def source_tables(by_source: Sequence[Source], by_kind: Sequence[Source]) -> tuple[Table, Table]:
    """Every source, and marketing against self-found."""
    named = (Column("name", "Source", Unit.NAME), *SOURCES)
    kinds = (Column("name", "Found by", Unit.TERM), *SOURCES)
    return (
        table_of_rows(_rows(by_source, named), "sources", "Sources of customers", named),
        table_of_rows(_rows(by_kind, kinds), "brought_by", "Marketing against self-found", kinds),
    )


def _rows(found: Sequence[Source], columns: tuple[Column, ...]) -> list[dict[str, object]]:
    return [{column.key: getattr(one, column.key) for column in columns} for one in found]


def dear_source(found: Sequence[Source], day: date) -> tuple[Finding, ...]:
    """The source that costs most for one signed customer, against the cheapest."""
    priced = sorted(
        ((one.cost_to_win, one.name, one) for one in found if one.cost_to_win),
        key=lambda part: part[:2],
    )
    if len(priced) < 2:
        return ()
    cheap, dear = priced[0][2], priced[-1][2]
    says = Sentence(
        "A customer from {dear} cost {most} to win ({signed} signed of {known}), one from {cheap} "
        "{least}.",
        {
            "dear": Figure(dear.name, Unit.NAME),
            "most": Figure(dear.cost_to_win, Unit.MONEY),
            "signed": Figure(dear.signed_ever, Unit.COUNT),
            "known": Figure(dear.known, Unit.COUNT),
            "cheap": Figure(cheap.name, Unit.NAME),
            "least": Figure(cheap.cost_to_win, Unit.MONEY),
        },
    )
    action = Sentence(
        "Compare what customers from both buy in their first year before moving money."
    )
    return (
        Finding(
            "prospect_ranking.dear_source",
            says,
            Severity.INFO,
            day.replace(day=1),
            action=action,
            stake=dear.cost,
        ),
    )


def who_brings(found: Sequence[Source], day: date, months: int) -> tuple[Finding, ...]:
    """Marketing's leads against those that salespeople found."""
    named = {one.name: one for one in found if one.followed}
    if not {MARKETING, SELF_FOUND} <= set(named):
        return ()
    marketing, own = named[MARKETING], named[SELF_FOUND]
    says = Sentence(
        "Of marketing's leads {share} signed within {months:month|months} ({n} followed), of those "
        "salespeople found {own} ({m} followed).",
        {
            "share": Figure(marketing.signing_rate, Unit.SHARE),
            "n": Figure(marketing.followed, Unit.COUNT),
            "own": Figure(own.signing_rate, Unit.SHARE),
            "m": Figure(own.followed, Unit.COUNT),
            "months": Figure(months, Unit.COUNT),
        },
    )
    return (Finding("prospect_ranking.leads", says, Severity.INFO, day.replace(day=1)),)
