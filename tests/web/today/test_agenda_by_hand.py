"""The agenda is what one would find by looking at every account, whichever way leads there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core.cache import cache

from tests.web.conftest import People
from zhibi.web.crm import access
from zhibi.web.crm.access import accounts_of, today
from zhibi.web.crm.models import Account, Collaborator, Promise, Receivable
from zhibi.web.crm.owed import to_collect
from zhibi.web.team.models import User
from zhibi.web.today.agenda import LOOKED_AT, agenda

WITHIN = timedelta(days=7)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(params=["late", "hardly any late"])
def many(request: pytest.FixtureRequest, people: People) -> None:
    """Sixty accounts of Bob, Charlie and nobody that owe, were promised and wait; one deleted."""
    random = Random(11)
    owners = [people.bob, people.charlie, None]
    chances = [-300, -20, -1, 0, 3, 30, 300] if request.param == "late" else [-1, 0, 3, 3, 5, 7, 8]
    for number in range(60):
        account = Account.objects.create(
            name=f"客户{number}",
            owner=random.choice(owners),
            currency="CNY",
            sales=random.choice([None, number, 5]),
            grade=random.choice(["", "A", "B", "C"]),
            life_stage=random.choice(["signed", "potential", "target market"]),
            last_contact_on=random.choice([None, today() - timedelta(random.randrange(40))]),
            deleted_at="2026-01-01T00:00:00Z" if number == 7 else None,
        )
        late = Decimal(0)
        for place in range(random.choice([0, 1, 3])):
            due_in, open_ = random.choice(chances), Decimal(random.choice([5, 5, number + 1]))
            if request.param != "late" and number > 12:
                due_in = abs(due_in)
            Receivable.objects.create(
                account=account, receivable_id=f"{number}-{place}", amount=open_, open=open_,
                due_on=today() + timedelta(due_in),
            )  # fmt: skip
            late += open_ if due_in < 0 else 0
        Account.objects.filter(pk=account.pk).update(overdue=late or None)
        Promise.objects.create(
            account=account, text="报价", due_on=today() + timedelta(random.randrange(-9, 9))
        )
    some = Account.objects.filter(owner=people.charlie).first()
    assert some
    Collaborator.objects.create(account=some, user=people.bob, named_by=people.fay)


def owed_by_hand(user: User) -> list[tuple[int, Decimal]]:
    """Account and what is due within a week: the late by what is late, then the others by that."""
    found = []
    for account in accounts_of(user):
        rows = [row for row in account.receivables.all() if row.due_on <= today() + WITHIN]
        late = sum(row.open for row in rows if row.due_on < today())
        due = sum(row.open for row in rows)
        if rows:
            found.append(((-late, -account.pk) if late else (0, 0, -due, -account.pk), due))
    return [(-key[-1], Decimal(due)) for key, due in sorted(found)[:LOOKED_AT]]


@pytest.mark.parametrize("few", [0, 5], ids=["walked", "by owner"])
@pytest.mark.parametrize("who", ["alice", "bob", "fay"])
def test_as_by_hand(
    people: People, many: None, who: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "FEW_OWNERS", few)
    user: User = getattr(people, who)
    collected = to_collect(user, WITHIN, most=LOOKED_AT)
    assert [(one.account.pk, one.open) for one in collected] == owed_by_hand(user)
    seen = {account.pk: account for account in accounts_of(user)}
    found = agenda(user)
    entries = [*found.first, *found.more]
    soon = today() + timedelta(3)
    promised = Promise.objects.filter(account__in=seen, due_on__lte=soon)
    assert {entry.about.pk for entry in entries if entry.kind == "promise"} == set(
        promised.order_by("due_on", "pk").values_list("pk", flat=True)[:LOOKED_AT]
    )
    since = {"A": today() - timedelta(7), "B": today() - timedelta(14)}
    waiting: dict[str, list[Account]] = {"A": [], "B": []}
    for one in sorted(seen.values(), key=lambda one: (one.sales or -1, one.pk), reverse=True):
        grade = one.grade or {"signed": "B"}.get(one.life_stage, "C")
        if one.last_contact_on and grade in since and one.last_contact_on < since[grade]:
            waiting[grade].append(one)
    told = {
        entry.about["grade"]: entry.about["accounts"] for entry in entries if entry.kind == "visits"
    }
    assert told == {grade: ones for grade, ones in waiting.items() if ones}
    first = [
        one for entry in entries if entry.kind == "first visits" for one in entry.about["accounts"]
    ]
    assert [one.pk for one in first] == sorted(
        pk for pk, one in seen.items() if one.life_stage == "potential" and not one.last_contact_on
    )[:20]
