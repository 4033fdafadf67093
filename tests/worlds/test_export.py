"""The exported files hold what the control totals say, to the cent, and are the same each time."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import python_calamine
from tests.worlds.reading import Row, SalesFile, contents, day, money, read_cells

from zhibi.worlds.control import ControlTotals, FileTotals, control_totals
from zhibi.worlds.export import export
from zhibi.worlds.world import World

SAMPLES = Path(__file__).parents[2] / "samples" / "daichuan"


@pytest.fixture(scope="module")
def totals(world: World) -> ControlTotals:
    return control_totals(world)


def standing_of(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by what they are: void, without customer, a line seen before, or counted."""
    found: dict[str, list[Row]] = {
        "counted": [], "void": [], "duplicates": [], "without_customer": [],
    }  # fmt: skip
    seen: set[Row] = set()
    for row in rows:
        if row.status == "已作废":
            found["void"].append(row)
        elif not row.customer_id:
            found["without_customer"].append(row)
        elif row in seen:
            found["duplicates"].append(row)
        else:
            found["counted"].append(row)
            seen.add(row)
    return found


@pytest.mark.parametrize("key", ["first_year", "second_year", "third_year"])
def test_a_file_adds_up(key: str, sales: dict[str, SalesFile], totals: ControlTotals) -> None:
    stated = next(file for file in totals.files if file.key == key)
    file = sales[key]
    standing = standing_of(file.rows)

    assert len(file.rows) == stated.rows
    for name, rows in standing.items():
        count = getattr(stated, name)
        assert (len(rows), sum((row.net for row in rows), Decimal())) == (count.rows, count.net)
        assert rows, f"{key} has no {name} rows"
    assert stated.orders == len({r.order_id for r in standing["counted"] if r.kind == "销售"})
    assert all(row.net + row.tax == row.total for row in file.rows)
    assert _printed_net(file) == stated.printed_net


def _printed_net(file: SalesFile) -> Decimal:
    assert file.printed[0] == "合计"
    return money(file.printed[14])


def test_the_files_together_add_up(rows: list[Row], totals: ControlTotals) -> None:
    orders = {row.order_id for row in rows if row.kind == "销售"}
    assert (len(rows), len(orders)) == (totals.rows, totals.orders)
    assert sum(row.net for row in rows) == totals.net
    for month in totals.months:
        own = [row for row in rows if f"{row.on:%Y-%m}" == month.month]
        assert (len(own), sum(row.net for row in own)) == (month.rows, month.net)
    assert sum(month.orders for month in totals.months) == totals.orders
    assert len(totals.months) == 36


def test_three_rows_have_no_customer(totals: ControlTotals) -> None:
    assert sum(file.without_customer.rows for file in totals.files) == 3


def test_one_month_is_exported_twice_and_identical(sales: dict[str, SalesFile]) -> None:
    first = [row for row in sales["second_year"].rows if row.on >= date(2025, 9, 1)]
    again = [row for row in sales["third_year"].rows if row.on <= date(2025, 9, 30)]
    assert Counter(first) == Counter(again)
    assert len(first) > 300


def test_the_text_file_looks_like_an_erp_report(sales: dict[str, SalesFile]) -> None:
    file = sales["first_year"]
    assert file.titles[0] == ["岱川空气系统(山东)有限公司(演示数据)"]
    assert file.titles[2] == ["期间:2023-10-01 至 2024-09-30  单位:元"]
    header = file.header[0]
    assert [cell for cell in header if cell != str(cell).strip()] == [
        "单据日期 ", "客户编码  ", "不含税金额 ",
    ]  # fmt: skip
    amounts = [str(cells[14]) for cells in file.raw]
    assert any(text.startswith("(") for text in amounts)
    assert any("," in text for text in amounts)


def test_the_workbook_has_a_two_row_header(sales: dict[str, SalesFile]) -> None:
    upper, lower = sales["second_year"].header
    assert upper[14] == "金额(元)"
    assert lower[14:17] == ["不含税金额", "税额", "价税合计"]
    assert upper[0] == "单据日期"
    assert lower[0] == ""


