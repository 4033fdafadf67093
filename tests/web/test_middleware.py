"""What holds for every answer: its headers, its language and time, and no sign zero."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.web.conftest import People, SignedIn
from zhibi.web.middleware import no_zero_signs
from zhibi.web.team.models import Session, User


def test_nothing_but_our_own_runs_and_nobody_keeps_a_page(
    people: People, signed_in: SignedIn
) -> None:
    for answer in (signed_in(people.bob).get("/me"), Client().get("/sign-in")):
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'",
                     "form-action 'self'", "frame-ancestors 'none'"):  # fmt: skip
            assert part in policy.split("; ")
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "no-store" not in Client().get("/static/x").headers.get("Cache-Control", "")


@pytest.mark.parametrize(
    ("cookie", "own", "language"),
    [
        ("", "", "zh-hans"), ("en", "", "en"), ("tlh", "", "zh-hans"), ("en", "zh-hans", "zh-hans"),
    ],
)  # fmt: skip
def test_in_the_language_of_who_reads(
    people: People, signed_in: SignedIn, cookie: str, own: str, language: str
) -> None:
    User.objects.filter(pk=people.bob.pk).update(language=own)
    browser = signed_in(people.bob)
    browser.cookies["language"] = cookie
    assert browser.get("/me").headers["Content-Language"] == language


@pytest.mark.parametrize(
    ("zone", "hour"), [("", "20:00"), ("America/New_York", "07:00"), ("Asia/Tokyo", "21:00")]
)
def test_in_the_time_of_who_reads(
    people: People, signed_in: SignedIn, zone: str, hour: str
) -> None:
    User.objects.filter(pk=people.bob.pk).update(time_zone=zone)
    browser = signed_in(people.bob)
    Session.objects.update(begun_at=datetime(2026, 1, 5, 12, tzinfo=UTC))
    assert f"2026 年 1 月 5 日 {hour}" in browser.get("/me").content.decode()


def test_an_address_for_forms_says_what_it_takes(people: People, signed_in: SignedIn) -> None:
    answer = signed_in(people.bob).get("/me/sessions/end")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert 'role="alert"' in answer.content.decode()


def test_no_sign_zero_reaches_a_view(rf: RequestFactory) -> None:
    seen = []
    no_zero_signs(lambda request: seen.append(request.GET["q"]) or HttpResponse())(
        rf.get("/?q=a%00b")
    )
    assert seen == ["ab"]
