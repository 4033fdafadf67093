"""Ninety days on: did what a finding feared come true?

Silence and warnings of churn came true when the account ordered nothing in the ninety days after
they were first said; overdue money when the same debt was still said to be overdue ninety days
later. The other codes claim nothing that the data can confirm, and stay without a judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Max

from zhibi.web.crm.models import SourceCustomer
from zhibi.web.insight.models import FindingRecord

if TYPE_CHECKING:
    from zhibi.tables.tables import Tables

AFTER: Final = timedelta(days=90)
SILENCE: Final = ("purchase_rhythm.red", "purchase_rhythm.amber", "churn_warning.account")
DEBT: Final = ("receivables.late", "receivables.hold")


def judge_old(tables: Tables) -> int:
    """Judge what was first said ninety days before the data ends; how many were."""
    ripe = FindingRecord.objects.filter(
        scope="", judged_on=None, account__isnull=False, first_said_on__lte=tables.day - AFTER
    )
    lines = list(ripe.filter(code__in=(*SILENCE, *DEBT)).order_by("pk"))
    silent = [one for one in lines if one.code in SILENCE]
    orders = _order_days(tables, silent) if silent else {}
    for line in lines:
        until = line.first_said_on + AFTER
        if line.code in DEBT:
            line.came_true = _was_owed(line, until)
        else:
            days = orders.get(line.account_id or 0, ())
            line.came_true = not any(line.first_said_on < day <= until for day in days)
        line.judged_on = tables.day
    FindingRecord.objects.bulk_update(lines, ("came_true", "judged_on"), batch_size=500)
    return len(lines)


def _was_owed(line: FindingRecord, until: date) -> bool:
    """The same money, whichever way it was said."""
    same = FindingRecord.objects.filter(
        account=line.account_id, cause_on=line.cause_on, code__in=DEBT, scope=""
    )
    last = same.aggregate(last=Max("last_said_on"))["last"]
    return bool(last and last >= until)


def _order_days(tables: Tables, lines: Sequence[FindingRecord]) -> dict[int, list[date]]:
    """Account → its order days since the first of these lines was said, from the lake."""
    import ibis
    import pyarrow as pa

    from zhibi.measures.rows import fetch

    sources = SourceCustomer.objects.filter(account__in={line.account_id for line in lines})
    rows = list(sources.values("source_system", "customer_id", "account_id"))
    if not rows:
        return {}
    own = ibis.memtable(pa.Table.from_pylist(rows))
    keyed = tables.customers.join(own, ["source_system", "customer_id"])
    since = min(line.first_said_on for line in lines)
    bought = tables.order_lines
    bought = bought.filter(bought.is_order, bought.order_date > since)
    days = bought.join(keyed.select("customer_key", "account_id"), "customer_key")
    found: dict[int, list[date]] = {}
    for row in fetch(days.select("account_id", "order_date").distinct()):
        found.setdefault(row["account_id"], []).append(row["order_date"])
    return found
