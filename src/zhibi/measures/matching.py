"""What paid what (核销): as the books say where they say it, else the oldest debt of a legal entity
first.

Both lists of a customer are laid end to end along a line of money, debts by due day and payments
by the day they came. A payment then settles the debts that lie at the same places of the line, so
that part payments, one payment for many debts, prepayments and what stays open are all cuts
between two neighbouring ends, found by running sums in one sort and never by a loop (`overlap`).

A payment of one legal entity does not pay the debts of another of its group, unless the books
allocate it so. Receipts do not say a contract, so contracts decide only through allocations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhibi.measures.books import Books, books
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Matching:
    """`parts` cut all debts and payments into pieces: account_key, debt_n (null: payment not
    applied), payment_n (null: debt open), amount > 0. With the columns of the books beside them:
    debt_id, contract_id, milestone, is_retention, is_paid_back, known_on, due_on; payment_id,
    received_on, cash_on, is_receipt. The parts of a debt add up to it, and so do a payment's."""

    books: Books
    parts: ir.Table
    key: str  # tells it from other matchings of the same run

    @property
    def paid(self) -> ir.Table:
        """Parts of debts that receipts have paid; credit notes are no payment."""
        return self.parts.filter(self.parts.is_receipt & self.parts.debt_n.notnull())

    @property
    def open(self) -> ir.Table:
        """Parts of debts that nothing has paid yet."""
        return self.parts.filter(self.parts.payment_n.isnull())

    @property
    def unapplied(self) -> ir.Table:
        """Parts of payments that found no debt."""
        return self.parts.filter(self.parts.debt_n.isnull())


def match(tables: Tables, *, terms: int, level: str) -> Matching:
    """Match all that is known on the day of `tables`; see `books` for `terms`."""
    found = books(tables, terms=terms)
    entities, accounts = (_links(tables, to) for to in ("legal entity", level))
    given = _given(tables, found, terms)
    left_debts = _left(found.debts, given, "debt_n")
    left_payments = _left(found.payments, given, "payment_n")
    rest = overlap(_owned(left_debts, entities), _owned(left_payments, entities), by=("owner_key",))
    pieces = given.union(rest.select("debt_n", "payment_n", "amount"))
    parts = _described(pieces, found, accounts)
    key = f"matched|{terms}|{level}"
    return Matching(found, tables.keep(key, parts), key)


def overlap(debts: ir.Table, payments: ir.Table, *, by: tuple[str, ...]) -> ir.Table:
    """Where debts (`by`, debt_n, amount > 0) and payments (`by`, payment_n, amount > 0) meet when
    both lie end to end within `by`, in the order of their numbers: `by`, debt_n, payment_n, amount,
    one null where the other side has run out.

    Every end of a debt or payment ends a piece, which belongs to the debt and the payment that end
    there or next after it.
    """
    import ibis

    ends = _ends(debts, "debt_n", by).union(_ends(payments, "payment_n", by))
    order = [ends.at, ends.debt_n, ends.payment_n]
    from_here = ibis.window(group_by=by, order_by=order, preceding=0, following=None)
    along = ibis.window(group_by=by, order_by=order)
    pieces = ends.select(
        *by,
        debt_n=ends.debt_n.min().over(from_here),
        payment_n=ends.payment_n.min().over(from_here),
        amount=(ends.at - ends.at.lag().over(along).fill_null(0)).cast("decimal(38,4)"),
    )
    return pieces.filter(pieces.amount > 0)


def _ends(rows: ir.Table, name: str, by: tuple[str, ...]) -> ir.Table:
    """Where each row ends on the line, under its own number."""
    import ibis

    so_far = ibis.window(group_by=by, order_by=name, preceding=None, following=0)
    numbers = {
        other: rows[name] if other == name else ibis.null("int64")
        for other in ("debt_n", "payment_n")
    }
    return rows.select(*by, at=rows.amount.sum().over(so_far).cast("decimal(38,4)"), **numbers)


