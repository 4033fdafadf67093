"""People: added, changed, deactivated, helped in; by administrators only."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.forms import Form
from django.test import Client

from tests.web.conftest import Accounts, People, SignedIn
from zhibi.web.team.actions import people as actions
from zhibi.web.team.forms.person import NewPersonForm, PersonForm
from zhibi.web.team.forms.taken import taken_is_told
from zhibi.web.team.models import Change, SellerName, Session, User

PASSWORD = re.compile(r'<code id="password">([^<]+)<')
GINA = {
    "name": "吉娜",
    "username": "Gina",
    "role": "salesperson",
    "seller_names": "吉娜\n Gina G\n",
}


def paths(person: User) -> list[tuple[str, str]]:
    """Every address about people, and how it is asked for."""
    one = f"/people/{person.uid}"
    return [
        ("get", "/people"), ("get", "/people/new"), ("post", "/people/new"),
        ("get", f"{one}/"), ("post", f"{one}/"), ("get", f"{one}/deactivate"),
        ("post", f"{one}/deactivate"), ("post", f"{one}/reactivate"),
        ("post", f"{one}/password"), ("post", f"{one}/second-step/end"),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["alice", "bob", "erin", "fay"])
def test_others_may_not(people: People, signed_in: SignedIn, who: str) -> None:
    browser = signed_in(getattr(people, who))
    before = User.objects.get(pk=people.charlie.pk).__dict__
    for method, path in paths(people.charlie):
        assert getattr(browser, method)(path, GINA).status_code == 403, path
    after = User.objects.get(pk=people.charlie.pk).__dict__
    assert {**before, "_state": 0} == {**after, "_state": 0}


def test_visitors_are_sent_to_the_door(people: People) -> None:
    for method, path in paths(people.bob):
        assert getattr(Client(), method)(path).url.startswith("/sign-in"), path


def test_unknown_people_are_not_found(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.dana)
    nobody = User(uid=uuid4())
    for method, path in paths(nobody)[3:]:
        assert getattr(browser, method)(path).status_code == 404, path


def test_all_are_listed_in_few_queries(
    people: People, signed_in: SignedIn, django_assert_max_num_queries: object
) -> None:
    browser = signed_in(people.dana)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        page = browser.get("/people").content.decode()
    assert all(name in page for name in ("Alice", "Bob", "东北组"))


def test_a_person_is_added_and_told_a_password_once(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.dana)
    sent = {"uid": uuid4(), **GINA}
    first = PASSWORD.search(browser.post("/people/new", sent).content.decode())
    assert first
    gina = User.objects.get(uid=sent["uid"])
    assert (gina.username, gina.role) == ("gina", "salesperson")
    assert gina.check_password(first[1])
    assert {one.name for one in gina.seller_names.all()} == {"吉娜", "Gina G"}
    assert "添加。" in browser.get(f"/people/{gina.uid}/").content.decode()
    again = browser.post("/people/new", sent)
    assert again.url == f"/people/{gina.uid}/"
    assert User.objects.filter(username="gina").count() == 1
    whats = set(Change.objects.filter(subject_uid=gina.uid).values_list("what", flat=True))
    assert whats == {"created", "seller names"}
    texts = Change.objects.values_list("before", "after")
    assert first[1] not in str(list(texts))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"username": "bob"}, {"username": "BOB"}, {"username": "a b"},
        {"username": "<b>"}, {"role": "king"}, {"seller_names": "鲍勃"}, {"uid": "x"},
        {"seller_names": "n" * 121},
    ],
)  # fmt: skip
def test_wrong_people_are_not_added(
    people: People, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    SellerName.objects.create(name="鲍勃", user=people.bob)
    sent = {"uid": str(uuid4()), **GINA} | wrong
    assert signed_in(people.dana).post("/people/new", sent).status_code == 422
    assert User.objects.count() == 6


@pytest.mark.parametrize(
    ("path", "field"),
    [("new", "username"), ("new", "seller_names"), ("of charlie", "seller_names")],
)
def test_a_name_taken_at_the_same_moment_is_told(
    people: People, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, path: str, field: str
) -> None:
    where = NewPersonForm if field == "username" else PersonForm
    look = getattr(where, f"clean_{field}")

    def taken_after_the_look(form: PersonForm) -> Any:
        found = look(form)
        if field == "username":
            User.objects.get_or_create(username="gina", defaults={"name": "G"})
        else:
            SellerName.objects.get_or_create(name="吉娜", user=people.bob)
        return found

    monkeypatch.setattr(where, f"clean_{field}", taken_after_the_look)
    address = "/people/new" if path == "new" else f"/people/{people.charlie.uid}/"
    page = signed_in(people.dana).post(address, {"uid": uuid4(), **GINA})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert User.objects.get(pk=people.charlie.pk).name == "Charlie"


def test_a_fault_of_our_own_is_not_taken_for_a_name() -> None:
    with pytest.raises(IntegrityError), taken_is_told(Form({})):
        raise IntegrityError


def test_a_person_sent_twice_at_one_moment_is_one(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of the two finds the other's when it looks."""
    look, looked = actions._is_known, iter((True, False))
    monkeypatch.setattr(actions, "_is_known", lambda one: look(one) if not next(looked) else False)
    again = User(uid=people.bob.uid, username="bob", name="Bob")
    assert actions.add_person(again, seller_names=(), by=people.dana) is None


