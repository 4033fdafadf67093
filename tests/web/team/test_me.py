"""One's own settings: name, language, password, sessions, second step."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from django.test import Client

from tests.web.conftest import People, SignedIn
from zhibi.web.team.browser_names import browser_name
from zhibi.web.team.models import Change, Session, SignInAttempt
from zhibi.web.team.second_step import SECONDS

NEW = "a long new password"


def test_settings_are_kept_and_noted(people: People, signed_in: SignedIn) -> None:
    sent = {"name": "鲍勃", "language": "en", "time_zone": "Europe/Berlin"}
    answer = signed_in(people.bob).post("/me", sent)
    assert answer.url == "/me"
    people.bob.refresh_from_db()
    assert (people.bob.name, people.bob.language) == ("鲍勃", "en")
    lines = Change.objects.filter(subject_uid=people.bob.uid, by=people.bob)
    assert {(line.what, line.before, line.after) for line in lines} == {
        ("name", "Bob", "鲍勃"),
        ("language", "", "en"),
        ("time_zone", "", "Europe/Berlin"),
    }


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "n" * 61}, {"language": "tlh"}, {"time_zone": "Mars/Base"}]
)
def test_wrong_settings_change_nothing(
    people: People, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    sent = {"name": "Robert", "language": "", "time_zone": ""} | wrong
    assert signed_in(people.bob).post("/me", sent).status_code == 422
    people.bob.refresh_from_db()
    assert people.bob.name == "Bob"


def test_nobody_makes_themselves_administrator(people: People, signed_in: SignedIn) -> None:
    sent = {"name": "Bob", "language": "", "time_zone": "", "role": "administrator"}
    signed_in(people.bob).post("/me", sent)
    people.bob.refresh_from_db()
    assert people.bob.role == "salesperson"


def test_markup_in_a_name_is_shown_as_text(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    browser.post("/me", {"name": "<script>x</script>", "language": "", "time_zone": ""})
    assert "<script>x" not in browser.get("/me").content.decode()


def test_a_new_password_ends_other_sessions(people: People, signed_in: SignedIn) -> None:
    here, there = signed_in(people.bob), signed_in(people.bob)
    answer = here.post("/me/password", {"old": "password", "new": NEW})
    assert answer.url == "/me"
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 302
    people.bob.refresh_from_db()
    assert people.bob.check_password(NEW)
    assert Change.objects.get(what="password").after == ""


@pytest.mark.parametrize(
    "wrong",
    [{"old": "guess"}, {"old": ""}, {"new": "short"}, {"new": "1234567890"}, {"new": "password"}],
)
def test_a_bad_new_password_is_refused(
    people: People, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    sent = {"old": "password", "new": NEW} | wrong
    assert signed_in(people.bob).post("/me/password", sent).status_code == 422
    people.bob.refresh_from_db()
    assert people.bob.check_password("password")


def test_a_session_is_ended_from_another(people: People, signed_in: SignedIn) -> None:
    here, there = signed_in(people.bob), signed_in(people.bob)
    other = Session.objects.get(session_key=there.session.session_key)
    used = other.seen_at.replace(year=2025)
    Session.objects.filter(pk=other.pk).update(seen_at=used)
    page = here.get("/me").content.decode()
    assert str(other.uid) in page
    assert "最近使用：2025 年" in page
    there.get("/me")
    assert Session.objects.get(pk=other.pk).seen_at > used + timedelta(days=1)
    assert here.post(f"/me/sessions/{other.uid}/end").status_code == 302
    assert there.get("/me").status_code == 302
    assert here.get("/me").status_code == 200


def test_all_other_sessions_are_ended_at_once(people: People, signed_in: SignedIn) -> None:
    here, *others = (signed_in(people.bob) for _ in range(3))
    somebody = signed_in(people.charlie)
    here.post("/me/sessions/end")
    assert somebody.get("/me").status_code == 200
    assert [browser.get("/me").status_code for browser in others] == [302, 302]
    assert here.get("/me").status_code == 200


def test_sessions_of_others_are_not_found(people: People, signed_in: SignedIn) -> None:
    signed_in(people.charlie)
    theirs = Session.objects.get(user=people.charlie)
    for uid in (theirs.uid, uuid4()):
        assert signed_in(people.bob).post(f"/me/sessions/{uid}/end").status_code == 404
    assert Session.objects.filter(pk=theirs.pk).exists()


def enrolled(browser: Client) -> pyotp.TOTP:
    browser.get("/me/second-step")
    return pyotp.TOTP(browser.session["secret_offered"])


def test_the_second_step_is_turned_on_by_a_code(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    totp = enrolled(browser)
    page = browser.get("/me/second-step").content.decode()
    assert "<svg viewBox" in page
    assert totp.secret in page
    assert "style=" not in page
    assert browser.post("/me/second-step", {"code": "12"}).status_code == 422
    assert browser.post("/me/second-step", {"code": totp.now()}).url == "/me"
    people.bob.refresh_from_db()
    assert people.bob.totp_secret == totp.secret
    assert people.bob.totp_last_step > 0  # that code signs nobody in
    assert Change.objects.get(what="second step").after == "on"
    assert totp.secret not in browser.get("/me/second-step").content.decode()


def test_the_second_step_is_turned_off_by_a_fresh_code(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    totp = enrolled(browser)
    used = totp.now()
    browser.post("/me/second-step", {"code": used})
    assert browser.post("/me/second-step", {"code": used}).status_code == 422
    people.bob.refresh_from_db()
    next_one = totp.at((people.bob.totp_last_step + 1) * SECONDS)
    assert browser.post("/me/second-step", {"code": next_one}).url == "/me"
    people.bob.refresh_from_db()
    assert people.bob.totp_secret == ""


@pytest.mark.parametrize("what", ["password", "code"])
def test_a_stolen_session_does_not_try_them_all(
    people: People, signed_in: SignedIn, what: str
) -> None:
    """Neither the password nor the code: after five failures the right one is not taken either."""
    browser = signed_in(people.bob)
    if what == "password":
        path, wrong = "/me/password", {"old": "guess", "new": "correct horse"}
        right = {**wrong, "old": "password"}
    else:
        totp = enrolled(browser)
        browser.post("/me/second-step", {"code": totp.now()})
        people.bob.refresh_from_db()
        path, wrong = "/me/second-step", {"code": "000000"}
        right = {"code": totp.at(people.bob.totp_last_step * SECONDS + SECONDS)}
    assert [browser.post(path, wrong).status_code for _ in range(5)] == [422] * 5
    assert browser.post(path, right).status_code == 422
    people.bob.refresh_from_db()
    assert people.bob.check_password("password")
    assert bool(people.bob.totp_secret) == (what == "code")
    SignInAttempt.objects.all().delete()
    assert browser.post(path, right).url == "/me"
    assert not SignInAttempt.objects.exists()


@pytest.mark.parametrize("path", ["/me", "/me/password", "/me/second-step"])
def test_visitors_are_sent_to_the_door(db: None, path: str) -> None:
    assert Client().get(path).url == f"/sign-in?next={path}"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126 MicroMessenger/8.0", "WeChat, Android"),
        ("curl/8.4.0", "curl/8.4.0"),
    ],
)
def test_a_session_names_its_browser_as_people_do(agent: str, name: str) -> None:
    assert browser_name(agent) == name
