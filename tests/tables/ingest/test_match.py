"""Headers and values decide what a column is; the user, and what was confirmed, come first."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tables.ingest.sheets import sheet_of

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.headers import read_header, synonyms, vocabulary
from zhibi.tables.ingest.match import EXTRA_FIELDS, fields_of, match
from zhibi.tables.ingest.stages import Mapping
from zhibi.tables.schema import SCHEMAS

LINE = ["SO-1", "C001", "2024-05-03", "100.50"]


def targets(mapping: Mapping) -> dict[str, str | None]:
    return {match.header: match.target for match in mapping.matches}


@pytest.mark.parametrize(
    ("text", "key", "exponent", "currency"),
    [
        ("订单日期：", "订单日期", 0, None),
        ("＊客户名称", "客户名称", 0, None),
        ("Order_Date", "orderdate", 0, None),
        ("orderDate", "orderdate", 0, None),
        ("金额（万元）", "金额", 4, None),
        ("金额(元)", "金额", 0, None),
        ("金额（不含税）", "金额不含税", 0, None),
        ("Amount (USD)", "amount", 0, "USD"),
        ("税率(%)", "税率%", 0, None),
        ("销售额万元", "销售额", 4, None),
    ],
)
def test_a_header_is_reduced_to_its_meaning(
    text: str, key: str, exponent: int, currency: str | None
) -> None:
    header = read_header(text)
    assert (header.key, header.exponent, header.currency) == (key, exponent, currency)


@pytest.mark.parametrize("table", sorted(SCHEMAS))
def test_the_synonyms_cover_exactly_the_fields(table: str) -> None:
    assert set(vocabulary()[table]) == set(fields_of(table))


@pytest.mark.parametrize("table", sorted(SCHEMAS))
def test_no_synonym_stands_twice_in_a_list(table: str) -> None:
    spelt = [(entry.target, entry.key) for entry in synonyms(table) if entry.rank]
    doubled = {each for each in spelt if spelt.count(each) > 1}
    assert doubled == set()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ["单据编号", "购货单位", "单据日期", "不含税金额"],
            ["order_id", None, "order_date", "amount"],
        ),
        (["Invoice", "Customer ID", "InvoiceDate", "Net amount"], None),
        (["SALESORDERID", "PARTNERID", "CREATEDAT", "NETAMOUNT"], None),
        (["订单信息 订单号", "客户信息 客户编码", "订单信息 下单日期", "金额 未税"], None),
        (["Auftragsnummer", "Kundennummer", "Datum", "Nettobetrag"], None),
    ],
)
def test_headers_of_orders(
    tmp_path: Path, headers: list[str], expected: list[str | None] | None
) -> None:
    mapping = match(sheet_of(tmp_path, headers, [LINE, LINE]))
    assert mapping.table == "order_lines"
    wanted = expected or ["order_id", "customer_id", "order_date", "amount"]
    found = [each.target for each in mapping.matches]
    assert [f for f, w in zip(found, wanted, strict=True) if w] == [w for w in wanted if w]
    assert found[1] in {"customer_id", "customer_name"}


def test_the_values_tell_a_code_from_a_name(tmp_path: Path) -> None:
    headers = ["订单号", "客户", "日期", "金额"]
    names = [["1", "青岛轮胎有限公司", "2024-05-03", "10.5"]] * 3
    codes = [["1", "K0001", "2024-05-03", "10.5"]] * 3
    assert targets(match(sheet_of(tmp_path, headers, names)))["客户"] == "customer_name"
    assert targets(match(sheet_of(tmp_path, headers, codes)))["客户"] == "customer_id"


def test_net_and_gross_amounts_are_kept_apart(tmp_path: Path) -> None:
    headers = ["订单号", "客户编码", "日期", "价税合计", "不含税金额", "税额"]
    mapping = match(sheet_of(tmp_path, headers, [[*LINE[:3], "113", "100", "13"]]))
    assert targets(mapping)["价税合计"] == "amount_incl_tax"
    assert targets(mapping)["不含税金额"] == "amount"
    assert targets(mapping)["税额"] == "tax_amount"


def test_a_list_with_one_amount_takes_it_however_it_is_taxed(tmp_path: Path) -> None:
    headers = ["Receipt No.", "Customer No.", "Receipt Date", "Gross Amount"]
    mapping = match(sheet_of(tmp_path, headers, [LINE, LINE]), table="receipts")
    assert targets(mapping)["Gross Amount"] == "amount"


def test_a_title_may_say_that_amounts_are_with_tax(tmp_path: Path) -> None:
    headers = ["订单号", "客户编码", "日期", "金额", "税率"]
    rows = [[*LINE, "13%"]]
    with_tax = sheet_of(tmp_path, headers, rows, titles=("销售明细(含税)",))
    net = sheet_of(tmp_path, headers, rows, titles=("销售明细(不含税)",))
    assert targets(match(with_tax))["金额"] == "amount_incl_tax"
    assert targets(match(net))["金额"] == "amount"


def test_the_only_date_is_the_order_date_whatever_its_name(tmp_path: Path) -> None:
    headers = ["出库单号", "客户编码", "发货日期", "金额"]
    mapping = match(sheet_of(tmp_path, headers, [LINE]))
    assert targets(mapping)["发货日期"] == "order_date"
    assert mapping.constants["basis"] == "shipped"
    both = match(sheet_of(tmp_path, [*headers, "单据日期"], [[*LINE, "2024-05-01"]]))
    assert targets(both) | {} == targets(both)
    assert targets(both)["发货日期"] == "delivered_date"
    assert targets(both)["单据日期"] == "order_date"


@pytest.mark.parametrize(
    ("header", "title", "basis"),
    [
        ("订单号", "", "ordered"),
        ("发票号", "", "invoiced"),
        ("单据编号", "销售出库单列表", "shipped"),
    ],
)
def test_the_basis_is_read_off_titles_and_headers(
    tmp_path: Path, header: str, title: str, basis: str
) -> None:
    headers = [header, "客户编码", "日期", "金额"]
    mapping = match(sheet_of(tmp_path, headers, [LINE], titles=(title,)))
    assert mapping.constants["basis"] == basis


def test_values_stand_in_for_headers_that_say_nothing(tmp_path: Path) -> None:
    rows = [[f"X-{i}", f"第{i}机械有限公司", f"2024-05-0{i}", f"{i}000.25"] for i in range(1, 9)]
    mapping = match(sheet_of(tmp_path, ["一", "二", "三", "四"], rows), table="order_lines")
    assert [each.target for each in mapping.matches] == [
        "order_id",
        "customer_name",
        "order_date",
        "amount",
    ]
    assert {each.reason for each in mapping.matches} == {"values"}
    assert max(each.confidence for each in mapping.matches) < 0.5


def test_a_contact_or_freight_column_is_not_taken_for_more(tmp_path: Path) -> None:
    headers = ["订单号", "客户编码", "日期", "金额", "客户联系人", "运费金额", "ship name"]
    mapping = match(sheet_of(tmp_path, headers, [[*LINE, "王五", "5.00", "x"]]))
    found = targets(mapping)
    assert (found["客户联系人"], found["运费金额"], found["ship name"]) == (None, None, None)


def test_what_the_user_gives_comes_first(tmp_path: Path) -> None:
    headers = ["订单号", "客户编码", "日期", "金额", "开票金额"]
    sheet = sheet_of(tmp_path, headers, [[*LINE, "90.00"]])
    mapping = match(sheet, given={"开票金额": "amount", "金额": ""})
    assert targets(mapping)["开票金额"] == "amount"
    assert targets(mapping)["金额"] is None
    assert mapping.column_of("amount").confidence == 1


def test_a_confirmed_mapping_is_used_for_the_same_headers(tmp_path: Path) -> None:
    headers = ["订单号", "客户编码", "日期", "金额", "开票金额"]
    sheet = sheet_of(tmp_path, headers, [[*LINE, "90.00"]])
    confirmed = match(sheet, given={"开票金额": "amount", "金额": ""})
    again = match(sheet, remembered=confirmed)
    assert targets(again) == targets(confirmed)
    assert again.column_of("order_id").reason == "remembered"
    other = match(sheet_of(tmp_path, headers[:4], [LINE]), remembered=confirmed)
    assert targets(other)["金额"] == "amount"


def test_a_missing_field_is_named_with_the_headers_and_what_to_do(tmp_path: Path) -> None:
    sheet = sheet_of(
        tmp_path, ["订单号", "客户编码", "日期", "备注"], [["1", "C1", "2024-05-03", "x"]]
    )
    with pytest.raises(ZhibiError) as error:
        match(sheet)
    assert "file.csv has no column for amount" in str(error.value)
    assert "订单号, 客户编码, 日期, 备注" in str(error.value)
    assert '--map "HEADER=amount"' in str(error.value)


@pytest.mark.parametrize("given", [{"没有": "amount"}, {"金额": "nonsense"}])
def test_a_header_or_field_there_is_not_is_refused(tmp_path: Path, given: dict[str, str]) -> None:
    sheet = sheet_of(tmp_path, ["订单号", "客户编码", "日期", "金额"], [LINE])
    with pytest.raises(ZhibiError):
        match(sheet, given=given)


def test_each_table_is_told_by_its_headers(tmp_path: Path) -> None:
    tables = {
        "customers": ["客户编码", "客户名称", "统一社会信用代码", "所属行业"],
        "products": ["物料编码", "物料名称", "标准价", "产品线"],
        "receipts": ["收款单号", "客户编码", "收款日期", "收款金额"],
        "receivables": ["应收单号", "客户编码", "到期日", "应收金额"],
    }
    rows = {
        "customers": [["C1", "甲公司", "9137", "食品"], ["C2", "乙公司", "9138", "医院"]],
        "products": [["P1", "螺杆机", "5.00", "整机"], ["P2", "滤芯", "6.00", "配件"]],
    }
    for table, headers in tables.items():
        sheet = sheet_of(tmp_path, headers, rows.get(table, [LINE, LINE]))
        assert match(sheet).table == table


def test_no_column_and_no_target_is_used_twice(tmp_path: Path) -> None:
    headers = ["订单号", "单据编号", "客户编码", "客户代码", "日期", "订单日期", "金额", "销售额"]
    sheet = sheet_of(
        tmp_path, headers, [["1", "2", "C", "D", "2024-01-01", "2024-01-02", "1.5", "2.5"]]
    )
    found = [each.target for each in match(sheet).matches if each.target]
    assert len(found) == len(set(found))
    assert targets(match(sheet))["订单日期"] == "order_date"


def test_extra_fields_do_not_clash_with_canonical_ones() -> None:
    for table, extra in EXTRA_FIELDS.items():
        canonical = {field.name for field in SCHEMAS[table].fields}
        assert not canonical & {field.name for field in extra}
