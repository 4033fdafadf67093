"""A world's order lines as an ERP's report prints them, ordinary blemishes included.

Real exports hold more than the truth: documents voided and typed again, sales to nobody in
particular without a customer number, lines printed twice where a page breaks. Each is marked here
with what it is, so that the control totals can say exactly what an import has to find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from zhibi.worlds.world import OrderLine, World, split_tax

POSTED, VOID, DUPLICATE, WALK_IN = "posted", "void", "duplicate", "walk_in"

VOIDED_EVERY = 240  # one order in so many was typed wrong first
SLIP = 10  # … with this many times the quantity
PAGE_ROWS = 1200  # the last line of a page is printed again on top of the next
WALK_INS = ((date(2024, 4, 17), 1), (date(2025, 3, 20), 2), (date(2026, 6, 11), 1))
WALK_IN_PRODUCT = "FS30"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the report. `standing` says what it is: posted, void, duplicate or walk_in."""

    line: OrderLine
    standing: str


def ledger(world: World) -> tuple[LedgerRow, ...]:
    """Every row of the whole period, in order of day and document."""
    rows = [LedgerRow(line, POSTED) for line in world.order_lines]
    rows += _voided(world.order_lines)
    rows += _walk_ins(world)
    rows.sort(key=lambda row: (row.line.order_date, row.line.order_id, row.line.line_no))
    return tuple(_page_breaks(rows))


def rows_between(rows: Iterable[LedgerRow], first: date, last: date) -> list[LedgerRow]:
    return [row for row in rows if first <= row.line.order_date <= last]


def _voided(lines: Sequence[OrderLine]) -> list[LedgerRow]:
    """Every so often an order was first typed with a wrong quantity, voided, and typed again."""
    sales = list(dict.fromkeys(line.order_id for line in lines if line.line_kind == "sale"))
    chosen = set(sales[VOIDED_EVERY // 2 :: VOIDED_EVERY])
    numbers = _FreeNumbers(lines)
    renamed = {order_id: numbers.after(order_id) for order_id in sorted(chosen)}
    return [
        LedgerRow(
            _priced(replace(line, order_id=renamed[line.order_id]), line.quantity * SLIP), VOID
        )
        for line in lines
        if line.order_id in chosen
    ]


def _walk_ins(world: World) -> list[LedgerRow]:
    """Three small cash sales, entered without a customer number."""
    product = next(p for p in world.products if p.product_id == WALK_IN_PRODUCT)
    pattern = next(line for line in world.order_lines if line.product_id == WALK_IN_PRODUCT)
    numbers = _FreeNumbers(world.order_lines)
    rows = []
    for day, quantity in WALK_INS:
        line = replace(
            pattern,
            order_id=numbers.after(f"CK{day:%Y%m%d}900"),
            line_no=1,
            customer_id="",
            order_date=day,
            price_cents=product.list_cents,
            cost_cents=product.list_cents // 2 * quantity,
        )
        rows.append(LedgerRow(_priced(line, quantity), WALK_IN))
    return rows


def _page_breaks(rows: Iterable[LedgerRow]) -> Iterable[LedgerRow]:
    """The rows, with a posted one at each page break printed twice."""
    for place, row in enumerate(rows, start=1):
        yield row
        if place % PAGE_ROWS == 0 and row.standing == POSTED:
            yield LedgerRow(row.line, DUPLICATE)


def _priced(line: OrderLine, quantity: int) -> OrderLine:
    net, tax = split_tax(line.price_cents * quantity, line.tax_percent)
    return replace(line, quantity=quantity, net_cents=net, tax_cents=tax)


class _FreeNumbers:
    """Document numbers nobody has: the next one of the day."""

    def __init__(self, lines: Iterable[OrderLine]) -> None:
        orders = {line.order_id for line in lines}
        self._used = Counter(order_id[:-3] for order_id in orders)

    def after(self, order_id: str) -> str:
        """The next number of the day and kind of `order_id`."""
        day = order_id[:-3]
        self._used[day] += 1
        return f"{day}{self._used[day]:03d}"
