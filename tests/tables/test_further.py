"""Tables beside order lines and customers: from a list to what an analysis of a day sees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.methods.given import line, tables_of
from tests.tables.ingest.bringing import bring, make_workspace, write

from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.tables.schema import FURTHER, SCHEMAS

ORDER = "S1,010021,岱川一厂,2025-01-05,M1,1,100.00"
# What lists of each table look like: file name, header, rows, what the first row is read as.
LISTS: dict[str, tuple[str, str, tuple[str, ...], dict[str, object]]] = {
    "products": (
        "物料清单.csv",
        "物料编码,物料名称,产品类别,标准单价",
        ("M1,滤芯,滤芯油品,120",),
        {"product_name": "滤芯", "list_price": Decimal("120.0000")},
    ),
    "contracts": (
        "合同台账.csv",
        "合同编号,客户编码,客户名称,签订日期,合同金额,到期日期",
        ('HT1,010021,岱川一厂,2025-01-02,"1,200,000.00",2025-12-31',),
        {"signed_on": date(2025, 1, 2), "amount": Decimal(1200000)},
    ),
    "receivables": (
        "应收明细.csv",
        "应收单号,客户编码,客户名称,开票日期,到期日,款项性质,应收金额",
        ("YS1,010021,岱川一厂,2025-01-05,2025-03-06,发货款,113.00",),
        {"issued_on": date(2025, 1, 5), "due_date": date(2025, 3, 6), "milestone": "发货款"},
    ),
    "receipts": (
        "回款明细.csv",
        "收款单号,客户编码,客户名称,收款日期,收款金额,结算方式,到期日",
        ("SK1,010021,岱川一厂,2025-02-01,50.00,银行承兑,2025-08-01",),
        {"received_on": date(2025, 2, 1), "matures_on": date(2025, 8, 1)},
    ),
    "allocations": (
        "核销明细.csv",
        "收款单号,应收单号,核销金额",
        ("SK1,YS1,50.00", "SK1,YS2,10.00"),
        {"receivable_id": "YS1", "amount": Decimal(50)},
    ),
    "efforts": (
        "拜访记录.csv",
        "客户编码,客户名称,拜访日期,拜访方式,拜访人,费用,人天",
        ("010021,岱川一厂,2025-01-10,上门,王敏,320.50,0.5",),
        {"spent_on": date(2025, 1, 10), "cost": Decimal("320.5"), "days": Decimal("0.5")},
    ),
    "assessments": (
        "客户评估.csv",
        "客户编码,客户名称,评估项,评分,评估日期,评估人,依据",
        ("010021,岱川一厂,relationship,7,2025-01-12,王敏,季度走访",),
        {"criterion": "relationship", "value": "7", "evidence": "季度走访"},
    ),
    "surveys": (
        "满意度调查.csv",
        "客户编码,客户名称,调查日期,评价维度,评分,满分",
        ("010021,岱川一厂,2025-01-15,delivery,4,5", "010021,岱川一厂,2025-01-15,price,,5"),
        {"dimension": "delivery", "score": Decimal(4), "scale_max": Decimal(5)},
    ),
    "touches": (
        "触点记录.csv",
        "客户编码,客户名称,日期,步骤,渠道",
        ("010021,岱川一厂,2025-01-03,quotation,电话",),
        {"touched_on": date(2025, 1, 3), "step": "quotation", "channel": "电话"},
    ),
}


@pytest.mark.parametrize("table", FURTHER)
def test_a_list_is_known_by_its_name_and_read(table: str, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    name, header, rows, expected = LISTS[table]
    orders = write(tmp_path / "订单.csv", ORDER)
    report = bring(workspace, orders, write(tmp_path / name, *rows, header=header))
    assert report.sheets[1].table == table
    tables = run.open_tables(workspace, as_of=date(2025, 6, 30))
    found = tables.table(table).to_pyarrow().to_pylist()
    assert len(found) == len(rows)
    assert found[0] == found[0] | expected
    if SCHEMAS[table].derived:
        known = tables.customers.to_pyarrow().to_pylist()
        assert found[0]["customer_key"] == known[0]["customer_key"]
    column = next(iter(expected))
    assert tables.has(column, table)
    assert not tables.as_of(date(2025, 6, 30)).has("name", table)


@pytest.mark.parametrize("table", [name for name in FURTHER if SCHEMAS[name].day])
def test_nothing_after_the_day_is_seen(table: str, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    name, header, rows, _ = LISTS[table]
    early = write(tmp_path / "订单.csv", ORDER.replace("2025", "2024"))
    bring(workspace, early, write(tmp_path / name, *rows, header=header))
    tables = run.open_tables(workspace, as_of=date(2024, 12, 31))
    assert tables.table(table).count().to_pyarrow().as_py() == 0


def test_the_same_list_twice_is_taken_once_and_a_changed_day_replaces(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    name, header, (row,), _ = LISTS["efforts"]
    orders = write(tmp_path / "订单.csv", ORDER)
    visits = write(tmp_path / name, row, row.replace("01-10", "01-11"), header=header)
    again = write(tmp_path / "拜访记录2.csv", row, header=header)
    bring(workspace, orders, visits, again)
    changed = row.replace("320.50", "400")
    bring(workspace, write(tmp_path / "拜访记录3.csv", changed, header=header))
    tables = run.open_tables(workspace, as_of=date(2025, 6, 30))
    costs = tables.table("efforts").order_by("spent_on").cost
    assert costs.to_pyarrow().to_pylist() == [Decimal(400), Decimal("320.5")]


def test_an_order_export_is_never_taken_for_another_list(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    report = bring(workspace, write(tmp_path / "合同订单 visits.csv", ORDER))
    assert report.sheets[0].table == "order_lines"


def test_a_table_without_rows_is_said_with_what_to_do() -> None:
    tables = tables_of([line("c", "1", date(2025, 1, 1), 5)], date(2025, 1, 2), receipts=[])
    assert not tables.holds("receipts")
    with pytest.raises(ZhibiError, match=r"no data on receipts yet; .* --kind receipts"):
        tables.table("receipts")
    with pytest.raises(ZhibiError, match="needs the column matures_on in receipts"):
        tables.require("receivables", "matures_on", table="receipts")


def test_a_customer_only_a_further_table_names_is_known() -> None:
    given = {"customer_id": "p", "criterion": "need", "value": "yes"}
    tables = tables_of(
        [line("c", "1", date(2025, 1, 1), 5)],
        date(2025, 1, 2),
        assessments=[given | {"assessed_on": date(2025, 1, 1)}],
    )
    names = tables.customers.order_by("customer_id").customer_id.to_pyarrow().to_pylist()
    assert names == ["c", "p"]
