"""What the values in a column look like, counted over the first rows of a sheet.

Headers decide what a column is; values decide where a header may mean two things (客户 as code or
as name) or says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.stages import Sheet

SAMPLE_ROWS = 20_000
AT_ONCE = 24  # columns counted in one scan: a hundred distinct counts at once fill the memory

DATE_PATTERN = (
    r"(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{1,2})|(19|20)\d{6}"
    r"|\d{1,2}[- ]?[A-Za-z]{3,9}[-, ]*\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})([ T].*)?"
)
MONTH_PATTERN = (
    r"(19|20)\d{2}[-/.年Mm]?(0?[1-9]|1[0-2])月?|(19|20)\d{2}-?[Ww]\d{1,2}"
    r"|[A-Za-z]{3,9}[-. ']*\d{2,4}"
)
SERIAL_PATTERN = r"[234]\d{4}(\.\d+)?"
NUMBER_PATTERN = (
    r"[-+(]?\s*([¥￥$€£]|RMB|CNY|USD)?\s*[-+]?\d[\d., ']*([eE][+-]?\d+)?\s*[万亿%元]*\)?-?"
)
CODE_PATTERN = (
    r"[A-Z0-9#._/-]{1,24}|[A-Za-z]*[#._/-]?[0-9][A-Za-z0-9._/-]*|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}"
)
COMPANY_PATTERN = (
    r".*(公司|集团|厂|医院|大学|学院|商行|经营部|中心|研究院|事务所|门市|合作社)([(（].*[)）])?"
    r"|.*\b(Ltd|Limited|Inc|LLC|GmbH|AG|Corp|Corporation|Company|Co|PLC|S\.?A|S\.?r\.?l|BV|KG|Pty)\.?"
)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Shares are of the filled cells of the sample; `total` is the sum of the absolute numbers."""

    filled: int
    dates: float
    serials: float
    months: float  # 2014-11, 201411, 2014-W47, Nov 2014
    numbers: float
    digits: float  # cells with any digit in them
    codes: float
    companies: float
    fractions: float  # numbers within −1…1, or written with %
    distinct: float
    decimals: float  # numbers written with decimals
    total: Decimal


def profile_columns(sheet: Sheet) -> tuple[ColumnProfile, ...]:
    """One profile for each column of the sheet."""
    sample = f"(FROM read_parquet({literal(sheet.staged)}) LIMIT {SAMPLE_ROWS})"
    row: list[Any] = []
    with connect(sheet.staged.parent) as connection:
        for first in range(0, len(sheet.headers), AT_ONCE):
            places = range(first, min(first + AT_ONCE, len(sheet.headers)))
            counts = ", ".join(_counts(f"c{place}") for place in places)
            row += connection.execute(f"SELECT {counts} FROM {sample}").fetchone()
    width = len(fields(ColumnProfile))
    return tuple(_profile(row[at : at + width]) for at in range(0, len(row), width))


def _counts(column: str) -> str:
    number = f"try_cast(regexp_replace({column}, '[^0-9.-]', '', 'g') AS DECIMAL(38, 4))"
    is_number = f"regexp_full_match({column}, {literal(NUMBER_PATTERN)})"

    def count(condition: str) -> str:
        return f"count(*) FILTER (WHERE {condition})"

    def matches(pattern: str) -> str:
        return count(f"regexp_full_match({column}, {literal(pattern)})")

    return ", ".join(
        [
            f"count({column})",
            matches(DATE_PATTERN),
            matches(SERIAL_PATTERN),
            matches(MONTH_PATTERN),
            count(is_number),
            count(f"regexp_matches({column}, '[0-9０-９]')"),
            matches(CODE_PATTERN),
            matches(COMPANY_PATTERN),
            count(f"{is_number} AND ({column} LIKE '%\\%%' ESCAPE '\\' OR abs({number}) <= 1)"),
            f"count(DISTINCT {column})",
            count(f"{is_number} AND contains({column}, '.')"),
            f"coalesce(sum(abs({number})) FILTER (WHERE {is_number}), 0)",
        ]
    )


def _profile(counts: list[Any]) -> ColumnProfile:
    filled, *parts, sum_of = counts
    shares = [part / filled if filled else 0.0 for part in parts]
    names = (field.name for field in fields(ColumnProfile))
    values = (filled, *shares, sum_of)
    return ColumnProfile(**dict(zip(names, values, strict=True)))
