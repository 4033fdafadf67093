"""How the warnings fared: of what was said of the accounts somebody sees, what came true.

Counted from the ledger, which is judged after each import (`zhibi.web.insight.actions.judge`).
Beside the share that came true stands the base rate: of all the company's accounts to which it
could have happened in the same days, to how many it did. That is a count over at least FEW
accounts and names nobody. What became of warnings with and without a task is told apart, and
claims no cause: people choose what they make a task of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from zhibi import __version__
from zhibi.measures.foretold import FORETOLD, Foretold
from zhibi.measures.rows import table_of_rows
from zhibi.result import (
    Block,
    Column,
    Figure,
    Finding,
    Identity,
    Note,
    Section,
    Sentence,
    Severity,
    Table,
    Unit,
)
from zhibi.stats.proportions import wilson
from zhibi.web.crm.access import accounts_of, today
from zhibi.web.crm.facts import numbers_of
from zhibi.web.insight.known import known
from zhibi.web.insight.models import BaseRate, FindingRecord
from zhibi.web.team.models import User

TITLE: Final = "How the warnings fared"
FEW: Final = 10  # judged ones: below that nothing is said of a kind
REASONS: Final = 200
HAPPENS: Final = {
    "silent": "orders nothing",
    "owed": "still owes, overdue",
    "less": "buys less than in the same days of the year before",
    "returned": "goods worth a tenth come back",
}
KINDS: Final = {
    "purchase_rhythm.red": "far beyond its usual interval",
    "purchase_rhythm.amber": "beyond its usual interval",
    "churn_warning.account": "likely to stop",
    "receivables.late": "overdue, and later than usual",
    "receivables.hold": "overdue for so long that deliveries should wait",
    "satisfaction.discontent": "not content",
    "quarter_end_loading.loaded": "loaded at a quarter's end",
}
State = FindingRecord.State
_LEAD: Final = Sentence(
    "Of what was said of the customers that you see, and is old enough to be judged."
)


@dataclass(slots=True)
class Kind:
    """What became of the findings of one code. `base` adds up the base rates of the days of the
    judged ones: as many as it would be of accounts drawn by lot; None where one is not known."""

    code: str
    given: int = 0
    judged: int = 0
    true: int = 0
    not_so: int = 0
    not_so_true: int = 0
    base: float | None = 0.0
    handled: int = 0  # with a task done before its days were over
    handled_true: int = 0
    handled_stake: Decimal = field(default_factory=Decimal)  # of those that did not come true

    @property
    def foretold(self) -> Foretold:
        return FORETOLD[self.code]

    @property
    def base_rate(self) -> float | None:
        return self.base / self.judged if self.base is not None and self.judged else None


@dataclass(frozen=True, slots=True)
class Fared:
    """As a result of the core, so that page and files are written by the same renderers."""

    identity: Identity
    kinds: tuple[Kind, ...]
    reasons: Table
    title: str = TITLE
    subtitle: Sentence = _LEAD

    @property
    def is_judged(self) -> bool:
        return any(kind.judged for kind in self.kinds)

    @property
    def findings(self) -> tuple[Finding, ...]:
        told = [kind for kind in self.kinds if kind.judged >= FEW]
        return tuple(_told(kind, self.identity) for kind in told)

    def blocks(self) -> tuple[Block, ...]:
        reasons: tuple[Block, ...] = ()
        if self.reasons.rows:
            reasons = (Section("What people said is not so, and why", (self.reasons,)),)
        return (
            Section("What came true", (_table(self.kinds), *map(Note, _NOTES))),
            Section("With a task done in time, and without", (_tasks(self.kinds), Note(_NO_CAUSE))),
            *reasons,
            Section("How it was worked out", (_rules(), Note(_FACTS))),
        )


def fared(user: User) -> Fared:
    """What became of the findings on the accounts of `user`."""
    now = known()
    lines = FindingRecord.objects.filter(
        scope="", account__in=accounts_of(user).values("pk"), code__in=FORETOLD
    )
    found = {code: Kind(code) for code in KINDS}
    _count(lines, found)
    _with_tasks(lines, found)
    kinds = tuple(kind for kind in found.values() if kind.given)
    identity = Identity(
        method=TITLE,
        as_of=now.as_of or today(),
        params={},
        currency=settings.COMPANY.currency,
        basis="ordered",
        level="legal entity",
        data_version=now.version,
        code_version=__version__,
        engine="",
    )
    return Fared(identity, kinds, _reasons(lines))


def _count(lines: Any, found: Mapping[str, Kind]) -> None:
    rates = {
        (one.event, one.days, one.since): one.happened / one.asked
        for one in BaseRate.objects.filter(asked__gte=FEW)
    }
    by = ("code", "first_said_on", "cause_on", "state", "came_true")
    for code, said_on, cause_on, state, came_true, n in (
        lines.order_by().values_list(*by).annotate(n=Count("pk"))
    ):
        kind = found[code]
        kind.given += n
        kind.not_so += n if state == State.NOT_SO else 0
        if came_true is None:
            continue
        kind.judged += n
        kind.true += n if came_true else 0
        kind.not_so_true += n if came_true and state == State.NOT_SO else 0
        since = kind.foretold.since(said_on=said_on, cause_on=cause_on)
        rate = rates.get((str(kind.foretold.event), kind.foretold.days, since))
        kind.base = None if rate is None or kind.base is None else kind.base + rate * n


def _with_tasks(lines: Any, found: Mapping[str, Kind]) -> None:
    done = lines.filter(
        came_true__isnull=False, task__done_at__isnull=False, task__deleted_at=None
    ).select_related("task")
    for line in done.order_by("pk"):
        kind = found[line.code]
        since = kind.foretold.since(said_on=line.first_said_on, cause_on=line.cause_on)
        until = since and since + timedelta(days=kind.foretold.days)
        if until is None or timezone.localdate(line.task.done_at) > until:
            continue
        kind.handled += 1
        kind.handled_true += line.came_true
        if not line.came_true:
            kind.handled_stake += line.stake or 0


def _reasons(lines: Any) -> Table:
    """What people said, the latest first."""
    said = list(
        lines.filter(state=State.NOT_SO)
        .select_related("account", "decided_by")
        .order_by("-decided_at", "-pk")[:REASONS]
    )
    numbers = numbers_of({line.account for line in said})
    rows = [
        {
            "name": line.account.name,
            "customer_id": numbers[line.account_id],
            "kind": KINDS[line.code],
            "reason": line.reason,
            "by": line.decided_by.name if line.decided_by else None,
            "came_true": _yes_or_no(line.came_true),
        }
        for line in said
    ]
    return table_of_rows(rows, "reasons", "Said not to be so", _REASONS)


def _yes_or_no(came_true: bool | None) -> str:
    return "not known yet" if came_true is None else "yes" if came_true else "no"


def _table(kinds: Iterable[Kind]) -> Table:
    rows = [
        {
            "kind": KINDS[kind.code],
            "happens": HAPPENS[kind.foretold.event],
            "days": kind.foretold.days,
            "given": kind.given,
            "judged": kind.judged,
            "true": kind.true,
            "share": wilson(kind.true, kind.judged),
            "base": kind.base_rate,
            "not_so": kind.not_so,
            "not_so_true": kind.not_so_true,
        }
        for kind in kinds
    ]
    return table_of_rows(rows, "kinds", "Warnings by kind", _KINDS)


def _tasks(kinds: Iterable[Kind]) -> Table:
    rows = [
        {
            "kind": KINDS[kind.code],
            "handled": kind.handled,
            "handled_not": kind.handled - kind.handled_true,
            "stake": kind.handled_stake,
            "left": kind.judged - kind.handled,
            "left_not": (kind.judged - kind.handled) - (kind.true - kind.handled_true),
        }
        for kind in kinds
        if kind.judged
    ]
    return table_of_rows(rows, "tasks", "Warnings with a task and without", _TASKS)


def _rules() -> Table:
    rows = [
        {"kind": title, "happens": HAPPENS[FORETOLD[code].event], "days": FORETOLD[code].days}
        for code, title in KINDS.items()
    ]
    return table_of_rows(rows, "rules", "When a warning counts as come true", _RULES)


def _told(kind: Kind, identity: Identity) -> Finding:
    share, base = wilson(kind.true, kind.judged), kind.base_rate
    assert share is not None
    figures = {
        "kind": Figure(KINDS[kind.code], Unit.TERM),
        "n": Figure(kind.judged, Unit.COUNT),
        "share": Figure(share, Unit.SHARE),
        "happens": Figure(HAPPENS[kind.foretold.event], Unit.TERM),
        "days": Figure(kind.foretold.days, Unit.COUNT),
    }
    says, severity = _ALONE, Severity.INFO
    if base is not None:
        figures["base"] = Figure(base, Unit.SHARE)
        says, severity = (_BETTER, Severity.GOOD) if share.low > base else (_AS_GOOD, Severity.INFO)
    return Finding(f"warnings.{kind.code}", Sentence(says, figures), severity, identity.as_of)


_ALONE = "Of {n:warning|warnings} “{kind}” {share} came true ({happens} within {days:day|days})."
_BETTER = (
    "Of {n:warning|warnings} “{kind}” {share} came true ({happens} within {days:day|days}); of "
    "all such accounts {base} did so anyway, so that it tells more than picking at random."
)
_AS_GOOD = (
    "Of {n:warning|warnings} “{kind}” {share} came true ({happens} within {days:day|days}); of "
    "all such accounts {base} did so anyway, and it cannot be told from picking at random."
)
_NOTES = (
    Sentence(
        "A warning is old enough when its days are over and the data reaches to their end; it is "
        "judged once, by what happened within those days. What people said is not so is judged too."
    ),
    Sentence(
        "“Anyway” is the share of all the company's accounts to which it could have happened in "
        "the same days and did. Shares are given with the range in which they lie with 95 % "
        "certainty; of fewer than {few} nothing more is said.",
        {"few": Figure(FEW, Unit.COUNT)},
    ),
)
_NO_CAUSE = Sentence(
    "A task counts when it was done before the days were over. That fewer warnings come true with "
    "a task does not show that the task was the cause: people choose what they make a task of."
)
_FACTS = Sentence(
    "All other findings state what is so already (who fell in rank, what was dropped, what could "
    "be bought, how prices moved); nothing can come true of them, and they are not counted here."
)
_KINDS = (
    Column("kind", "Warning", Unit.TERM),
    Column("happens", "Comes true when", Unit.TERM),
    Column("days", "Within", Unit.DAYS),
    Column("given", "Given", Unit.COUNT, total=True),
    Column("judged", "Old enough", Unit.COUNT, total=True),
    Column("true", "Came true", Unit.COUNT, total=True),
    Column("share", "Share", Unit.SHARE),
    Column("base", "Anyway", Unit.SHARE),
    Column("not_so", "Said not to be so", Unit.COUNT, total=True),
    Column("not_so_true", "of these came true", Unit.COUNT, total=True),
)
_TASKS = (
    Column("kind", "Warning", Unit.TERM),
    Column("handled", "With a task done in time", Unit.COUNT, total=True),
    Column("handled_not", "of these did not come true", Unit.COUNT, total=True),
    Column("stake", "What was at stake in them", Unit.MONEY, total=True),
    Column("left", "Without", Unit.COUNT, total=True),
    Column("left_not", "of those did not come true", Unit.COUNT, total=True),
)
_REASONS = (
    Column("name", "Customer", Unit.NAME),
    Column("customer_id", "Customer no.", Unit.NAME),
    Column("kind", "Warning", Unit.TERM),
    Column("reason", "Why it is not so", Unit.NAME),
    Column("by", "Said by", Unit.NAME),
    Column("came_true", "Came true", Unit.TERM),
)
_RULES = (
    Column("kind", "Warning", Unit.TERM),
    Column("happens", "Comes true when", Unit.TERM),
    Column("days", "Within", Unit.DAYS),
)
