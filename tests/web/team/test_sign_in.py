"""Signing in: password, second step, too many failures, and where one goes afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.conf import settings
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone

from tests.web.conftest import People, SignedIn
from zhibi.web.team.models import Session, SignInAttempt, User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enter(browser: Client, username: str = "bob", password: str = "password", **more: str) -> Any:
    return browser.post("/sign-in", {"username": username, "password": password, **more})


def is_in(browser: Client) -> bool:
    return browser.get("/me").status_code == 200


def with_second_step(user: User) -> User:
    user.totp_secret = SECRET
    user.save()
    return user


def code() -> str:
    return pyotp.TOTP(SECRET).now()


def test_the_right_password_opens(people: People) -> None:
    browser = Client(headers={"User-Agent": "Firefox on a train"})
    answer = enter(browser, "Bob")  # names are the same in capitals
    assert (answer.status_code, answer.url) == (302, "/")
    assert is_in(browser)
    session = Session.objects.get(user=people.bob)
    assert (session.address, session.browser) == ("127.0.0.1", "Firefox on a train")


def test_the_session_key_changes_on_the_way_in(people: People) -> None:
    """At each step: who knew the key before knows it no more."""
    with_second_step(people.bob)
    browser, keys = Client(), []
    browser.get("/sign-in")
    for step, form in (("", {"username": "bob", "password": "password"}), ("/code", {})):
        session = browser.session
        session["here"] = True  # a session begun by somebody else
        session.save()
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        keys.append(session.session_key)
        browser.post(f"/sign-in{step}", form or {"code": code()})
    keys.append(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    assert len(set(keys)) == 3
    assert is_in(browser)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"username": "nobody"},
        {"username": ""},
        {"username": "bo\x00b"},
        {"username": "b" * 200},
        {"password": "p" * 5000},
    ],
)
def test_wrong_input_stays_outside(people: People, wrong: dict[str, str]) -> None:
    browser = Client()
    answer = enter(browser, **{"username": "bob", "password": "password"} | wrong)
    assert answer.status_code == 422
    assert not is_in(browser)


def test_nobody_learns_which_names_exist(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same sentence, and the same work: a password is hashed for an unknown name too."""
    hashed = []
    kind = type(hashers.get_hasher())
    whole = kind.encode

    def counted(self: Any, password: str, salt: str, *rest: Any) -> str:
        hashed.append(password)
        encoded: str = whole(self, password, salt, *rest)
        return encoded

    monkeypatch.setattr(kind, "encode", counted)
    pages = []
    for username in ("bob", "nobody"):
        hashed.clear()
        page = enter(Client(), username, "wrong").content.decode()
        pages.append(page[page.index('role="alert"') :][:60])
        assert hashed.count("wrong") == 1
    assert pages[0] == pages[1]


def test_five_failures_close_the_name_for_a_while(people: People) -> None:
    browser = Client(headers={"Accept-Language": "en"})
    browser.cookies["language"] = "en"
    for _ in range(5):
        assert "wrong; try again" in enter(browser, password="guess").content.decode()
    answer = enter(browser)
    assert answer.status_code == 422
    assert "try again in 15 min." in answer.content.decode()
    assert SignInAttempt.objects.filter(username="bob").count() == 5
    elsewhere = enter(Client(REMOTE_ADDR="10.0.0.9"))
    assert elsewhere.status_code == 422  # the name is closed, wherever one comes from
    assert enter(Client(), "charlie").status_code == 302


def test_the_door_opens_again_after_the_window(people: People) -> None:
    for _ in range(5):
        enter(Client(), password="guess")
    old = timezone.now() - timedelta(minutes=14)
    SignInAttempt.objects.update(at=old)
    browser = Client()
    browser.cookies["language"] = "en"
    assert "try again in 1 min." in enter(browser).content.decode()
    SignInAttempt.objects.update(at=timezone.now() - timedelta(minutes=15, seconds=1))
    assert enter(browser).status_code == 302
    assert not SignInAttempt.objects.exists()


def test_twenty_failures_close_an_address(people: People) -> None:
    for number in range(20):
        enter(Client(REMOTE_ADDR="10.0.0.9"), f"name{number}", "guess")
    assert enter(Client(REMOTE_ADDR="10.0.0.9")).status_code == 422
    assert enter(Client(REMOTE_ADDR="10.0.0.8")).status_code == 302


