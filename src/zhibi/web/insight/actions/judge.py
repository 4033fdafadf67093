"""When its days are over: did what a finding foretold come true, and to how many such accounts did
it happen anyway? The rules are those of `zhibi.measures.foretold`; a finding that states a fact is
left without a judgement. Judged once, from facts that reach to the end of its days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from zhibi.measures.foretold import FORETOLD, Event, Foretold, outcome
from zhibi.measures.rows import fetch
from zhibi.web.crm.facts import keys_of
from zhibi.web.crm.models import Account
from zhibi.web.insight.models import BaseRate, FindingRecord

if TYPE_CHECKING:
    from zhibi.tables.tables import Tables


def judge_old(tables: Tables) -> int:
    """Judge what foretold days that are over now; how many findings were."""
    judged: list[FindingRecord] = []
    ripe = sorted(_ripe(tables.day), key=lambda one: (one[0].event, one[0].days, one[1]))
    for (foretold, since), lines in groupby(ripe, key=lambda one: one[:2]):
        judged += _judged(tables, foretold, since, [line for _, _, line in lines])
    FindingRecord.objects.bulk_update(judged, ("came_true", "judged_on"), batch_size=500)
    return len(judged)


def since(line: FindingRecord) -> date | None:
    """The day from which its days count; None where it foretells nothing."""
    foretold = FORETOLD.get(line.code)
    if foretold is None:
        return None
    return foretold.since(said_on=line.first_said_on, cause_on=line.cause_on)


def _ripe(day: date) -> Iterator[tuple[Foretold, date, FindingRecord]]:
    lines = FindingRecord.objects.filter(
        scope="", judged_on=None, account__isnull=False, code__in=FORETOLD
    )
    for line in lines.order_by("pk"):
        foretold, begun = FORETOLD[line.code], since(line)
        if begun and begun + timedelta(days=foretold.days) <= day:
            yield foretold, begun, line


def _judged(
    tables: Tables, foretold: Foretold, begun: date, lines: list[FindingRecord]
) -> Iterable[FindingRecord]:
    """The lines that count from one day; none where the facts do not say."""
    found = outcome(tables, foretold, begun)
    if found is None:
        return []
    rows = fetch(found)
    such = [row["happened"] for row in rows if row["is_such"]]
    BaseRate.objects.get_or_create(
        event=foretold.event,
        days=foretold.days,
        since=begun,
        defaults={"asked": len(such), "happened": sum(such)},
    )
    happened = {row["account_key"]: row["happened"] for row in rows}
    entity_of = _entities(tables, lines)
    # Who is not named did nothing in those days: it was silent.
    otherwise = foretold.event is Event.SILENT
    for line in lines:
        entity = entity_of.get(line.account_id or 0)
        line.came_true = None if entity is None else happened.get(entity, otherwise)
        line.judged_on = tables.day
    return lines


def _entities(tables: Tables, lines: list[FindingRecord]) -> dict[int, object]:
    """Account → its legal entity in the facts."""
    import ibis
    import pyarrow as pa

    accounts = Account.objects.filter(pk__in={line.account_id for line in lines})
    rows = [
        {"account_id": pk, "source_system": system, "customer_id": number}
        for pk, keys in keys_of(accounts).items()
        for system, number in keys
    ]
    keyed = tables.bring(tables.sources).join(
        ibis.memtable(pa.Table.from_pylist(rows)), ["source_system", "customer_id"]
    )
    found = keyed.select("account_id", "entity_key").order_by("account_id", "entity_key")
    return {row["account_id"]: row["entity_key"] for row in fetch(found)}
