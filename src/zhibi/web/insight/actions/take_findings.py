"""After an import: the ledger of findings on accounts, and the warning that each account bears.

Run for the whole company; what is written speaks of one account each (`zhibi.web.insight.told`),
so that whoever sees the account may read it. Done again it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction

from zhibi import run
from zhibi.locale import LANGUAGES
from zhibi.said import Said
from zhibi.web.crm.facts import records, records_version
from zhibi.web.insight.actions.judge import judge_old
from zhibi.web.insight.actions.make import Progress
from zhibi.web.insight.actions.warn import warn
from zhibi.web.insight.findings import CENT
from zhibi.web.insight.links import accounts_meant
from zhibi.web.insight.models import FindingRecord
from zhibi.web.insight.told import told_of_each

if TYPE_CHECKING:
    from datetime import date

    from zhibi.result import Finding
    from zhibi.tables.tables import Tables

CHUNK: Final = 500
SAYS: Final = ("account", "method", "code", "severity", "says", "stake", "last_said_on", "state")
State = FindingRecord.State


def take_findings(*, progress: Progress, days_ago: int = 0) -> dict[str, Any]:
    """Write what is found on each account today, or what was to be found some days ago; close what
    is not found any more."""
    tables = _company()
    tables = tables.as_of(tables.day - timedelta(days=days_ago))
    try:
        progress(0.05, Said("Working it out"))
        found = {finding.id: finding for finding in told_of_each(tables)}
        progress(0.7, Said("Writing what was found"))
        written = sum(
            _write(chunk, tables.day, settings.COMPANY.currency)
            for chunk in _chunks(found.values(), CHUNK)
        )
        closed = _close(tables.day)
        warned = warn()
        judged = judge_old(tables)
    finally:
        tables.facts.close()
    return {"written": written, "closed": closed, "warned": warned, "judged": judged}


def _company() -> Tables:
    tables = run.open_tables(run.open_workspace(settings.WORKSPACE))
    return tables.with_records(records(), version=records_version())


@transaction.atomic
def _write(findings: list[Finding], day: date, currency: str) -> int:
    """Lines of some findings: new ones, and known ones said once more."""
    accounts = accounts_meant(one.subject.customer_id for one in findings if one.subject)
    ids = [one.id for one in findings]
    known = {line.finding: line for line in FindingRecord.objects.filter(finding__in=ids, scope="")}
    fresh, again = [], []
    for finding in findings:
        account = accounts.get(finding.subject.customer_id) if finding.subject else None
        if account is None:
            continue
        line = known.get(finding.id)
        said = _said(finding, account, day, currency)
        if line is None:
            fresh.append(
                FindingRecord(
                    finding=finding.id, cause_on=finding.cause_on, first_said_on=day, **said
                )
            )
        else:
            again.append(_said_again(line, said))
    FindingRecord.objects.bulk_create(fresh)
    FindingRecord.objects.bulk_update(again, SAYS)
    return len(fresh) + len(again)


def _said(finding: Finding, account: int, day: date, currency: str) -> dict[str, Any]:
    from zhibi.render.values import Formatter

    says = {}
    for language in LANGUAGES:
        sentence = Formatter(language, currency).sentence
        action = sentence(finding.action) if finding.action else ""
        says[language] = {"news": sentence(finding.says), "action": action}
    return {
        "account_id": account,
        "method": finding.code.partition(".")[0],
        "code": finding.code,
        "severity": finding.severity.value,
        "says": says,
        "stake": None if finding.stake is None else finding.stake.quantize(CENT),
        "last_said_on": day,
    }


def _said_again(line: FindingRecord, said: Mapping[str, Any]) -> FindingRecord:
    """What was decided stays; what had gone and is back is open again."""
    for name, value in said.items():
        setattr(line, name, value)
    if line.state == State.GONE:
        line.state = State.OPEN
    return line


def _close(day: date) -> int:
    """What nobody decided on, and is not said any more."""
    open_ones = FindingRecord.objects.filter(
        scope="", account__isnull=False, state__in=(State.OPEN, State.LATER)
    )
    return open_ones.exclude(last_said_on=day).update(state=State.GONE)


def _chunks(found: Iterable[Finding], size: int) -> Iterator[list[Finding]]:
    rest = iter(found)
    while chunk := list(islice(rest, size)):
        yield chunk
