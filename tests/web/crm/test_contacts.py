"""People at customers: masked for all but the team, looked up on record, erased without a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from django.utils import timezone

from tests.web.conftest import Accounts, People
from zhibi.web.crm.actions.erase import STRUCK, mentions, replay
from zhibi.web.crm.masking import masked
from zhibi.web.crm.models import (
    Account,
    Collaborator,
    Contact,
    Erasure,
    FollowUp,
    Judgement,
    Task,
)
from zhibi.web.data.models import Import, WrittenRecord
from zhibi.web.team.actions.edit import create, edit
from zhibi.web.team.actions.edit import note as said_of
from zhibi.web.team.models import Change, PersonKey, User

SignedIn = Callable[[User], Client]
SAID = (
    "王敏娜",
    "采购经理人",
    "物资供应部",
    "19912341234",
    "wangmin@firm.cn",
    "wxid_wangmin",
    "爱打网球",
)
FIELDS = ("name", "title", "department", "phone", "email", "message_id", "note")


def people_of(account: Account, contact: Contact | None = None, part: str = "") -> str:
    own = f"{contact.uid}/{part}" if contact else ""
    return f"/accounts/{account.uid}/people/{own}"


@pytest.fixture
def wang(people: People, accounts: Accounts) -> Contact:
    typed = dict(zip(FIELDS, SAID, strict=True))
    contact = Contact(account=accounts.of_bob, **typed)
    create(contact, by=people.bob, of_account=accounts.of_bob.uid)
    return contact


def form_of(contact: Contact, **typed: Any) -> dict[str, Any]:
    kept = {name: getattr(contact, name) for name in FIELDS}
    return {"uid": contact.uid, "version": contact.version, **kept, **typed}


def test_a_name_is_enough(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    client, uid = signed_in(people.bob), uuid4()
    for _ in range(2):
        client.post(people_of(accounts.of_bob), {"uid": uid, "version": 1, "name": "李雷"})
    made = Contact.objects.get()
    assert (made.name, made.initials, made.account) == ("李雷", "ll", accounts.of_bob)
    page = client.post(people_of(accounts.of_bob), {"uid": uuid4(), "version": 1, "name": ""})
    assert page.status_code == 422
    for person, status in ((people.erin, 403), (people.charlie, 404)):
        typed = {"uid": uuid4(), "version": 1, "name": "x"}
        page = signed_in(person).post(people_of(accounts.of_bob), typed)
        assert page.status_code == status
    assert Contact.objects.count() == 1


def test_masks() -> None:
    assert masked("phone", "19912341234") == "199****1234"
    assert masked("phone", "1234") == "****"
    assert masked("phone", "6612345") == "66****"
    assert masked("email", "wang@firm.cn") == "w****@firm.cn"
    assert masked("email", "wang") == "****"
    assert masked("message_id", "wxid_wangmin") == "wx****"
    assert masked("phone", "") == ""


@pytest.mark.parametrize(
    ("who", "sees"),
    [("alice", True), ("bob", True), ("dana", True), ("fay", True), ("erin", False)],
)
def test_numbers_are_masked_but_for_the_team(
    people: People, wang: Contact, signed_in: SignedIn, who: str, sees: bool
) -> None:
    page = signed_in(getattr(people, who)).get(people_of(wang.account)).content.decode()
    assert ("19912341234" in page) == sees
    assert ("199****1234" in page) == (not sees)
    assert ("wangmin@firm.cn" in page) == sees
    assert ("wxid_wangmin" in page) == sees


@pytest.mark.parametrize("may_edit", [True, False])
def test_numbers_are_whole_for_a_collaborator_who_edits(
    people: People, wang: Contact, signed_in: SignedIn, may_edit: bool
) -> None:
    Collaborator.objects.create(
        account=wang.account, user=people.charlie, may_edit=may_edit, named_by=people.bob
    )
    for part in ("people/", "history/", "timeline/", "file/", ""):
        page = (
            signed_in(people.charlie).get(f"/accounts/{wang.account.uid}/{part}").content.decode()
        )
        assert ("19912341234" in page) == (may_edit and part == "people/")


def test_looking_up_is_on_record_and_shown_to_the_owner(
    people: People, wang: Contact, signed_in: SignedIn
) -> None:
    client, address = signed_in(people.erin), people_of(wang.account, wang, "reveal")
    page = client.post(address, {"field": "phone"}, headers={"HX-Request": "true"})
    text = page.content.decode()
    assert "19912341234" in text
    assert "wangmin@firm.cn" not in text
    assert "<html" not in text
    assert "19912341234" in client.post(address, {"field": "phone"}).content.decode()
    assert Change.objects.filter(what="revealed", by=people.erin).count() == 2
    assert "Erin" in signed_in(people.bob).get(people_of(wang.account)).content.decode()
    assert "Erin" not in client.get(people_of(wang.account)).content.decode().partition("<main")[2]
    assert client.get(address).status_code == 405
    for field in ("name", "note", "", "account"):
        assert client.post(address, {"field": field}).status_code == 404
    assert signed_in(people.charlie).post(address, {"field": "phone"}).status_code == 404
    signed_in(people.bob).post(address, {"field": "phone"})  # of the team: nothing to note
    assert Change.objects.filter(what="revealed").count() == 2


def test_a_person_is_changed_by_the_team(
    people: People, wang: Contact, signed_in: SignedIn
) -> None:
    boss = Contact.objects.create(account=wang.account, name="老板")
    client, address = signed_in(people.bob), people_of(wang.account, wang)
    assert client.get(address).status_code == 200
    typed = form_of(wang, title="总监", layer="decision", reports_to=boss.uid)
    assert client.post(address, typed).status_code == 302
    wang.refresh_from_db()
    assert (wang.title, wang.layer, wang.reports_to) == ("总监", "decision", boss)
    line = Change.objects.get(what="reports_to")
    assert "总监" not in str(list(Change.objects.values_list("before", "after")))
    assert line.person == wang.uid
    history = client.get(f"/accounts/{wang.account.uid}/history/").content.decode()
    assert "总监" in history
    assert "老板" in history
    reader = signed_in(people.erin).get(f"/accounts/{wang.account.uid}/history/").content.decode()
    assert "总监" not in reader
    for person, status in ((people.erin, 403), (people.charlie, 404)):
        assert signed_in(person).get(address).status_code == status
        assert signed_in(person).post(address, typed).status_code == status


def test_a_person_badly_changed(people: People, wang: Contact, signed_in: SignedIn) -> None:
    elsewhere = Contact.objects.create(
        account=Account.objects.exclude(pk=wang.account.pk).first(), name="别家"
    )
    below = Contact.objects.create(account=wang.account, name="下属", reports_to=wang)
    client, address = signed_in(people.bob), people_of(wang.account, wang)
    for typed in (
        {"name": ""},
        {"phone": "1" * 41},
        {"layer": "top"},
        {"reports_to": elsewhere.uid},
        {"reports_to": wang.uid},
        {"reports_to": below.uid},
        {"reports_to": str(below.pk)},
        {"reports_to": "x"},
    ):
        assert client.post(address, form_of(wang, **typed)).status_code == 422, typed
    assert client.get(people_of(wang.account, elsewhere)).status_code == 404
    signed_in(people.alice).post(address, form_of(wang, title="主任"))
    page = client.post(address, form_of(wang, title="经理"))
    assert page.status_code == 409
    assert "主任" in page.content.decode()


def test_deleted_and_brought_back(people: People, wang: Contact, signed_in: SignedIn) -> None:
    client = signed_in(people.bob)
    assert signed_in(people.erin).post(people_of(wang.account, wang, "delete")).status_code == 403
    client.post(people_of(wang.account, wang, "delete"))
    assert client.get(people_of(wang.account, wang)).status_code == 404
    client.post(people_of(wang.account, wang, "restore"))
    assert client.get(people_of(wang.account, wang)).status_code == 200


def every_text() -> Iterator[tuple[str, str]]:
    """Every text in every column of every table."""
    for model in apps.get_models():
        columns = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._default_manager.values(*columns) if columns else ():
            for name, value in row.items():
                yield f"{model.__name__}.{name}", str(value)


def test_an_erased_person_leaves_no_trace(
    people: People, wang: Contact, signed_in: SignedIn
) -> None:
    account, client = wang.account, signed_in(people.alice)
    signed_in(people.bob).post(people_of(account, wang), form_of(wang, title="采购经理人二"))
    other = Contact(account=account, name="下属", reports_to=wang)
    create(other, by=people.bob, of_account=account.uid)
    edit(other, {"reports_to": None}, by=people.bob, version=1, of_account=account.uid)
    edit(other, {"reports_to": wang}, by=people.bob, version=2, of_account=account.uid)
    signed_in(people.erin).post(people_of(account, wang, "reveal"), {"field": "phone"})
    by = {"account": account, "by": people.bob}
    note = FollowUp(**by, contact=wang, kind="visit", at=timezone.now(), text="见了王敏娜")
    create(note, by=people.bob, of_account=account.uid)
    edit(note, {"text": "见了王敏娜,谈价格"}, by=people.bob, version=1, of_account=account.uid)
    Task.objects.create(account=account, title="给王敏娜回电", assignee=people.bob)
    Judgement.objects.create(
        **by, criterion="fit", value="high", evidence="王敏娜说的", on="2026-01-01"
    )
    kept = dict(zip(FIELDS, SAID, strict=True))
    # A judgement and a line of the audit stay with the account they were said of, merged or not.
    twin = Account.objects.create(
        name="另一家", currency="CNY", merged_into=account, deleted_at=timezone.now()
    )
    Judgement.objects.create(
        account=twin,
        by=people.bob,
        criterion="fit",
        value="low",
        evidence="王敏娜",
        on="2026-01-01",
    )
    said_of(twin, "text", by=people.bob, of_account=twin.uid, before="王敏娜", after="王敏娜说")
    page = settings.RESULTS / "ab" / ("ab" + 62 * "0") / "zh-CN.json"
    page.parent.mkdir(parents=True)
    page.write_text("王敏娜说的", encoding="utf-8")
    brought = Import.objects.create(
        kind="contacts", files=[], seen={"examples": {"new": [kept]}}, created_by=people.bob
    )
    WrittenRecord.objects.create(
        of_import=brought, uid=wang.uid, is_new=True, version=1, after=kept
    )

    wang.refresh_from_db()
    asked = client.get(people_of(account, wang, "erase")).content.decode()
    assert asked.count("王敏娜") >= len(mentions(wang)) == 4
    assert client.post(people_of(account, wang, "erase")).status_code == 302

    wang.refresh_from_db()
    left = [(where, text) for where, text in every_text() if any(said in text for said in SAID)]
    assert left == []
    assert FollowUp.objects.get().text == f"见了{STRUCK},谈价格"
    assert not page.exists()
    assert not PersonKey.objects.filter(person=wang.uid).exists()
    assert Erasure.objects.get().person == wang.uid
    assert client.get(people_of(account, wang)).status_code == 404
    for part in ("people/", "history/", "timeline/", "work/"):
        page = client.get(f"/accounts/{account.uid}/{part}")
        assert page.status_code == 200
        assert "王敏娜" not in page.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 302), ("bob", 403), ("charlie", 404), ("dana", 302), ("erin", 403)],
)
def test_who_may_erase(
    people: People, wang: Contact, signed_in: SignedIn, who: str, status: int
) -> None:
    page = signed_in(getattr(people, who)).post(people_of(wang.account, wang, "erase"))
    assert page.status_code == status
    assert Erasure.objects.exists() == (status == 302)


@pytest.mark.parametrize("is_known_to_the_backup", [True, False])
def test_a_backup_comes_back_without_the_erased(
    people: People, wang: Contact, *, is_known_to_the_backup: bool
) -> None:
    if is_known_to_the_backup:
        Erasure.objects.create(person=wang.uid, by=people.dana)
    else:
        (settings.WORKSPACE / "erased").write_text(f"{wang.uid}\n", encoding="ascii")
    assert replay() == 1
    wang.refresh_from_db()
    assert (wang.name, wang.phone) == ("", "")
    assert wang.erased_at
    assert replay() == 0


def test_a_name_of_one_letter_is_not_struck_out_of_words(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    short = Contact.objects.create(account=accounts.of_bob, name="王")
    FollowUp.objects.create(
        account=accounts.of_bob, by=people.bob, kind="note", at=timezone.now(), text="王牌产品"
    )
    signed_in(people.alice).post(people_of(accounts.of_bob, short, "erase"))
    assert FollowUp.objects.get().text == "王牌产品"
