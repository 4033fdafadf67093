"""Language and light or dark, signed in and out."""

from __future__ import annotations

from django.test import Client

from tests.web.conftest import People, SignedIn


def test_a_visitor_chooses_the_language(db: None) -> None:
    browser = Client()
    assert "登录" in browser.get("/sign-in").content.decode()
    assert browser.post("/choose", {"language": "en", "next": "/sign-in"}).url == "/sign-in"
    page = browser.get("/sign-in").content.decode()
    assert '<html lang="en"' in page
    assert "Sign in" in page


def test_a_persons_language_goes_with_them(people: People, signed_in: SignedIn) -> None:
    signed_in(people.bob).post("/choose", {"language": "en"})
    people.bob.refresh_from_db()
    assert people.bob.language == "en"
    assert "My settings" in signed_in(people.bob).get("/me").content.decode()


def test_the_theme_is_the_browsers(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    browser.post("/choose", {"theme": "dark"})
    assert 'data-theme="dark"' in browser.get("/me").content.decode()
    browser.post("/choose", {"theme": "auto"})
    assert "data-theme=" not in browser.get("/me").content.decode()[:300]


def test_what_is_no_choice_changes_nothing(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    answer = browser.post(
        "/choose", {"language": "tlh", "theme": '"><script>', "next": "https://evil.example"}
    )
    assert answer.url == "/"
    assert not answer.cookies
    people.bob.refresh_from_db()
    assert people.bob.language == ""
    assert browser.get("/choose").status_code == 405


def test_a_made_up_cookie_is_not_written_into_the_page(people: People) -> None:
    browser = Client()
    browser.cookies["theme"] = 'dark" onload="alert(1)'
    browser.cookies["language"] = "<script>"
    page = browser.get("/sign-in").content.decode()
    assert "onload" not in page
    assert '<html lang="zh-CN">' in page
