"""Who it is, and what people judge of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhibi.measures.assessments import Assessment, assessment
from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.parts import (
    Part,
    known_figures,
    unknown,
    with_known_columns,
)
from zhibi.measures.rows import table_of_rows
from zhibi.measures.vocabulary import meaning
from zhibi.result import Block, Column, Figure, Finding, Note, Sentence, Severity, Unit

WHO, JUDGED = "Who it is", "What people judge of it"
ATTRIBUTES = {
    "industry": ("Industry", Unit.NAME),
    "region": ("Region", Unit.NAME),
    "kind": ("Kind of customer", Unit.NAME),
    "owner": ("Owner", Unit.NAME),
    "since": ("Customer since", Unit.DATE),
    "credit_code": ("Credit code", Unit.NAME),
    "credit_limit": ("Credit limit", Unit.MONEY),
    "given_grade": ("Given grade", Unit.NAME),
    "former_names": ("Former names", Unit.NAME),
    "source": ("Came to us by", Unit.NAME),
}
ASKED_FOR = ("industry", "region", "owner", "credit_code", "credit_limit")
FALL = 2.0  # points of ten: a judgement that fell so far is told
TOLD_DAYS = 180  # after it a judgement is history


def identity(account: Account) -> Part:
    """Names and attributes, and the legal entities of a group."""
    who = account.who
    figures = [Figure(who[name] or None, unit, label) for name, (label, unit) in ATTRIBUTES.items()]
    missing = tuple(ATTRIBUTES[name][0] for name in ASKED_FOR if not who[name])
    figures.append(Figure(_other_names(account) or None, Unit.NAMES, "Also listed as"))
    blocks: list[Block] = [*known_figures(*figures)]
    if len(account.entities) > 1:
        blocks.append(with_known_columns(_entities(account)))
    if missing:
        blocks.append(
            Note(
                Sentence(
                    "The list of customers does not say: {fields}. Import it again with these "
                    "columns.",
                    {"fields": Figure(missing, Unit.TERMS)},
                )
            )
        )
    return Part(WHO, tuple(blocks))


def _other_names(account: Account) -> tuple[str, ...]:
    """Its other numbers as one legal entity: after a change of name, or listed twice."""
    return tuple(
        f"{one['name']} ({one['customer_id']})"
        for one in account.members[1:]
        if one["entity_key"] == account.who["entity_key"]
    )


def _entities(account: Account) -> Any:
    columns = (
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("name", "Legal entity", Unit.NAME),
        Column("region", "Region", Unit.NAME),
        Column("owner", "Owner", Unit.NAME),
        Column("since", "Customer since", Unit.DATE),
        Column("net", "Sales in 12 months", Unit.MONEY, total=True),
        Column("net_before", "Sales a year before", Unit.MONEY, total=True),
        Column("change", "Change", Unit.MONEY_CHANGE, total=True),
    )
    return table_of_rows(account.entities, "entities", "Its legal entities", columns)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is judged of one criterion, as people wrote it, and what was judged before."""

    criterion: str
    now: Assessment
    before: Assessment | None

    @property
    def fall(self) -> float:
        """Points of ten lost since the judgement before; 0 where it cannot be told."""
        if self.before is None or self.before.score is None or self.now.score is None:
            return 0.0
        return self.before.score - self.now.score


def judgements(account: Account) -> Part:
    """The latest judgement of each criterion with who judged it when, and the one before."""
    found = _judgements(account)
    if not found:
        return unknown(JUDGED, account.why_no_rows("assessments"), "assessments")
    columns = (
        Column("criterion", "Criterion", Unit.NAME),
        Column("value", "Judged", Unit.NAME),
        Column("before", "Judged before", Unit.NAME),
        Column("on", "On", Unit.DATE),
        Column("by", "Judged by", Unit.NAME),
        Column("evidence", "Evidence", Unit.NAME),
    )
    rows = [
        {
            "criterion": one.criterion,
            "value": one.now.value,
            "before": one.before.value if one.before else None,
            "on": one.now.assessed_on,
            "by": one.now.assessed_by,
            "evidence": one.now.evidence,
        }
        for one in found
    ]
    table = table_of_rows(rows, "judgements", "Criteria as judged last", columns)
    return Part(JUDGED, (with_known_columns(table),), tuple(_fall(account, found)))


def _judgements(account: Account) -> list[Judgement]:
    """The newest first; of several on one day the last by name stands, as everywhere."""
    said: dict[str, list[tuple[str, Assessment]]] = {}
    for row in sorted(account.rows_of("assessments", "assessed_on"), key=_order):
        known = assessment(row["value"], row["assessed_on"], row["assessed_by"], row["evidence"])
        name = meaning("criteria", row["criterion"]) or row["criterion"]
        said.setdefault(name, []).append((row["criterion"], known))
    found = []
    for history in said.values():
        word, now = history[-1]
        earlier = [one for _, one in history if one.assessed_on < now.assessed_on]
        found.append(Judgement(word, now, earlier[-1] if earlier else None))
    return sorted(found, key=lambda one: (-one.now.assessed_on.toordinal(), one.criterion))


def _order(row: Mapping[str, Any]) -> tuple[date, str, str]:
    return (row["assessed_on"], row["assessed_by"] or "", row["value"])


def _fall(account: Account, found: list[Judgement]) -> list[Finding]:
    """The judgement that fell furthest, while it is news."""
    day = account.tables.day
    fell = [
        one for one in found if one.fall >= FALL and (day - one.now.assessed_on).days <= TOLD_DAYS
    ]
    if not fell:
        return []
    one = max(fell, key=lambda judged: (judged.fall, judged.criterion))
    figures = {
        "name": Figure(account.name, Unit.NAME),
        "criterion": Figure(one.criterion, Unit.NAME),
        "now": Figure(one.now.value, Unit.NAME),
        "before": Figure(one.before.value if one.before else None, Unit.NAME),
        "by": Figure(one.now.assessed_by or "–", Unit.NAME),
        "on": Figure(one.now.assessed_on, Unit.DATE),
        "why": Figure(one.now.evidence, Unit.NAME),
    }
    template = (
        "{name} is judged worse: {criterion} {now} after {before}, by {by} on {on}: {why}."
        if one.now.evidence
        else "{name} is judged worse: {criterion} {now} after {before}, by {by} on {on}."
    )
    return [
        Finding(
            code="account_review.judged_worse",
            says=Sentence(template, figures),
            severity=Severity.SOON,
            cause_on=one.now.assessed_on,
            subject=account.subject,
            action=Sentence(
                "Ask {by} what changed, and agree before the visit who speaks with whom.", figures
            ),
            owner=account.owner,
            stake=account.net or None,
        )
    ]
