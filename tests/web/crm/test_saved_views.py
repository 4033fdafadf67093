"""Views kept under a name: one's own, and those everybody may use."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.web.crm.models import SavedView
from zhibi.web.fields import new_uid
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]


def keep(browser: Client, name: str, **more: str) -> HttpResponse:
    data = {"uid": str(new_uid()), "name": name, **more}
    return browser.post("/accounts/views/new?grade=A&sort=-sales&nonsense=1", data)


def test_a_view_is_its_address(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    assert browser.get("/accounts/views/new?grade=A").status_code == 200
    assert keep(browser, "我的 A 级")["Location"] == "/accounts/?grade=A&sort=-sales"
    page = browser.get("/accounts/?grade=A")
    assert [one.name for one in page.context["views"] if one.is_open][-1] == "我的 A 级"
    assert "我的 A 级" not in signed_in(people.alice).get("/accounts/").content.decode()


def test_a_shared_one_is_seen_by_all_and_ended_by_its_maker(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    keep(signed_in(people.bob), "<b>大家的</b>", is_shared="on")
    view = SavedView.objects.get()
    page = signed_in(people.charlie).get("/accounts/").content.decode()
    assert "&lt;b&gt;大家的" in page
    assert signed_in(people.charlie).post(f"/accounts/views/{view.uid}/delete").status_code == 404
    assert signed_in(people.bob).get(f"/accounts/views/{view.uid}/delete").status_code == 405
    assert signed_in(people.bob).post(f"/accounts/views/{view.uid}/delete").status_code == 302
    assert "大家的" not in signed_in(people.charlie).get("/accounts/").content.decode()


def test_the_form_sent_again_is_one_view(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    data = {"uid": str(new_uid()), "name": "x"}
    for _ in range(2):
        signed_in(people.bob).post("/accounts/views/new?grade=A", data)
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize(
    "data", [{}, {"name": "", "uid": "x"}, {"name": "长" * 100}, {"name": "\0"}]
)
def test_bad_forms(
    people: People, accounts: Accounts, signed_in: SignedIn, data: dict[str, str]
) -> None:
    given = {"uid": str(new_uid()), **data}
    assert signed_in(people.bob).post("/accounts/views/new", given).status_code == 422
    assert not SavedView.objects.exists()
