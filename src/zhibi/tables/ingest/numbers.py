r"""Numbers as people and exports write them, read as exact decimals inside DuckDB.

How a column writes its decimals is decided over the whole column: `1.234` alone cannot tell, but
one `1.234,50` or `12,5` in the column can. Everything here is SQL text, so that ten million cells
are read by the engine and never by a loop in Python.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.duck import Named, literal
from zhibi.tables.ingest.headers import currency_words

EXACT = "DECIMAL(38, 12)"  # wide enough for every number before it is rounded to four decimals

# One stray cell in a hundred does not decide how a column is read: it is rejected.
STRAY = 0.01

FULL_WIDTH = "０１２３４５６７８９．，（）％＋￥＄−–—－\u00a0\u202f\u2009\u3000’‘＇"
HALF_WIDTH = "0123456789.,()%+¥$----    '''"
BLANKS = ("-", "--", "—", "——", "–", "－", "/", "\\N", "NULL", "null", "(null)", "None")

SIGNS = sorted(currency_words(), key=lambda word: (-len(word), word))
CURRENCY_PATTERN = "|".join(word.upper().replace("$", r"\$") for word in [*SIGNS, "圆", "块"])
# sign, digits, exponent, unit, percent, closing sign
NUMBER = (
    r"([-+(]?)\s*(\d[\d.,' ]*|[.,]\d+)(E[-+]?\d+)?\s*(千万|百万|亿|万|千|K|M)?\s*(%)?\s*([-)]?)"
)
POINT_PROOF = (
    r".*,.*\.\d*|\d{1,3}(,\d{2,3})+,\d{3}|\d+\.(\d{0,2}|\d{4,})|\d{4,}\.\d{3}|0\.\d{3}|\.\d+"
)
COMMA_PROOF = r".*\..*,\d*|\d{1,3}(\.\d{3})+\.\d{3}|\d+,(\d{0,2}|\d{4,})|\d{4,},\d{3}|0,\d{3}|,\d+"
EITHER_COMMA = r"[1-9]\d{0,2},\d{3}"
EITHER_POINT = r"[1-9]\d{0,2}\.\d{3}"
GROUPED = r"\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?"
# The shapes that nearly all cells have: read without taking them apart, ten times as fast.
PERCENT = r"[-+]?\d+(\.\d*)?%"
PLAIN = r"[-+]?(\d+(\.\d*)?|\.\d+)"
SYMBOLS = "¥￥$€£"
USUAL = {
    "point": rf"[{SYMBOLS}]? ?[-+]?(\d{{1,3}}(,\d{{3}})+|\d+)(\.\d*)?",
    "comma": rf"[{SYMBOLS}]? ?[-+]?(\d{{1,3}}(\.\d{{3}})+|\d+)(,\d*)?",
}
SPACED = r"\d{1,3}([ '']\d{3})+([.,]\d*)?"

# Inlined by DuckDB where they are used: the cell in half width, its parts, and its value when the
# point (or comma) is the decimal sign.
MACROS = f"""
CREATE TEMP MACRO half_width(cell) AS
    upper(trim(translate(cell, {literal(FULL_WIDTH)}, {literal(HALF_WIDTH)})));
CREATE TEMP MACRO number_parts(cell) AS regexp_extract(
    trim(regexp_replace(half_width(cell), {literal(CURRENCY_PATTERN)}, '', 'g')),
    {literal("^" + NUMBER + "$")}, ['opening', 'body', 'power', 'unit', 'percent', 'closing']);
CREATE TEMP MACRO unspaced(body) AS CASE
    WHEN regexp_full_match(trim(body), '{SPACED}')
    THEN translate(body, ' ''', '') ELSE trim(body) END;
CREATE TEMP MACRO point_digits(body) AS CASE
    WHEN regexp_full_match(body, '\\d*(\\.\\d*)?') THEN body
    WHEN regexp_full_match(body, '{GROUPED}') THEN replace(body, ',', '') END;
CREATE TEMP MACRO comma_digits(body) AS point_digits(translate(body, '.,', ',.'));
CREATE TEMP MACRO mixed_digits(body) AS CASE
    WHEN regexp_full_match(body, '\\d+') OR regexp_full_match(body, '{POINT_PROOF}')
    THEN point_digits(body)
    WHEN regexp_full_match(body, '{COMMA_PROOF}') THEN comma_digits(body) END;
