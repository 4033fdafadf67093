"""Writes the demo company to the files its ERP would hand over, byte for byte the same each time.

Shipments come as three files, one a year: a GBK text file, a workbook with a two-row header, and
after the ERP's change of version a workbook that names some columns differently and repeats the
last month of the one before. With them go the customer file, the receipts and the tables of
`further_files`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from zhibi.worlds import workbooks
from zhibi.worlds.control import SALES_PERIODS
from zhibi.worlds.daichuan.catalogue import Words, names
from zhibi.worlds.further_files import export_further
from zhibi.worlds.ledger import DUPLICATE, VOID, WALK_IN, LedgerRow, ledger, rows_between
from zhibi.worlds.text_reports import titles_of, write_text
from zhibi.worlds.workbooks import Cell, Notes, Table
from zhibi.worlds.world import Customer, Receipt, World, yuan

SUMMED = ("net", "tax", "total", "cost")
TRAILING_SPACES = {"date": " ", "customer_id": "  ", "net": " "}  # as the old ERP prints them


def export(world: World, folder: Path) -> tuple[Path, ...]:
    """Write every file of the world into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ledger(world)
    years = {
        key: _shipments(world, rows_between(rows, *period), period)
        for key, period in SALES_PERIODS.items()
    }
    words = names(world.language)
    paths = {key: folder / name for key, name in words["files"].items()}
    write_text(paths["first_year"], _text_shipments(years["first_year"], words), words["text"])
    workbooks.write(
        paths["second_year"],
        years["second_year"],
        groups=_column_groups(words),
        notes=Notes(words["titles"]["notes_sheet"], tuple(words["notes"]["lines"])),
    )
    workbooks.write(paths["third_year"], _after_change(years["third_year"], words))
    workbooks.write(paths["customers"], _customer_file(world.customers, words))
    write_text(paths["receipts"], _text_receipts(world), words["text"])
    return (*paths.values(), *export_further(world, folder))


def _shipments(world: World, rows: Sequence[LedgerRow], period: tuple[date, date]) -> Table:
    """The shipments of a period with their printed total, which leaves out void and repeated."""
    words = names(world.language)
    people = {customer.customer_id: customer for customer in world.customers}
    body = [_shipment(row, people.get(row.line.customer_id), words) for row in rows]
    keys = list(words["columns"])
    printed = [
        cells
        for row, cells in zip(rows, body, strict=True)
        if row.standing not in (VOID, DUPLICATE)
    ]
    sums: dict[str, Cell] = {
        key: sum((Decimal(str(cells[key])) for cells in printed), Decimal()) for key in SUMMED
    }
    return Table(
        titles=titles_of(world, words["titles"]["shipments"], period),
        headers=tuple(words["columns"].values()),
        rows=tuple(tuple(cells[key] for key in keys) for cells in body),
        total=tuple({"date": words["titles"]["total"], **sums}.get(key) for key in keys),
        sheet=words["titles"]["data_sheet"],
    )


def _shipment(row: LedgerRow, customer: Customer | None, words: Words) -> dict[str, Cell]:
    line = row.line
    return {
        "date": line.order_date,
        "order_id": line.order_id,
        "line_no": line.line_no,
        "line_kind": words["line_kinds"][line.line_kind],
        "status": words["statuses"]["void" if row.standing == VOID else "posted"],
        "customer_id": line.customer_id or None,
        "customer_name": customer.name if customer else words["walk_in"],
        "credit_code": customer.credit_code if customer else None,
        "product_id": line.product_id,
        "product_name": line.product_name,
        "category": words["product_lines"].get(line.category),
        "quantity": line.quantity or None,
        "price": yuan(line.price_cents) if line.price_cents else None,
        "tax_rate": f"{line.tax_percent}%",
        "net": yuan(line.net_cents),
        "tax": yuan(line.tax_cents),
        "total": yuan(line.total_cents),
        "cost": yuan(line.cost_cents),
        "salesperson": line.salesperson,
        "team": _team(line.team, words),
        "note": _remark(row, words),
    }


def _remark(row: LedgerRow, words: Words) -> str | None:
    remarks: dict[str, str] = words["remarks"]
    has_own = row.standing in (VOID, WALK_IN)
    return remarks.get(row.standing if has_own else row.line.line_kind)


def _team(team: str, words: Words) -> str:
    regions: dict[str, str] = words["regions"]
    key_accounts: str = words["key_account_team"]
    return regions.get(team, key_accounts)


def _column_groups(words: Words) -> dict[str, tuple[str, ...]]:
    """The upper row of the two-row header: a group over each of these columns."""
    columns, groups = words["columns"], words["column_groups"]
    members = {
        "customer": ("customer_id", "customer_name", "credit_code"),
        "product": ("product_id", "product_name", "category"),
        "amount": ("net", "tax", "total"),
    }
    return {groups[key]: tuple(columns[name] for name in own) for key, own in members.items()}


def _after_change(table: Table, words: Words) -> Table:
    """The same table under the new ERP's names, with one title line."""
    headers = {**words["columns"], **words["columns_after_change"]}
    return Table(
        titles=("  ".join(table.titles[:2]),),
        headers=tuple(headers.values()),
        rows=table.rows,
        total=table.total,
        sheet=table.sheet,
    )


def _customer_file(customers: Iterable[Customer], words: Words) -> Table:
    renamed = {c.former_name for c in customers if c.former_name}
    return Table(
        titles=(),
        headers=tuple(words["customer_columns"].values()),
        rows=tuple(
            (
                c.customer_id,
                c.name,
                c.credit_code,
                c.parent_id,
                words["industries"][c.industry],
                words["kinds"][c.kind],
                words["regions"][c.region],
                words["routes"][c.route],
                c.salesperson,
                c.since,
                c.former_name,
                words["remarks"]["renamed" if c.name in renamed else "demo"],
            )
            for c in customers
        ),
        sheet=words["titles"]["customers"],
    )


def _text_shipments(table: Table, words: Words) -> list[Sequence[Cell]]:
    """The table as the old ERP prints it: titles, headers with trailing spaces, a total."""
    keys = list(words["columns"])
    headers = [
        header + TRAILING_SPACES.get(key, "")
        for key, header in zip(keys, table.headers, strict=True)
    ]
    return [*([title] for title in table.titles), headers, *table.rows, table.total]


def _text_receipts(world: World) -> list[Sequence[Cell]]:
    words = names(world.language)
    people = {customer.customer_id: customer.name for customer in world.customers}
    titles = titles_of(world, words["titles"]["receipts"])
    body = [_receipt(receipt, people[receipt.customer_id], words) for receipt in world.receipts]
    total = yuan(sum(receipt.cents for receipt in world.receipts))
    return [
        *([title] for title in titles),
        list(words["receipt_columns"].values()),
        *body,
        [words["titles"]["total"], None, None, None, total, None, None],
    ]


def _receipt(receipt: Receipt, name: str, words: Words) -> tuple[Cell, ...]:
    return (
        receipt.receipt_id,
        receipt.customer_id,
        name,
        receipt.received_on,
        yuan(receipt.cents),
        words["methods"][receipt.method],
        receipt.matures_on,
    )
