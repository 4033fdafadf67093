"""Rows written in plain SQL are those that Django's own way writes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.web.conftest import People
from zhibi.web.crm.models import Account, Contact, SourceCustomer
from zhibi.web.fields import new_uid
from zhibi.web.rows import Among, insert_records, insert_rows, update_records
from zhibi.web.team.actions.edit import note
from zhibi.web.team.actions.note_all import Line, note_all
from zhibi.web.team.actions.seal import opened_lines
from zhibi.web.team.models import Change, PersonKey

OWN = {"_state", "id", "uid", "created_at", "changed_at"}


def account(people: People, **more: object) -> Account:
    return Account(
        name="新华纺织",
        owner=people.bob,
        since=date(2024, 2, 29),
        annual_revenue=Decimal("98765432109876.21"),
        monthly=[1.5, None],
        employees=0,
        currency="CNY",
        **more,
    )


def kept(one: Account) -> dict[str, object]:
    return {k: v for k, v in vars(Account.objects.get(pk=one.pk)).items() if k not in OWN}


def test_new_records(people: People) -> None:
    plain, ours = account(people, created_by=people.fay), account(people, created_by=people.fay)
    plain.save()
    insert_records([ours, account(people)])
    assert kept(ours) == kept(plain)
    assert abs(Account.objects.get(uid=ours.uid).created_at - plain.created_at).seconds < 10
    assert Account.objects.count() == 3


def test_what_a_row_leaves_out(people: People) -> None:
    insert_rows(Account, [{"name": "甲", "currency": "CNY"}, {"name": "乙", "currency": "CNY"}])
    plain = Account.objects.create(name="甲", currency="CNY")
    first, second = Account.objects.order_by("pk")[:2]
    assert kept(first) == kept(plain)
    assert first.uid != second.uid


def test_rows_that_are_there_are_left(people: People) -> None:
    first, second = account(people), account(people)
    insert_records([first, second])
    rows = [{"customer_id": number, "account_id": first.pk} for number in ("K1", "K2")]
    insert_rows(SourceCustomer, rows[:1], only_new=True)
    insert_rows(SourceCustomer, [one | {"account_id": second.pk} for one in rows], only_new=True)
    ties = SourceCustomer.objects.filter(Among("customer_id", ["K1", "K2", "K3"]))
    assert dict(ties.values_list("customer_id", "account")) == {"K1": first.pk, "K2": second.pk}
    assert not SourceCustomer.objects.filter(Among("customer_id", [])).exists()
    assert SourceCustomer.objects.exclude(Among("customer_id", [])).count() == 2


def test_changed_records(people: People) -> None:
    ours = account(people)
    ours.save()
    ours.owner, ours.monthly, ours.name = None, None, "别的名字"
    before = ours.changed_at
    update_records([ours], ("owner", "monthly", "changed_at"))
    now = Account.objects.get(pk=ours.pk)
    assert (now.owner, now.monthly, now.name) == (None, None, "新华纺织")
    assert now.changed_at > before


@pytest.mark.parametrize("with_key", [True, False])
def test_lines_of_the_audit(people: People, with_key: bool) -> None:
    at = Account.objects.create(name="新华纺织", currency="CNY")
    person = Contact.objects.create(account=at, name="王敏", uid=new_uid())
    if with_key:
        note(person, "title", by=None, after="科长")
    note_all(
        [
            Line(Contact, person.uid, at.uid, "phone", "", "19900001111"),
            Line(Contact, person.uid, at.uid, "email", "", "a@b.cn"),
            Line(Account, at.uid, at.uid, "industry", "棉纺", "轮胎"),
        ],
        by=people.bob,
    )
    ours = Change.objects.exclude(what="title").order_by("pk")
    assert [(one.what, one.person) for one in ours] == [
        ("phone", person.uid),
        ("email", person.uid),
        ("industry", None),
    ]
    assert "1990" not in ours[0].after
    assert opened_lines(ours[:1]) == [("", "19900001111")]
    assert PersonKey.objects.count() == 1
    note(at, "industry", by=people.bob, of_account=at.uid, before="棉纺", after="轮胎")
    same = ("subject_kind", "subject_uid", "of_account", "what", "before", "after", "by")
    bulk, single = Change.objects.filter(what="industry").values_list(*same)
    assert bulk == single
