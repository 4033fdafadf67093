"""The ledger of what is owed says at every moment what the amounts themselves add up to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests.methods.given import line, tables_of
from tests.web.conftest import People
from zhibi.errors import ZhibiError
from zhibi.tables.facts import Facts
from zhibi.web.crm.access import today
from zhibi.web.crm.actions import take_figures as taking
from zhibi.web.crm.actions.assign import assign
from zhibi.web.crm.actions.change_account import delete_account, restore_account
from zhibi.web.crm.actions.merge import merge, unmerge
from zhibi.web.crm.actions.take_receivables import take_receivables
from zhibi.web.crm.bringing.proposal import Written
from zhibi.web.crm.bringing.undo import take_back
from zhibi.web.crm.models import Account, Collaborator, Merge, OwedByDay
from zhibi.web.crm.owed import Owed, owed, owed_to, receivables_of

CUSTOMERS = [f"C{number}" for number in range(12)]


class Walk:
    """One thing after the other, drawn from all that may move what somebody is owed."""

    def __init__(self, people: People, draw: Random, monkeypatch: pytest.MonkeyPatch) -> None:
        self.people, self.draw = people, draw
        self.owners = (people.alice, people.bob, people.charlie)
        self.lay = lambda tables: monkeypatch.setattr(taking, "lake_tables", lambda: tables)
        monkeypatch.setattr(Facts, "close", lambda facts: None)

    def one(self, **how: Any) -> Account:
        return self.draw.choice(list(Account.objects.filter(**how).order_by("pk")))

    def living(self) -> Account:
        return self.one(deleted_at=None)

    def figures(self) -> None:
        """A lake that knows some of them no longer, and others under another owner."""
        known = self.draw.sample(CUSTOMERS, 10)
        named = [
            {"customer_id": one, "name": one, "owner": self.draw.choice(["", "Alice", "Charlie"])}
            for one in known
        ]
        self.lay(tables_of([line(known[0], "1", today(), 1)], today(), named))
        taking.take_figures()

    def amounts(self) -> None:
        owing = [
            {
                "receivable_id": f"{number}",
                "customer_id": self.draw.choice(CUSTOMERS),
                "due_date": today() + timedelta(self.draw.choice([-40, -1, 0, 1, 9, 40])),
                "amount_due": Decimal(self.draw.randrange(1, 99_999)) / 100,
                "milestone": self.draw.choice(["retention", ""]),
            }
            for number in range(self.draw.choice([0, 30, 30]))
        ]
        take_receivables(tables_of([line("C0", "1", today(), 1)], today(), receivables=owing))

    def assign(self) -> None:
        assign(self.living(), self.draw.choice(self.owners), by=self.people.fay)

    def delete(self) -> None:
        delete_account(self.living(), by=self.people.fay)

    def restore(self) -> None:
        restore_account(self.one(deleted_by=self.people.fay, merged_into=None), by=self.people.fay)

    def merge(self) -> None:
        merge(self.living(), self.living(), by=self.people.fay)

    def unmerge(self) -> None:
        unmerge(self.draw.choice(list(Merge.objects.filter(undone_at=None))), by=self.people.fay)

    def take_back(self) -> None:
        account = self.living()
        made = Written(account.uid, True, account.version, {}, {})
        assert take_back("accounts", [made], by=self.people.fay).deleted == 1

    def lend(self) -> None:
        one = {"account": self.living(), "user": self.draw.choice(self.owners)}
        if not Collaborator.objects.filter(**one).delete()[0]:
            Collaborator.objects.create(**one, named_by=self.people.fay)

    def acts(self) -> list[Callable[[], None]]:
        often = [self.assign, self.delete, self.restore, self.merge, self.unmerge]
        acts = [*often * 4, *[self.take_back, self.lend] * 2, self.figures, self.amounts]
        self.draw.shuffle(acts)
        return acts


def test_sums_are_those_of_the_rows_whatever_is_done(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = Walk(people, Random(3), monkeypatch)
    walk.figures()
    walk.amounts()
    done, sums = set(), set()
    for number, act in enumerate(walk.acts()):
        with suppress(IndexError, ZhibiError):  # there is nothing to do it to
            act()
            done.add(act.__name__)
        for user in (people.alice, people.bob, people.charlie, people.fay):
            told = owed_to(user) or Owed(*[Decimal(0)] * 5)
            assert told == owed(receivables_of(user)), (number, act.__name__, user.name)
            sums.add((user.name, told))
    assert len(done) == 9, done
    assert len(sums) > 20, len(sums)


def test_a_change_without_amounts_books_nothing(people: People) -> None:
    account = Account.objects.create(name="华数", owner=people.bob, currency="CNY")
    assign(account, people.charlie, by=people.fay)
    assert not OwedByDay.objects.exists()
