"""Lines that stand among the sales and are none, or take some back without a minus."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.tables.ingest.bringing import OPTIONS, bring, codes, held, look, make_workspace, net

from zhibi.tables.workspace import Workspace

TYPED = "单据编号,单据日期,单据类型,客户名称,数量,含税金额,金额"


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "home")


def file(folder: Path, *rows: str) -> Path:
    (folder / "x.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "x.csv"


def test_returns_without_a_minus_lower_sales(home: Workspace, tmp_path: Path) -> None:
    rows = ("S1,2025-03-01,销售单,甲公司,4,452,400", "T1,2025-03-05,销售退货单,甲公司,1,113,100")
    report = bring(home, file(tmp_path, TYPED, *rows))
    assert net(home) == 300
    assert codes(report)["returns_turned"] == 1
    assert "positive_returns" not in codes(report)
    back = "SELECT amount, amount_incl_tax, amount_original, quantity FROM lake WHERE amount < 0"
    assert held(home, back) == [(-100, -113, -100, -1)]


def test_returns_of_which_one_has_a_minus_are_left_as_they_are(
    home: Workspace, tmp_path: Path
) -> None:
    rows = ("S1,2025-03-01,销售单,甲公司,4,452,400", "T1,2025-03-05,退货,甲公司,1,113,100")
    report = look(home, file(tmp_path, TYPED, *rows, "T2,2025-03-06,退货,甲公司,-1,-113,-100"))
    assert codes(report)["positive_returns"] == 1
    assert "returns_turned" not in codes(report)


def test_a_return_without_a_minus_comes_back_the_same(home: Workspace, tmp_path: Path) -> None:
    given = file(tmp_path, TYPED, "T1,2025-03-05,退货,甲公司,1,113,100")
    bring(home, given)
    assert look(home, given).is_nothing_new


def test_payments_are_no_sales(home: Workspace, tmp_path: Path) -> None:
    rows = ("Invoice,1,2025-03-01,A,400", "Payment,2,2025-03-09,A,400", "SC,3,2025-03-10,A,50")
    given = file(tmp_path, "Transaction Type,Num,Date,Customer,Amount", *rows)
    report = bring(home, given)
    assert net(home) == 350
    assert codes(report)["payment,_no_sale"] == 1


DEALS = "Record ID,Deal Name,Deal Stage,Close Date,Amount,Associated Company"


def test_of_deals_only_those_won_are_sold(home: Workspace, tmp_path: Path) -> None:
    stages = ("Closed won", "Closed lost", "Contract sent", "")
    rows = [f"{n},d,{stage},2025-03-0{n + 1},1{n},A{n}" for n, stage in enumerate(stages)]
    report = bring(home, file(tmp_path, DEALS, *rows))
    assert net(home) == 10
    assert codes(report)["not_won"] == 3


def test_deals_said_to_be_orders_are_those_won(home: Workspace, tmp_path: Path) -> None:
    header = "opportunity_id,sales_agent,account,deal_stage,close_date,close_value"
    rows = ("A1,M,Cancity,Won,2017-03-01,1054", "A2,M,Isdom,Lost,2017-03-02,70")
    bring(home, file(tmp_path, header, *rows), options=replace(OPTIONS, table="order_lines"))
    assert net(home) == 1054


def test_subtotals_marked_by_stars_are_no_lines(home: Workspace, tmp_path: Path) -> None:
    header = ";Kunde;Name 1;Belegnr;Belegdatum;Währung;Nettowert"
    rows = (
        ";1001;Harlow;90001;03.03.2025;EUR;1.000,50",
        ";1001;Harlow;90002;04.03.2025;EUR;200,00-",
        "*;1001;;;;EUR;800,50",
        "**;;;;;EUR;800,50",
    )
    report = look(make_workspace(tmp_path / "eur", currency="EUR"), file(tmp_path, header, *rows))
    (sheet,) = report.sheets
    assert [one.reason for one in sheet.set_aside] == ["totals row", "totals row"]
    assert sum(month.amount for month in report.months) == Decimal("800.50")


OWED = "单据编号,单据日期,客户名称,到期日,应收金额,已收金额,未收金额"


def test_of_an_invoice_what_is_still_open_is_owed(home: Workspace, tmp_path: Path) -> None:
    rows = (
        "Y1,2025-03-01,甲公司,2025-04-01,400,300,100",
        "Y2,2025-03-02,乙公司,2025-04-02,50,50,0",
    )
    bring(home, file(tmp_path, OWED, *rows))
    owed = held(home, "SELECT amount_due FROM lake ORDER BY receivable_id", "receivables")
    assert owed == [(100,), (0,)]


CLEARED = "cust_number,name_customer,clear_date,doc_id,posting_date,due_in_date,total_open_amount"
SETTLED = "7,A,2020-02-09,1.0,2020-01-01,20200201.0,400"
STILL_OPEN = "7,A,,2.0,2020-01-05,20200205.0,50"


def test_a_settled_invoice_has_a_receipt_on_its_day(home: Workspace, tmp_path: Path) -> None:
    given = file(tmp_path, CLEARED, SETTLED, STILL_OPEN, "7,A,2020-02-10,3.0,,20200205.0,0")
    report = bring(home, given)
    owed = held(home, "SELECT receivable_id, amount_due FROM lake ORDER BY ALL", "receivables")
    assert owed == [("1", 400), ("2", 50)]
    paid = held(home, "SELECT receipt_id, customer_id, received_on, amount FROM lake", "receipts")
    assert paid == [("1", "7", date(2020, 2, 9), 400)]
    assert held(home, "SELECT receipt_id, receivable_id, amount FROM lake", "allocations") == [
        ("1", "1", 400)
    ]
    assert held(home, "SELECT customer_id, name FROM lake", "customers") == [("7", "A")]
    assert codes(report)["settled"] == 1
    assert codes(report)["settled_before"] == 1
    assert {one.table: (one.rows_read, one.derived) for one in report.tables}["receipts"] == (0, 1)
    assert look(home, given).is_nothing_new


def test_money_that_is_known_is_not_counted_twice(home: Workspace, tmp_path: Path) -> None:
    money = file(tmp_path, "收款单号,客户编码,收款日期,收款金额", "R1,7,2020-02-08,400")
    bring(home, money, options=replace(OPTIONS, table="receipts"))
    bring(home, file(tmp_path, CLEARED, SETTLED, STILL_OPEN))
    assert held(home, "SELECT receipt_id FROM lake", "receipts") == [("R1",)]
    assert len(held(home, "FROM lake", "receivables")) == 2


def test_a_gift_left_of_a_file_given_twice_is_no_wrong_column(
    home: Workspace, tmp_path: Path
) -> None:
    rows = ("单号,日期,客户名称,金额", "S1,2025-03-01,甲公司,400")
    other = tmp_path / "y.csv"
    other.write_text("\n".join((*rows, "S2,2025-03-02,甲公司,0")) + "\n", encoding="utf-8")
    report = bring(home, file(tmp_path, *rows), other)
    assert net(home) == 400
    assert codes(report)["nothing_but_zeros"] == 1
