"""Fields computed from others: the net amount, the customer's id, the kind of a line.

Each is SQL over the typed columns of one sheet. Nothing is computed silently: every rule that was
used comes with a reading.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from zhibi.said import Said
from zhibi.tables.ingest.duck import literal

MONEY = "DECIMAL(18, 4)"
CREDIT_NOTE = r"[Cc]\d+"  # C536379 cancels 536379


@dataclass(frozen=True, slots=True)
class Derived:
    """One step: a new or replaced column, and what to tell the user about it."""

    target: str
    sql: str
    how: tuple[Said, ...] = ()


def net_of_tax(including: str, rate: str) -> str:
    """including ÷ (1 + rate), to the cent, halves away from zero; in whole numbers, so exactly."""
    top = f"abs({including} * 10000)::HUGEINT * 1000000"
    bottom = f"100 * (1000000 + ({rate} * 1000000)::HUGEINT)"
    cents = f"(2 * {top} + {bottom}) // (2 * {bottom})"
    return f"try_cast(TRY(sign({including}) * {cents}) * 0.01::DECIMAL(3, 2) AS {MONEY})"


def product(price: str, quantity: str, less: str | None = None) -> str:
    """price × quantity × (1 − less), to four decimals, halves away from zero."""
    left = f"({price} * 10000)::HUGEINT * ({quantity} * 10000)::HUGEINT"
    scale = 10**4
    if less:
        left = f"{left} * (1000000 - (coalesce({less}, 0) * 1000000)::HUGEINT)"
        scale *= 10**6
    whole = f"(2 * abs({left}) + {scale}) // {2 * scale} * sign({left})"
    return f"try_cast(TRY({whole})::DECIMAL(38, 0) * 0.0001::DECIMAL(5, 4) AS {MONEY})"


def amount_step(have: Collection[str], tax_rate: Decimal | None) -> Derived | None:
    """How the net amount of a line comes about; None when the file cannot give it."""
    if "amount" in have:
        return None
    if "amount_incl_tax" in have:
        return _net_amount(have, tax_rate)
    if {"unit_price", "quantity"} <= set(have):
        less = "discount_rate" if "discount_rate" in have else None
        sql = product("unit_price", "quantity", less)
        how = "unit price × quantity × (1 − discount rate)" if less else "unit price × quantity"
        if "discount" in have and not less:
            sql = f"{sql} - coalesce(abs(discount), 0)"
            how = "unit price × quantity − discount"
        return Derived("amount", sql, (Said(how),))
    if "unit_price" in have:
        return Derived("amount", "unit_price", (Said("the price, as the file has no quantity"),))
    return None


def _net_amount(have: Collection[str], tax_rate: Decimal | None) -> Derived | None:
    ways, said = [], []
    if "tax_amount" in have:
        ways.append("(amount_incl_tax - tax_amount)")
        said.append(Said("amount with tax − tax"))
    if "tax_rate" in have:
        ways.append(net_of_tax("amount_incl_tax", "tax_rate"))
        said.append(Said("amount with tax ÷ (1 + tax rate), to the cent"))
    if tax_rate is not None:
        ways.append(net_of_tax("amount_incl_tax", f"{tax_rate}::DECIMAL(9, 6)"))
        said.append(Said("amount with tax ÷ (1 + {rate}), to the cent", {"rate": str(tax_rate)}))
    if not ways:
        return None
    return Derived("amount", f"coalesce({', '.join(ways)})", tuple(said))


def line_steps(have: Collection[str], constants: Mapping[str, str]) -> list[Derived]:
    """The basis, the kind of each line, and the cost, where the file leaves them open."""
    steps = []
    if "cost" not in have and {"unit_cost", "quantity"} <= set(have):
        how = Said("unit cost × quantity")
        steps.append(Derived("cost", product("unit_cost", "quantity"), (how,)))
    elif "cost" not in have and "profit" in have:
        steps.append(Derived("cost", "amount - profit", (Said("amount − profit"),)))
    basis = literal(constants["basis"])
    if "basis" in have:
        steps.append(Derived("basis", f"coalesce(basis, {basis})"))
    else:
        steps.append(Derived("basis", basis, (Said(constants["basis"]),)))
    kind = f"CASE WHEN {_is_return(have)} THEN 'return' ELSE 'sale' END"
    if "line_kind" in have:
        kind = f"coalesce(line_kind, {kind})"
    steps.append(Derived("line_kind", kind))
    return steps


def _is_return(have: Collection[str]) -> str:
    credit_note = f"amount < 0 AND regexp_full_match(order_id, '{CREDIT_NOTE}')"
    return f"quantity < 0 OR {credit_note}" if "quantity" in have else credit_note


def order_step(have: Collection[str]) -> list[Derived]:
    """What stands for the number of an order in a file without any: its customer and day."""
    if "order_id" in have:
        return []
    number = "concat_ws(' ', customer_id, strftime(order_date, '%Y-%m-%d'))"
    how = Said("customer and day, as the file has no order numbers")
    return [Derived("order_id", number, (how,))]


def number_step(key: str, day: str, money: str) -> Derived:
    """What stands for the number of a receivable or receipt: customer, day and amount, and which
    of several alike it is."""
    words = f"concat_ws(' ', customer_id, strftime({day}, '%Y-%m-%d'), {money})"
    place = f"row_number() OVER (PARTITION BY customer_id, {day}, {money} ORDER BY row)"
    sql = f"{words} || CASE WHEN {place} > 1 THEN ' #' || {place} ELSE '' END"
    how = Said("customer, day and amount, as the file has no numbers")
    return Derived(key, sql, (how,))


def customer_steps(have: Collection[str], own_name: str) -> list[Derived]:
    """An id stands for a missing name and a name for a missing id. `own_name` is the column of
    the name: `name` among customers, else `customer_name`."""
    if "customer_id" in have and own_name in have:
        return [Derived(own_name, f"coalesce({own_name}, customer_id)")]
    if own_name in have:
        return [
            Derived("customer_id", own_name, (Said("the name, as the file has no customer codes"),))
        ]
    return [Derived(own_name, "customer_id")]


def product_steps(have: Collection[str]) -> list[Derived]:
    if "product_id" not in have:
        return [
            Derived("product_id", "product_name", (Said("the name, as the file has no codes"),))
        ]
    if "product_name" not in have:
        return [Derived("product_name", "product_id")]
    return [Derived("product_name", "coalesce(product_name, product_id)")]
