"""Lines among the orders that were never sold: cancelled, refunded, planned, not won, or payments;
and invoices among the receivables that nobody owes any more.

They are left out with a reason, counted and said. Only the words of the file decide: a status, a
scenario, a stage of deals, a kind of document.
"""

from __future__ import annotations

import re

import duckdb

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.duck import literal, literals
from zhibi.tables.ingest.headers import header_key, scenario_words, words_of
from zhibi.tables.ingest.stages import Parsed, sheet_name

CANCELLED = "cancelled order"
REFUNDED = "refunded order"
PLANNED = "planned, not sold"
NOT_WON = "not won"
PAYMENT = "payment, no sale"
SETTLED = "settled before"
SHOWN = 5  # scenarios named in a question
CHINESE_FROM = 0x2E80

_CANCELLED = (
    "作废|取消|删除|已废弃|交易关闭|キャンセル|cancel|void|deleted|failed|declined|storniert|annul|"
    "anulad|geannuleerd"
)
# A shop's order that is closed was never paid; an ERP's order that is closed was delivered.
_CLOSED = "^(订单|交易)?已?关闭"
_OF_A_SHOP = "交易成功|交易完成|付款|收货|已发货|待发货|已完成|已支付|已退款|退款"
_REFUNDED = "(已|全额|全部)退款|退款(成功|完成)|^(fully )?refunded$"
_NOT_REFUNDED = "部分|partial"
_NOT_CANCELLED = "未作废|未取消|未删除|not cancel|not void|uncancel|avoid"
_YES = "(是|y|yes|true|t|1|x|√|✓)"
_WON = r"\bwon\b|赢单"


def leave_out(
    connection: duckdb.DuckDBPyConnection, number: int, parsed: Parsed, sold: str | None
) -> None:
    """Put the rows of `typed_N` that were never sold into `left_N`. `sold` is what the scenario
    column calls the figures that were."""
    if parsed.mapping.column_of("status"):
        _leave_cancelled(connection, number, parsed)
        _leave_unwon(connection, number, parsed)
    if parsed.mapping.column_of("scenario"):
        _leave_planned(connection, number, parsed, sold)
    if parsed.mapping.column_of("line_kind"):
        _leave(connection, number, PAYMENT, "line_kind", "line_kind = 'payment'")


def leave_settled(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Put the receivables of `typed_N` of which nothing is left, nor said what was paid, into
    `left_N`."""
    _leave(connection, number, SETTLED, "settled_on", "settled_on IS NOT NULL AND amount_due <= 0")


def _leave(
    connection: duckdb.DuckDBPyConnection, number: int, reason: str, detail: str, condition: str
) -> None:
    """Of the rows neither refused nor left out yet."""
    connection.execute(
        f"INSERT INTO left_{number} SELECT row, {literal(reason)}, coalesce({detail}::VARCHAR, '') "
        f"FROM typed_{number} ANTI JOIN refused_{number} USING (row) "
        f"ANTI JOIN left_{number} USING (row) WHERE {condition}"
    )


def _leave_cancelled(connection: duckdb.DuckDBPyConnection, number: int, parsed: Parsed) -> None:
    """By the words of the status; in a column called 作废 or Cancelled, by a yes."""
    status, header = "lower(trim(status))", parsed.mapping.header_of("status")
    is_cancelled = (
        f"regexp_matches({status}, '{_CANCELLED}') "
        f"AND NOT regexp_matches({status}, '{_NOT_CANCELLED}')"
    )
    if any(word in header.lower() for word in _CANCELLED.split("|")):
        is_cancelled = f"({is_cancelled}) OR regexp_full_match({status}, '{_YES}')"
    if "关闭" not in header and _has(connection, number, _OF_A_SHOP):
        is_cancelled = f"({is_cancelled}) OR regexp_matches({status}, '{_CLOSED}')"
    _leave(connection, number, CANCELLED, "status", is_cancelled)
    # Where a refund has a line of its own, that line takes the sale back.
    is_refunded = (
        f"regexp_matches({status}, '{_REFUNDED}') AND NOT regexp_matches({status}, "
        f"'{_NOT_REFUNDED}') AND NOT EXISTS (FROM typed_{number} WHERE amount < 0)"
    )
    _leave(connection, number, REFUNDED, "status", is_refunded)


def _leave_unwon(connection: duckdb.DuckDBPyConnection, number: int, parsed: Parsed) -> None:
    """Deals are orders only once they are won."""
    is_stage = header_key(parsed.mapping.header_of("status")) in words_of("stages")
    if is_stage or _has(connection, number, _WON):
        is_won = f"coalesce(regexp_matches(lower(status), '{_WON}'), false)"
        _leave(connection, number, NOT_WON, "status", f"NOT {is_won}")


def _has(connection: duckdb.DuckDBPyConnection, number: int, words: str) -> bool:
    query = f"SELECT count(*) FROM typed_{number} WHERE regexp_matches(lower(status), '{words}')"
    return bool(connection.execute(query).fetchall()[0][0])


def _leave_planned(
    connection: duckdb.DuckDBPyConnection, number: int, parsed: Parsed, sold: str | None
) -> None:
    """Budgets and forecasts beside what was sold. ZhibiError where the column does not say which is
    which and nobody did: adding both up would double the sales."""
    rows = connection.execute(
        f"SELECT DISTINCT scenario FROM typed_{number} WHERE scenario IS NOT NULL ORDER BY ALL"
    ).fetchall()
    named = [value for (value,) in rows]
    kinds = {value: _scenario_of(value) for value in named}
    if sold is not None and sold not in named:
        sold = None
    if sold is None and None in kinds.values():
        raise ZhibiError(
            "{file} has figures of several kinds in the column {header} ({values}); say which of "
            "them were sold with --sold {example}, and the others are left out.",
            file=sheet_name(parsed.sheet),
            header=parsed.mapping.header_of("scenario"),
            values=", ".join(named[:SHOWN]),
            example=named[0],
        )
    planned = [value for value in named if (value != sold if sold else kinds[value] == "planned")]
    if planned:
        _leave(connection, number, PLANNED, "scenario", f"scenario IN ({literals(planned)})")


def _scenario_of(value: str) -> str | None:
    """actual or planned, by the whole value or by one word in it: Act V1, 2025年预算."""
    words = scenario_words()
    text = value.strip().casefold()
    if found := next((kind for kind, known in words.items() if text in known), None):
        return found
    parts = set(re.findall(r"[a-zé]+|[\u4e00-\u9fff]+", text))
    told = {kind for kind, known in words.items() if _says(parts, known)}
    return told.pop() if len(told) == 1 else None


def _says(parts: set[str], known: frozenset[str]) -> bool:
    chinese = [word for word in known if ord(word[0]) > CHINESE_FROM]
    return bool(parts & known) or any(word in part for word in chinese for part in parts)