def test_role_and_names_are_changed_and_noted(people: People, signed_in: SignedIn) -> None:
    sent = {"name": "Bob", "role": "manager", "seller_names": "Bob B"}
    assert signed_in(people.dana).post(f"/people/{people.bob.uid}/", sent).status_code == 302
    people.bob.refresh_from_db()
    assert people.bob.role == "manager"
    lines = Change.objects.filter(subject_uid=people.bob.uid, by=people.dana)
    assert {(line.what, line.before, line.after) for line in lines} == {
        ("role", "salesperson", "manager"),
        ("seller names", "", "Bob B"),
    }


def test_who_is_deactivated_is_out_at_once(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    bob, dana = signed_in(people.bob), signed_in(people.dana)
    asked = dana.get(f"/people/{people.bob.uid}/deactivate").content.decode()
    assert "：1" in asked  # the one account that is Bob's
    people.bob.refresh_from_db()
    assert people.bob.is_active
    dana.post(f"/people/{people.bob.uid}/deactivate")
    assert bob.get("/me").status_code == 302
    assert not Session.objects.filter(user=people.bob).exists()
    accounts.of_bob.refresh_from_db()
    assert accounts.of_bob.owner == people.bob
    dana.post(f"/people/{people.bob.uid}/reactivate")
    assert Client().login(username="bob", password="password")
    noted = Change.objects.filter(subject_uid=people.bob.uid, what="is_active")
    assert [line.after for line in noted.order_by("pk")] == ["False", "True"]


@pytest.mark.parametrize("how", ["deactivate", "demote"])
def test_the_last_administrator_stays(people: People, signed_in: SignedIn, how: str) -> None:
    one = f"/people/{people.dana.uid}/"
    sent = {"name": "Dana", "role": "analyst", "seller_names": ""}
    path = f"{one}deactivate" if how == "deactivate" else one
    assert signed_in(people.dana).post(path, sent).status_code == 422
    people.dana.refresh_from_db()
    assert people.dana.is_administrator
    assert people.dana.is_active


def test_a_forgotten_password_is_replaced(people: People, signed_in: SignedIn) -> None:
    bob = signed_in(people.bob)
    page = signed_in(people.dana).post(f"/people/{people.bob.uid}/password").content.decode()
    told = PASSWORD.search(page)
    assert told
    people.bob.refresh_from_db()
    assert people.bob.check_password(told[1])
    assert bob.get("/me").status_code == 302
    assert Change.objects.get(what="password").by == people.dana


def test_a_lost_phone_is_helped(people: People, signed_in: SignedIn) -> None:
    User.objects.filter(pk=people.bob.pk).update(totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    signed_in(people.dana).post(f"/people/{people.bob.uid}/second-step/end")
    people.bob.refresh_from_db()
    assert people.bob.totp_secret == ""
    assert Change.objects.get(what="second step").by == people.dana
