"""Whole imports: the account of rows, importing again, correcting rejects, and real data sets."""

import csv
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.tables.ingest.bringing import (
    OPTIONS,
    account,
    bring,
    codes,
    held,
    look,
    make_workspace,
    net,
    write,
)

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.importing import next_import_id, prepare
from zhibi.tables.ingest.read import ReadOptions

ROOT = Path(__file__).parents[3]


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path / "w")


def order_row():
    """One row of an export, with every trap there is."""
    days = st.integers(0, 40).map(lambda n: str(date(2024, 5, 1) + timedelta(n)))
    return st.tuples(
        st.sampled_from(["A1", "A2", "A3", "C4", "退5", ""]),
        st.sampled_from(["C1", "C2", "007", ""]),
        st.sampled_from(["甲有限公司", "甲有限责任公司", "=cmd()", ""]),
        st.one_of(days, st.sampled_from(["2024-13-01", "明天", "2031-01-01", "1971-01-01", ""])),
        st.sampled_from(["1", "2", ""]),
        st.sampled_from(["P1", "P2", ""]),
        st.sampled_from(["1", "-1", "0", "x"]),
        st.one_of(
            st.decimals(-1000, 1000, places=2).map(str),
            st.sampled_from(["1,234.50", "(12)", "NaN", "Infinity", "—", ""]),
        ),
        st.sampled_from(["销售", "退货", "返利", "红字", "样品", ""]),
        st.sampled_from(["正常", "已作废", ""]),
        st.sampled_from(["CNY", "USD", "人民币", ""]),
    )


TRAP_HEADER = (
    "订单编号", "客户编码", "客户名称", "订单日期", "行号", "物料编码", "数量", "不含税金额",
    "单据类型", "状态", "币别",
)  # fmt: skip
GOOD = ("A0", "C1", "甲有限公司", "2024-05-02", "1", "P1", "1", "10.00", "销售", "正常", "CNY")


