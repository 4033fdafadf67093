"""The workbook: values equal to the result's, texts only texts, the same bytes every time."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.render.example import ACCOUNTS, CHARTS, EXAMPLE, FORMULA, HOSTILE, QUIET
from zhibi.errors import ZhibiError
from zhibi.locale import CHINESE, ENGLISH
from zhibi.render.xlsx import write_xlsx
from zhibi.result import Column, Section, Table, Unit


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


def test_a_sheet_for_each_table_and_chart(book: openpyxl.Workbook) -> None:
    assert len(book.worksheets) == 2 + len(CHARTS)
    assert book.worksheets[1].title == ACCOUNTS.title[:31]


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
            return (Section("Everything", tables),)

    return Given(findings=(), charts=())


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
    assert len(charts) == len(CHARTS) - 2  # no heat map, no interval


def test_a_waterfall_adds_up(book: openpyxl.Workbook) -> None:
    sheet = book["Why sales changed"]
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
