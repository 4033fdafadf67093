"""Workbooks: which sheet, what a cell becomes, and real row numbers."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt
from tests.tables.ingest.reading import cells_of, rows_of, sheet_of, sheets_of

from zhibi.errors import ZhibiError
from zhibi.render.plain import in_words
from zhibi.tables.ingest.stages import SetAside

HEADER = ["日期", "客户", "金额"]
ROWS = [["2024-01-02", "甲公司", 10], ["2024-01-03", "乙公司", 20.5]]


def workbook(folder: Path, sheets: dict[str, list[list[object]]], first_row: int = 1) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate(rows, first_row):
            for column, value in enumerate(row, 1):
                sheet.cell(number, column, value)
    path = folder / "orders.xlsx"
    book.save(path)
    return path


def failure(path: Path, **options: str) -> str:
    with pytest.raises(ZhibiError) as caught:
        sheets_of(path, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("00123", "00123"),
        ("  padded\n", "padded"),
        ("   ", None),
        (12, "12"),
        (12.0, "12"),
        (-3, "-3"),
        (0.1, "0.1"),
        (1234.56, "1234.56"),
        (0.0000001, "0.0000001"),
        (123456789012345, "123456789012345"),
        (913700000000000000, "9.137E+17"),
        (1234567890123456, "1.234567890123456E+15"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(2024, 5, 3), "2024-05-03"),
        (dt.datetime.fromisoformat("2024-05-03"), "2024-05-03"),
        (dt.datetime.fromisoformat("2024-05-03T10:11:12"), "2024-05-03 10:11:12"),
        (dt.time(10, 11), "10:11:00"),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
        ("#N/A", "#N/A"),
        ("#DIV/0!", "#DIV/0!"),
        ("=1+1", None),  # no spreadsheet has stored its value
    ],
)
def test_a_cell_as_text(tmp_path, value, text):
    path = workbook(tmp_path, {"订单": [["客户", "值"], ["甲", value], ["乙", "x"]]})
    assert cells_of(sheet_of(path)) == [["甲", text], ["乙", "x"]]


def test_a_formula_without_value_is_noted_with_its_cell(tmp_path):
    rows = [HEADER, ["2024-01-02", "甲", "=1+1"], ["2024-01-03", "乙", "=2+2"]]
    (note,) = sheet_of(workbook(tmp_path, {"订单": rows})).notes
    said = "2 formulas without a stored value on sheet 订单 (the first in C2)"
    assert in_words(note, "en").startswith(said)


def test_rows_have_the_numbers_of_the_spreadsheet(tmp_path):
    path = workbook(tmp_path, {"订单": [["销售明细"], [], HEADER, ROWS[0], [], ROWS[1]]}, 4)
    sheet = sheet_of(path)
    assert rows_of(sheet) == [
        (7, "2024-01-02", "甲公司", "10"),
        (9, "2024-01-03", "乙公司", "20.5"),
    ]
    assert sheet.set_aside == (SetAside(8, "blank row", ""),)
    assert sheet.titles == ("销售明细",)


def test_a_table_away_from_the_corner(tmp_path):
    book = openpyxl.Workbook()
    for number, row in enumerate([HEADER, *ROWS, ["#N/A", "丙", 1]], 5):
        for column, value in enumerate(row, 3):
            book.active.cell(number, column, value)
    path = tmp_path / "orders.xlsx"
    book.save(path)
    sheet = sheet_of(path)
    assert sheet.headers == tuple(HEADER)
    assert rows_of(sheet)[2] == (8, "#N/A", "丙", "1")


def test_merged_headings_of_two_rows(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["销售明细"], ["单据", None, "金额"], ["日期", "客户", "不含税", "税额"],
                ["2024-01-02", "甲", 10, 1.3]):  # fmt: skip
        sheet.append(row)
    for merged in ("A1:D1", "A2:B2", "C2:D2"):
        sheet.merge_cells(merged)
    path = tmp_path / "orders.xlsx"
    book.save(path)
    assert sheet_of(path).headers == ("日期", "客户", "不含税", "税额")

    sheet["D3"] = "不含税"
    book.save(path)
    assert sheet_of(path).headers == ("单据 日期", "单据 客户", "金额 不含税", "金额 不含税 (2)")


def test_a_name_merged_beside_its_orders_stands_in_each_row(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["客户", "单号", "商品", "订单金额"], ["甲", 101, "泵", 30],
                [None, None, "阀", None], ["乙", 102, "泵", 7]):  # fmt: skip
        sheet.append(row)
    for merged in ("A2:A3", "B2:B3", "D2:D3"):
        sheet.merge_cells(merged)
    path = tmp_path / "orders.xlsx"
    book.save(path)
    # The total of the order is one amount: it stays on the first of its lines.
    assert rows_of(sheet_of(path))[:2] == [
        (2, "甲", "101", "泵", "30"),
        (3, "甲", "101", "阀", None),
    ]


def test_hidden_rows_are_read_and_said(tmp_path):
    path = workbook(tmp_path, {"订单": [HEADER, *ROWS]})
    assert not sheet_of(path).notes
    book = openpyxl.load_workbook(path)
    for row in (1, 3, 40):  # the header and a blank row are no rows of the table
        book["订单"].row_dimensions[row].hidden = True
    book.save(path)
    (note,) = sheet_of(path).notes
    assert in_words(note, "en") == "1 row is hidden in the sheet, and read all the same."
    assert len(rows_of(sheet_of(path))) == len(ROWS)


def test_the_sheet_with_the_most_rows_is_taken_and_the_others_named(tmp_path):
    notes = [["说明"], ["本表由系统导出"]]
    sums = [["客户", "合计金额"], ["甲公司", 10]]
    path = workbook(tmp_path, {"说明": notes, "汇总": sums, "订单": [HEADER, *ROWS], "空": []})
    sheet = sheet_of(path)
    assert sheet.member == "订单"
    (note,) = sheet.notes
    assert in_words(note, "en") == (
        "Sheets left out: 说明 (without a header), 汇总 (1 rows, other headers), 空 (empty)."
    )
    assert sheet_of(path, sheet=" 汇总 ").member == "汇总"
    assert "has no sheet 订货: it has 说明, 汇总, 订单, 空" in failure(path, sheet="订货")


def test_tabs_with_the_same_header_are_all_taken(tmp_path):
    path = workbook(tmp_path, {"2023": [HEADER, ROWS[0]], "2024": [HEADER, *ROWS]})
    assert [(sheet.member, sheet.rows) for sheet in sheets_of(path)] == [("2023", 1), ("2024", 2)]


def test_hidden_sheets_are_left_alone(tmp_path):
    path = workbook(tmp_path, {"订单": [HEADER, ROWS[0]], "旧": [HEADER, *ROWS]})
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book.save(path)
    assert sheet_of(path).member == "订单"


def test_a_totals_row_at_the_end(tmp_path):
    path = workbook(tmp_path, {"订单": [HEADER, *ROWS, ["合计", None, 30.5]]})
    assert sheet_of(path).set_aside == (SetAside(4, "totals row", "合计 | 30.5"),)


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        ([], "none of its sheets has a cell"),
        ([HEADER], "sheet 订单 is without rows below its header"),
        (ROWS, "sheet 订单 is without a header"),
        ([["说明"], ["见附件"]], "sheet 订单 is without a header"),
    ],
)
def test_a_workbook_without_a_table(tmp_path, rows, part):
    assert part in failure(workbook(tmp_path, {"订单": rows}))


def test_old_workbooks(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("订单")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for column, name in enumerate(["编号", *HEADER]):
        sheet.write(2, column + 1, name)
    for number, (code, amount) in enumerate([("007", 10), (913700000000000000, 20.5)], 3):
        sheet.write(number, 1, code)
        sheet.write(number, 2, dt.date(2024, 5, number), day)
        sheet.write(number, 3, "甲公司")
        sheet.write(number, 4, amount)
    book.save(tmp_path / "orders.xls")
    assert rows_of(sheet_of(tmp_path / "orders.xls")) == [
        (4, "007", "2024-05-03", "甲公司", "10"),
        (5, "9.137E+17", "2024-05-04", "甲公司", "20.5"),
    ]


def test_a_workbook_under_another_name(tmp_path):
    path = workbook(tmp_path, {"订单": [HEADER, *ROWS]}).rename(tmp_path / "orders.csv")
    (note,) = sheet_of(path).notes
    assert in_words(note, "en") == "Is named .csv but was read as a workbook."


ODS_CELLS = {
    str: '<table:table-cell office:value-type="string"><text:p>{0}</text:p></table:table-cell>',
    float: '<table:table-cell office:value-type="float" office:value="{0}"/>',
    dt.date: '<table:table-cell office:value-type="date" office:date-value="{0}"/>',
}
ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="订单">{0}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def test_open_document_sheets(tmp_path):
    rows = [HEADER, [dt.date(2024, 5, 3), "甲公司", 10.0], [dt.date(2024, 5, 4), "乙公司", 20.5]]
    cells = ("".join(ODS_CELLS[type(value)].format(value) for value in row) for row in rows)
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    path = tmp_path / "orders.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(table))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    assert rows_of(sheet_of(path)) == [
        (2, "2024-05-03", "甲公司", "10"),
        (3, "2024-05-04", "乙公司", "20.5"),
    ]


def test_a_protected_workbook(tmp_path):
    path = tmp_path / "orders.xlsx"
    entry = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000) + entry + bytes(4000))
    assert "orders.xlsx is protected by a password" in failure(path)


def test_a_workbook_cut_off_or_damaged(tmp_path):
    whole = workbook(tmp_path, {"订单": [HEADER, *ROWS]}).read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    assert "cut.xlsx is damaged or was cut off" in failure(path)

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    assert "cut.xlsx cannot be read as a workbook" in failure(path)


def test_a_workbook_that_unpacks_to_far_more_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(80):
                part.write(bytes(1 << 20))
    assert "bomb.xlsx unpacks to more than" in failure(path)
