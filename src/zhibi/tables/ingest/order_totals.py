"""The total of an order, printed on each of its lines: summed, it would be sold once a line.

    订单金额 of an order of three lines stands three times. Three orders or more must show it, and
    none may speak against it: within each order one amount, though the lines differ in quantity, or
    in product while the amounts of the orders differ from one another.

Where the lines have a price and a quantity, those make the amounts of the lines; else the total is
counted once, on the first line of its order. Not to be trusted where one price is asked for
everything: an amount that most orders share is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from zhibi.said import Said
from zhibi.tables.ingest.duck import STAGED, connect, literal
from zhibi.tables.ingest.stages import Mapping, Match, Sheet

OF_AN_ORDER = ("amount", "amount_incl_tax", "tax_amount", "discount", "cost", "profit")
AMOUNTS = ("amount", "amount_incl_tax")
PRICES = ("unit_price", "unit_price_incl_tax")
OF_A_LINE = ("product_id", "product_name", "line_no", *PRICES)
FEWEST = 3  # orders of several lines that must show it
NEARLY_ALL = 0.99


def without_repeated_totals(sheet: Sheet, mapping: Mapping, staging: Path) -> tuple[Sheet, Mapping]:
    """The sheet with each total of an order once. What a person has named stays as it is."""
    number = mapping.column_of("order_id")
    wanted = [one for one in mapping.matches if one.target in OF_AN_ORDER and one.reason != "given"]
    if mapping.table != "order_lines" or number is None or not wanted:
        return sheet, mapping
    with connect(staging) as connection:
        source = (
            f"(SELECT *, c{number.column} AS of_order FROM read_parquet({literal(sheet.staged)}))"
        )
        found = [one for one in wanted if _is_repeated(connection, source, one, mapping)]
        if not any(one.target in AMOUNTS for one in found):
            return sheet, mapping
        if _is_priced(mapping):
            how = Said(
                "{header} is the total of an order, repeated on its lines: not summed; the lines "
                "count with price × quantity."
            )
            return _noted(sheet, found, how), _left_out(mapping, found)
        path = staging / f"{sheet.staged.stem}.once.parquet"
        first = "row_number() OVER (PARTITION BY of_order ORDER BY row) = 1"
        once = ", ".join(
            f"CASE WHEN {first} OR of_order IS NULL THEN c{one.column} ELSE '0' END "
            f"AS c{one.column}"
            for one in found
        )
        connection.execute(
            f"COPY (SELECT * EXCLUDE (of_order) REPLACE ({once}) FROM {source} ORDER BY row) "
            f"TO {literal(path)} {STAGED}"
        )
    how = Said(
        "{header} is the total of an order, repeated on its lines: counted once, on the first."
    )
    return replace(_noted(sheet, found, how), staged=path), mapping


def _is_priced(mapping: Mapping) -> bool:
    return bool(mapping.column_of("quantity") and any(map(mapping.column_of, PRICES)))


def _is_repeated(
    connection: duckdb.DuckDBPyConnection, source: str, match: Match, mapping: Mapping
) -> bool:
    """Whether the column says one amount an order although the lines of the orders differ."""
    amount, quantity = f"c{match.column}", mapping.column_of("quantity")
    counted = f"count(DISTINCT c{quantity.column})" if quantity else "1"
    differs = [f"count(DISTINCT c{one.column}) > 1" for one in _of_lines(mapping)] or ["false"]
    orders = (
        f"(SELECT count(DISTINCT {amount}) AS amounts, min({amount}) AS amount, "
        f"{counted} > 1 AS has_quantities, {' OR '.join(differs)} AS has_products, "
        f"bool_and({_is_own(amount, mapping)}) AS is_own FROM {source} "
        f"WHERE of_order IS NOT NULL GROUP BY of_order HAVING count(*) > 1)"
    )
    several, same, quantities, products, different, own = connection.execute(
        f"SELECT count(*), count(*) FILTER (amounts = 1), "
        "count(*) FILTER (amounts = 1 AND has_quantities), "
        "count(*) FILTER (amounts = 1 AND (has_quantities OR has_products)), "
        f"count(DISTINCT amount), count(*) FILTER (is_own) FROM {orders}"
    ).fetchall()[0]
    if several < FEWEST or same < NEARLY_ALL * several or 2 * own > several:
        return False
    differ = max(quantities, products)
    return bool(2 * different > several and 2 * differ > several)


def _of_lines(mapping: Mapping) -> Sequence[Match]:
    return [one for one in mapping.matches if one.target in OF_A_LINE]


def _is_own(amount: str, mapping: Mapping) -> str:
    """SQL: true where the amount is price × quantity of its own line."""
    quantity = mapping.column_of("quantity")
    price = next((one for target in PRICES if (one := mapping.column_of(target))), None)
    if quantity is None or price is None:
        return "false"
    made = f"{_number(f'c{price.column}')} * {_number(f'c{quantity.column}')}"
    return f"coalesce(abs({_number(amount)} - {made}) < 0.05, false)"


def _number(column: str) -> str:
    return f"try_cast(regexp_replace({column}, '[^0-9.-]', '', 'g') AS DOUBLE)"


def _left_out(mapping: Mapping, found: Sequence[Match]) -> Mapping:
    matches = (
        replace(one, target=None, confidence=0.0, reason="of the order") if one in found else one
        for one in mapping.matches
    )
    return replace(mapping, matches=tuple(matches))


def _noted(sheet: Sheet, found: Sequence[Match], how: Said) -> Sheet:
    notes = (Said(how.template, {"header": one.header}) for one in found)
    return replace(sheet, notes=(*sheet.notes, *notes))
