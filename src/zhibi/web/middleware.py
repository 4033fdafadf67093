"""What holds for every request: headers, language and time zone, failures as sentences."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme

from zhibi.errors import ZhibiError
from zhibi.web import failures
from zhibi.web.team.once import one_request
from zhibi.web.text import say

Handler = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def security_headers(get_response: Handler) -> Handler:
    """Nothing but our own files runs or styles a page, and nobody else frames it."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return respond


def no_zero_signs(get_response: Handler) -> Handler:
    """The one sign that PostgreSQL cannot compare with is no part of any address of ours."""

    def respond(request: HttpRequest) -> HttpResponse:
        asked = request.META.get("QUERY_STRING", "")
        if "%00" in asked:
            request.META["QUERY_STRING"] = asked.replace("%00", "")
        return get_response(request)

    return respond


class SignedIn(LoginRequiredMiddleware):
    """Whose session ended while a form was open hears that it was not kept, and is led back to the
    page of the form."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        messages.warning(
            request,
            say(
                "You are no longer signed in; what you sent was not kept. "
                "Sign in and send it again."
            ),
        )
        return redirect_to_login(_page_before(request), self.get_login_url(view_func))


def _page_before(request: HttpRequest) -> str:
    """The page of ours that a form was sent from, else the first one."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()}):
        return "/"
    return urlunsplit(("", "", *urlsplit(before)[2:4], "")) or "/"


def language_and_time(get_response: Handler) -> Handler:
    """Each person reads in their language and sees moments in their time zone."""

    def respond(request: HttpRequest) -> HttpResponse:
        user = request.user
        language = getattr(user, "language", "") or request.COOKIES.get("language", "")
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        zone = getattr(user, "time_zone", "") or settings.TIME_ZONE
        with translation.override(language), timezone.override(ZoneInfo(zone)), one_request():
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return respond


class plain_failures:  # noqa: N801 - named like the other middleware
    """A failure the person can put right is a page with its sentence, not a trace."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > settings.MAX_UPLOAD_BYTES:
            return failures.too_large(request)  # nothing of it was read yet
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            page = failures.only_forms(request)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, ZhibiError):
            return failures.explained(request, problem)
        if isinstance(problem, failures.AWAY):
            return failures.database_away(request)
        return None
