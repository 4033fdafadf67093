"""Changing an account: who may, what is refused, and what stays known of before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.web.crm.access import accounts_of, today
from zhibi.web.crm.actions import change_account
from zhibi.web.crm.forms.account import AccountForm
from zhibi.web.crm.models import Account, Collaborator, Tag
from zhibi.web.team.actions import edit
from zhibi.web.team.models import Change, User
from zhibi.worlds.credit_code import check_character

SignedIn = Callable[[User], Client]
CODE = "91370200MA3C000001"[:17]
CODE += check_character(CODE)


def address(account: Account, part: str = "") -> str:
    return f"/accounts/{account.uid}/{part}"


def form_of(account: Account, **typed: Any) -> dict[str, Any]:
    return {"uid": account.uid, "version": account.version, "name": account.name, **typed}


def again(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def lines(account: Account) -> list[tuple[str, str, str]]:
    rows = Change.objects.filter(of_account=account.uid).order_by("pk")
    return list(rows.values_list("what", "before", "after"))


def test_a_new_account_is_its_makers(people: People, signed_in: SignedIn) -> None:
    client, uid = signed_in(people.bob), uuid4()
    for _ in range(2):  # the same form sent twice
        page = client.post("/accounts/new", {"uid": uid, "version": 1, "name": "新公司"})
        assert page.status_code == 302
    made = Account.objects.get(uid=uid)
    assert (made.name, made.owner, made.currency, made.initials) == (
        "新公司",
        people.bob,
        "CNY",
        "xgs",
    )
    assert Account.objects.count() == 1


def test_a_form_opened_before_a_deletion_is_told(people: People, accounts: Accounts) -> None:
    account = accounts.of_bob
    opened = account.version
    edit.delete(account, by=people.bob)
    edit.restore(account, by=people.bob)
    with pytest.raises(edit.EditedMeanwhileError) as told:
        edit.edit(account, {"name": "别名"}, by=people.alice, version=opened)
    assert told.value.by == people.bob
    assert again(account).version == account.version == opened + 2


def test_a_form_sent_twice_at_one_moment_makes_one(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of the two finds the other's record when it looks."""
    first = edit.create(Tag(name="展会"), by=people.bob)
    look, looked = edit._made_before, iter((True, False))
    monkeypatch.setattr(edit, "_made_before", lambda *asked: None if next(looked) else look(*asked))
    assert edit.create(Tag(name="展会", uid=first.uid), by=people.bob) == first
    assert Change.objects.filter(what="created").count() == 1


def test_the_same_name_is_asked_about(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client = signed_in(people.bob)
    typed = {"uid": uuid4(), "version": 1, "name": accounts.of_bob.name}
    page = client.post("/accounts/new", typed)
    assert page.status_code == 409
    assert address(accounts.of_bob) in page.content.decode()
    assert client.post("/accounts/new", {**typed, "anyway": "1"}).status_code == 302
    # Somebody else's account of the same name does not exist for Bob.
    page = client.post("/accounts/new", {**typed, "uid": uuid4(), "name": accounts.of_charlie.name})
    assert page.status_code == 302


def test_a_new_account_needs_a_name_and_a_role(people: People, signed_in: SignedIn) -> None:
    empty = {"uid": uuid4(), "version": 1, "name": " "}
    assert signed_in(people.bob).post("/accounts/new", empty).status_code == 422
    assert signed_in(people.erin).get("/accounts/new").status_code == 403


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 302), ("bob", 302), ("charlie", 404), ("dana", 302), ("erin", 403)],
)
def test_who_may_change(
    people: People, accounts: Accounts, signed_in: SignedIn, who: str, status: int
) -> None:
    client = signed_in(getattr(people, who))
    page = client.post(address(accounts.of_bob, "edit"), form_of(accounts.of_bob, industry="橡胶"))
    assert page.status_code == status
    assert again(accounts.of_bob).industry == ("橡胶" if status == 302 else "")


def test_a_former_name_stays_known_and_found(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client = signed_in(people.bob)
    client.post(address(accounts.of_bob, "edit"), form_of(accounts.of_bob, name="山东轮胎"))
    account = again(accounts.of_bob)
    assert (account.name, account.former_names, account.initials) == (
        "山东轮胎",
        "青岛轮胎",
        "sdlt",
    )
    assert ("name", "青岛轮胎", "山东轮胎") in lines(account)
    assert "青岛轮胎" in client.get(address(account, "file/")).content.decode()
    assert "青岛轮胎" in client.get(address(account, "history/")).content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": "a\0b"},
        {"credit_code": CODE[:17] + ("0" if CODE[17] != "0" else "1")},
        {"credit_code": "123"},
        {"since": "31.31.2024"},
        {"employees": "-1"},
        {"annual_revenue": "1.234"},
        {"annual_revenue": "NaN"},
        {"credit_limit": "1e40"},
        {"size": "gigantic"},
        {"above": "没有这家公司"},
        {"version": "x"},
        {"uid": "x"},
    ],
)
def test_bad_input_is_said_and_changes_nothing(
    people: People, accounts: Accounts, signed_in: SignedIn, typed: dict[str, str]
) -> None:
    client = signed_in(people.bob)
    page = client.post(address(accounts.of_bob, "edit"), form_of(accounts.of_bob, **typed))
    assert page.status_code == 422
    assert again(accounts.of_bob).version == 1


