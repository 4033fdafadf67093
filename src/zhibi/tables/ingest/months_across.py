"""Sales with a column for each month or quarter: 客户 | 产品 | 1月 | 2月 … One line for each cell.

    a cell of 2月 in 2025 → a line of 28 February 2025, the last day on which it may have been sold

What was sold adds up exactly; the days are the last of their months. Not to be trusted for how
often or on which day somebody bought.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date
from pathlib import Path

from zhibi.said import Said
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.headers import header_key
from zhibi.tables.ingest.match import guess
from zhibi.tables.ingest.stages import Sheet
from zhibi.tables.ingest.wide import Across, Kept, in_rows

FEWEST = 3  # columns of months that make such a table
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAME = rf"({'|'.join(_MONTHS)})[a-z]*"
_NUMBERED = re.compile(r"(?:(20\d\d)[-/.年m ]*)?(1[0-2]|0?[1-9])(月?)")
_YEAR_FIRST = re.compile(rf"(?:(20\d\d)[-/. ']*)?{_NAME}")
_YEAR_LAST = re.compile(rf"{_NAME}[-. ']*(\d\d|20\d\d)")
_QUARTER = re.compile(r"(?:(20\d\d)[-/.年 ]*)?(?:q([1-4])|第?([1-4一二三四])季度?)")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_OTHER = re.compile(
    r"数量|件数|计划|预算|目标|预测|quantity|qty|units|budget|forecast|target|plan", re.I
)
_TOTALS = ("合计", "总计", "全年合计", "total", "grandtotal", "年度合计")
_TOTAL = "(?i)(grand )?totals?|合\\s*计|总\\s*计|小\\s*计"
_AMOUNTS = {
    "amount", "amount_incl_tax", "tax_amount", "quantity", "unit_price", "unit_price_incl_tax",
    "discount", "discount_rate", "cost", "profit", "unit_cost", "list_price", "order_id", "line_no",
}  # fmt: skip
_CUSTOMER = {"customer_id", "customer_name"}
_CHINESE = re.compile("[一-鿿]")


def sales_in_rows(sheet: Sheet, staging: Path) -> Sheet:
    """A row for each cell of a table of months; any other sheet as it is, and one whose year is
    told nowhere too."""
    days = days_across(sheet)
    if len(days) < FEWEST:
        return sheet
    mapping = guess(sheet, table="order_lines")
    targets = {one.target for one in mapping.matches if one.column not in days}
    if "order_date" in targets or not targets & _CUSTOMER:
        return sheet
    if any(_OTHER.search(text) for text in (*_about(sheet), *sheet.headers)):
        return sheet  # of quantities or plans
    kept = [
        Kept(one.column, one.header)
        for one in mapping.matches
        if one.target and one.target not in _AMOUNTS and one.column not in days
    ]
    across = [Across(at, (day.isoformat(), None)) for at, day in days.items()]
    is_chinese = any(map(_CHINESE.search, sheet.headers))
    totals = [f"regexp_full_match(coalesce(c{one.column}, ''), '{_TOTAL}')" for one in kept]
    return in_rows(
        sheet,
        staging,
        kept,
        across,
        headers=("订单日期", "销售金额") if is_chinese else ("Order date", "Sales amount"),
        note=_note(sheet, days),
        without=" OR ".join(totals),
        holding="[1-9]",
    )


def days_across(sheet: Sheet) -> dict[int, date]:
    """Column → the last day of the month or quarter it stands for; none where the year of one is
    told nowhere, two are of one month, or one year's begin anew: 4月 … 12月, 1月 of a business
    year."""
    years = {found for text in _about(sheet) for found in _YEAR.findall(text)}
    of_all = int(years.pop()) if len(years) == 1 else None
    read = {at: _period(header) for at, header in enumerate(sheet.headers)}
    periods = {at: period for at, period in read.items() if period}
    if any((year or of_all) is None for year, _ in periods.values()):
        return {}
    days = {at: _last_day(year or of_all or 0, month) for at, (year, month) in periods.items()}
    told, once = list(days.values()), sorted(set(days.values()))
    if all(year for year, _ in periods.values()):
        return days if len(once) == len(told) else {}
    return days if once in (told, told[::-1]) else {}


def _about(sheet: Sheet) -> tuple[str, ...]:
    return (*sheet.titles, sheet.member, sheet.file.stem)


def _period(header: str) -> tuple[int | None, int] | None:
    """Year, where the header says it, and last month."""
    text = unicodedata.normalize("NFKC", header).strip().casefold()
    if (found := _NUMBERED.fullmatch(text)) and (found[1] or found[3]):
        return _year(found[1]), int(found[2])
    if found := _YEAR_FIRST.fullmatch(text):
        return _year(found[1]), _MONTHS.index(found[2]) + 1
    if found := _YEAR_LAST.fullmatch(text):
        return _year(found[2]), _MONTHS.index(found[1]) + 1
    if found := _QUARTER.fullmatch(text):
        quarter = found[2] or found[3]
        return _year(found[1]), 3 * ("一二三四".find(quarter) + 1 or int(quarter))
    return None


def _year(text: str | None) -> int | None:
    return None if text is None else int(text) + (2000 if len(text) == 2 else 0)


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _note(sheet: Sheet, days: dict[int, date]) -> Said:
    """What became of the table, and whether its months give the totals it has itself."""
    fields: dict[str, object] = {"count": len(days)}
    total = next((at for at, head in enumerate(sheet.headers) if header_key(head) in _TOTALS), None)
    if total is not None:
        sums = " + ".join(f"coalesce({_number(at)}, 0)" for at in days)
        with connect(sheet.staged.parent) as connection:
            ((fields["differing"],),) = connection.execute(
                f"SELECT count(*) FILTER (abs({_number(total)} - ({sums})) > 0.05) "
                f"FROM read_parquet({literal(sheet.staged)})"
            ).fetchall()
    if fields.get("differing"):
        fields["header"] = sheet.headers[total or 0]
        return Said(
            "A table with {count:column|columns} of months: each amount became a line of the last "
            "day of its month. {differing:row|rows} do not add up to {header}.",
            fields,
        )
    return Said(
        "A table with {count:column|columns} of months: each amount became a line of the last day "
        "of its month.",
        fields,
    )


def _number(column: int) -> str:
    return f"try_cast(replace(c{column}, ',', '') AS DECIMAL(38, 4))"