def test_codes_are_text_and_keep_their_zeros(sales: dict[str, SalesFile]) -> None:
    for key in ("second_year", "third_year"):
        with_customer = [cells for cells in sales[key].raw if cells[5]]
        assert all(isinstance(cells[5], str) and len(cells[5]) == 6 for cells in with_customer)
        assert all(str(cells[5]).startswith("0") for cells in with_customer)
        assert all(isinstance(cells[7], str) and len(cells[7]) == 18 for cells in with_customer)


def test_the_customer_file_names_every_buyer(
    folder: Path, rows: list[Row], world: World, totals: ControlTotals
) -> None:
    cells = read_cells(folder / "岱川_客户档案.xlsx")
    by_id = {row[0]: row for row in cells[1:]}
    assert cells[0][:4] == ["客户编码", "客户名称", "统一社会信用代码", "上级客户编码"]
    assert len(by_id) == len(cells) - 1 == totals.customers
    assert {row.customer_id for row in rows} <= set(by_id)
    assert all(by_id[row.customer_id][1] == row.customer for row in rows)
    renamed = [row for row in cells[1:] if row[10]]
    assert [row[10] for row in renamed] == ["山东汶河橡胶有限公司"]
    assert all("演示" in str(row[11]) for row in cells[1:])


def test_receipts_add_up_and_come_before_spring_festival(
    folder: Path, totals: ControlTotals
) -> None:
    cells = read_cells(folder / "岱川_回款明细.csv")
    body, printed = cells[4:-1], cells[-1]
    amounts = [money(row[4]) for row in body]
    assert len(body) == totals.receipts
    assert sum(amounts) == totals.received == money(printed[4])
    bills = sum(a for a, row in zip(amounts, body, strict=True) if row[5] == "银行承兑汇票")
    assert Decimal("0.35") < bills / sum(amounts) < Decimal("0.45")
    assert all(bool(row[6]) == ("汇票" in str(row[5])) for row in body)

    festival = date(2026, 2, 17)
    year = [
        (day(row[3]), amount)
        for row, amount in zip(body, amounts, strict=True)
        if date(2025, 10, 1) <= day(row[3]) <= date(2026, 9, 30)
    ]
    four_weeks = sum(amount for on, amount in year if -28 <= (on - festival).days < 0)
    assert Decimal("0.18") < four_weeks / sum(amount for _, amount in year) < Decimal("0.27")


def test_the_same_seed_gives_the_same_bytes(folder: Path, again: World, tmp_path: Path) -> None:
    export(again, tmp_path)
    for path in sorted(folder.iterdir()):
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_another_seed_gives_another_world(world: World, other: World) -> None:
    assert other.order_lines != world.order_lines
    assert len(other.truth.stories) == len(world.truth.stories)


def test_the_samples_are_what_the_command_writes(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        assert contents(SAMPLES / path.name) == contents(path), path.name


def test_the_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 3_400_000


def test_the_readme_gives_the_control_totals(totals: ControlTotals) -> None:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert _overall(totals) in text
    for file in totals.files:
        assert _row(file) in text


def _overall(totals: ControlTotals) -> str:
    return f"{totals.rows:,} lines, {totals.orders:,} orders, {totals.net:,} net of tax"


def _row(file: FileTotals) -> str:
    cells = [
        f"{file.rows:,}",
        f"{file.counted.rows:,}",
        f"{file.orders:,}",
        f"{file.counted.net:,}",
    ]
    set_aside = (file.void, file.duplicates, file.without_customer)
    cells += [f"{count.rows} ({count.net:,})" for count in set_aside]
    return " | ".join([*cells, f"{file.printed_net:,}"])


def test_the_notes_sheet_says_it_is_a_demo(folder: Path) -> None:
    book = python_calamine.CalamineWorkbook.from_path(folder / "岱川_销售出库明细_2024-2025.xlsx")
    assert book.sheet_names == ["销售出库明细", "说明"]
    assert "演示" in str(book.get_sheet_by_name("说明").to_python()[0][0])
