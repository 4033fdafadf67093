"""The order lines behind a claim about one account."""

from __future__ import annotations

from zhibi.measures.account_lines import account_lines
from zhibi.measures.periods import Period
from zhibi.measures.rows import fetch, tabulate
from zhibi.measures.sales import within
from zhibi.result import Column, Subject, Table, Unit
from zhibi.tables.tables import Tables

AT_MOST = 100_000  # lines a person can still open in a workbook

ORDER = ("order_date", "order_id", "line_no", "product_id", "amount")
COLUMNS = (
    Column("order_date", "Order date", Unit.DATE),
    Column("order_id", "Order no.", Unit.NAME),
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("product_id", "Product no.", Unit.NAME),
    Column("product_name", "Product", Unit.NAME),
    Column("category", "Category", Unit.NAME),
    Column("quantity", "Quantity", Unit.QUANTITY),
    Column("amount", "Sales", Unit.MONEY, total=True),
    Column("line_kind", "Kind of line", Unit.TERM),
    Column("salesperson", "Salesperson", Unit.NAME),
)


def lines_of(tables: Tables, subject: Subject, *, period: Period, level: str) -> Table:
    """The lines of an account and of what belongs to it in a period, oldest first."""
    customers = tables.customers
    top = customers.filter(customers.customer_id == subject.customer_id)
    keys = [row["customer_key"] for row in fetch(top.select("customer_key"))]
    lines = account_lines(tables, keys, level=level)
    chosen = lines.filter(within(lines, period)).select(*(c.key for c in COLUMNS), "line_no")
    key = f"lines_{subject.customer_id}"
    # Kept, since it is read for its totals, its first rows and its export.
    kept = tables.keep(f"{key}|{period}|{level}", chosen.order_by(*ORDER).limit(AT_MOST))
    return tabulate(kept.order_by(*ORDER), key, subject.name, columns=COLUMNS)
