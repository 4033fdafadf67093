"""What is told of every single account: findings whose sentences hold that account's own figures.

The methods tell the few findings that matter most to who reads a page; here each account counts,
since each has its own reader. Nothing here names a total or a rank among the company's customers:
whoever sees the account may read it. Said of legal entities, as accounts are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from zhibi import methods
from zhibi.errors import ZhibiError

if TYPE_CHECKING:
    from zhibi.result import Finding
    from zhibi.tables.tables import Tables

LEVEL: Final = "legal entity"
# Of what the other methods tell, what speaks of one account alone.
OWN: Final = {
    "churn_warning": ("churn_warning.account",),
    "product_preference": ("product_preference.dropped",),
    "satisfaction": ("satisfaction.content_but_less", "satisfaction.discontent"),
    "customer_funnel": ("customer_funnel.first_payment", "customer_funnel.fell_back"),
    "quarter_end_loading": ("quarter_end_loading.loaded",),
}


def told_of_each(tables: Tables) -> Iterator[Finding]:
    """Every finding on an account that the data allows; a source without its data is left out."""
    silent = _told(_silences, tables)
    yield from silent
    yield from _told(_debts, tables)
    said_already = {finding.subject for finding in silent}
    for name, codes in OWN.items():
        found = _told(partial(_of_method, name=name, codes=codes), tables)
        # One silence is one finding: whoever says "not so" to it is not asked twice.
        is_silence = name == "churn_warning"
        yield from (one for one in found if not (is_silence and one.subject in said_already))


def _told(source: Any, tables: Tables) -> list[Finding]:
    try:
        return list(source(tables))
    except ZhibiError:  # no data of this kind yet
        return []


def _silences(tables: Tables) -> Iterator[Finding]:
    """Who is beyond the usual interval; the largest with what they stopped buying."""
    from zhibi.measures.rhythm import AMBER, RED
    from zhibi.measures.rows import fetch
    from zhibi.measures.silence_told import silence_told
    from zhibi.measures.watched import of_status, watch, with_stopped
    from zhibi.methods.purchase_rhythm import Params

    params = Params(level=LEVEL)
    watched = watch(tables, params.rule, months=params.months, level=LEVEL)
    flagged = of_status(tables, watched, AMBER, RED)
    largest = {row["account_key"]: row for row in with_stopped(tables, watched, flagged)}
    for row in fetch(flagged):
        whole = largest.get(row["account_key"]) or _without_products(row, watched)
        if whole["stake"] > 0:
            yield silence_told(whole)


def _without_products(row: dict[str, Any], watched: Any) -> dict[str, Any]:
    """A smaller account: what is in doubt is all it buys."""
    from zhibi.measures.rhythm import STATUSES

    longer = int((watched.known.gaps_of(row["account_at"]) > row["since"]).sum())
    return {
        **row,
        "status": STATUSES[row["status"]],
        "stopped": (),
        "stake": row["net"],
        "longer_count": longer,
    }


def _debts(tables: Tables) -> Iterator[Finding]:
    """Who is later than usual, later than deliveries should go on for, or beyond the limit."""
    from zhibi.measures.debts_told import account_told
    from zhibi.measures.rows import fetch
    from zhibi.methods.receivables import Params, analyze
    from zhibi.result import Severity

    params = Params(level=LEVEL, backtest=False)
    accounts = analyze(tables, params).accounts
    is_usual = (accounts.oldest_days <= accounts.median_days).fill_null(False)
    is_late = (accounts.overdue > 0) & ~is_usual
    for row in fetch(accounts.filter(is_late | accounts.verdict.notnull())):
        own = {**row, "kind_p90": None}  # how its kind pays is not the account's own
        finding = account_told(own, tables.day, hold_days=params.hold_days, margin_rate=None)
        if finding and finding.severity in (Severity.NOW, Severity.SOON):
            yield finding


def _of_method(tables: Tables, *, name: str, codes: tuple[str, ...]) -> Iterator[Finding]:
    method = methods.load(name)
    params = method.Params()
    if "level" in {field.name for field in fields(params)}:
        params = replace(params, level=LEVEL)
    result = method.analyze(tables, params)
    yield from (one for one in result.findings if one.code in codes and one.subject)
