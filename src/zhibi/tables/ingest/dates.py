r"""Dates as people and exports write them, read inside DuckDB.

`03-05-2024` is a day in May or in March: the order is decided over the whole column, and a column
that cannot tell is refused rather than guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.duck import Named, literal

ORDERS = ("dmy", "mdy", "ymd")
BLANKS = ("-", "--", "—", "——", "/", "0", "00000000", "0000-00-00", "\\N", "NULL", "null", "None")
# One stray value in a hundred does not decide the order of a column: it is rejected.
STRAY = 0.01
FIRST_YEAR, LAST_YEAR = 1900, 2899
MONTHS_A_YEAR = 12
FEWEST_SHORT = 4  # dates that show the year before the month, in two digits
# 2999-12-31 and 9999-12-31 stand for "no day" in many systems.
PLACEHOLDER_YEAR = 2900
FIRST_SERIAL, LAST_SERIAL = 18264, 73050  # 1950-01-01 … 2099-12-31 in Excel's days

TIME = r"([ T日].*)?"
PATTERNS = {
    "year_first": r"\d{4}[-/.年] ?\d{1,2}[-/.月] ?\d{1,2}" + TIME,
    "compact": r"(19|2\d|99)\d{6}(\d{4}|\d{6})?(\.0+)?",
    "serial": r"\d{5}(\.\d+)?",
    "three_numbers": r"\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{1,2})" + TIME,
    "day_name": r"\d{1,2}[-/. ]*[A-Z]{3,9}[-/., ]*(\d{4}|\d{2})" + TIME,
    "month_name": r"[A-Z]{3,9}\.? *\d{1,2},? +\d{4}" + TIME,
    "month": r"(19|20)\d{2}([-/.年M](0?[1-9]|1[0-2])月?|0[1-9]|1[0-2])",
    "month_year": r"(0?[1-9]|1[0-2])[-/.](19|20)\d{2}",
    "named_month": r"[A-Z]{3,9}[-. ']*(\d{4}|\d{2})",
    "week": r"(19|20)\d{2}-?W\d{1,2}",
}
# Of these only the month or the week is known.
MONTHS_ONLY = ("month", "month_year", "named_month")
MONTHS = "['JAN','FEB','MAR','APR','MAY','JUN','JUL','AUG','SEP','OCT','NOV','DEC']"
OTHER_MONTHS = "['MÄR','MRZ','MAI','OKT','DEZ']"
OTHER_NUMBERS = "[3, 3, 5, 10, 12]"

MACROS = f"""
CREATE TEMP MACRO date_text(cell) AS upper(trim(translate(cell,
    '０１２３４５６７８９／－．：　', '0123456789/-.: ')));
CREATE TEMP MACRO full_year(year) AS CASE WHEN length(year) = 4 THEN year
    WHEN try_cast(year AS INTEGER) < 69 THEN '20' || year ELSE '19' || year END;
CREATE TEMP MACRO made_date(year, month, day) AS
    try_cast(full_year(year) || '-' || month || '-' || day AS DATE);
CREATE TEMP MACRO month_number(name) AS coalesce(
    list_position({MONTHS}, left(name, 3)),
    list_extract({OTHER_NUMBERS}, list_position({OTHER_MONTHS}, left(name, 3))));
CREATE TEMP MACRO year_first_date(cell) AS try_cast(split_part(replace(
    translate(replace(replace(cell, '年 ', '年'), '月 ', '月'), '年月/.T日', '----  '), '  ', ' '),
    ' ', 1) AS DATE);
CREATE TEMP MACRO compact_date(cell) AS try_cast(
    substr(cell, 1, 4) || '-' || substr(cell, 5, 2) || '-' || substr(cell, 7, 2) AS DATE);
CREATE TEMP MACRO serial_date(cell) AS CASE
    WHEN try_cast(cell AS DOUBLE) BETWEEN {FIRST_SERIAL} AND {LAST_SERIAL} + 0.99999999
    THEN DATE '1899-12-30' + floor(try_cast(cell AS DOUBLE))::INTEGER END;
CREATE TEMP MACRO numbers_of(cell) AS regexp_extract(
    cell, '^(\\d{{1,2}})[-/.](\\d{{1,2}})[-/.](\\d{{4}}|\\d{{1,2}})', ['a', 'b', 'c']);
CREATE TEMP MACRO dmy_date(found) AS CASE WHEN length(found.c) > 1 THEN
    made_date(found.c, found.b, found.a) END;
CREATE TEMP MACRO mdy_date(found) AS CASE WHEN length(found.c) > 1 THEN
    made_date(found.c, found.a, found.b) END;
