"""Account statements of a bank: money in is a receipt, and money out is nobody's concern here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zhibi.said import Said
from zhibi.tables.ingest.duck import STAGED, connect, literal
from zhibi.tables.ingest.headers import is_statement, money_columns
from zhibi.tables.ingest.stages import Mapping, SetAside, Sheet

PAID_OUT = "money paid out"
SHOWN = 5  # columns of a row set aside


def without_money_out(sheet: Sheet, mapping: Mapping, staging: Path) -> Sheet:
    """The sheet of a statement without the rows of money that went out."""
    amount = mapping.column_of("amount")
    if mapping.table != "receipts" or amount is None or not is_statement(sheet.headers):
        return sheet
    out = [at for at in money_columns(sheet.headers, "money_out") if at != amount.column]
    went_out = " OR ".join(f"{_is_money(at)}" for at in out)
    condition = f"NOT {_is_money(amount.column)} AND ({went_out or 'false'})"
    source = f"read_parquet({literal(sheet.staged)})"
    shown = ", ".join(f"c{at}" for at in range(min(SHOWN, len(sheet.headers))))
    with connect(staging) as connection:
        rows = connection.execute(
            f"SELECT row, concat_ws(' | ', {shown}) FROM {source} WHERE {condition} ORDER BY row"
        ).fetchall()
        if not rows:
            return sheet
        path = staging / f"{sheet.staged.stem}.money-in.parquet"
        connection.execute(
            f"COPY (FROM {source} WHERE NOT ({condition}) ORDER BY row) TO {literal(path)} {STAGED}"
        )
    aside = tuple(SetAside(row, PAID_OUT, text) for row, text in rows)
    note = Said(
        "A bank statement: money in is taken for receipts; {count:row|rows} of money out are set "
        "aside.",
        {"count": len(rows)},
    )
    everything = sorted((*sheet.set_aside, *aside), key=lambda one: one.row)
    return replace(sheet, staged=path, set_aside=tuple(everything), notes=(*sheet.notes, note))


def _is_money(column: int) -> str:
    """SQL: true where the cell holds an amount other than 0."""
    return f"coalesce(regexp_matches(c{column}, '[1-9]'), false)"
