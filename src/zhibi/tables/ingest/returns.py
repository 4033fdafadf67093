"""Lines whose kind says that they lower sales, although their amounts stand there without a minus.

    销售退货单 · 500.00 → −500.00, its quantity and cost too

Only where no return of the file has a minus: a file that has some leaves the others to a person.
"""

from __future__ import annotations

import duckdb

from zhibi.tables.ingest.stages import Notice

_TAKES_BACK = "line_kind IN ('return', 'red_invoice')"
_TURNED = ("amount", "amount_incl_tax", "amount_original", "quantity", "cost")


def without_sign(connection: duckdb.DuckDBPyConnection, source: str) -> Notice | None:
    """What to say of the returns that have no minus; None where there are none, or some have."""
    count, amount, negative = connection.execute(
        "SELECT count(*) FILTER (amount > 0), sum(amount) FILTER (amount > 0), "
        f"count(*) FILTER (amount < 0) FROM {source} WHERE {_TAKES_BACK}"
    ).fetchall()[0]
    if not count or negative:
        return None
    template = (
        "Returns and red invoices without a minus: {count:line|lines} of {amount} taken as "
        "negative. If they are sales, leave the column out that calls them returns."
    )
    return Notice("returns_turned", template, {"count": count, "amount": amount}, count)


def turned(source: str) -> str:
    """The relation with the returns negative."""
    columns = ", ".join(
        f"CASE WHEN {_TAKES_BACK} AND amount > 0 THEN -abs({column}) ELSE {column} END AS {column}"
        for column in _TURNED
    )
    return f"(SELECT * REPLACE ({columns}) FROM {source})"