CREATE TEMP MACRO ymd_date(found) AS CASE WHEN length(found.c) < 3 THEN
    made_date(lpad(found.a, 2, '0'), found.b, found.c) END;
CREATE TEMP MACRO day_name_date(cell) AS made_date(
    regexp_extract(cell, '[A-ZÄ]+[-/., ]*(\\d{{4}}|\\d{{2}})', 1),
    month_number(regexp_extract(cell, '[A-ZÄ]{{3,}}')), regexp_extract(cell, '^\\d+'));
CREATE TEMP MACRO month_name_date(cell) AS made_date(
    regexp_extract(cell, '\\d{{1,2}},? +(\\d{{4}})', 1),
    month_number(regexp_extract(cell, '^[A-ZÄ]+')), regexp_extract(cell, '\\d{{1,2}}'));
CREATE TEMP MACRO month_date(cell) AS
    made_date(left(cell, 4), regexp_extract(substr(cell, 5), '\\d{{1,2}}'), '1');
CREATE TEMP MACRO month_year_date(cell) AS
    made_date(right(cell, 4), regexp_extract(cell, '^\\d{{1,2}}'), '1');
CREATE TEMP MACRO named_month_date(cell) AS made_date(
    regexp_extract(cell, '(\\d{{4}}|\\d{{2}})$'),
    month_number(regexp_extract(cell, '^[A-ZÄ]+')), '1');
CREATE TEMP MACRO week_date(cell) AS CASE
    WHEN try_cast(regexp_extract(cell, '\\d+$') AS INTEGER) BETWEEN 1 AND 53 THEN
    (date_trunc('week', (left(cell, 4) || '-01-04')::DATE)
    + 7 * (try_cast(regexp_extract(cell, '\\d+$') AS INTEGER) - 1) * INTERVAL 1 DAY)::DATE END;