def _given(tables: Tables, found: Books, terms: int) -> ir.Table:
    """What the books allocate: debt_n, payment_n, amount. An allocation beyond what the receipt
    or the receivable holds is cut to it; the rest of the receipt is matched oldest first."""
    import ibis

    if found.is_derived or not tables.holds("allocations"):
        nothing = {"debt_n": "int64", "payment_n": "int64", "amount": "decimal(38,4)"}
        return ibis.memtable([], schema=nothing)
    rows = tables.bring(tables.table("allocations"))
    rows = rows.filter(rows.amount > 0)
    debts = found.debts.rename(receivable_id="debt_id")
    payments = found.payments.filter(found.payments.is_receipt).rename(receipt_id="payment_id")
    # Only where both sides are known, and then oldest due first within a receipt.
    named = rows.semi_join(payments, ("source_system", "receipt_id"))
    due = debts.group_by("source_system", "receivable_id").agg(first_n=debts.debt_n.min())
    named = named.join(due, ("source_system", "receivable_id"))
    number = ibis.row_number().over(order_by=[named.first_n, named.receipt_id, named.amount])
    claims = tables.keep(f"claims|{terms}", named.mutate(debt_n=number))
    by = ("source_system", "receipt_id")
    held = overlap(claims, payments, by=by).select("debt_n", "payment_n", covered="amount")
    held = held.filter(held.debt_n.notnull() & held.payment_n.notnull())
    number = ibis.row_number().over(order_by=[held.payment_n, held.debt_n])
    named = held.join(claims.select("debt_n", "source_system", "receivable_id"), "debt_n")
    supply = named.select(
        "source_system", "receivable_id", paid_by="payment_n", payment_n=number, amount="covered"
    )
    supply = tables.keep(f"supply|{terms}", supply)
    met = overlap(debts, supply, by=("source_system", "receivable_id"))
    met = met.filter(met.debt_n.notnull() & met.payment_n.notnull())
    joined = met.join(supply.select("payment_n", "paid_by"), "payment_n")
    each = joined.group_by("debt_n", payment_n="paid_by").agg(amount=joined.amount.sum())
    return tables.keep(f"given|{terms}", each.mutate(amount=each.amount.cast("decimal(38,4)")))


def _left(rows: ir.Table, given: ir.Table, name: str) -> ir.Table:
    """What allocations leave of each debt or payment."""
    used = given.group_by(name).agg(used=given.amount.sum())
    joined = rows.left_join(used, name)
    left = joined.mutate(amount=joined.amount - joined.used.fill_null(0))
    return left.filter(left.amount > 0).select(name, "customer_key", "amount")


def _links(tables: Tables, level: str) -> ir.Table:
    """Customer → the legal entity or account it counts with."""
    key = "group_key" if level == "group" else "entity_key"
    return tables.bring(tables.customers.select("customer_key", owner_key=key))


def _owned(rows: ir.Table, links: ir.Table) -> ir.Table:
    """Rows with their owner; a customer that no list names stands alone."""
    joined = rows.left_join(links, "customer_key")
    return joined.mutate(owner_key=joined.owner_key.fill_null(joined.customer_key))


def _described(pieces: ir.Table, found: Books, accounts: ir.Table) -> ir.Table:
    """Pieces with what is known of their debt and payment, and the account of the debt, else of
    the payment."""
    debts = _owned(found.debts, accounts).select(
        "debt_n", "debt_id", "contract_id", "milestone", "is_retention", "is_paid_back",
        "known_on", "due_on", debt_of="owner_key", debt_by="customer_id",
    )  # fmt: skip
    payments = _owned(found.payments, accounts).select(
        "payment_n", "payment_id", "received_on", "cash_on", "is_receipt",
        payment_of="owner_key", payment_by="customer_id",
    )  # fmt: skip
    joined = pieces.left_join(debts, "debt_n").left_join(payments, "payment_n")
    return joined.select(
        "debt_n", "payment_n", "amount", "debt_id", "contract_id", "milestone", "is_retention",
        "is_paid_back", "known_on", "due_on", "payment_id", "received_on", "cash_on", "is_receipt",
        account_key=joined.debt_of.fill_null(joined.payment_of),
        customer_id=joined.debt_by.fill_null(joined.payment_by),
    )  # fmt: skip
