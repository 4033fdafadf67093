"""Grading the whole company: each account gets the grade of its group, and the reasons for it.

The grades are those of `composite_grade` with its defaults, so that a list says what the report
says. A grade a person set stays. One line is kept for each time the letter, the score or what they
rest on changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from zhibi.web.crm.facts import Key, keys_of, records, records_version
from zhibi.web.crm.models import Account, Grade

if TYPE_CHECKING:
    from zhibi.methods.composite_grade import CompositeGrade
    from zhibi.result import Table
    from zhibi.tables.tables import Tables

BATCH = 500
Told = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Computed:
    """What was worked out for a group; `in_force` is what a judgement of the grade makes of it."""

    letter: str
    score: float
    in_force: str
    is_provisional: bool
    criteria: list[dict[str, Any]] = field(default_factory=list)


def grade_accounts(progress: Told = lambda _: None) -> int:
    """Grade everybody anew; gives how many accounts have a grade by it."""
    from zhibi.methods import composite_grade

    tables = _tables()
    try:
        result = composite_grade.analyze(tables)
        progress(0.5)
        computed, group_of = _computed(result), _group_of(tables)
    finally:
        tables.facts.close()
    graded = 0
    living = Account.objects.filter(deleted_at=None, merged_into=None).order_by("pk")
    for accounts in _batches(living.iterator(BATCH)):
        keys = keys_of(accounts)
        found = {one.pk: computed.get(group_of.get(keys[one.pk][0], "")) for one in accounts}
        graded += _write(accounts, found, result)
    return graded


def _tables() -> Tables:
    from zhibi import run

    tables = run.open_tables(run.open_workspace(settings.WORKSPACE))
    return tables.with_records(records(), version=records_version())


def _computed(result: CompositeGrade) -> dict[str, Computed]:
    """By the number of the customer at the top of the group."""
    reasons: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(result.explanation):
        reasons.setdefault(row["customer_id"], []).append(_reason(row))
    found = {
        row["customer_id"]: Computed(
            row["grade"], row["score"], row["in_force"], False, reasons.get(row["customer_id"], [])
        )
        for row in _rows(result.accounts)
    }
    for row in _rows(result.newcomers):
        letter = row["override"] or row["provisional"]
        if letter:
            found[row["customer_id"]] = Computed(
                row["provisional"] or "", 0.0, letter, not row["override"]
            )
    return found


def _reason(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("criterion", "amount", "change", "marks", "out_of", "points", "weight", "contribution")
    said = {name: row[name] for name in names if row[name] is not None}
    if "amount" in said:
        said["amount"] = str(said["amount"])
    return said


def _group_of(tables: Tables) -> dict[Key, str]:
    """Each customer's group, by the number that results call it by."""
    from zhibi.measures.rows import fetch

    named = fetch(tables.bring(tables.customers.select("customer_key", "customer_id")))
    number = {row["customer_key"]: row["customer_id"] for row in named}
    columns = ("group_key", "source_system", "customer_id")
    rows = fetch(tables.bring(tables.sources.select(*columns)))
    return {
        (row["source_system"] or "", row["customer_id"]): number[row["group_key"]]
        for row in rows
        if row["group_key"] in number
    }


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    names = [column.key for column in table.columns]
    for row in table.all_rows():
        yield dict(zip(names, row, strict=True))


def _batches(accounts: Iterable[Account]) -> Iterator[list[Account]]:
    batch: list[Account] = []
    for account in accounts:
        batch.append(account)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(
    accounts: list[Account], found: Mapping[int, Computed | None], result: CompositeGrade
) -> int:
    """Grades of some accounts, in one short transaction."""
    day, version = result.identity.as_of, result.identity.data_version
    with transaction.atomic():
        accounts = _as_they_are_now(accounts)
        last = _last(accounts)
        news = [
            _line(account, one, day, version)
            for account in accounts
            if (one := found[account.pk]) and one.letter and _differs(one, last.get(account.pk))
        ]
        Grade.objects.bulk_create(news)
        changed = [account for account in accounts if _take(account, found[account.pk])]
        Account.objects.bulk_update(changed, ["grade", "grade_is_provisional"])
    return sum(1 for one in found.values() if one)


def _as_they_are_now(accounts: list[Account]) -> list[Account]:
    """Locked: a grade that somebody set since they were read must not be written over."""
    now = Account.objects.select_for_update().filter(pk__in=[one.pk for one in accounts])
    return list(now.only("grade", "grade_is_set", "grade_is_provisional").order_by("pk"))


def _last(accounts: list[Account]) -> dict[int, Grade]:
    lines = Grade.objects.filter(account__in=accounts).order_by("as_of", "pk")
    return {line.account_id: line for line in lines}


def _line(account: Account, one: Computed, day: date, version: str) -> Grade:
    return Grade(
        account=account,
        letter=one.letter,
        score=one.score,
        is_provisional=one.is_provisional,
        criteria=one.criteria,
        as_of=day,
        data_version=version,
    )


def _differs(one: Computed, last: Grade | None) -> bool:
    if last is None:
        return True
    now = (one.letter, one.score, one.is_provisional, one.criteria)
    return now != (last.letter, last.score, last.is_provisional, last.criteria)


def _take(account: Account, one: Computed | None) -> bool:
    """Put the grade on the account, unless a person set one; whether that changes it."""
    if account.grade_is_set:
        return False
    grade, is_provisional = (one.in_force, one.is_provisional) if one else ("", False)
    if (account.grade, account.grade_is_provisional) == (grade, is_provisional):
        return False
    account.grade, account.grade_is_provisional = grade, is_provisional
    return True
