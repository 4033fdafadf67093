"""Files as public samples and systems lay them out, without a preset: columns, totals, refusals.

Header names and formats are theirs; the values are made up and add up by hand.
"""

# ruff: noqa: E501 - lines of files stand as the files have them

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from tests.tables.ingest.bringing import OPTIONS, bring, codes, held, look, make_workspace, net

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.import_report import ImportReport
from zhibi.tables.ingest.read import ReadOptions
from zhibi.tables.workspace import Workspace


def text(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.strip("\n").encode(encoding) + b"\r\n")
    return path


def book(folder: Path, name: str, *rows: tuple[object, ...]) -> Path:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(folder / name)
    return folder / name


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "home", currency="")


def targets(report: ImportReport) -> dict[str, str]:
    """Field → header of the order lines."""
    lines = next(sheet for sheet in report.sheets if sheet.table == "order_lines")
    return {match.target: match.header for match in lines.matches if match.target}


def test_superstore_has_its_cost_from_the_profit(home: Workspace, tmp_path: Path) -> None:
    file = text(
        tmp_path,
        "superstore.csv",
        """
Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,Segment,Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit
1,CA-2016-1,11/8/2016,11/11/2016,CG-1,Claire Gute,Consumer,South,FUR-1,Furniture,Tables,Desk,261.96,2,0,41.91
2,CA-2016-2,11/18/2016,11/21/2016,DV-1,Darrin Hu,Corporate,West,OFF-1,Office,Labels,Pen,14.62,2,0.2,-6.87
""",
        "cp1252",
    )
    found = targets(bring(home, file))
    assert found["category"] == "Category"
    assert found["customer_kind"] == "Segment"
    assert found["discount_rate"] == "Discount"
    assert net(home) == Decimal("276.58")
    assert held(home, "SELECT cost FROM lake ORDER BY order_id") == [
        (Decimal("220.05"),),
        (Decimal("21.49"),),
    ]


def test_a_disputed_order_stays_and_a_cancelled_one_goes(home: Workspace, tmp_path: Path) -> None:
    file = text(
        tmp_path,
        "sales_data_sample.csv",
        """
ORDERNUMBER,QUANTITYORDERED,PRICEEACH,ORDERLINENUMBER,SALES,ORDERDATE,STATUS,PRODUCTLINE,PRODUCTCODE,CUSTOMERNAME
10107,30,95.7,2,2871,2/24/2003 0:00,Shipped,Motorcycles,S10,Land of Toys
10121,34,81.35,5,2765.9,5/27/2003 0:00,Disputed,Motorcycles,S10,Reims Motos
10134,41,94.74,2,3884.34,7/1/2003 0:00,Cancelled,Motorcycles,S10,Lyon Cafés
""",
        "cp1252",
    )
    report = bring(home, file)
    assert targets(report)["amount"] == "SALES"
    assert codes(report)["cancelled_order"] == 1
    assert net(home) == Decimal("5636.90")


def test_a_net_price_is_a_price(home: Workspace, tmp_path: Path) -> None:
    file = text(
        tmp_path,
        "sales.csv",
        """
OrderKey,LineNumber,OrderDate,CustomerKey,ProductKey,Quantity,UnitPrice,NetPrice,UnitCost,CurrencyCode
1000,0,2022-01-05,7,P1,10,20,19,11,USD
1001,0,2022-01-09,8,P1,3,20,20,11,USD
""",
    )
    assert targets(bring(home, file))["unit_price"] == "NetPrice"
    assert net(home) == 250


def test_the_amount_after_the_discount_wins(home: Workspace, tmp_path: Path) -> None:
    file = text(
        tmp_path,
        "supply_chain.csv",
        """
Order Id,order date (DateOrders),Customer Id,Order Item Quantity,Sales,Order Item Discount,Order Item Total
1,1/31/2018 22:56,7,2,100,5,95
2,2/13/2018 12:27,8,4,300,30,270
""",
    )
    assert targets(bring(home, file))["amount"] == "Order Item Total"
    assert net(home) == 365


def test_an_odoo_order_goes_on_below_its_first_line(home: Workspace, tmp_path: Path) -> None:
    file = book(
        tmp_path,
        "sale.order.xlsx",
        (
            "Order Reference",
            "Customer",
            "Order Date",
            "Order Lines/Product",
            "Order Lines/Subtotal",
        ),
        ("S00001", "Azure Interior", "2024-05-03 08:30:11", "Desk", 120.5),
        (None, None, None, "Chair", 30),
        ("S00002", "Deco Addict", "2024-05-07 09:00:00", "Lamp", 49.5),
        (None, None, None, "Bulb", 5),
    )
    report = bring(home, file)
    assert report.sheets[0].rejected == 0
    assert held(home, "SELECT customer_id, sum(amount) FROM lake GROUP BY ALL ORDER BY ALL") == [
        ("Azure Interior", Decimal("150.5")),
        ("Deco Addict", Decimal("54.5")),
    ]


