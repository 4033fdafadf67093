"""Ageing tables: what customers owe, with a column for each span of days. 客户 | 0-30天 | 31-60天.

    a cell of 31-60 on 31 October → due on 30 September: the latest day on which it may have been

What is owed adds up exactly; the days are the latest possible ones, and say so. What is not due yet
is put on the day of the table. Not to be trusted for how late a single invoice is.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest.headers import UNIT_SUFFIXES, read_header
from zhibi.tables.ingest.match import guess
from zhibi.tables.ingest.profile import ColumnProfile, profile_columns
from zhibi.tables.ingest.stages import Match, Sheet, sheet_name
from zhibi.tables.ingest.wide import Across, Kept, in_rows

_TOTAL = "(?i)(grand )?totals?|合\\s*计|总\\s*计"
FEWEST = 3  # columns of spans that make an ageing table
MONTH, YEAR = 30, 365
MOSTLY = 0.5
_LENGTHS = {
    "": 1,
    "天": 1,
    "日": 1,
    "day": 1,
    "月": MONTH,
    "month": MONTH,
    "年": YEAR,
    "year": YEAR,
}
_UNIT = r"(天|日|days?|个?月|months?|年|years?)?"
_SPAN = re.compile(rf"(\d+){_UNIT}(?:-|~|至|到|—|–|to)(\d+){_UNIT}(?:以内|内)?")
_OVER = re.compile(
    rf"(?:over|>|>=|大于|超过)(\d+){_UNIT}|(\d+){_UNIT}(?:以上|\+|andover|ormore|plus|及以上)"
)
_UNDER = re.compile(rf"(?:<|<=|小于)(\d+){_UNIT}|(\d+){_UNIT}(?:以内|之内|内|以下)")
_LONE = re.compile(r"(\d+)(months?|个月)")
_NOT_DUE = (
    "current",
    "notdue",
    "notyetdue",
    "未到期",
    "未逾期",
    "信用期内",
    "未到期金额",
    "未到期余额",
)
_OLDER = ("older", "更早", "以前")
_AROUND = re.compile(r"逾期|超期|账龄|帐龄|拖欠|pastdue|overdue|金额|余额|[()（）\[\]]")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAY = re.compile(r"(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})|(20\d\d)([01]\d)([0-3]\d)")
_NAMED = re.compile(
    r"([a-z]{3})[a-z]*\.? (\d{1,2}),? (20\d\d)|(\d{1,2}) ([a-z]{3})[a-z]*\.?,? (20\d\d)"
)
_MONTH = re.compile(r"(20\d\d)\s*[-/.年]?\s*(1[0-2]|0?[1-9])\s*(?:月|$|[^\d])")
_CHINESE = re.compile("[\u4e00-\u9fff]")


def due_in_rows(sheet: Sheet, staging: Path) -> Sheet:
    """A row for each cell of an ageing table; any other sheet as it is. ZhibiError where neither
    its titles nor its name say of which day it is."""
    spans = _spans(sheet.headers)
    if len(spans) < FEWEST:
        return sheet
    profiles = profile_columns(sheet)
    mapping = guess(sheet, table="receivables")
    if any(one.target == "due_date" for one in mapping.matches):
        return sheet  # a list of invoices with spans beside
    kept = _customers(sheet, mapping.matches, spans, profiles)
    if not kept:
        return sheet
    day = day_of((*sheet.titles, sheet.member, sheet.file.stem))
    if day is None:
        raise ZhibiError(
            "{file} is an ageing table ({spans}, …) and does not say of which day; write the day "
            "into its name, as in {example}, and bring it in again.",
            file=sheet_name(sheet),
            spans=", ".join(sheet.headers[column] for column in list(spans)[:2]),
            example=f"{sheet.file.stem} 2026-10-31{sheet.file.suffix}",
        )
    across = tuple(
        Across(at, (_day_due(day, past), None, sheet.headers[at])) for at, past in spans.items()
    )
    totals = [f"coalesce(suffix(c{at}, '%'), false)" for at in spans]
    totals += [f"regexp_full_match(coalesce(c{one.column}, ''), '{_TOTAL}')" for one in kept]
    note = Said(
        "An ageing table of {day}: each amount became a receivable of its own. Sums are exact; a "
        "due day is the latest its span allows. Undo this import before you bring in a newer one.",
        {"day": day.isoformat()},
    )
    headers = _headers(sheet, spans)
    without = " OR ".join(totals)
    return in_rows(
        sheet, staging, kept, across, headers=headers, note=note, without=without, holding="[1-9]"
    )


def day_of(texts: Iterable[str]) -> date | None:
    """The last day that a text names; of a month alone its last day."""
    found: date | None = None
    for text in texts:
        plain = unicodedata.normalize("NFKC", text).casefold()
        days = [_date(*[part for part in one.groups() if part]) for one in _DAY.finditer(plain)]
        days += [_named(*[part for part in one.groups() if part]) for one in _NAMED.finditer(plain)]
        known = [day for day in days if day]
        if not known:
            months = [(int(one[1]), int(one[2])) for one in _MONTH.finditer(plain)]
            known = [date(year, month, monthrange(year, month)[1]) for year, month in months]
        found = found or max(known, default=None)
    return found


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _named(*parts: str) -> date | None:
    """October 31, 2026 and 31 October 2026."""
    name, day = (parts[0], parts[1]) if parts[0].isalpha() else (parts[1], parts[0])
    if name not in _MONTHS:
        return None
    return _date(parts[2], str(_MONTHS.index(name) + 1), day)


def _spans(headers: Sequence[str]) -> dict[int, int]:
    """Column → days that have passed at least, −1 for what is not due; in the file's order."""
    found: dict[int, int] = {}
    older: list[int] = []
    for column, header in enumerate(headers):
        past = _days_past(header)
        if past is not None:
            found[column] = past
        elif _plain(header) in _OLDER:
            older.append(column)
    if found and older:
        longest = max(found.values())
        found |= dict.fromkeys(older, longest + MONTH)
    return found if sum(past > 0 for past in found.values()) > 1 else {}


