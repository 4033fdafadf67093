"""Exports that a plain reading gets wrong in silence: totals on each line, units above the table,
spans of days, money out of a bank, years in two digits. Each with its truth, to the cent.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.tables.ingest.bringing import OPTIONS, bring, codes, held, look, make_workspace, net

from zhibi.errors import ZhibiError
from zhibi.tables.workspace import Workspace

SPANS = "客户编码,客户名称,0-30天,31-60天,61-90天,90天以上,合计"
AGED = f"""截止日期：2025年10月31日,,,,,,单位：元
{SPANS}
000001,甲公司,100.50,,30,,130.50
000002,乙公司,,20,0,7,27
合计,,100.50,20,30,7,157.50"""


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "home")


def file(folder: Path, content: str, name: str = "x.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(f"{content}\n".encode(encoding))
    return folder / name


def orders(header: str, *prices: tuple[int, int]) -> str:
    """Five orders of these lines, (quantity, unit price); the total of the order ends each."""
    lines = [header]
    for number in range(1, 6):
        total = sum(quantity * price * number for quantity, price in prices)
        lines += [
            f"S{number},2025-03-0{number},甲公司,P{place},{quantity},{price * number},{total}"
            for place, (quantity, price) in enumerate(prices)
        ]
    return "\n".join(lines)


def test_a_total_on_each_line_is_not_multiplied(home: Workspace, tmp_path: Path) -> None:
    header = "订单编号,下单日期,客户名称,商品编码,数量,单价,订单金额"
    bring(home, file(tmp_path, orders(header, (2, 10), (1, 5))))
    assert net(home) == 15 * 25
    assert held(home, "SELECT amount FROM lake WHERE order_id = 'S2' ORDER BY 1") == [(10,), (40,)]


def test_a_total_without_prices_is_counted_once(home: Workspace, tmp_path: Path) -> None:
    header = "订单编号,下单日期,客户名称,商品编码,数量,备用,订单金额"
    bring(home, file(tmp_path, orders(header, (2, 10), (1, 5))))
    assert net(home) == 15 * 25


def test_lines_of_one_price_are_no_totals(home: Workspace, tmp_path: Path) -> None:
    rows = [f"S{n},2025-03-0{n},甲公司,P{line},1,99" for n in range(1, 6) for line in (1, 2)]
    bring(home, file(tmp_path, "\n".join(["订单编号,下单日期,客户名称,商品编码,数量,金额", *rows])))
    assert net(home) == 99 * 10


@pytest.mark.parametrize(
    "title", ["2025年销售明细,,,单位：万元", "销售明细（万元）,,,", "In thousands,,,"]
)
def test_the_unit_above_the_table(home: Workspace, tmp_path: Path, title: str) -> None:
    rows = "订单号,日期,客户名称,金额\nS1,2025-03-01,甲公司,1.5\nS2,2025-03-02,乙公司,2"
    bring(home, file(tmp_path, f"{title}\n{rows}"))
    assert net(home) == Decimal("3.5") * (1000 if "thousands" in title else 10000)


def test_years_in_two_digits_come_first(home: Workspace, tmp_path: Path) -> None:
    days = ("25.1.6", "25.1.28", "25.2.3", "25.11.30")
    rows = "\n".join(f"S{place},{day},甲公司,1" for place, day in enumerate(days))
    bring(home, file(tmp_path, f"单据编号,日期,购货单位,金额\n{rows}"))
    first, last = held(home, "SELECT min(order_date)::TEXT, max(order_date)::TEXT FROM lake")[0]
    assert (first, last) == ("2025-01-06", "2025-11-30")


def test_an_ageing_table_becomes_receivables(home: Workspace, tmp_path: Path) -> None:
    bring(home, file(tmp_path, AGED, "应收账龄.csv", "gb18030"))
    assert held(
        home,
        "SELECT customer_id, due_date::TEXT, amount_due, milestone FROM lake ORDER BY ALL",
        "receivables",
    ) == [
        ("000001", "2025-08-31", 30, "61-90天"),
        ("000001", "2025-10-31", Decimal("100.50"), "0-30天"),
        ("000002", "2025-08-02", 7, "90天以上"),
        ("000002", "2025-09-30", 20, "31-60天"),
    ]


def test_an_ageing_table_of_no_day_is_asked_for_it(home: Workspace, tmp_path: Path) -> None:
    rows = AGED.split("\n", 1)[1]
    with pytest.raises(ZhibiError, match="does not say of which day"):
        look(home, file(tmp_path, rows, "账龄.csv"))
    bring(home, file(tmp_path, rows, "账龄 2025-10-31.csv"))


def test_a_bank_statement_brings_money_in_alone(home: Workspace, tmp_path: Path) -> None:
    rows = "20250301,H1,,500.00,900,甲公司,货款\n20250302,H2,80.00,,820,某供应商,付款"
    header = "交易日期,凭证号,借方发生额,贷方发生额,余额,对方户名,摘要"
    report = bring(home, file(tmp_path, f"账户明细,,,,,,\n{header}\n{rows}", "流水.csv"))
    assert [sheet.table for sheet in report.sheets] == ["receipts"]
    assert held(home, "SELECT customer_id, amount FROM lake", "receipts") == [("甲公司", 500)]
    assert "money paid out" in [one.reason for one in report.sheets[0].set_aside]


def test_a_plan_of_payments_is_due_and_not_received(home: Workspace, tmp_path: Path) -> None:
    rows = "HT1,甲公司,第1期,2025-05-01,100\nHT1,甲公司,第2期,2025-06-01,50"
    header = "合同编号,客户名称,期次,计划回款日期,计划回款金额"
    bring(home, file(tmp_path, f"{header}\n{rows}", "回款计划.csv"))
    assert held(home, "SELECT sum(amount_due) FROM lake", "receivables") == [(150,)]
    assert held(home, "SELECT * FROM lake", "receipts") == []


def test_a_questionnaire_has_a_row_for_each_score(home: Workspace, tmp_path: Path) -> None:
    asked = "1、贵公司名称：,2、产品质量满意度（1-10分）,3、交付满意度（1-10分）,4、您的建议"
    header = f"序号,提交答卷时间,{asked}"
    rows = "1,2025/3/1 10:11:12,甲公司,8,7,快一点\n2,2025/3/2 9:00:00,乙公司,9,,"
    bring(home, file(tmp_path, f"{header}\n{rows}", "满意度调查.csv"))
    assert held(
        home, "SELECT customer_id, dimension, score, scale_max FROM lake ORDER BY ALL", "surveys"
    ) == [
        ("乙公司", "产品质量满意度（1-10分）", 9, 10),
        ("甲公司", "交付满意度（1-10分）", 7, 10),
        ("甲公司", "产品质量满意度（1-10分）", 8, 10),
    ]


def test_refunded_and_closed_orders_of_a_shop(home: Workspace, tmp_path: Path) -> None:
    states = ("交易成功", "已关闭", "已退款", "部分退款")
    rows = "\n".join(f"S{n},2025-03-0{n + 1},甲公司,{n + 1},{of}" for n, of in enumerate(states))
    report = bring(home, file(tmp_path, f"订单编号,下单时间,客户名称,金额,订单状态\n{rows}"))
    assert net(home) == 1 + 4
    assert codes(report)["refunded_order"] == 1


def test_an_order_closed_in_an_erp_was_delivered(home: Workspace, tmp_path: Path) -> None:
    rows = "S1,2025-03-01,甲公司,10,已关闭\nS2,2025-03-02,甲公司,5,已审核"
    bring(home, file(tmp_path, f"单据编号,日期,客户名称,金额,单据状态\n{rows}"))
    assert net(home) == 15


def test_a_person_says_which_figures_were_sold(home: Workspace, tmp_path: Path) -> None:
    rows = "Acme,2024-05,1,100\nAcme,2024-05,2,90"
    given = file(tmp_path, f"Customer,Period,Scenario Key,Revenue\n{rows}")
    bring(home, given, options=replace(OPTIONS, sold="1"))
    assert net(home) == 100


def test_a_discount_of_95_percent_is_what_is_paid(home: Workspace, tmp_path: Path) -> None:
    rows = "S1,2025-03-01,甲公司,10,10,95%\nS2,2025-03-02,甲公司,1,100,100%"
    bring(home, file(tmp_path, f"订单编号,日期,客户名称,数量,单价,扣率\n{rows}"))
    assert net(home) == 195


def test_people_are_no_customers(home: Workspace, tmp_path: Path) -> None:
    rows = "Ann,Lee,a@x.com,Acme,Buyer,51\nBo,Ek,b@x.com,Bolt,CEO,52"
    header = "First Name,Last Name,Email,Associated Company,Job Title,Record ID"
    with pytest.raises(ZhibiError, match="lists people"):
        look(home, file(tmp_path, f"{header}\n{rows}"))


def test_a_workbook_in_xml(home: Workspace, tmp_path: Path) -> None:
    rows = (
        ("订单号", "日期", "客户名称", "金额"),
        ("S1", "2025-03-01T00:00:00.000", "甲公司", "12.5"),
    )
    cells = "".join(
        f"<Row>{''.join(f'<Cell><Data>{cell}</Data></Cell>' for cell in row)}</Row>" for row in rows
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    sheet = f'<Worksheet ss:Name="a"><Table>{cells}</Table></Worksheet>'
    xml = f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">{sheet}</Workbook>'
    bring(home, file(tmp_path, xml, "x.xls"))
    assert net(home) == Decimal("12.5")


def test_kana_tell_japanese(home: Workspace, tmp_path: Path) -> None:
    rows = "\n".join(f"J{n},2025-03-0{n},株式会社ヤマダ,ポンプ,1000" for n in range(1, 5))
    given = file(tmp_path, f"受注番号,受注日,得意先名,商品名,金額\n{rows}", encoding="cp932")
    assert bring(home, given).sheets[0].encoding == "cp932"
    assert net(home) == 4000


MONTHLY = """客户名称,产品,1月,2月,3月,合计
甲公司,泵,100.50,,0,100.50
甲公司,阀,20,30,,50
乙公司,泵,,7,1,9
合计,,120.50,37,1,159.50"""


def test_a_column_for_each_month_becomes_lines_of_its_last_day(
    home: Workspace, tmp_path: Path
) -> None:
    report = bring(home, file(tmp_path, MONTHLY, "2024年客户销售汇总.csv"))
    assert held(home, "SELECT order_date::TEXT, amount FROM lake ORDER BY ALL") == [
        ("2024-01-31", Decimal(20)),
        ("2024-01-31", Decimal("100.50")),
        ("2024-02-29", Decimal(7)),
        ("2024-02-29", Decimal(30)),
        ("2024-03-31", Decimal(1)),
    ]
    (note,) = report.sheets[0].notes
    assert note.fields["differing"] == 1  # 乙公司: 8, and 9 by its own total


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("2024-01,2024-02,2024-12", "2024-12-31"),
        ("Jan-24,Feb-24,Jun-24", "2024-06-30"),
        ("2024Q1,2024Q2,2024Q4", "2024-12-31"),
    ],
)
def test_the_header_of_a_month_says_its_year(
    home: Workspace, tmp_path: Path, header: str, day: str
) -> None:
    bring(home, file(tmp_path, f"Customer,{header}\nAcme,1,2,3\nBolt,4,5,6"))
    assert held(home, "SELECT max(order_date)::TEXT, sum(amount) FROM lake") == [(day, 21)]


@pytest.mark.parametrize("name", ["销售汇总.csv", "2024年与2025年.csv", "2024年销售数量.csv"])
def test_months_of_no_year_or_of_pieces_are_refused(
    home: Workspace, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ZhibiError, match="a column for each month"):
        look(home, file(tmp_path, MONTHLY, name))


def test_months_of_a_business_year_are_refused(home: Workspace, tmp_path: Path) -> None:
    """Those after December are of another year than the one in the name, and it says not which."""
    table = "客户名称,11月,12月,1月\n甲公司,1,2,3"
    with pytest.raises(ZhibiError, match="a column for each month"):
        look(home, file(tmp_path, table, "2024财年销售.csv"))