"""


@dataclass(frozen=True, slots=True)
class DateCounts:
    """How many cells of a column are written how."""

    filled: int
    iso: int  # what the engine reads as it stands, year first
    zoned: int  # with a time zone: 2011-12-09T12:50:00Z
    families: tuple[int, ...] = ()  # in the order of PATTERNS
    first_above_12: int = 0
    second_above_12: int = 0
    differing: int = 0  # first and second differ, so that the order matters
    dotted: int = 0  # 03.05.2024: written day first everywhere
    short: int = 0  # 26.3.5: the year in two digits
    firsts: int = 0  # different first numbers of these
    thirds: int = 0  # different third numbers of these
    second_max: int = 0  # the greatest second number of these

    def of(self, family: str) -> int:
        return dict(zip(PATTERNS, self.families, strict=False)).get(family, 0)


def plain_counts(column: str) -> tuple[str, ...]:
    """Aggregates for the first look, cheap enough for every column."""
    return (f"count({column})", f"count(*) FILTER (WHERE {_is_iso(column)})", _zoned(column))


def _is_iso(column: str) -> str:
    day = f"CASE WHEN {column}[5] IN ('-', '/') THEN try_cast({column} AS DATE) END"
    return f"({day}) IS NOT NULL"


def _zoned(column: str) -> str:
    """Only a time of day can carry a zone, so that plain dates are passed over quickly."""
    pattern = literal(r".*\d{1,2}:\d{2}.*([Zz]|[-+]\d{2}:?\d{2})$")
    return (
        f"count(*) FILTER (WHERE CASE WHEN length({column}) > 15"
        f" THEN regexp_full_match({column}, {pattern}) END)"
    )


def written_columns(column: str) -> tuple[Named, ...]:
    """What `written_counts` counts over."""
    return (
        (f"{column}_text", f"date_text({column})"),
        (f"{column}_numbers", _numbers(column)),
        (f"{column}_first", f"try_cast({column}_numbers.a AS INTEGER)"),
        (f"{column}_second", f"try_cast({column}_numbers.b AS INTEGER)"),
    )


def _numbers(column: str) -> str:
    pattern = literal(PATTERNS["three_numbers"])
    text = f"{column}_text"
    return f"CASE WHEN regexp_full_match({text}, {pattern}) THEN numbers_of({text}) END"


def written_counts(column: str) -> tuple[str, ...]:
    """Aggregates for a column that is not wholly in ISO order."""
    first, second = f"{column}_first", f"{column}_second"
    short = f"length({column}_numbers.c) < 3 AND {first} IS NOT NULL"
    families = (
        f"count(*) FILTER (WHERE regexp_full_match({column}_text, {literal(pattern)}))"
        for pattern in PATTERNS.values()
    )
    return (
        *families,
        f"count(*) FILTER (WHERE {first} > 12 AND {second} <= 12)",
        f"count(*) FILTER (WHERE {second} > 12 AND {first} <= 12)",
        f"count(*) FILTER (WHERE {first} <> {second})",
        f"count(*) FILTER (WHERE {first} IS NOT NULL AND contains({column}_text, '.'))",
        f"count(*) FILTER (WHERE {short})",
        f"count(DISTINCT {first}) FILTER (WHERE {short})",
        f"count(DISTINCT {column}_numbers.c) FILTER (WHERE {short})",
        f"coalesce(max({second}) FILTER (WHERE {short}), 0)",
    )


def day_order(counts: DateCounts, forced: str | None, *, header: str, file: str) -> str:
    """ "dmy", "mdy" or "ymd". ZhibiError when the column does not tell."""
    if forced:
        if forced not in ORDERS:
            raise ZhibiError(
                "{value} is no order of day and month; give --date-order dmy, mdy or ymd.",
                value=forced,
            )
        return forced
    if proven := proven_order(counts):
        return proven
    day_first, month_first = counts.first_above_12, counts.second_above_12
    if not day_first and not month_first and not counts.differing:
        return "dmy"
    if counts.dotted == counts.of("three_numbers"):
        return "dmy"
    problem = (
        "{file} mixes dates with the day first and with the month first in the column {header}; "
        "say which is meant with --date-order dmy or --date-order mdy."
        if day_first and month_first
        else "{file} has dates in the column {header} of which day and month cannot be told apart; "
        "say which comes first with --date-order dmy or --date-order mdy."
    )
    raise ZhibiError(problem, file=file, header=header)


def proven_order(counts: DateCounts) -> str | None:
    """The order that the numbers of a column allow alone; None where they allow several."""
    if _is_year_first(counts):
        return "ymd"
    day_first, month_first = counts.first_above_12, counts.second_above_12
    if month_first <= STRAY * day_first and day_first:
        return "dmy"
    if day_first <= STRAY * month_first and month_first:
        return "mdy"
    return None


def _is_year_first(counts: DateCounts) -> bool:
    """26.3.5, 26.3.28: few different first numbers, none a month, and more different third ones."""
    short = counts.short
    return (
        short >= FEWEST_SHORT
        and short == counts.of("three_numbers")
        and counts.first_above_12 == short
        and counts.second_max <= MONTHS_A_YEAR
        and 2 * counts.firsts <= counts.thirds
    )


@dataclass(frozen=True, slots=True)
class DateSql:
    """How a column of dates is read: columns to compute first, then the value."""

    columns: tuple[Named, ...]
    value: str
    is_blank: str  # true for a day that stands for none


def date_sql(column: str, counts: DateCounts, order: str | None, timezone: str | None) -> DateSql:
    """The column as a date; null where the text is none, or a day there is not."""
    day = f"{column}_day"
    columns: list[Named] = [(f"{column}_iso", _iso_sql(column, counts, timezone))]
    if counts.families:
        text = f"CASE WHEN {column}_iso IS NULL THEN date_text({column}) END"
        written = [_family_sql(column, family, order) for family in PATTERNS if counts.of(family)]
        columns += [(f"{column}_text", text), (f"{column}_numbers", _numbers(column))]
        columns += [(day, f"coalesce({', '.join([f'{column}_iso', *written])})")]
    else:
        columns = [(day, columns[0][1])]
    is_known = f"year({day}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}"
    is_blank = f"coalesce(year({day}) >= {PLACEHOLDER_YEAR}, false)"
    return DateSql(tuple(columns), f"CASE WHEN {is_known} THEN {day} END", is_blank)


def _iso_sql(column: str, counts: DateCounts, timezone: str | None) -> str:
    day = f"try_cast({column} AS DATE)"
    if counts.zoned and timezone:
        pattern = literal(r".*:\d{2}.*([Zz]|[-+]\d{2}:?\d{2})$")
        moment = f"timezone({literal(timezone)}, try_cast({column} AS TIMESTAMPTZ))"
        day = f"CASE WHEN regexp_full_match({column}, {pattern}) THEN {moment}::DATE ELSE {day} END"
    return f"CASE WHEN {column}[5] IN ('-', '/') THEN {day} END"


def _family_sql(column: str, family: str, order: str | None) -> str:
    text = f"{column}_text"
    if family == "three_numbers":
        return f"{order}_date({column}_numbers)"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(PATTERNS[family])})"
        f" THEN {family}_date({text}) END"
    )
