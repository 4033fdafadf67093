"""What the exported files add up to, to the cent: what an import of them has to reproduce."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.ledger import DUPLICATE, POSTED, VOID, WALK_IN, LedgerRow, ledger, rows_between
from zhibi.worlds.world import World, yuan

SALES_PERIODS = {
    "first_year": (date(2023, 10, 1), date(2024, 9, 30)),
    "second_year": (date(2024, 10, 1), date(2025, 9, 30)),
    "third_year": (date(2025, 9, 1), date(2026, 9, 30)),  # September 2025 is exported twice
}


@dataclass(frozen=True, slots=True)
class Count:
    """Rows, and their sum net of tax."""

    rows: int
    net: Decimal


@dataclass(frozen=True, slots=True)
class FileTotals:
    """One sales file. Its rows are counted, void, duplicates and without a customer; its printed
    total is that of the counted and of those without a customer."""

    key: str
    first: date
    last: date
    rows: int
    counted: Count
    void: Count
    duplicates: Count
    without_customer: Count
    orders: int  # documents of sale with a customer

    @property
    def printed_net(self) -> Decimal:
        return self.counted.net + self.without_customer.net


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """A month of the ledger, each document once: what is counted of it."""

    month: str  # 2025-09
    rows: int
    orders: int
    net: Decimal


@dataclass(frozen=True, slots=True)
class ListTotals:
    """One of the lists beside shipments: its rows, and their money where it lists any."""

    key: str
    rows: int
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """`rows`, `orders` and `net` are those of all files together, what is in two of them once."""

    files: tuple[FileTotals, ...]
    months: tuple[MonthTotals, ...]
    rows: int
    orders: int
    net: Decimal
    customers: int
    receipts: int
    received: Decimal
    further: tuple[ListTotals, ...]


def control_totals(world: World) -> ControlTotals:
    rows = ledger(world)
    posted = [row for row in rows if row.standing == POSTED]
    return ControlTotals(
        files=tuple(_file_totals(key, rows, *period) for key, period in SALES_PERIODS.items()),
        months=tuple(_months(posted)),
        rows=len(posted),
        orders=_orders(posted),
        net=_count(posted, POSTED).net,
        customers=len(world.customers),
        receipts=len(world.receipts),
        received=yuan(sum(receipt.cents for receipt in world.receipts)),
        further=tuple(_further(world)),
    )


def _further(world: World) -> Iterable[ListTotals]:
    """The lists in the order of their files; money includes tax, except what efforts cost."""
    money: dict[str, Sequence[int | None]] = {
        "contracts": [one.cents for one in world.contracts],
        "receivables": [one.cents for one in world.receivables],
        "allocations": [one.cents for one in world.allocations],
        "efforts": [one.cents for one in world.efforts],
    }
    for key in names(world.language)["further_files"]:
        own = money.get(key)
        amount = yuan(sum(cents or 0 for cents in own)) if own else None
        yield ListTotals(key, len(getattr(world, key)), amount)


def _file_totals(key: str, rows: Iterable[LedgerRow], first: date, last: date) -> FileTotals:
    own = rows_between(rows, first, last)
    return FileTotals(
        key=key,
        first=first,
        last=last,
        rows=len(own),
        counted=_count(own, POSTED),
        void=_count(own, VOID),
        duplicates=_count(own, DUPLICATE),
        without_customer=_count(own, WALK_IN),
        orders=_orders(own),
    )


def _months(posted: Iterable[LedgerRow]) -> Iterable[MonthTotals]:
    by_month: dict[str, list[LedgerRow]] = {}
    for row in posted:
        by_month.setdefault(f"{row.line.order_date:%Y-%m}", []).append(row)
    for month, own in sorted(by_month.items()):
        yield MonthTotals(month, len(own), _orders(own), _count(own, POSTED).net)


def _orders(rows: Iterable[LedgerRow]) -> int:
    return len(
        {
            row.line.order_id
            for row in rows
            if row.standing == POSTED and row.line.line_kind == "sale"
        }
    )


def _count(rows: Iterable[LedgerRow], standing: str) -> Count:
    cents = [row.line.net_cents for row in rows if row.standing == standing]
    return Count(len(cents), yuan(sum(cents)))
