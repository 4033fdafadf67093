"""Delimited text: encodings, delimiters, headers, ragged and stray rows."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tables.ingest.reading import cells_of, rows_of, sheet_of

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.header_rows import BLANKS
from zhibi.tables.ingest.stages import SetAside

CHINESE = [
    ["单据日期", "单据编号", "购货单位", "数量", "不含税金额"],
    ["2024-01-02", "0001", "上海华东机电有限公司", "10", "1,234.50"],
    ["2024-01-03", "0002", "联通", "1", "99.00"],
    ["2024-01-04", "0003", "鑫淼（集团）", "2", "5.00"],
]
TRADITIONAL = [
    ["訂單日期", "訂單編號", "客戶名稱", "數量", "金額"],
    ["2024-01-02", "0001", "臺灣電機股份有限公司", "10", "1,234.50"],
    ["2024-01-03", "0002", "長榮國際", "1", "99.00"],
]
WESTERN = [
    ["Order", "Customer", "City", "Net amount", "Note"],
    ["0001", "Müller GmbH", "Köln", "1.234,50", "naïve; 5€"],
    ["0002", "Société Générale", "Orléans", "99,00", "déjà | vu"],
    ["0003", "Ærø Værft", "Ærøskøbing", "5", "“quoted”"],
]
CHINESE_ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
SAMPLES = [
    *(("chinese", CHINESE, encoding) for encoding in CHINESE_ENCODINGS),
    *(("traditional", TRADITIONAL, encoding) for encoding in ("utf-8", "big5", "utf-16")),
    *(("western", WESTERN, encoding) for encoding in ("utf-8", "cp1252", "utf-16")),
]


@pytest.fixture(params=["python", "engine"])
def reader(request, monkeypatch) -> str:
    """Both ways of staging must give the same rows."""
    if request.param == "engine":
        monkeypatch.setattr("zhibi.tables.ingest.text_files.ENGINE_FROM", 0)
    return request.param


def as_csv(table: list[list[str]], delimiter: str = ",", line_end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(table)
    return out.getvalue()


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "orders.csv"
    path.write_bytes(text.encode(encoding))
    return path


def failure(path: Path, **options: str) -> str:
    with pytest.raises(ZhibiError) as caught:
        sheet_of(path, **options)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "^"])
@pytest.mark.parametrize(("name", "table", "encoding"), SAMPLES)
def test_every_encoding_with_every_delimiter(tmp_path, name, table, encoding, delimiter):
    sheet = sheet_of(written(tmp_path, as_csv(table, delimiter), encoding))

    assert list(sheet.headers) == table[0]
    assert cells_of(sheet) == table[1:]
    assert sheet.delimiter == delimiter


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_every_line_end_with_either_reader(tmp_path, line_end, encoding, delimiter, reader):
    sheet = sheet_of(written(tmp_path, as_csv(CHINESE, delimiter, line_end), encoding))
    assert rows_of(sheet) == [(row, *cells) for row, cells in enumerate(CHINESE[1:], 2)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,客户\n1,2\n", "gbk"),
        ("id,name\n1,张三\n", "gbk"),
        ("id,name\n1,王\n", "gbk"),
        ("id,金额\n1,5\n", "gbk"),
        ("id,name\n1,联通\n", "gbk"),
        ("id,name\n1,鑫淼\n", "gbk"),
        ("id,name\n1,睿\n", "gbk"),
        ("id,name\n1,莆田\n", "gbk"),
        ("id,name\n1,蚌埠\n", "gbk"),
        ("id,客戶\n1,2\n", "big5"),
        ("id,name\n1,穎\n", "big5"),
        ("id,name\n1,陳先生\n", "big5"),
        ("id,name\n1,Zoë\n", "cp1252"),
        ("id,name\n1,Nestlé\n", "cp1252"),
        ("id,price\n1,5 €\n", "cp1252"),
        ("id,name\n1,Zoë\n", "utf-8"),
        ("id,name\n1,Ünal\n", "utf-8"),
    ],
)
def test_a_handful_of_foreign_characters_is_enough(tmp_path, text, encoding):
    sheet = sheet_of(written(tmp_path, text, encoding))
    assert text == as_csv([list(sheet.headers), *cells_of(sheet)])


def test_a_doubtful_encoding_is_said_and_can_be_given(tmp_path):
    path = written(tmp_path, "id,name\n1,伟业\n", "gbk")
    assert "valid UTF-8 too" in sheet_of(path).notes[0].template
    assert cells_of(sheet_of(path, encoding="gbk")) == [["1", "伟业"]]
    assert cells_of(sheet_of(path, encoding="latin-1")) == [["1", "Î°Òµ"]]
    assert "no known encoding" in failure(path, encoding="klingon")
    assert "no known encoding" in failure(path, encoding="base64")


@pytest.mark.parametrize(
    ("first", "second", "line"), [("utf-8", "gbk", 5), ("gbk", "utf-8", 5), ("utf-8-sig", "gbk", 5)]
)
def test_two_encodings_in_one_file_are_refused_with_the_line(tmp_path, first, second, line):
    path = tmp_path / "orders.csv"
    path.write_bytes(as_csv(CHINESE).encode(first) + as_csv(CHINESE[1:]).encode(second))
    assert f"Line {line} of orders.csv is not valid" in failure(path)


def test_an_encoding_that_was_given_and_is_wrong_names_the_line(tmp_path):
    path = written(tmp_path, "id,name\n1,a\n2,王\n", "gbk")
    assert "Line 3 of orders.csv is not valid UTF-8" in failure(path, encoding="utf-8")
    assert "Line 3 of orders.csv is not valid ASCII" in failure(path, encoding="ascii")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("tab", "a b,c\td\n1,5\t2\n"),
        ("\\t", "a\tb\n1\t2\n"),
        (":", "a:b\n1:2\n"),
        (" | ", "a | b\n1 | 2\n"),
        ("space", "a  b\n1  2\n"),
        ("§", "a§b\n1§2\n"),
    ],
)
def test_a_delimiter_can_be_given(tmp_path, given, text, reader):
    sheet = sheet_of(written(tmp_path, text), delimiter=given)
    assert len(sheet.headers) == 2
    assert cells_of(sheet)[0][1] == "2"


@pytest.mark.parametrize("given", ["", '"', "ab"])
def test_a_delimiter_that_cannot_be(tmp_path, given):
    path = written(tmp_path, "a,b\n1,2\n")
    if given:
        assert "cannot be used" in failure(path, delimiter=given)
    else:
        assert sheet_of(path, delimiter=given).delimiter == ","


def test_quotes_hold_delimiters_and_line_breaks_and_rows_count_records(tmp_path, reader):
    text = 'id,name,note\n1,"a, b","two\nlines"\n2,"say ""no""","x\r\ny"\n3,5" pipe,\n'
    sheet = sheet_of(written(tmp_path, text))
    assert rows_of(sheet) == [
        (2, "1", "a, b", "two\nlines"),
        (3, "2", 'say "no"', "x\r\ny"),
        (4, "3", '5" pipe', None),
    ]