CREATE TEMP MACRO unit_power(unit) AS CASE unit WHEN '' THEN 0 WHEN '千' THEN 3 WHEN 'K' THEN 3
    WHEN '万' THEN 4 WHEN '百万' THEN 6 WHEN 'M' THEN 6 WHEN '千万' THEN 7 WHEN '亿' THEN 8 END;
CREATE TEMP MACRO signed_number(parts, digits, power) AS CASE
    WHEN parts.opening || parts.closing IN ('', '+', '-', '()') THEN try_cast(
        CASE WHEN parts.opening || parts.closing IN ('-', '()') THEN '-' ELSE '' END
        || digits || 'E' || (coalesce(try_cast(substr(parts.power, 2) AS INTEGER), 0)
        + unit_power(parts.unit) + power - CASE parts.percent WHEN '%' THEN 2 ELSE 0 END)
        AS {EXACT}) END;
CREATE TEMP MACRO four_decimals(number) AS try_cast(
    CASE WHEN abs(number - number::DECIMAL(38, 4)) = 0.00005
          AND (abs(number::DECIMAL(38, 4)) * 10000)::HUGEINT % 2 = 1
    THEN number::DECIMAL(38, 4) - sign(number) * 0.0001::DECIMAL(5, 4)
    ELSE number::DECIMAL(38, 4) END AS DECIMAL(18, 4));
