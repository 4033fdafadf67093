"""Parquet files, and HTML pages under the name .xls."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from tests.tables.ingest.reading import cells_of, rows_of, sheet_of

from zhibi.errors import ZhibiError
from zhibi.render.plain import in_words


def parquet(folder: Path, query: str) -> Path:
    path = folder / "orders.parquet"
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_parquet_values_become_exact_text(tmp_path):
    path = parquet(
        tmp_path,
        "SELECT 7::BIGINT AS id, ' 007 ' AS code, 12345678901234.5678::DECIMAL(18,4) AS amount, "
        "DATE '2024-05-03' AS day, TIMESTAMP '2024-05-03 10:11:12' AS moment, "
        "12.0::DOUBLE AS whole, 0.1::DOUBLE AS part, '' AS empty, NULL::INT AS missing, "
        'true AS is_paid, 9.137e17::DOUBLE AS rounded, \'x\' AS "name ""quoted"""',
    )
    sheet = sheet_of(path)
    assert sheet.headers[-1] == 'name "quoted"'
    assert rows_of(sheet) == [
        (1, "7", "007", "12345678901234.5678", "2024-05-03", "2024-05-03 10:11:12", "12", "0.1",
         None, None, "true", "9.137e+17", "x"),
    ]  # fmt: skip


def test_parquet_rows_are_numbered_in_file_order(tmp_path):
    path = parquet(tmp_path, "SELECT 100000 - i AS a, 'x' AS b FROM range(100000) t(i)")
    rows = rows_of(sheet_of(path))
    assert rows[0] == (1, "100000", "x")
    assert rows[-1] == (100000, "1", "x")


def test_parquet_without_rows_or_cut_off(tmp_path):
    path = parquet(tmp_path, "SELECT 1 AS a, 2 AS b WHERE false")
    with pytest.raises(ZhibiError, match="no rows"):
        sheet_of(path)
    path = parquet(tmp_path, "SELECT i AS a, i AS b FROM range(1000) t(i)")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ZhibiError, match=r"orders\.parquet is a damaged Parquet file"):
        sheet_of(path)


PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv="Content-Type" content="text/html; charset={0}"><style>td {{}}</style></head><body>
<table><tr><td>菜单</td></tr></table>
<table border=1>
<tr><td colspan="4">销售明细</td></tr>
<tr><th rowspan=2>日期<th colspan=2>客户</th><th>金额</th></tr>
<tr><th>编码</th><th>名称</th><th>不含税&nbsp;</th></tr>
<tr><td>2024-01-02</td><td>001</td><td>甲<b>公司</b><br>上海</td><td>1,234.50</td></tr>
<tr><td>2024-01-03<td>002<td>A&amp;B &lt;集团&gt;<td>5
<tr><td colspan=3>合计</td><td>1,239.50</td></tr>
</table></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_an_html_page_named_xls(tmp_path, encoding):
    path = tmp_path / "orders.xls"
    path.write_bytes(PAGE.format(encoding).encode(encoding))
    sheet = sheet_of(path)
    assert sheet.headers == ("日期", "客户 编码", "客户 名称", "金额 不含税")
    assert cells_of(sheet) == [
        ["2024-01-02", "001", "甲公司 上海", "1,234.50"],
        ["2024-01-03", "002", "A&B <集团>", "5"],
    ]
    assert [(aside.row, aside.reason) for aside in sheet.set_aside] == [(6, "totals row")]
    assert in_words(sheet.notes[0], "en") == "Is named .xls but was read as an HTML page."


@pytest.mark.parametrize("table", ["", "<table></table>", "<table><tr><td>1<td>2</table>"])
def test_an_html_page_without_a_table(tmp_path, table):
    path = tmp_path / "login.xls"
    path.write_text(f"<!DOCTYPE html><html><body>Please log in {table}</body></html>")
    with pytest.raises(ZhibiError, match=r"login\.xls is an HTML page whose table is"):
        sheet_of(path)