def test_a_customer_missing_here_and_there_is_not_filled_in(
    home: Workspace, tmp_path: Path
) -> None:
    rows = "\n".join(f"{n},2024-05-0{n},{'Acme' if n % 2 else ''},10" for n in range(1, 9))
    file = text(tmp_path, "orders.csv", f"order no,date,customer,amount\n{rows}")
    assert look(home, file).sheets[0].rejected == 4


def test_shopify_repeats_the_number_and_totals_the_first_line(
    home: Workspace, tmp_path: Path
) -> None:
    file = text(
        tmp_path,
        "orders_export.csv",
        """
Name,Email,Currency,Subtotal,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Billing Company
#1001,a@acme.test,USD,50.00,55.00,2024-05-03 09:12:11 -0500,2,Mug,10.00,Acme Ltd
#1001,a@acme.test,,,,2024-05-03 09:12:11 -0500,1,Jug,30.00,
#1002,b@bolt.test,USD,10.00,15.00,2024-05-04 09:12:11 -0500,1,Mug,10.00,Bolt Inc
""",
    )
    bring(home, file)
    assert held(home, "SELECT customer_id, sum(amount) FROM lake GROUP BY ALL ORDER BY ALL") == [
        ("Acme Ltd", Decimal(50)),
        ("Bolt Inc", Decimal(10)),
    ]


def test_quickbooks_names_the_customer_above_its_rows(home: Workspace, tmp_path: Path) -> None:
    file = text(
        tmp_path,
        "report.csv",
        """
Harbor Supply Co
Sales by Customer Detail
,Date,Transaction Type,Num,Product/Service,Qty,Sales Price,Amount,Balance
Aldine Tools,,,,,,,,
,01/15/2024,Invoice,1001,Pipe,10,12.50,125.00,125.00
,02/20/2024,Invoice,1004,Valve,1,48.00,48.00,173.00
Total for Aldine Tools,,,,11,,$173.00,
Carver Labs,,,,,,,,
,03/25/2024,Invoice,1002,Pump,2,390.00,780.00,780.00
Total for Carver Labs,,,,2,,$780.00,
TOTAL,,,,13,,$953.00,
""",
    )
    report = bring(home, file)
    assert [row.reason for row in report.sheets[0].set_aside].count("group heading") == 2
    assert held(home, "SELECT customer_id, sum(amount) FROM lake GROUP BY ALL ORDER BY ALL") == [
        ("Aldine Tools", Decimal(173)),
        ("Carver Labs", Decimal(780)),
    ]


def test_kingdee_subtotals_are_set_aside_and_orders_go_on(home: Workspace, tmp_path: Path) -> None:
    file = book(
        tmp_path,
        "出库.xlsx",
        (
            "日期",
            "单据编号",
            "购货单位",
            "产品代码",
            "产品名称",
            "实发数量",
            "销售金额",
            "价税合计",
        ),
        ("2024-05-03", "XOUT1", "恒远机械有限公司", "01", "铜管", 2, 100, 113),
        (None, None, None, "02", "球阀", 1, 50, 56.5),
        ("2024-05-03", "小计", None, None, None, 3, 150, 169.5),
        ("2024-05-09", "XOUT2", "明达电子有限公司", "01", "铜管", 4, 200, 226),
        ("合计", None, None, None, None, 7, 350, 395.5),
    )
    report = bring(home, file)
    assert len(report.sheets[0].set_aside) == 2
    assert net(home) == 350


def test_local_currency_wins_over_that_of_the_document(home: Workspace, tmp_path: Path) -> None:
    file = book(
        tmp_path,
        "发票列表.xlsx",
        ("开票日期", "发票号", "客户名称", "币种", "存货编码", "存货名称", "数量", "无税金额", "税额",
         "价税合计", "本币无税金额", "本币税额", "本币价税合计"),
        ("2024-05-03", "F1", "恒远", "美元", "01", "铜管", 1, 100, 13, 113, 710, 92.3, 802.3),
        ("2024-05-04", "F2", "明达", "人民币", "01", "铜管", 1, 200, 26, 226, 200, 26, 226),
    )  # fmt: skip
    found = targets(bring(home, file))
    assert found["amount"] == "本币无税金额"
    assert "currency" not in found
    assert net(home) == 910