def test_cells_are_trimmed_of_every_kind_of_blank(tmp_path, reader):
    text = (
        "\ufeff id , 名称\u3000,note\n"
        "1 ,\u3000甲\u3000,\u00a0x\n"
        '2,\t乙,"\n y\n"\n'
        '3,  ,"  "\n'
        "4,丁,z\n"
    )
    sheet = sheet_of(written(tmp_path, text))
    assert sheet.headers == ("id", "名称", "note")
    assert cells_of(sheet) == [
        ["1", "甲", "x"],
        ["2", "乙", "y"],
        ["3", None, None],
        ["4", "丁", "z"],
    ]


def test_blanks_far_below_the_part_first_looked_at_are_trimmed(tmp_path, monkeypatch):
    monkeypatch.setattr("zhibi.tables.ingest.text_files.ENGINE_FROM", 0)
    monkeypatch.setattr("zhibi.tables.ingest.text_engine.BLOCK", 64)
    for blank in (" ", "\u3000", "\u00a0", "\t"):
        text = "id,名称\n" + "1,甲公司\n" * 400 + f"2,{blank}乙公司\n" + "3,丙公司\n" * 40
        assert cells_of(sheet_of(written(tmp_path, text)))[400] == ["2", "乙公司"]


def test_titles_above_and_totals_and_footer_below(tmp_path, reader):
    text = (
        "销售订单明细,,,,,\n期间：2024年1月,,,,制单：李四,\n\n日期,单号,购货单位,数量,金额,备注\n"
        "2024-01-02,1,甲公司,10,100,急\n2024-01-03,2,乙公司,1,9,\n,,,,,\n"
        "2024-01-03,小计,,11,109,\n2024-01-04,3,丙公司,1,1,\n合    计：,,,12,110,\n\n"
        "制表人：张三,,,审核：李四,,\n打印时间：2024-02-01,,,,,\n\n,,,,,\n"
    )
    sheet = sheet_of(written(tmp_path, text))
    assert sheet.titles == ("销售订单明细", "期间：2024年1月 制单：李四")
    assert [row for row, *_ in rows_of(sheet)] == [5, 6, 9]
    assert sheet.set_aside == (
        SetAside(7, "blank row", ""),
        SetAside(8, "totals row", "2024-01-03 | 小计 | 11 | 109"),
        SetAside(10, "totals row", "合    计： | 12 | 110"),
        SetAside(11, "blank row", ""),
        SetAside(12, "below the table", "制表人：张三 | 审核：李四"),
        SetAside(13, "below the table", "打印时间：2024-02-01"),
    )


