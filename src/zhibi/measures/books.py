"""What customers owe and what they have paid, as one list of debts and one of payments.

A debt is a receivable, or money paid back to the customer (a receipt below zero: a bill that
bounced, a deposit returned). A payment is a receipt, or a credit note (a receivable below zero).
Then debts − payments = what is open − what is not applied, exactly.

Without receivables the debts are derived: a customer's orders of a day, with tax, fall due `terms`
days later. What was owed before the first order is then unknown, so receipts of the first
`terms` days, in which nothing derived can have fallen due, are taken as paying that and left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from zhibi.errors import ZhibiError
from zhibi.measures.rows import fetch
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

GIVEN, WITH_TAX, NET_OF_TAX = "receivables", "order lines with tax", "order lines net of tax"
PAID_BACK = "paid back"
# What a milestone is called when it is held back until the guarantee ends.
RETENTION = ("质保", "保修", "保固", "retention", "warranty")
NO_MONEY, NO_TEXT, NO_DAY = "decimal(18,4)", "string", "date"


@dataclass(frozen=True, slots=True)
class Books:
    """`debts`: debt_n (oldest due first), customer_key, customer_id, debt_id, contract_id,
    milestone, is_retention, is_paid_back, known_on (null: always known), due_on, amount > 0.
    `payments`: payment_n (oldest first), customer_key, customer_id, payment_id, received_on,
    cash_on, is_receipt, amount > 0.
    `source` says what the debts were taken from, and after how many days (`terms`) derived ones
    fall due; `foreign` how many rows were left out because
    they are in another currency, `earlier` how many receipts because they paid what came before
    the first order."""

    debts: ir.Table
    payments: ir.Table
    source: str
    terms: int
    foreign: int
    earlier: int

    @property
    def is_derived(self) -> bool:
        return self.source != GIVEN


def books(tables: Tables, *, terms: int) -> Books:
    """The debts and payments known on the day of `tables`, in the workspace's currency.

    ZhibiError when there are neither receivables nor receipts.
    """
    if not (tables.holds("receivables") or tables.holds("receipts")):
        tables.table("receipts")
    is_given = tables.holds("receivables")
    receipts, earlier = _receipts(tables), 0
    owed = _receivables(tables) if is_given else _derived(tables, terms)
    if not is_given:
        is_earlier = receipts.received_on < tables.first_day + timedelta(days=terms)
        earlier = _count(receipts.filter(is_earlier))
        receipts = receipts.filter(~is_earlier)
    back = receipts.filter(receipts.amount < 0)
    notes = owed.filter(owed.amount < 0)
    debts = owed.filter(owed.amount > 0).union(_as_debts(back))
    payments = receipts.filter(receipts.amount > 0).union(_as_payments(notes))
    key = f"books|{terms}"
    return Books(
        debts=tables.keep(f"{key}|debts", _numbered(debts, "debt_n", "due_on", "known_on")),
        payments=tables.keep(f"{key}|payments", _numbered(payments, "payment_n", "received_on")),
        source=GIVEN if is_given else WITH_TAX if has_tax(tables) else NET_OF_TAX,
        terms=terms,
        foreign=sum(_foreign_count(tables, name) for name in ("receivables", "receipts")),
        earlier=earlier,
    )


def has_tax(tables: Tables) -> bool:
    """Whether every order line says its amount with tax: with and without are never added."""
    if not tables.has("amount_incl_tax"):
        return False
    lines = tables.order_lines
    missing = lines.agg(n=(lines.amount_incl_tax.isnull()).sum().fill_null(0))
    return bool(fetch(missing)[0]["n"] == 0)


def refuse_nothing(tables: Tables, found: Books) -> None:
    """ZhibiError when nobody owes or paid anything up to the day."""
    if _count(found.debts) + _count(found.payments) == 0:
        raise ZhibiError(
            "There are no receivables, receipts or orders up to {day}; import some, or choose a "
            "later --as-of.",
            day=tables.day,
        )


def _receivables(tables: Tables) -> ir.Table:
    import ibis

    rows = tables.bring(_in_currency(tables, "receivables"))
    milestone = rows.milestone.lower()
    is_retention = milestone.contains(RETENTION[0])
    for word in RETENTION[1:]:
        is_retention = is_retention | milestone.contains(word)
    return rows.select(
        "source_system",
        "customer_key",
        "customer_id",
        debt_id="receivable_id",
        contract_id="contract_id",
        milestone="milestone",
        is_retention=is_retention.fill_null(False),
        is_paid_back=ibis.literal(False),
        known_on="issued_on",
        due_on="due_date",
        amount="amount_due",
    )


def _derived(tables: Tables, terms: int) -> ir.Table:
    """One debt (or, below zero, one credit note) a customer and day of orders: orders of a day fall
    due together, and integers and days group ten times faster than order numbers."""
    import ibis

    lines = tables.order_lines
    amount = lines.amount_incl_tax if has_tax(tables) else lines.amount
    days = tables.bring(lines.group_by("customer_key", "order_date").agg(amount=amount.sum()))
    customers = tables.bring(
        tables.customers.select("source_system", "customer_key", "customer_id")
    )
    rows = days.join(customers, "customer_key")
    return rows.select(
        "source_system",
        "customer_key",
        "customer_id",
        debt_id=rows.order_date.cast("string"),
        contract_id=ibis.null(NO_TEXT),
        milestone=ibis.null(NO_TEXT),
        is_retention=ibis.literal(False),
        is_paid_back=ibis.literal(False),
        known_on="order_date",
        due_on=(rows.order_date + ibis.interval(days=terms)).cast(NO_DAY),
        amount=rows.amount.cast(NO_MONEY),
    )


def _receipts(tables: Tables) -> ir.Table:
    """Receipts; none where the table is not held."""
    import ibis

    if not tables.holds("receipts"):
        return ibis.memtable(
            [],
            schema={
                "source_system": NO_TEXT,
                "customer_key": tables.customers.schema()["customer_key"],
                "customer_id": NO_TEXT,
                "payment_id": NO_TEXT,
                "received_on": NO_DAY,
                "cash_on": NO_DAY,
                "is_receipt": "boolean",
                "amount": NO_MONEY,
            },
        )
    rows = tables.bring(_in_currency(tables, "receipts"))
    return rows.select(
        "source_system",
        "customer_key",
        "customer_id",
        payment_id="receipt_id",
        received_on="received_on",
        # A bill is cash when it matures; one that matured before it came is cash at once.
        cash_on=ibis.greatest(rows.received_on, rows.matures_on.fill_null(rows.received_on)),
        is_receipt=ibis.literal(True),
        amount="amount",
    )


def _as_debts(receipts: ir.Table) -> ir.Table:
    import ibis

    return receipts.select(
        "source_system",
        "customer_key",
        "customer_id",
        debt_id="payment_id",
        contract_id=ibis.null(NO_TEXT),
        milestone=ibis.literal(PAID_BACK),
        is_retention=ibis.literal(False),
        is_paid_back=ibis.literal(True),
        known_on="received_on",
        due_on="received_on",
        amount=-receipts.amount,
    ).mutate(amount=lambda t: t.amount.cast(NO_MONEY))


def _as_payments(notes: ir.Table) -> ir.Table:
    import ibis

    day = notes.known_on.fill_null(notes.due_on)
    return notes.select(
        "source_system",
        "customer_key",
        "customer_id",
        payment_id="debt_id",
        received_on=day,
        cash_on=day,
        is_receipt=ibis.literal(False),
        amount=(-notes.amount).cast(NO_MONEY),
    )


def _numbered(rows: ir.Table, name: str, *days: str) -> ir.Table:
    """Rows in the order in which money goes to them; equal rows are interchangeable."""
    import ibis

    order = [rows[day] for day in days]
    ids = rows["debt_id" if name == "debt_n" else "payment_id"]
    numbers = ibis.row_number().over(
        order_by=[*order, rows.customer_id, ids, rows.source_system, rows.amount]
    )
    return rows.mutate(**{name: numbers})


def _in_currency(tables: Tables, name: str) -> ir.Table:
    """Rows in the workspace's currency; one that says none is in it."""
    rows = tables.table(name)
    return rows.filter(rows.currency.fill_null(tables.settings.currency) == _own(tables))


def _foreign_count(tables: Tables, name: str) -> int:
    if not tables.has("currency", name):
        return 0
    rows = tables.table(name)
    is_foreign = rows.currency.fill_null(_own(tables)) != _own(tables)
    return _count(rows.filter(is_foreign))


def _count(rows: ir.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())


def _own(tables: Tables) -> str:
    return tables.settings.currency
