"""Reads the exported files the slow, obvious way: no part of the import is used."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import python_calamine

SALES_FILES = {
    "first_year": "岱川_销售出库明细_2023-2024.csv",
    "second_year": "岱川_销售出库明细_2024-2025.xlsx",
    "third_year": "岱川_销售出库明细_2025-2026.xlsx",
}
HEADER_ROWS = {"first_year": (3, 1), "second_year": (3, 2), "third_year": (1, 1)}  # titles, header
COLUMNS = (
    "date", "order_id", "line_no", "kind", "status", "customer_id", "customer", "credit_code",
    "product_id", "product", "line", "quantity", "price", "tax_rate", "net", "tax", "total",
    "cost", "seller", "team", "note",
)  # fmt: skip


LISTS = {
    "contracts": "岱川_合同台账.xlsx",
    "receivables": "岱川_应收明细.xlsx",
    "allocations": "岱川_收款核销明细.csv",
    "prospects": "岱川_潜在客户名单.xlsx",
    "touches": "岱川_客户触点记录.csv",
    "efforts": "岱川_拜访记录.xlsx",
    "judgements": "岱川_客户评估表.xlsx",
    "answers": "岱川_满意度调查.xlsx",
    "receipts": "岱川_回款明细.csv",
}


@dataclass(frozen=True)
class Row:
    """A data row of a sales file, typed."""

    on: date
    order_id: str
    line_no: int
    kind: str
    status: str
    customer_id: str
    customer: str
    credit_code: str
    line: str
    product: str
    quantity: int
    net: Decimal
    tax: Decimal
    total: Decimal
    cost: Decimal


@dataclass(frozen=True)
class SalesFile:
    titles: list[list[object]]
    header: list[list[object]]
    raw: list[list[object]]
    rows: list[Row]
    printed: list[object]  # the row of totals


def read_cells(path: Path) -> list[list[object]]:
    """Every cell of the first sheet or of a GBK text file."""
    if path.suffix == ".csv":
        text = path.read_bytes().decode("gbk")
        return [list(row) for row in csv.reader(text.splitlines())]
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def contents(path: Path) -> dict[str, bytes]:
    """What a file holds, not its bytes: a workbook's compression may differ from machine to
    machine."""
    if path.suffix == ".csv":
        return {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def read_sales(folder: Path, key: str) -> SalesFile:
    cells = read_cells(folder / SALES_FILES[key])
    titles, header = HEADER_ROWS[key]
    body = cells[titles + header : -1]
    return SalesFile(
        titles=cells[:titles],
        header=cells[titles : titles + header],
        raw=body,
        rows=[_row(row) for row in body],
        printed=cells[-1],
    )


@dataclass(frozen=True)
class Listed:
    """A list with titles: its rows as header → cell, and the row of totals when it has one."""

    rows: list[dict[str, object]]
    printed: list[object]


def read_list(folder: Path, key: str) -> Listed:
    path = folder / LISTS[key]
    cells = read_cells(path)[3 if path.suffix == ".csv" else 2 :]
    header, body, printed = [str(cell) for cell in cells[0]], cells[1:], list[object]()
    if body[-1][0] == "合计":
        body, printed = body[:-1], body[-1]
    return Listed([dict(zip(header, row, strict=True)) for row in body], printed)


def money(cell: object) -> Decimal:
    """1,200.00, (1,200.00), or a number of a workbook."""
    text = str(cell).replace(",", "")
    if text.startswith("("):
        return -Decimal(text.strip("()"))
    return Decimal(text or "0").quantize(Decimal("0.01"))


def day(cell: object) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    year, month, of_month = str(cell).split("/")
    return date(int(year), int(month), int(of_month))


def _row(cells: Sequence[object]) -> Row:
    named = dict(zip(COLUMNS, cells, strict=True))
    return Row(
        on=day(named["date"]),
        order_id=str(named["order_id"]),
        line_no=int(float(str(named["line_no"]))),
        kind=str(named["kind"]),
        status=str(named["status"]),
        customer_id=str(named["customer_id"]),
        customer=str(named["customer"]),
        credit_code=str(named["credit_code"]),
        line=str(named["line"]),
        product=str(named["product"]),
        quantity=int(float(str(named["quantity"] or 0))),
        net=money(named["net"]),
        tax=money(named["tax"]),
        total=money(named["total"]),
        cost=money(named["cost"]),
    )