def test_a_right_credit_code_is_kept_once(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client = signed_in(people.alice)
    typed = form_of(accounts.of_bob, credit_code=f" {CODE.lower()} ")
    assert client.post(address(accounts.of_bob, "edit"), typed).status_code == 302
    assert again(accounts.of_bob).credit_code == CODE
    typed = form_of(accounts.of_alice, credit_code=CODE)
    page = client.post(address(accounts.of_alice, "edit"), typed)
    assert page.status_code == 422


def test_of_two_credit_codes_saved_at_once_the_second_is_told(
    people: People, accounts: Accounts, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = AccountForm.clean_credit_code

    def taken_after_the_look(form: AccountForm) -> str | None:
        code = look(form)
        Account.objects.filter(pk=accounts.of_bob.pk).update(credit_code=CODE)
        return code

    monkeypatch.setattr(AccountForm, "clean_credit_code", taken_after_the_look)
    typed = form_of(accounts.of_alice, credit_code=CODE, industry="橡胶")
    page = signed_in(people.alice).post(address(accounts.of_alice, "edit"), typed)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["credit_code"]
    assert again(accounts.of_alice).industry == ""


def test_of_two_who_make_one_tag_at_once_both_set_it(
    people: People, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = change_account.create_once

    def made_before(tag: Tag, **said: Any) -> Any:
        Tag.objects.create(name=tag.name)
        return make(tag, **said)

    monkeypatch.setattr(change_account, "create_once", made_before)
    change_account.set_tags(accounts.of_bob, ["展会"], by=people.bob)
    assert [tag.name for tag in accounts.of_bob.tags.all()] == ["展会"]


def test_somebody_else_saved_meanwhile(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    opened = form_of(accounts.of_bob, industry="Alices <b>")
    signed_in(people.alice).post(address(accounts.of_bob, "edit"), opened)
    client = signed_in(people.bob)
    page = client.post(address(accounts.of_bob, "edit"), {**opened, "industry": "Bobs"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Alices &lt;b&gt;" in text
    assert 'value="Bobs"' in text
    assert "Alice" in text
    assert 'name="version" value="2"' in text
    assert again(accounts.of_bob).industry == "Alices <b>"
    page = client.post(
        address(accounts.of_bob, "edit"), {**opened, "industry": "Bobs", "version": 2}
    )
    assert page.status_code == 302
    assert again(accounts.of_bob).industry == "Bobs"


def test_a_company_above_is_looked_up_among_those_seen(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    bob, alice = signed_in(people.bob), signed_in(people.alice)
    part, whole = accounts.of_bob, accounts.of_alice
    for hidden in (accounts.of_alice.name, f"http://x/accounts/{accounts.of_charlie.uid}/"):
        page = bob.post(address(part, "edit"), form_of(part, above=hidden))
        assert page.status_code == 422
    alice.post(address(part, "edit"), form_of(part, above=str(whole.uid)))
    assert again(part).parent == whole
    # Bob sees no company above, and saving does not take away what he does not see.
    page = bob.get(address(part, "edit")).content.decode()
    assert whole.name not in page
    bob.post(address(part, "edit"), form_of(again(part), industry="橡胶"))
    assert (again(part).parent, again(part).industry) == (whole, "橡胶")
    for page_of in ("", "file/", "history/", "timeline/"):
        assert whole.name not in bob.get(address(part, page_of)).content.decode()
    # No circles, not even over others.
    page = alice.post(address(whole, "edit"), form_of(whole, above=part.name))
    assert page.status_code == 422
    page = alice.post(address(part, "edit"), form_of(again(part), above=part.name))
    assert page.status_code == 422
    alice.post(address(part, "edit"), form_of(again(part), above=""))
    assert again(part).parent is None


def test_companies_are_offered_within_scope(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    Account.objects.filter(pk=accounts.of_bob.pk).update(name="<b>轮胎", name_key="<b>轮胎")
    offered = signed_in(people.bob).get("/accounts/companies?above=<b>").content.decode()
    assert "&lt;b&gt;轮胎" in offered
    assert (
        "option" not in signed_in(people.bob).get("/accounts/companies?above=中棉").content.decode()
    )
    assert "option" not in signed_in(people.bob).get("/accounts/companies").content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 302), ("bob", 403), ("charlie", 404), ("dana", 302), ("erin", 403)],
)
def test_who_may_hand_over(
    people: People, accounts: Accounts, signed_in: SignedIn, who: str, status: int
) -> None:
    client = signed_in(getattr(people, who))
    page = client.post(address(accounts.of_bob, "owner"), {"owner": people.alice.uid})
    assert page.status_code == status
    assert (again(accounts.of_bob).owner == people.alice) == (status == 302)


def test_the_new_owner_is_one_of_those_seen(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client = signed_in(people.alice)
    assert client.get(address(accounts.of_bob, "owner")).status_code == 200
    for owner in (people.charlie.uid, people.erin.uid, uuid4(), "1", ""):
        page = client.post(address(accounts.of_bob, "owner"), {"owner": owner})
        assert page.status_code == 422
    assert again(accounts.of_bob).owner == people.bob


def test_collaborators_are_named_and_ended(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    assert client.get(address(account, "collaborators")).status_code == 200
    soon = (today() + timedelta(days=7)).isoformat()
    typed = {"user": people.charlie.uid, "may_edit": "on", "ends_on": soon}
    assert client.post(address(account, "collaborators"), typed).status_code == 302
    named = Collaborator.objects.get()
    assert (named.user, named.may_edit, named.named_by) == (people.charlie, True, people.bob)
    assert "Bob 添加，" in client.get(address(account, "file/")).content.decode()
    charlies = signed_in(people.charlie)
    assert charlies.get(address(account)).status_code == 200
    # A collaborator edits, and names nobody.
    assert charlies.get(address(account, "edit")).status_code == 200
    assert charlies.post(address(account, "collaborators"), typed).status_code == 403
    assert charlies.post(address(account, "delete")).status_code == 403
    client.post(address(account, "collaborators"), {"user": people.charlie.uid})  # to read only
    assert Collaborator.objects.get().may_edit is False
    for _ in range(2):
        client.post(address(account, f"collaborators/{people.charlie.uid}/end"))
    assert charlies.get(address(account)).status_code == 404
    assert [what for what, _, _ in lines(account)] == ["editor", "reader", "reader"]


@pytest.mark.parametrize(
    "typed",
    [{}, {"user": "x"}, {"user": uuid4()}, {"ends_on": "2020-01-01"}, {"ends_on": "tomorrow"}],
)
def test_a_collaborator_named_badly(
    people: People, accounts: Accounts, signed_in: SignedIn, typed: dict[str, Any]
) -> None:
    if "ends_on" in typed:
        typed = {**typed, "user": people.charlie.uid}
    page = signed_in(people.bob).post(
        address(accounts.of_bob, "collaborators"), {"user": "", **typed}
    )
    assert page.status_code == 422
    assert not Collaborator.objects.exists()


def test_tags(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    client.post(address(account, "tags"), {"tags": "重点, 山东；重点,,"})
    assert sorted(account.tags.values_list("name", flat=True)) == ["山东", "重点"]
    client.post(address(account, "tags"), {"tags": "重点"})
    assert list(account.tags.values_list("name", flat=True)) == ["重点"]
    assert ("tags", "山东; 重点", "重点") in lines(account)
    assert Tag.objects.count() == 2
    for bad in ("x" * 41, ",".join(map(str, range(21))), "a\0b"):
        assert client.post(address(account, "tags"), {"tags": bad}).status_code == 422
    assert signed_in(people.erin).post(address(account, "tags"), {"tags": "x"}).status_code == 403
    assert (
        signed_in(people.charlie).post(address(account, "tags"), {"tags": "x"}).status_code == 404
    )


def test_deleted_and_brought_back(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    assert client.get(address(account, "delete")).status_code == 200
    assert signed_in(people.charlie).post(address(account, "delete")).status_code == 404
    assert signed_in(people.erin).post(address(account, "delete")).status_code == 403
    client.post(address(account, "delete"))
    assert client.get(address(account)).status_code == 404
    assert not accounts_of(people.bob).exists()
    assert client.get(address(account, "restore")).status_code == 200
    assert signed_in(people.charlie).post(address(account, "restore")).status_code == 404
    client.post(address(account, "restore"))
    assert client.get(address(account)).status_code == 200
    assert [what for what, _, _ in lines(account)] == ["deleted", "restored"]


def test_an_address_that_only_writes_refuses_to_be_read(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client = signed_in(people.bob)
    for part in ("tags", "grade", "stage", "question", "attachments", "judgements/man"):
        assert client.get(address(accounts.of_bob, part)).status_code == 405