"""


@dataclass(frozen=True, slots=True)
class NumberCounts:
    """How many cells of a column are written how."""

    filled: int
    plain: int  # what the engine reads as it stands
    long: int  # plain, with more than four decimals
    above_one: int  # of rates: plain, greater than one, as a tax rate written 13
    dotted: int  # plain, with a point
    point: int = 0  # proves a decimal point
    comma: int = 0  # proves a decimal comma
    either_comma: int = 0  # 1,234
    either_point: int = 0  # 1.234
    units: int = 0  # 万, 亿


def plain_counts(column: str) -> tuple[str, ...]:
    """Aggregates for the first look, cheap enough for every column. (A cast that fails costs ten
    times what a pattern does, and a pattern ten times what a search for the point does.)"""
    point = f"strpos({column}, '.')"
    is_long = f"regexp_full_match({column}, '[-+]?\\d*\\.\\d{{5,}}')"
    return (
        f"count({column})",
        f"count(*) FILTER (WHERE {_matches_plain(column)})",
        "count(*) FILTER (WHERE CASE"
        f" WHEN {point} BETWEEN 1 AND length({column}) - 5 THEN {is_long} END)",
        "0",
        f"count(*) FILTER (WHERE {point} > 0)",
    )


def rate_counts(column: str) -> tuple[str, ...]:
    """Those of a column of rates: only there it matters whether numbers go beyond one."""
    filled, plain, long, _, dotted = plain_counts(column)
    number = f"CASE WHEN {_matches_plain(column)} THEN try_cast({column} AS DECIMAL(38, 4)) END"
    return filled, plain, long, f"count(*) FILTER (WHERE abs({number}) > 1)", dotted


def _matches_plain(column: str) -> str:
    return f"regexp_full_match({column}, {literal(PLAIN)})"


def written_columns(column: str) -> tuple[Named, ...]:
    """What `written_counts` counts over: the digits and separators of each cell."""
    bare = f"trim({column}, '+-()% {SYMBOLS}')"
    taken_apart = f"unspaced(number_parts({column}).body)"
    return (
        (f"{column}_bare", bare),
        (f"{column}_is_bare", f"regexp_full_match({column}_bare, '[0-9.,]*')"),
        (f"{column}_body", f"CASE WHEN {column}_is_bare THEN {column}_bare ELSE {taken_apart} END"),
    )


def written_counts(column: str) -> tuple[str, ...]:
    """Aggregates for a column that the engine does not read as it stands."""

    def count(pattern: str) -> str:
        return f"count(*) FILTER (WHERE regexp_full_match({column}_body, {literal(pattern)}))"

    return (
        count(POINT_PROOF),
        count(COMMA_PROOF),
        count(EITHER_COMMA),
        count(EITHER_POINT),
        f"count(*) FILTER (WHERE CASE WHEN NOT {column}_is_bare"
        f" THEN number_parts({column}).unit <> '' END)",
    )


def has_currency_sql(column: str) -> str:
    """True for a cell with a currency sign or word in it."""
    found = f"regexp_matches(half_width({column}), {literal(CURRENCY_PATTERN)})"
    return f"CASE WHEN NOT regexp_full_match({column}, '[-+0-9., ]*') THEN {found} END"


def decimal_sign(counts: NumberCounts, forced: str | None, elsewhere: str | None) -> str:
    """ "point", "comma" or "mixed". `elsewhere` is what the other columns of the sheet prove."""
    if forced:
        if forced not in {"point", "comma"}:
            raise ZhibiError(
                "{value} is no decimal sign; give --decimal point or --decimal comma.", value=forced
            )
        return forced
    if not counts.comma and not counts.point:
        return elsewhere or "point"
    if counts.comma <= STRAY * counts.point:
        return "point"
    return "comma" if counts.point <= STRAY * counts.comma else "mixed"


@dataclass(frozen=True, slots=True)
class NumberSql:
    """How a column of numbers is read: columns to compute first, then the value."""

    columns: tuple[Named, ...]
    value: str


def money_sql(column: str, sign: str, counts: NumberCounts, power: int = 0) -> NumberSql:
    """The column as DECIMAL(18,4), rounded half to even; null where it does not fit."""
    if _is_plain(counts, sign) and not (counts.long or power):
        return NumberSql((), f"try_cast({column} AS DECIMAL(18, 4))")
    columns = _exact_columns(column, sign, counts, power)
    value = f"four_decimals({column}_number)"
    return NumberSql(columns, f"CASE WHEN NOT suffix({column}, '%') THEN {value} END")


def rate_sql(column: str, sign: str, counts: NumberCounts) -> NumberSql:
    """The column as a share: 13% and, in a column that goes beyond one, 13 are 0.13."""
    number = f"{column}_number"
    value = number
    if counts.above_one:
        is_share = f"abs({number}) < 1 OR contains({column}, '%') OR contains({column}, '％')"
        value = f"CASE WHEN {is_share} THEN {number} ELSE {number} * 0.01::DECIMAL(3, 2) END"
    columns = _exact_columns(column, sign, counts, 0)
    return NumberSql(columns, f"try_cast({value} AS DECIMAL(9, 6))")


def _is_plain(counts: NumberCounts, sign: str) -> bool:
    return counts.plain == counts.filled and sign == "point"


def _exact_columns(column: str, sign: str, counts: NumberCounts, power: int) -> tuple[Named, ...]:
    """`{column}_number`: the exact number, taking the long way only where the short one fails."""
    unit = f" || 'E{power}'" if power else ""
    plain = f"try_cast({column}{unit} AS {EXACT})"
    if _is_plain(counts, sign):
        return ((f"{column}_number", plain),)
    usual = [f"WHEN regexp_full_match({column}, '{PLAIN}') THEN {plain}"] if sign == "point" else []
    if sign == "point" and not power:
        percent = f"try_cast(left({column}, length({column}) - 1) || 'E-2' AS {EXACT})"
        usual.append(f"WHEN regexp_full_match({column}, '{PERCENT}') THEN {percent}")
    if sign in USUAL:
        digits = f"replace(ltrim({column}, '{SYMBOLS} '), '{',' if sign == 'point' else '.'}', '')"
        if sign == "comma":
            digits = f"replace({digits}, ',', '.')"
        usual.append(
            f"WHEN regexp_full_match({column}, {literal(USUAL[sign])})"
            f" THEN try_cast({digits}{unit} AS {EXACT})"
        )
    short, parts, body = f"{column}_short", f"{column}_parts", f"{column}_body"
    return (
        (short, f"CASE {' '.join(usual)} END" if usual else f"NULL::{EXACT}"),
        (parts, f"CASE WHEN {short} IS NULL THEN number_parts({column}) END"),
        (body, f"unspaced({parts}.body)"),
        (
            f"{column}_number",
            f"coalesce({short}, signed_number({parts}, {sign}_digits({body}), {power}))",
        ),
    )


def reason_sql(column: str, sign: str) -> str:
    """Why a cell that is no number was rejected."""
    text = f"half_width({column})"
    digits = f"{sign}_digits(unspaced(number_parts({column}).body))"
    return (
        f"CASE WHEN {text} IN ('NAN', 'INF', '-INF', '+INF', 'INFINITY', '-INFINITY', '+INFINITY')"
        " THEN 'not a finite number'"
        f" WHEN starts_with({text}, '#') THEN 'a spreadsheet error'"
        f" WHEN {digits} IS NOT NULL AND length({text}) > 12 THEN 'too large'"
        f" WHEN regexp_matches({text}, '^[-+(]?[0-9]+[.,][0-9]{{3}}[-)]?$')"
        " THEN 'may be thousands or decimals: the column has both decimal comma and point'"
        " ELSE 'not a number' END"
    )
