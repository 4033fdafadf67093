"""Amounts into the workspace's currency, at the rate of the order's day; nothing is mixed.

`amount` is converted and `amount_original` keeps what the order says. Prices, costs and the amount
with tax go the same way, or margin would be taken between two currencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.rates import VALID_DAYS, Rate
from zhibi.tables.ingest.stages import Parsed
from zhibi.tables.schema import ORDER_LINES, Kind

NO_RATE = "no exchange rate within seven days before the order"
_MONEY = [field.name for field in ORDER_LINES.fields if field.kind is Kind.MONEY]


def load(connection: duckdb.DuckDBPyConnection, rates: Sequence[Rate]) -> None:
    """Make `day_rates`: for each currency and each day the rate that holds on it."""
    connection.execute(
        "CREATE TEMP TABLE given_rates(day DATE, currency TEXT, rate DECIMAL(20, 10))"
    )
    if rates:
        connection.executemany(
            "INSERT INTO given_rates VALUES (?, ?, ?)",
            [(rate.day, rate.currency, rate.rate) for rate in rates],
        )
    connection.execute(
        f"""
        CREATE TEMP TABLE day_rates AS
        SELECT currency, day + unnest(range({VALID_DAYS + 1}))::INTEGER AS day, rate, day AS since
        FROM given_rates
        QUALIFY row_number() OVER (PARTITION BY currency, day ORDER BY since DESC) = 1
        """
    )


def has_other(connection: duckdb.DuckDBPyConnection, source: str, currency: str) -> bool:
    """Whether any line is in another currency; a line that names none is in the workspace's."""
    (found,) = connection.execute(
        f"SELECT bool_or(currency <> {literal(currency)}) FROM {source}"
    ).fetchall()[0]
    return bool(found)


def converted(source: str, currency: str) -> str:
    """The relation with money in `currency`; amount is null where there is no rate."""
    home = literal(currency)
    is_home = f"coalesce(line.currency, {home}) = {home}"
    rate = f"CASE WHEN {is_home} THEN 1::DECIMAL(20, 10) ELSE rate.rate END"
    money = ", ".join(
        f"TRY_CAST(line.{column} * {rate} AS DECIMAL(18, 4)) AS {column}" for column in _MONEY
    )
    return (
        f"(SELECT line.* REPLACE ({money}), line.amount AS amount_original FROM {source} AS line "
        "LEFT JOIN day_rates AS rate "
        "ON rate.currency = line.currency AND rate.day = line.order_date)"
    )


def currencies_of(parsed: Iterable[Parsed], staging: Path) -> tuple[str | None, ...]:
    """The currencies the order lines name, sorted; None last, when some name none."""
    found: set[str | None] = set()
    with connect(staging) as connection:
        for one in parsed:
            if one.mapping.table != "order_lines":
                continue
            source = f"read_parquet({literal(one.rows)})"
            columns = connection.execute(f"DESCRIBE FROM {source}").fetchall()
            if "currency" not in {row[0] for row in columns}:
                found.add(None)
                continue
            rows = connection.execute(f"SELECT DISTINCT currency FROM {source}").fetchall()
            found |= {row[0] for row in rows}
    return tuple(sorted(found, key=lambda code: (code is None, code or "")))


def proposed(named: Sequence[str | None]) -> str | None:
    """The one currency that every line is in; None when they name several, or some name none."""
    return named[0] if len(named) == 1 else None