def test_behind_a_proxy_the_browsers_own_address_counts(people: People, settings: Any) -> None:
    settings.IS_HTTPS = True
    Client().post(
        "/sign-in",
        {"username": "bob", "password": "guess"},
        headers={"X-Forwarded-For": "1.2.3.4, 10.1.1.1"},
    )
    assert SignInAttempt.objects.get().address == "10.1.1.1"  # what came before may be made up


def test_without_a_proxy_nobody_says_where_they_come_from(people: People) -> None:
    enter_from = {"X-Forwarded-For": "1.2.3.4"}
    form = {"username": "bob", "password": "guess"}
    Client(REMOTE_ADDR="10.0.0.9").post("/sign-in", form, headers=enter_from)
    assert SignInAttempt.objects.get().address == "10.0.0.9"


def test_who_signs_in_is_forgiven_alone(people: People) -> None:
    """Else one account of one's own would open the way to guess at all others."""
    enter(Client(), "charlie", "guess")
    enter(Client(), "bob", "guess")
    enter(Client(), "bob")
    assert SignInAttempt.objects.get().username == "charlie"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(people: People, to: str) -> None:
    assert enter(Client(), next=to).url == "/"


def test_one_goes_on_where_one_wanted_to(people: People) -> None:
    browser = Client()
    asked = browser.get("/me")
    assert asked.url == "/sign-in?next=/me"
    assert 'name="next" value="/me"' in browser.get(asked.url).content.decode()
    assert enter(browser, next="/me").url == "/me"


def test_a_part_of_a_page_brings_the_whole_page_to_the_door(people: People) -> None:
    asked = Client().get(
        "/sign-in?next=/jobs/x",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/teams"},
    )
    assert asked.headers["HX-Redirect"] == "/sign-in?next=%2Fteams"


def test_who_is_in_needs_no_door(people: People, signed_in: SignedIn) -> None:
    assert signed_in(people.bob).get("/sign-in").url == "/"


def test_a_deactivated_person_stays_outside(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    User.objects.filter(pk=people.bob.pk).update(is_active=False)
    assert not is_in(browser)  # the session from before is refused too
    assert enter(Client()).status_code == 422


def test_the_second_step(people: People) -> None:
    with_second_step(people.alice)  # another one, whose turn it is not
    with_second_step(people.bob)
    browser = Client()
    answer = enter(browser, next="/me")
    assert answer.url == "/sign-in/code?next=%2Fme"
    assert not is_in(browser)
    assert browser.post("/sign-in/code", {"code": "000000"}).status_code == 422
    right = browser.post("/sign-in/code", {"code": f" {code()[:3]} {code()[3:]}", "next": "/me"})
    assert (right.status_code, right.url) == (302, "/me")
    assert is_in(browser)
    assert not SignInAttempt.objects.exists()


def test_a_code_is_good_once(people: People) -> None:
    with_second_step(people.bob)
    used = code()
    first, second = Client(), Client()
    for browser in (first, second):
        enter(browser)
        browser.post("/sign-in/code", {"code": used})
    assert is_in(first)
    assert not is_in(second)


def test_codes_cannot_be_guessed_by_trying(people: People) -> None:
    """Nor does the right password begin the count anew."""
    with_second_step(people.bob)
    browser = Client()
    for _ in range(3):
        enter(browser)
        browser.post("/sign-in/code", {"code": "000000"})
    browser.post("/sign-in/code", {"code": code()})
    assert not is_in(browser)


@pytest.mark.parametrize("gone", ["time", "person", "password", "nothing"])
def test_the_second_step_ends_with_what_it_stands_on(
    people: People, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_second_step(people.bob)
    browser = Client()
    if gone != "nothing":
        enter(browser)
    if gone == "time":
        monkeypatch.setattr("zhibi.web.team.actions.sign_in.time.time", lambda: 9e9)
    if gone == "person":
        User.objects.filter(pk=people.bob.pk).update(is_active=False)
    if gone == "password":
        people.bob.set_password("another one")
        people.bob.save()
    assert browser.post("/sign-in/code", {"code": code()}).url == "/sign-in"
    assert not is_in(browser)


def test_signing_out_ends_the_session_on_the_server(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").status_code == 302
    assert not Session.objects.filter(user=people.bob).exists()


def test_a_session_keeps_its_beginning_and_address(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    before = Session.objects.get(user=people.bob)
    browser.get("/me/second-step")  # writes into the session
    after = Session.objects.get(user=people.bob)
    assert (after.uid, after.begun_at) == (before.uid, before.begun_at)
    assert after.session_data != before.session_data
