"""The workbook: values equal to the result's, texts only texts, the same bytes every time."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.render.example import ACCOUNTS, CHARTS, EXAMPLE, FORMULA, HOSTILE, QUIET
from zhibi.errors import ZhibiError
from zhibi.locale import CHINESE, ENGLISH
from zhibi.render.xlsx import write_xlsx
from zhibi.result import Column, Table, Unit


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    write_xlsx(EXAMPLE, path, ENGLISH)
    return path


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def test_findings_are_the_first_sheet(book: openpyxl.Workbook) -> None:
    sheet = book.worksheets[0]
    assert sheet.title == "Key points"
    assert [cell.value for cell in sheet[4]] == [
        "No.", "Urgency", "Finding", "Next step", "At stake",
    ]  # fmt: skip
    assert sheet["C5"].value.startswith("Sales 48.6 M, +6.1 %")
    assert sheet["E6"].value == 18600000
    assert sheet.freeze_panes == "A5"


def test_a_sheet_for_each_section_and_each_table_outside_of_one(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [
        "Key points", ACCOUNTS.title[:31], "Why did sales change", "Everything else",
    ]  # fmt: skip


def columns_of(sheet: Worksheet, title: str, count: int) -> list[tuple]:
    """The rows below a title of a sheet with several tables side by side, headings first."""
    left = next(cell.column for cell in sheet[1] if cell.value == title)
    return list(
        sheet.iter_rows(min_row=2, min_col=left, max_col=left + count - 1, values_only=True)
    )


def test_the_blocks_of_a_section_stand_side_by_side(book: openpyxl.Workbook) -> None:
    sheet = book["Everything else"]
    titles = [cell.value for cell in sheet[1] if cell.value]
    assert titles == [chart.title for chart in CHARTS[1:]]
    assert sheet.freeze_panes == "A3"
    headings, first, *_ = columns_of(sheet, "Sales by month", 3)
    assert headings == ("Month", "Sales (CNY)", "A year ago (CNY)")
    assert (first[0].date(), *first[1:]) == (date(2025, 1, 1), 4_300_000, 4_190_000)


def test_the_longest_table_of_a_section_can_be_filtered(book: openpyxl.Workbook) -> None:
    assert book.worksheets[1].auto_filter.ref == "A1:M5"
    longest = book["Everything else"].auto_filter.ref
    first = longest.split(":")[0]
    assert book["Everything else"][first].value == "Share of customers"


def test_a_heat_map_is_a_colour_scale(book: openpyxl.Workbook) -> None:
    sheet = book["Everything else"]
    rows = columns_of(sheet, "Recency and frequency", 6)[:6]
    assert rows[0] == ("Frequency", "1", "2", "3", "4", "5")
    assert rows[1] == (5, 5, 10, 15, 20, 25)  # the highest score on top
    assert rows[5] == (1, 1, 2, 3, 4, 5)
    (area,) = sheet.conditional_formatting
    first, last = str(area.sqref).split(":")
    assert (sheet[first].value, sheet[last].value) == (5, 5)
    assert {rule.type for rule in area.rules} == {"colorScale", "cellIs"}


def test_an_interval_has_its_range_as_error_bars(path: Path, book: openpyxl.Workbook) -> None:
    rows = columns_of(book["Everything else"], "Where whitespace is", 5)
    assert rows[0][4] == "Length of the range (CNY)"
    assert rows[1] == ("济南食品", 950000, 600000, 1400000, 800000)
    with zipfile.ZipFile(path) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if "/charts/chart" in name]
    (bars,) = re.findall("<c:errBars>.*</c:errBars>", "".join(charts))
    (area,) = re.findall("<c:plus>.*<c:f>'Everything else'!(.*)</c:f>.*</c:plus>", bars)
    lengths = [row[0].value for row in book["Everything else"][area.replace("$", "")]]
    assert lengths == [800000, 600000]


def test_values_are_those_of_the_result(book: openpyxl.Workbook) -> None:
    sheet = book.worksheets[1]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [Decimal(str(row[2])) for row in rows[:4]] == [row[2] for row in ACCOUNTS.rows]
    assert [row[3] for row in rows[:4]] == [row[3] for row in ACCOUNTS.rows]
    assert rows[0][6].date() == date(2025, 9, 25)
    assert rows[0][9:13] == (950000, 600000, 1400000, 23)
    assert rows[4][0] == "All customers"
    assert rows[1][8] == "滤芯油品 and 维保"


def test_formats_and_frozen_heading(book: openpyxl.Workbook) -> None:
    sheet = book.worksheets[1]
    assert sheet.freeze_panes == "B2"
    assert sheet["C2"].number_format == "#,##0.00"
    assert sheet["D2"].number_format == "0.0%"
    assert sheet["G2"].number_format == "yyyy-mm-dd"
    assert sheet["H2"].number_format == "#,##0"
    assert sheet["H3"].number_format == "#,##0.0"
    assert sheet["C1"].value == "Sales (CNY)"
    assert sheet.column_dimensions["A"].width > 24  # wide characters count twice


def test_names_that_look_like_formulas_are_names(path: Path, book: openpyxl.Workbook) -> None:
    cell = book.worksheets[1]["A5"]
    assert cell.value == FORMULA
    assert cell.data_type == "s"
    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in parts.read(name) for name in sheets)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", "http://x", "{=1}", "a\x00\x1fb"]
)
def test_no_text_becomes_anything_else(tmp_path: Path, text: str) -> None:
    table = Table("t", text, (Column("a", text, Unit.NAME),), ((text,),), 1)
    write_xlsx(with_blocks(table), tmp_path / "a.xlsx", ENGLISH)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[1]
    clean = text.replace("\x00", "").replace("\x1f", "")
    assert (sheet["A1"].value, sheet["A2"].value) == (clean, clean)
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].hyperlink is None


def with_blocks(*tables: Table):
    class Given(type(QUIET)):
        def blocks(self):
            return tables

    return Given(findings=(), charts=())


def waterfall(tmp_path: Path, *amounts: int) -> list[tuple]:
    rows = (
        ("a year ago", amounts[0], "total"),
        *((f"step {at}", amount, "change") for at, amount in enumerate(amounts[1:-1])),
        ("now", amounts[-1], "total"),
    )
    chart = replace(CHARTS[0], rows=rows)
    write_xlsx(with_blocks(chart), tmp_path / "a.xlsx", ENGLISH)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[1]
    return list(sheet.iter_rows(min_row=2, min_col=3, values_only=True))


def test_a_waterfall_may_fall_below_zero(tmp_path: Path) -> None:
    """Foot, total, rise, fall, rise below zero, fall below zero; bars are stacked from zero."""
    rows = waterfall(tmp_path, 10, -30, -5, 15, 20, 10)
    assert rows == [
        (None, 10, None, None, None, None),
        (0, None, None, 10, None, -20),
        (-20, None, None, None, None, -5),
        (-10, None, None, None, -15, None),
        (0, None, 10, None, -10, None),
        (None, 10, None, None, None, None),
    ]


def test_all_rows_are_written_not_only_those_shown(tmp_path: Path) -> None:
    every = tuple((f"c{n}",) for n in range(50))
    columns = (Column("a", "Customer", Unit.NAME),)
    table = Table("t", "Customers", columns, every[:3], 50, fetch_all=lambda: every)
    write_xlsx(with_blocks(table), tmp_path / "a.xlsx", ENGLISH)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[1].max_row == 51


def test_sheets_of_one_title_get_names_of_their_own(tmp_path: Path) -> None:
    columns = (Column("a", "Customer", Unit.NAME),)
    title = "A title much longer than a sheet can be named: [x]"
    table = Table("t", title, columns, (("x",),), 1)
    write_xlsx(with_blocks(*[table] * 12), tmp_path / "a.xlsx", ENGLISH)
    names = openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
    assert len({name.casefold() for name in names}) == 13
    assert max(map(len, names)) <= 31


def test_charts_are_native(path: Path) -> None:
    with zipfile.ZipFile(path) as parts:
        charts = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
        texts = "".join(parts.read(name).decode() for name in charts)
    for kind in ("c:barChart", "c:lineChart", "c:areaChart", "c:scatterChart"):
        assert kind in texts
    assert len(charts) == len(CHARTS) - 1  # the heat map is its cells


def test_a_waterfall_adds_up(book: openpyxl.Workbook) -> None:
    sheet = book["Why did sales change"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    for _, amount, foot, total, rise, fall in rows:
        assert (foot or 0) >= 0
        assert amount == (total or 0) + (rise or 0) - (fall or 0)
    assert sum(row[1] for row in rows[:-1]) == rows[-1][1]


def test_same_bytes_twice(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    write_xlsx(EXAMPLE, again, ENGLISH)
    assert again.read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        assert b"2025-09-30T00:00:00Z" in parts.read("docProps/core.xml")


def test_chinese_headings(tmp_path: Path) -> None:
    write_xlsx(replace(EXAMPLE, charts=()), tmp_path / "a.xlsx", CHINESE)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames[0] == "要点"
    assert book.worksheets[1]["C1"].value == "销售额（元）"
    assert book.worksheets[1]["A4"].value == HOSTILE


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ZhibiError, match="could not be written"):
        write_xlsx(QUIET, tmp_path / "no" / "a.xlsx", ENGLISH)
