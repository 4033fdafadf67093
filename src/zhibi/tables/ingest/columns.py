"""Decides how each column of a sheet is to be read, from counts over the whole column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from zhibi.said import Said
from zhibi.tables.ingest import dates, numbers, words
from zhibi.tables.ingest.duck import Named, literal, stack
from zhibi.tables.ingest.headers import exponent_of, read_header
from zhibi.tables.ingest.stages import IN_CELL, Mapping, Match, Sheet
from zhibi.tables.schema import Field, Kind

NUMERIC = (Kind.MONEY, Kind.QUANTITY, Kind.RATE)
# Between the file and the header of a column that a join has brought in.
BROUGHT = " › "
DOTTED = 4  # the place of that count among `numbers.plain_counts`


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """What the user says where a column cannot tell."""

    date_order: str | None = None  # dmy, mdy, ymd
    decimal: str | None = None  # point, comma
    tax_rate: Decimal | None = None  # for amounts with tax in a file without rates
    currency: str | None = None  # of amounts without one
    timezone: str | None = None  # days of moments that carry a zone


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """How one column is read. `value` is typed SQL over the raw column and over `columns`, which
    are computed first; where it is null and the cell is neither empty nor blank, the row
    is rejected with `reason` (SQL)."""

    target: str
    header: str
    raw: str
    value: str
    reason: str
    columns: tuple[Named, ...] = ()
    blanks: tuple[str, ...] = ()
    is_blank: str = "false"  # SQL, over `columns`
    rejects: bool = True
    readings: tuple[Said, ...] = ()

    @property
    def is_bad(self) -> str:
        """True, never null, for a cell that is filled and cannot be read."""
        blanks = ", ".join(literal(blank) for blank in self.blanks)
        filled = f" AND {self.raw} NOT IN ({blanks})" if blanks else ""
        filled += f" AND NOT {self.is_blank}"
        return f"({self.raw} IS NOT NULL AND {self.target} IS NULL{filled})"


@dataclass(slots=True)
class Counter:
    """Collects aggregates of many columns and takes them in one scan."""

    source: str
    connection: duckdb.DuckDBPyConnection
    wanted: dict[int, tuple[str, ...]] = field(default_factory=dict)
    columns: list[tuple[Named, ...]] = field(default_factory=list)

    def look_closer(self, column: int, kind: Kind) -> None:
        closer = dates if kind is Kind.DATE else numbers
        self.wanted[column] = closer.written_counts(f"c{column}")
        self.columns.append(closer.written_columns(f"c{column}"))

    def take(self) -> dict[int, tuple[int, ...]]:
        if not self.wanted:
            return {}
        aggregates = ", ".join(each for group in self.wanted.values() for each in group)
        source = stack(self.source, self.columns)
        row = self.connection.execute(f"SELECT {aggregates} FROM {source}").fetchone()
        counts, at = {}, 0
        for column, group in self.wanted.items():
            counts[column] = tuple(row[at : at + len(group)])
            at += len(group)
        return counts


def plan_columns(
    sheet: Sheet,
    mapping: Mapping,
    fields: Dict[str, Field],
    options: ParseOptions,
    connection: duckdb.DuckDBPyConnection,
) -> list[ColumnPlan]:
    """One plan for each mapped column. ZhibiError where a column cannot tell and no option does."""
    matched = [match for match in mapping.matches if match.target]
    counts = _count(sheet, matched, fields, connection)
    sheet_sign = _sheet_sign(matched, fields, counts)
    sheet_order = _sheet_order(matched, fields, counts)
    plans = []
    for match in matched:
        plan = PLANNERS[fields[match.target or ""].kind]
        plans.append(
            plan(
                _Case(
                    sheet,
                    match,
                    fields[match.target or ""],
                    counts,
                    options,
                    sheet_sign,
                    sheet_order,
                )
            )
        )
    return plans


@dataclass(frozen=True, slots=True)
class _Case:
    """What a planner looks at."""

    sheet: Sheet
    match: Match
    field: Field
    counts: Dict[int, tuple[int, ...]]
    options: ParseOptions
    sheet_sign: str | None
    sheet_order: str | None  # of day and month

    @property
    def raw(self) -> str:
        return f"c{self.match.column}"

    @property
    def own_counts(self) -> tuple[int, ...]:
        return self.counts[self.match.column]

    def plan(self, value: str, reason: str, **more: object) -> ColumnPlan:
        return ColumnPlan(self.field.name, self.match.header, self.raw, value, reason, **more)  # type: ignore[arg-type]


def _count(
    sheet: Sheet,
    matched: Sequence[Match],
    fields: Dict[str, Field],
    connection: duckdb.DuckDBPyConnection,
) -> dict[int, tuple[int, ...]]:
    """A cheap scan of all columns, and another of those that need a closer look."""
    source = f"read_parquet({literal(sheet.staged)})"
    first, second = Counter(source, connection), Counter(source, connection)
    kinds = {match.column: fields[match.target or ""].kind for match in matched}
    look: dict[Kind, Callable[[str], tuple[str, ...]]] = {
        Kind.DATE: dates.plain_counts,
        Kind.ID: words.id_counts,
        **dict.fromkeys(NUMERIC, numbers.plain_counts),
        Kind.RATE: numbers.rate_counts,
    }
    for column, kind in kinds.items():
        if kind in look:
            first.wanted[column] = look[kind](f"c{column}")
    counts = first.take()
    for column, (filled, plain, *_) in counts.items():
        if kinds[column] is not Kind.ID and plain < filled:
            second.look_closer(column, kinds[column])
    _add(counts, second.take())
    if _sheet_sign(matched, fields, counts) == "comma":
        # 1.234 may be a thousand here, unless its own column writes 2.5.
        third = Counter(source, connection)
        for column in set(counts) - set(second.wanted):
            if kinds[column] in NUMERIC and counts[column][DOTTED]:
                third.look_closer(column, kinds[column])
        _add(counts, third.take())
    return counts


def _add(counts: dict[int, tuple[int, ...]], more: Dict[int, tuple[int, ...]]) -> None:
    for column, further in more.items():
        counts[column] += further


def _sheet_sign(
    matched: Sequence[Match], fields: Dict[str, Field], counts: Dict[int, tuple[int, ...]]
) -> str | None:
    """The decimal sign that those columns prove which can tell, when they agree."""
    proven = set()
    for match in matched:
        if fields[match.target or ""].kind in NUMERIC:
            found = numbers.NumberCounts(*counts[match.column])
            proven |= {"point"} if found.point else set()
            proven |= {"comma"} if found.comma else set()
    return proven.pop() if len(proven) == 1 else None


def _sheet_order(
    matched: Sequence[Match], fields: Dict[str, Field], counts: Dict[int, tuple[int, ...]]
) -> str | None:
    """Which comes first, day or month, where another column of dates proves it."""
    proven = set()
    for match in matched:
        if fields[match.target or ""].kind is Kind.DATE:
            proven |= {dates.proven_order(_date_counts(counts[match.column]))}
    proven -= {None}
    return proven.pop() if len(proven) == 1 else None


def _date_counts(counted: tuple[int, ...]) -> dates.DateCounts:
    filled, iso, zoned, *rest = counted
    families, extra = tuple(rest[: len(dates.PATTERNS)]), rest[len(dates.PATTERNS) :]
    return dates.DateCounts(filled, iso, zoned, families, *extra)


def _plan_number(case: _Case) -> ColumnPlan:
    counts = numbers.NumberCounts(*case.own_counts)
    sign = numbers.decimal_sign(counts, case.options.decimal, case.sheet_sign)
    power, of_header = 0, True
    if case.field.kind is Kind.RATE:
        sql = numbers.rate_sql(case.raw, sign, counts)
    else:
        header = read_header(case.match.header.rpartition(BROUGHT)[2])
        of_header = header.has_unit or case.field.kind is not Kind.MONEY
        power = header.exponent if of_header else exponent_of(case.sheet.titles)
        sql = numbers.money_sql(case.raw, sign, counts, power)
    return case.plan(
        sql.value,
        numbers.reason_sql(case.raw, sign),
        columns=sql.columns,
        blanks=numbers.BLANKS,
        readings=(
            *_number_readings(case, counts, sign),
            *([Said(_UNIT[of_header], {"factor": 10**power})] if power else []),
        ),
    )


_UNIT = {
    True: "multiplied by {factor}, the unit of the header",
    False: "multiplied by {factor}, the unit above the table",
}


def _number_readings(case: _Case, counts: numbers.NumberCounts, sign: str) -> list[Said]:
    said = []
    if sign == "comma" and (counts.comma or counts.dotted):
        said.append(Said("decimal comma"))
    elif sign == "mixed":
        said.append(Said("decimal comma and decimal point mixed: each cell read by itself"))
    elif counts.either_comma and not (counts.point or case.options.decimal):
        said.append(Said("1,234 read as one thousand two hundred and thirty-four"))
    if counts.units:
        template = "{count:cell|cells} with 万, 亿, K or M multiplied out"
        said.append(Said(template, {"count": counts.units}))
    if counts.long and case.field.kind is not Kind.RATE:
        template = "{count:cell|cells} with more than four decimals rounded half to even"
        said.append(Said(template, {"count": counts.long}))
    if counts.above_one and case.field.kind is Kind.RATE:
        said.append(Said("13 read as 13 %"))
    return said


def _plan_date(case: _Case) -> ColumnPlan:
    counts = _date_counts(case.own_counts)
    order = None
    said = []
    if counts.of("three_numbers"):
        order = dates.day_order(
            counts,
            case.options.date_order or dates.proven_order(counts) or case.sheet_order,
            header=case.match.header,
            file=case.sheet.file.name,
        )
        names = {"dmy": "day first", "mdy": "month first", "ymd": "year first, two digits"}
        said.append(Said(names[order]))
    if counts.of("serial"):
        template = "{count:cell|cells} read as spreadsheet day numbers"
        said.append(Said(template, {"count": counts.of("serial")}))
    if months := sum(map(counts.of, dates.MONTHS_ONLY)):
        template = "{count:cell|cells} with a month only, read as its first day"
        said.append(Said(template, {"count": months}))
    if counts.of("week"):
        template = "{count:cell|cells} with a week only, read as its Monday"
        said.append(Said(template, {"count": counts.of("week")}))
    if counts.zoned:
        place = case.options.timezone
        said.append(
            Said("days of {place}", {"place": place})
            if place
            else Said("days as written, whatever their time zone")
        )
    sql = dates.date_sql(case.raw, counts, order, case.options.timezone)
    reason = (
        f"CASE WHEN regexp_matches({case.raw}, '\\d') THEN 'not a date, or a day there is not'"
        " ELSE 'not a date' END"
    )
    return case.plan(
        sql.value,
        reason,
        columns=sql.columns,
        blanks=dates.BLANKS,
        is_blank=sql.is_blank,
        readings=tuple(said),
    )


def _plan_id(case: _Case) -> ColumnPlan:
    counts = words.IdCounts(*case.own_counts)
    cell = literal(_column_letters(case.match))
    reason = (
        f"'a long code that a spreadsheet has rounded'"
        f" || CASE {cell} WHEN '' THEN '' ELSE {literal(IN_CELL)} || {cell} || \"row\" END"
    )
    said = (Said("17850.0 read as 17850"),) if counts.is_float else ()
    return case.plan(
        words.id_sql(case.raw, counts), reason, blanks=words.BLANK_WORDS, readings=said
    )


def _column_letters(match: Match) -> str:
    """D for the fourth column, as a spreadsheet shows it; "" for one that a join brought in."""
    if BROUGHT in match.header:
        return ""
    letters, left = "", match.column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def _plan_text(case: _Case) -> ColumnPlan:
    return case.plan(f"nullif({case.raw}, '')", "''", rejects=False)


def _plan_currency(case: _Case) -> ColumnPlan:
    return case.plan(words.currency_sql(case.raw), "'not a currency'", blanks=words.BLANK_WORDS)


def _plan_choice(case: _Case) -> ColumnPlan:
    return case.plan(words.choice_sql(case.raw, case.field), "''", rejects=False)


PLANNERS: dict[Kind, Callable[[_Case], ColumnPlan]] = {
    Kind.MONEY: _plan_number,
    Kind.QUANTITY: _plan_number,
    Kind.RATE: _plan_number,
    Kind.DATE: _plan_date,
    Kind.ID: _plan_id,
    Kind.TEXT: _plan_text,
    Kind.CURRENCY: _plan_currency,
    Kind.CHOICE: _plan_choice,
}