def test_german_and_french_headers(home: Workspace, tmp_path: Path) -> None:
    german = text(
        tmp_path,
        "auswertung.csv",
        """
Bestellnummer;Belegdatum;Kundennr.;Kunde;Artikelnr.;Menge;Nettobetrag;MwSt.;Bruttobetrag
4500001;03.05.2024;00010000;Fenwick GmbH;P-1;2;1.234,50;234,56;1.469,06
""",
        "cp1252",
    )
    french = text(
        tmp_path,
        "ventes.csv",
        """
N° facture;Date de facture;Code client;Client;Désignation;Quantité;Montant HT;Montant TTC
FA001;23/05/2024;C01;Harrow;Vanne;1;100,50;120,60
""",
    )
    assert targets(bring(home, german))["customer_id"] == "Kundennr."
    assert targets(bring(home, french))["amount"] == "Montant HT"
    assert net(home) == Decimal("1335.00")


def test_sap_writes_a_minus_behind(home: Workspace, tmp_path: Path) -> None:
    file = text(
        tmp_path,
        "va05.txt",
        "Sales Document\tItem\tDoc. Date\tSold-To Party\tMaterial\tNet Value\tCurr.\n"
        "0000004969\t10\t23.05.2024\t0000001033\tP-100\t1.000,00\tEUR\n"
        "0000004970\t10\t24.05.2024\t0000001033\tP-100\t250,00-\tEUR\n",
    )
    assert targets(bring(home, file))["order_id"] == "Sales Document"
    assert net(home) == 750


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2014-11", "2014-11-01"),
        ("201411", "2014-11-01"),
        ("2014年11月", "2014-11-01"),
        ("11/2014", "2014-11-01"),
        ("Nov 2014", "2014-11-01"),
        ("2014-W47", "2014-11-17"),
        ("2015-W01", "2014-12-29"),
    ],
)
def test_months_and_weeks_without_order_numbers(
    home: Workspace, tmp_path: Path, written: str, day: str
) -> None:
    file = text(tmp_path, "x.csv", f"Customer,Period,Revenue\nAcme,{written},100\nBolt,{written},5")
    bring(home, file)
    assert held(home, "SELECT order_id, order_date::TEXT FROM lake ORDER BY ALL") == [
        (f"Acme {day}", day),
        (f"Bolt {day}", day),
    ]


def test_a_budget_is_no_sale(home: Workspace, tmp_path: Path) -> None:
    rows = "Acme,2024-05,Actual,100\nAcme,2024-05,Budget,90\nBolt,2024-06,Actual,50"
    file = text(tmp_path, "x.csv", f"Customer,Period,Scenario,Sales\n{rows}")
    assert codes(bring(home, file))["planned,_not_sold"] == 1
    assert net(home) == 150


def test_columns_without_a_header_go_by_number(home: Workspace, tmp_path: Path) -> None:
    file = text(
        tmp_path, "x.txt", " 00004 0001 19970101  2   29.33\n 00021 0002 19970118  3   75.11"
    )
    with pytest.raises(ZhibiError, match="--map 1=customer_id"):
        look(home, file)
    columns = {"1": "customer_id", "3": "order_date", "5": "amount"}
    numbered = replace(OPTIONS, columns=columns, reading=ReadOptions(is_numbered=True))
    bring(home, file, options=numbered)
    assert net(home) == Decimal("104.44")
    assert held(home, "SELECT min(customer_id) FROM lake") == [("00004",)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("Channel,Region,Fresh,Milk\n2,3,12669,9656\n2,3,7057,9810", "no column with dates"),
        ("Customer,Jan,Feb,Mar\nAcme,1,2,3\nBolt,4,5,6", "a column for each month"),
        (
            "Opportunity ID,Account ID,Create Date,Sales Stage ID,Revenue\n1,A,2024-05-03,2,100",
            "an opportunity is no order",
        ),
        (
            "Customer,Period,Scenario Key,Revenue\nAcme,2024-05,1,100\nAcme,2024-05,2,90",
            "say which of them were sold",
        ),
        ("order_no,SKU,Qty,Unit price\n1,P1,2,10.00\n2,P2,2,12.00", "together with the file of"),
    ],
)
def test_what_is_no_list_of_orders_is_refused(
    home: Workspace, tmp_path: Path, content: str, sentence: str
) -> None:
    with pytest.raises(ZhibiError, match=sentence):
        look(home, text(tmp_path, "x.csv", content))
