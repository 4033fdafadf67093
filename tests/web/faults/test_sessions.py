"""A session that ended while a page was open, and a page that was open across an upgrade."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.web.conftest import Accounts, People
from tests.web.matrix.looked import INNARDS
from zhibi.web.crm.models import Account
from zhibi.web.jobs.actions.hold import KILLED
from zhibi.web.jobs.models import Job
from zhibi.web.team.actions.sign_in import end_sessions
from zhibi.web.team.models import User
from zhibi.web.text import said_to_json

SignedIn = Callable[[User], Client]
FORM_AT = "/accounts/new?about=x"
NOT_KEPT = "没有保存"


def end(user: User) -> None:
    end_sessions(user)


def let_out(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user: User) -> None:
    user.set_password("another password")
    user.save()


@pytest.mark.parametrize("ended", [end, let_out, change_password])
def test_a_form_sent_after_the_session_ended(
    ended: Callable[[User], None], people: People, signed_in: SignedIn
) -> None:
    browser = signed_in(people.bob)
    assert browser.get(FORM_AT).status_code == 200
    ended(people.bob)
    sent = {"name": "没人知道", "uid": "x", "version": "1"}
    here = {"Referer": f"http://testserver{FORM_AT}"}
    answer = browser.post("/accounts/new", sent, headers=here)
    assert answer.status_code == 302
    assert answer.url == "/sign-in?next=/accounts/new%3Fabout%3Dx"
    assert NOT_KEPT in browser.get(answer.url).content.decode()
    assert not Account.objects.filter(name="没人知道").exists()


def test_the_way_back_leads_to_the_form(people: People) -> None:
    browser = Client()
    answer = browser.post(
        "/tasks/0190aaaa-0000-7000-8000-000000000000/done",
        headers={"Referer": "http://testserver/tasks/"},
    )
    form = {"username": "bob", "password": "password", "next": "/tasks/"}
    assert answer.url == "/sign-in?next=/tasks/"
    assert browser.post("/sign-in", form).url == "/tasks/"


@pytest.mark.parametrize(
    "elsewhere", ["", "https://evil.example/x", "//evil.example/", "javascript:x"]
)
def test_no_way_leads_elsewhere(elsewhere: str, people: People) -> None:
    answer = Client().post("/accounts/new", headers={"Referer": elsewhere})
    assert answer.url == "/sign-in?next=/"


def test_a_deactivated_person_reads_nothing(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    browser = signed_in(people.bob)
    let_out(people.bob)
    for address in ("/", f"/accounts/{accounts.of_bob.uid}/", "/accounts/export"):
        answer = browser.get(address)
        assert answer.status_code == 302
        assert answer.url.startswith("/sign-in")
    answer = browser.get("/", headers={"HX-Request": "true"})
    assert answer.status_code in (200, 302)
    assert accounts.of_bob.name not in answer.content.decode()


def test_a_killed_job_is_a_sentence(people: People, signed_in: SignedIn) -> None:
    job = Job.objects.create(
        kind="analysis", by=people.bob, state=Job.State.FAILED, error=said_to_json(KILLED)
    )
    page = signed_in(people.bob).get(f"/jobs/{job.uid}/").content.decode()
    assert 'role="alert"' in page
    assert "重试" in page or "再试" in page
    assert not [word for word in INNARDS if word in page.lower()]


def test_a_file_of_an_older_version_is_not_there(people: People) -> None:
    answer = Client().get("/static/zhibi/zhibi.0123456789ab.css")
    assert answer.status_code == 404
    assert not [word for word in INNARDS if word in answer.content.decode().lower()]


@pytest.mark.parametrize(
    "address", ["/accounts/new", "/tasks/new", "/me", "/accounts/views/new", "/accounts/bulk"]
)
def test_a_form_of_another_version(address: str, people: People, signed_in: SignedIn) -> None:
    """Its fields have other names: a sentence, and nothing written."""
    before = Account.objects.count()
    answer = signed_in(people.alice).post(address, {"field of an older page": "x"})
    assert answer.status_code in (302, 422)
    assert not [word for word in INNARDS if word in answer.content.decode().lower()]
    assert Account.objects.count() == before