def _plain(header: str) -> str:
    text = unicodedata.normalize("NFKC", header).casefold()
    text = "".join(text.split())
    for unit in (*UNIT_SUFFIXES, "元"):
        text = text.replace(f"({unit})", "")
    return _AROUND.sub("", text)


def _days_past(header: str) -> int | None:
    text = _plain(header)
    if text in _NOT_DUE or "".join(header.split()).casefold() in _NOT_DUE:
        return -1
    span = _SPAN.fullmatch(text)
    if span and int(span[1]) < int(span[3]):  # 2023-01 is a month
        return int(span[1]) * _length(span[2] or span[4])
    if over := _OVER.fullmatch(text):
        return int(over[1] or over[3]) * _length(over[2] or over[4])
    if _UNDER.fullmatch(text):
        return 0
    lone = _LONE.fullmatch(text)
    return int(lone[1]) * MONTH if lone else None


def _length(unit: str | None) -> int:
    return _LENGTHS[(unit or "").removeprefix("个").removesuffix("s")]


def _day_due(day: date, past: int) -> str:
    return (day - timedelta(days=max(past, 0))).isoformat()


def _customers(
    sheet: Sheet, matches: Sequence[Match], spans: dict[int, int], profiles: Sequence[ColumnProfile]
) -> list[Kept]:
    """The columns that name the customer; a nameless first one of words where none is known."""
    wanted = ("customer_id", "customer_name", "contract_id")
    found = [Kept(one.column, one.header) for one in matches if one.target in wanted]
    if found:
        return found
    first = next((at for at in range(len(sheet.headers)) if at not in spans), None)
    is_words = first is not None and profiles[first].numbers < MOSTLY and profiles[first].filled
    header = "客户名称" if _is_chinese(sheet) else "Customer name"
    return [Kept(first, header)] if is_words and first is not None else []


def _headers(sheet: Sheet, spans: dict[int, int]) -> tuple[str, str, str]:
    """Those of the day, the amount (with the unit that its columns name) and the span."""
    powers = {read_header(sheet.headers[at]).exponent for at in spans}
    unit = (
        {3: "(千元)", 4: "(万元)", 6: "(百万元)"}.get(powers.pop(), "") if len(powers) == 1 else ""
    )
    if _is_chinese(sheet):
        return ("到期日", f"应收金额{unit}", "款项性质")
    return ("Due date", f"Amount due{unit}", "Milestone")


def _is_chinese(sheet: Sheet) -> bool:
    return any(_CHINESE.search(header) for header in sheet.headers)
