"""Amounts with tax under a header that does not say so, told by the lines themselves.

    price × quantity + tax = amount → the amount is with tax

Nearly all lines that bear a tax must show it. What a person has named stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

from zhibi.said import Said
from zhibi.tables.ingest.candidates import says_tax
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.stages import Mapping, Sheet

NEARLY_ALL = 0.99
FEWEST = 3  # lines with tax
CENTS = "0.015"


def with_tax_told(sheet: Sheet, mapping: Mapping) -> tuple[Sheet, Mapping]:
    """The mapping with such an amount as amount_incl_tax, and the sheet with a word on it."""
    wanted = [
        mapping.column_of(name) for name in ("amount", "unit_price", "quantity", "tax_amount")
    ]
    amount, price, quantity, tax = wanted
    if mapping.table != "order_lines" or not (amount and price and quantity and tax):
        return sheet, mapping
    is_told = amount.reason == "given" or says_tax(amount.header)
    if is_told or mapping.column_of("amount_incl_tax"):
        return sheet, mapping
    said, made, levied = (
        f"try_cast(c{one.column} AS DECIMAL(18, 4))" for one in (amount, price, tax)
    )
    pieces = f"try_cast(c{quantity.column} AS DECIMAL(18, 4))"
    differs = f"abs({said} - ({made}::DOUBLE * {pieces} + {levied}))"
    with connect(sheet.staged.parent) as connection:
        ((taxed, told),) = connection.execute(
            f"SELECT count(*) FILTER ({levied} <> 0), "
            f"count(*) FILTER ({levied} <> 0 AND {differs} < {CENTS}) "
            f"FROM read_parquet({literal(sheet.staged)})"
        ).fetchall()
    if taxed < FEWEST or told < NEARLY_ALL * taxed:
        return sheet, mapping
    how = Said(
        "{header} is price × quantity and the tax: taken as the amount with tax.",
        {"header": amount.header},
    )
    matches = (
        replace(one, target="amount_incl_tax") if one == amount else one for one in mapping.matches
    )
    return replace(sheet, notes=(*sheet.notes, how)), replace(mapping, matches=tuple(matches))