@pytest.mark.parametrize(
    ("total", "is_total"),
    [
        ("合计,,4,30.5", True),
        ("Grand Total,,4,30.5", True),
        ("grand total:,,,30.5", True),
        ("甲公司 汇总,,4,30.5", True),
        ("Sub-total,,4,", True),
        (",总计,4,30.5", True),
        ("Total,x,4,30.5", True),  # as full as the rest, but the sum of them
        ("Total,x,5,30.4", False),  # a customer of this name
        ("Total Energies,x,4,30.5", False),
        ("合计广告有限公司,x,4,30.5", False),
        ("丁公司,,4,30.5", False),
    ],
)
def test_what_is_a_totals_row(tmp_path, total, is_total):
    text = f"customer,product,quantity,amount\n甲,a,1,10.5\n乙,b,1,10\n丙,c,2,10\n{total}\n"
    sheet = sheet_of(written(tmp_path, text))
    assert [aside.reason for aside in sheet.set_aside] == ["totals row"] * is_total
    assert sheet.rows == 4


def test_headers_repeated_on_each_printed_page(tmp_path, reader):
    page = "销售明细,,\n客户,数量,金额\n"
    sheet = sheet_of(written(tmp_path, page + "甲,1,10\n乙,2,20\n" + page + "丙,3,30\n"))
    assert cells_of(sheet) == [["甲", "1", "10"], ["乙", "2", "20"], ["丙", "3", "30"]]
    assert [(a.row, a.reason) for a in sheet.set_aside] == [
        (5, "repeated header"),
        (6, "repeated header"),
    ]


def test_two_header_rows_become_one(tmp_path):
    text = (
        "单据,,客户,,金额,,备注\n日期,编号,编码,名称,不含税,税额,\n"
        "2024-01-02,1,A1,甲,100,13,\n2024-01-03,2,A2,乙,50,6.5,急\n"
    )
    sheet = sheet_of(written(tmp_path, text))
    assert sheet.headers == (
        "单据 日期", "单据 编号", "客户 编码", "客户 名称", "金额 不含税", "金额 税额", "备注",
    )  # fmt: skip
    assert [row for row, *_ in rows_of(sheet)] == [3, 4]


def test_two_header_rows_with_years_over_twin_names(tmp_path):
    text = "客户,2023,,2024,\n,数量,金额,数量,金额\n甲,1,10,2,20\n"
    assert sheet_of(written(tmp_path, text)).headers == (
        "客户", "2023 数量", "2023 金额", "2024 数量", "2024 金额",
    )  # fmt: skip


def test_a_title_beside_another_is_no_group_row(tmp_path):
    text = "华东公司,,销售明细,\n日期,客户,数量,金额\n2024-01-02,甲,1,10\n2024-01-02,乙,1,10\n"
    sheet = sheet_of(written(tmp_path, text))
    assert sheet.headers == ("日期", "客户", "数量", "金额")
    assert sheet.titles == ("华东公司 销售明细",)