def write_rows(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([TRAP_HEADER, *rows])
    return path


ROWS = st.lists(order_row(), max_size=12), st.lists(order_row(), max_size=8)
TRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@settings(max_examples=3, **TRIED)
@given(*ROWS)
def test_every_row_is_accounted_for_and_a_second_import_changes_nothing(first, second):
    assert_accounted(first, second)


@pytest.mark.slow
@settings(max_examples=20, **TRIED)
@given(*ROWS)
def test_every_row_of_many_more_files_is_accounted_for(first, second):
    assert_accounted(first, second)


def assert_accounted(first, second):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = make_workspace(folder / "w")
        files = [
            write_rows(folder / "1.csv", [GOOD, *first]),
            write_rows(folder / "2.csv", [GOOD, *second]),
        ]

        report = bring(workspace, *files)
        rows_read, new, changed, unchanged, rejected, left_out = account(report)

        assert rows_read == len(first) + len(second) + 2
        assert rows_read == new + rejected + left_out
        assert (changed, unchanged) == (0, 0)
        assert held(workspace, "SELECT count(*) FROM lake") == [(new,)]
        assert sum(month.rows for month in report.months) == new
        assert sum(month.amount for month in report.months) == net(workspace)
        again = look(workspace, *files)
        assert again.is_nothing_new
        assert account(again) == (rows_read, 0, 0, new, rejected, left_out)


def test_corrected_rejects_complete_the_order_they_are_of(workspace, tmp_path):
    orders = write(
        tmp_path / "orders.csv",
        "A1,C1,=甲,2024-05-02,＝P1,1,100",
        "A1,C1,=甲,2024-05-02,P2,1,many",
        "A2,C1,=甲,2024-05-02,P1,-1,-7",
    )
    with prepare([orders], workspace, OPTIONS) as plan:
        _, (rejects,) = plan.commit()
    raw = rejects.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(rejects.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0][:5] == [f"Zhibi: {own}" for own in ("file", "row", "column", "value", "reason")]
    assert [line[:4] for line in lines[1:]] == [
        ["orders.csv", "2", "", ""],
        ["orders.csv", "3", "不含税金额", "many"],
    ]
    assert all(line[7] == "'=甲" for line in lines[1:])  # neutral in a spreadsheet
    assert lines[1][9] == "'＝P1"

    rejects.write_bytes(raw.replace(b",many", b",50").replace(b'"many"', b"50"))
    report = bring(workspace, rejects)

    assert account(report) == (2, 0, 2, 0, 0, 0)
    assert net(workspace) == Decimal(143)
    assert held(workspace, "SELECT DISTINCT name FROM lake", "customers") == [("=甲",)]
    assert ("＝P1",) in held(workspace, "SELECT product_id FROM lake")
    assert not codes(report).get("orders_losing")


def test_a_mapping_once_confirmed_is_remembered(workspace, tmp_path):
    header = "甲,乙,丙,丁"
    first = write(tmp_path / "1.csv", "A1,C1,03-05-2024,10", header=header)
    given = {"甲": "order_id", "乙": "customer_id", "丙": "order_date", "丁": "amount"}
    told = replace(OPTIONS, columns=given, parsing=replace(OPTIONS.parsing, date_order="dmy"))
    with pytest.raises(ZhibiError):
        look(workspace, first)

    bring(workspace, first, options=told)
    report = look(workspace, write(tmp_path / "2.csv", "A2,C1,04-05-2024,10", header=header))

    assert {match.reason for match in report.sheets[0].matches} == {"remembered"}
    assert [month.month for month in report.months] == ["2024-05"]


def test_import_ids_count_up_and_are_never_given_twice(workspace, tmp_path):
    assert next_import_id(workspace) == "i0001"
    bring(workspace, write(tmp_path / "1.csv", "A1,C1,甲,2024-05-02,P1,1,10"))
    workspace.lake.undo("i0001")
    assert next_import_id(workspace) == "i0002"


def test_a_preview_changes_nothing(workspace, tmp_path):
    before = sorted(path.name for path in workspace.folder.rglob("*"))
    look(workspace, write(tmp_path / "1.csv", "A1,C1,甲,2024-05-02,P1,1,10", "A2,,,x,P1,1,10"))
    after = {path.name for path in workspace.folder.rglob("*")} - {"scratch", ".lock"}
    assert sorted(after) == before


def test_a_commit_is_refused_when_the_workspace_has_changed_since(workspace, tmp_path):
    mine = write(tmp_path / "1.csv", "A1,C1,甲,2024-05-02,P1,1,10")
    other = write(tmp_path / "2.csv", "A2,C1,甲,2024-05-02,P1,1,10")
    with prepare([mine], workspace, OPTIONS) as plan:
        bring(workspace, other)
        with pytest.raises(ZhibiError, match="run the import again"):
            plan.commit()
    assert net(workspace) == Decimal(10)


def test_an_undone_import_leaves_what_was_there(workspace, tmp_path):
    bring(workspace, write(tmp_path / "1.csv", "A1,C1,甲,2024-05-02,P1,1,10"))
    rows = "SELECT * FROM lake ORDER BY ALL"
    before = held(workspace, rows), held(workspace, rows, "customers")
    bring(workspace, write(tmp_path / "2.csv", "A1,C1,乙,2024-05-03,P1,1,99"))

    workspace.lake.undo("i0002")

    assert (held(workspace, rows), held(workspace, rows, "customers")) == before


def test_adventureworks_adds_up(workspace):
    folder = ROOT / "samples" / "adventureworks"

    report = bring(workspace, *sorted(folder.glob("*.csv*")))

    assert account(report) == (57_851, 57_851, 0, 0, 0, 0)
    assert account(report, "customers") == (701, 701, 0, 0, 0, 0)
    found = held(workspace, "SELECT sum(amount), sum(cost), count(*) FILTER (is_order) FROM lake")
    assert found == [(Decimal("77548570.20"), Decimal("76549075.63"), 3616)]
    assert held(workspace, "SELECT count(DISTINCT customer_key) FROM lake") == [(632,)]


def test_northwind_adds_up(workspace):
    folder = ROOT / "tests" / "data" / "northwind"

    report = bring(workspace, *sorted(folder.glob("*.csv")))

    assert account(report) == (2155, 2155, 0, 0, 0, 0)
    found = held(workspace, "SELECT round(sum(amount), 2), count(*) FILTER (is_order) FROM lake")
    assert found == [(Decimal("1265793.04"), 830)]
    assert held(workspace, "SELECT count(*) FROM lake", "customers") == [(91,)]


def test_sap_bikes_adds_up(tmp_path):
    workspace = make_workspace(tmp_path / "w", currency="USD")
    folder = ROOT / "tests" / "data" / "sap_bikes"

    report = bring(workspace, *sorted(folder.glob("*.csv")))

    assert account(report)[0] == 1930
    assert account(report)[1] + account(report)[4] == 1930
    assert held(workspace, "SELECT min(order_id) FROM lake") == [("0500000000",)]


@pytest.mark.slow
def test_both_years_of_online_retail_add_up_with_their_overlap(tmp_path):
    """Nine days of December 2010 are in both files, and are taken once."""
    workspace = make_workspace(tmp_path / "w", currency="GBP")
    folder = ROOT / "tests" / "data" / "online_retail"

    report = bring(workspace, *sorted(folder.glob("*.parquet")))

    rows_read, _, changed, unchanged, rejected, left_out = account(report)
    assert rows_read == 541_909 + 525_461
    assert rejected == 135_080 + 107_927  # without a customer
    assert (changed, unchanged, left_out) == (0, 0, 14_803)
    assert held(workspace, "SELECT count(DISTINCT customer_key) FROM lake") == [(5_942,)]
    assert net(workspace) == Decimal("16343651.0380")


def test_the_demo_company_adds_up(workspace):
    folder = ROOT / "samples" / "daichuan"
    files = [path for path in sorted(folder.iterdir()) if path.suffix in (".csv", ".xlsx")]

    report = bring(workspace, *files)

    assert account(report) == (17_701, 17_072, 0, 0, 3, 626)
    assert net(workspace) == Decimal("548934980.05")
    assert held(workspace, "SELECT count(*) FILTER (is_order) FROM lake") == [(11_061,)]
    assert sum(month.orders for month in report.months) == 11_061
    receipts = held(workspace, "SELECT count(*), sum(amount) FROM lake", "receipts")
    assert receipts == [(5_182, Decimal(613_730_000))]
    receivables = held(workspace, "SELECT count(*), sum(amount_due) FROM lake", "receivables")
    assert receivables == [(7_856, Decimal(653_674_072))]
    guessed = {sheet.name.split("_")[1].split(".")[0]: sheet.table for sheet in report.sheets}
    assert guessed["潜在客户名单"] == "customers"
    assert {guessed[name] for name in ("合同台账", "收款核销明细", "客户评估表", "满意度调查")} == {
        "contracts", "allocations", "assessments", "surveys",
    }  # fmt: skip
    assert held(workspace, "SELECT count(*) FROM lake", "customers") == [(404,)]


def test_a_sheet_can_be_chosen(workspace):
    path = next((ROOT / "samples" / "daichuan").glob("*2024-2025.xlsx"))
    options = replace(OPTIONS, reading=ReadOptions(sheet="销售出库明细"))

    assert account(look(workspace, path, options=options))[0] == 5_650
