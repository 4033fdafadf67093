"""The findings of a result as they are kept beside its pages: enough to decide on one later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhibi.web.crm.access import accounts_of, today
from zhibi.web.crm.models import Task
from zhibi.web.insight.models import FindingRecord
from zhibi.web.team.models import User

if TYPE_CHECKING:
    from zhibi.render.fragment import Fragment
    from zhibi.result import Finding, Result

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """One finding in all languages. `says` has news and action by language."""

    id: str
    code: str
    severity: str
    cause_on: date
    stake: Decimal | None
    customer_id: str | None
    says: Mapping[str, Mapping[str, str]]

    @property
    def method(self) -> str:
        return self.code.partition(".")[0]

    def to_data(self) -> dict[str, Any]:
        data = {name: getattr(self, name) for name in self.__slots__}
        data["cause_on"] = self.cause_on.isoformat()
        data["stake"] = None if self.stake is None else str(self.stake)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> KeptFinding:
        stake = data["stake"]
        return cls(
            **{
                **data,
                "cause_on": date.fromisoformat(data["cause_on"]),
                "stake": None if stake is None else Decimal(stake),
            }
        )


def kept_findings(result: Result, pages: Mapping[str, Fragment]) -> list[KeptFinding]:
    """The findings of a result, in the words of its pages."""
    said = {
        language: {one.id: {"news": one.plain, "action": one.plain_action} for one in page.findings}
        for language, page in pages.items()
    }
    return [
        _kept(finding, {language: words[finding.id] for language, words in said.items()})
        for finding in result.findings
    ]


def _kept(finding: Finding, says: Mapping[str, Mapping[str, str]]) -> KeptFinding:
    return KeptFinding(
        id=finding.id,
        code=finding.code,
        severity=finding.severity.value,
        cause_on=finding.cause_on,
        stake=None if finding.stake is None else finding.stake.quantize(CENT),
        customer_id=finding.subject.customer_id if finding.subject else None,
        says=says,
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a finding: one of the states of the ledger, by whom, and the task."""

    record: FindingRecord | None
    task: Task | None

    @property
    def state(self) -> str:
        if self.task:
            return str(FindingRecord.State.TASK)
        return self.record.state if self.record else str(FindingRecord.State.OPEN)


def decisions(user: User, ids: list[str], scope: str) -> dict[str, Decision]:
    """What was decided on findings that `user` is shown, and holds today."""
    records = {one.finding: one for one in records_of(user, ids, scope) if holds(one)}
    seen = accounts_of(user).values("pk")
    tasks = Task.objects.filter(finding__in=ids, account__in=seen, deleted_at=None)
    given = {one.finding: one for one in tasks.select_related("assignee").order_by("-pk")}
    return {
        one: Decision(records.get(one), given.get(one) or _task_of(records.get(one)))
        for one in {*records, *given}
    }


def records_of(user: User, ids: list[str], scope: str) -> list[FindingRecord]:
    """Their lines in the ledger: those on accounts the person sees, and those of their scope."""
    found = FindingRecord.objects.filter(finding__in=ids, scope__in=("", scope))
    rows = list(found.select_related("decided_by", "task", "task__assignee").order_by("-scope"))
    named = {one.account_id for one in rows if one.account_id}
    seen = set(accounts_of(user).filter(pk__in=named).values_list("pk", flat=True))
    return [one for one in rows if one.account_id is None or one.account_id in seen]


def holds(record: FindingRecord) -> bool:
    """Whether somebody decided, and the decision still holds."""
    if record.state == FindingRecord.State.LATER:
        return record.later_until is not None and record.later_until > today()
    return record.state != FindingRecord.State.OPEN


def _task_of(record: FindingRecord | None) -> Task | None:
    task = record.task if record else None
    return task if task and task.deleted_at is None else None