def test_months_may_head_columns(tmp_path):
    sheet = sheet_of(written(tmp_path, "客户,2024-01,2024-02,2024年3月\n甲,1,2,3\n乙,1,2,3\n"))
    assert sheet.headers == ("客户", "2024-01", "2024-02", "2024年3月")


def test_names_are_made_distinct_and_columns_without_name_and_content_dropped(tmp_path, reader):
    text = "Amount,,Amount, ,Amount (2),Net  amount,\n1,,2,x,3,4,\n1,,2,,3,4,\n"
    sheet = sheet_of(written(tmp_path, text))
    assert sheet.headers == ("Amount", "Amount (3)", "Column 3", "Amount (2)", "Net amount")
    assert cells_of(sheet) == [["1", "2", "x", "3", "4"], ["1", "2", None, "3", "4"]]


def test_ragged_rows_lose_nothing(tmp_path, reader):
    text = "a,b,c\n1,2,3\n1,2\n1,2,3,,\n1,2,3,4\nx\n1,2,3\n"
    sheet = sheet_of(written(tmp_path, text))
    assert [row for row, *_ in rows_of(sheet)] == [2, 3, 4, 6, 7]
    assert cells_of(sheet)[1] == ["1", "2", None]
    assert sheet.set_aside == (SetAside(5, "more cells than the header", "1 | 2 | 3 | 4"),)


def test_a_column_beyond_the_header_in_most_rows_is_kept(tmp_path, reader):
    sheet = sheet_of(written(tmp_path, "a,b\n1,2,3\n4,5,6\n7,8\n"))
    assert sheet.headers == ("a", "b", "Column 3")
    assert cells_of(sheet) == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", None]]


def test_blank_lines_keep_the_row_numbers_right(tmp_path, reader):
    sheet = sheet_of(written(tmp_path, "a,b\n\n1,2\n   \n,\n3,4\n\n\n"))
    assert rows_of(sheet) == [(3, "1", "2"), (6, "3", "4")]
    assert [aside.row for aside in sheet.set_aside] == [2, 4, 5]
    assert sheet.rows == 5


def test_mixed_line_ends(tmp_path, reader):
    sheet = sheet_of(written(tmp_path, "a,b\r\n1,2\n3,4\r5,6\r\n"))
    assert rows_of(sheet) == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]


def test_decimal_commas_are_no_delimiter(tmp_path):
    sheet = sheet_of(written(tmp_path, "name;net;gross\nA;1,50;1,70\nB;2,50;2,70\n"))
    assert sheet.delimiter == ";"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)
HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9F00), max_size=8)


@st.composite
def tables(draw) -> list[list[str]]:
    """Any text in columns under plain names; the first column keeps rows from being blank."""
    width = draw(st.integers(2, 5))
    cell = st.one_of(WORDS, HANZI, st.sampled_from(["", '"', ",", "a\nb", "00,5", " x ", "\t"]))
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=6))
    header = [["order", "customer", "city", "remark", "channel"][n] for n in range(width)]
    rows = [[f"N{place}x", *row[1:]] for place, row in enumerate(rows)]
    return [header, *rows, ["last"] * width]  # a last row with one cell would be a footer


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "big5hkscs", "cp1252"]
)
@pytest.mark.parametrize("engine_from", [0, 16 << 20])
@settings(max_examples=25, deadline=None)
@given(table=tables())
def test_any_table_comes_back_as_it_was_written(table, encoding, engine_from):
    table = [[cell.encode(encoding, "ignore").decode(encoding) for cell in row] for row in table]
    expected = [[cell.strip(BLANKS) or None for cell in row] for row in table[1:]]
    with (
        TemporaryDirectory() as folder,
        mock.patch("zhibi.tables.ingest.text_files.ENGINE_FROM", engine_from),
    ):
        path = written(Path(folder), as_csv(table), encoding)
        sheet = sheet_of(path, encoding=encoding, delimiter=",")
        assert cells_of(sheet) == expected
        assert not sheet.set_aside


STARTS = st.sampled_from([b"", b"a,b\n1,2\n", "客户,金额\n甲,1\n".encode("gbk")])


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300), start=STARTS)
def test_any_bytes_give_rows_or_one_sentence(data, start):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(start + data)
        with suppress(ZhibiError):
            assert sheet_of(path).rows >= 1
