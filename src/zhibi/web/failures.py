"""Pages for what went wrong: what happened, where, what to do. No trace ever reaches a reader."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.errors import ZhibiError
from zhibi.web.text import say, sentence_of

READ_ON_BYTES: Final = 256_000_000  # of an upload that was refused
READ_ON_SECONDS: Final = 10
SILENCE: Final = 1  # seconds without a byte: the browser has read the answer
AWAY: Final = (OperationalError, InterfaceError)  # what a locked or absent database raises


def explained(request: HttpRequest, problem: ZhibiError) -> HttpResponse:
    """The sentence of a failure that the person can put right."""
    from zhibi.web.crm.access import ReadOnlyError

    status = 403 if isinstance(problem, ReadOnlyError) else 422
    return _page(request, status, sentence_of(problem))


def database_away(request: HttpRequest, *_: Any) -> HttpResponse:
    """The database is locked by somebody else or gone for the moment: who asks is not looked up."""
    request.user = AnonymousUser()
    response = _page(
        request,
        503,
        say("The database does not answer at the moment; nothing was changed. Try again shortly."),
    )
    response.headers["Retry-After"] = "10"
    return response


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without our mark: open for too long, or sent from elsewhere."""
    return _page(
        request,
        403,
        say("This form is too old or was not made here; go back, load the page anew, send again."),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, say("This request cannot be understood; go back and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request, 403, say("Your role does not allow this; ask an administrator if it should.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        say("There is no such page, or you may not see it; look from the start page."),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """The answer to what announces itself as too large: all of it is never waited for. Some of it
    is read after the answer, as a connection that is closed over unread bytes is reset, and the
    browser shows that in the place of this page."""
    response = _page(request, 413, too_large_in_words())
    response.headers["Connection"] = "close"
    # What Django itself closes when the answer has been sent.
    response._resource_closers.append(partial(_read_on, request))
    return response


def too_large_in_words() -> str:
    return say(
        "A file may have up to {limit} GB; split it, or import it with `zhibi import`.",
        limit=f"{settings.MAX_UPLOAD_BYTES / 1e9:g}",
    )


def _read_on(request: HttpRequest) -> None:
    """Read and drop what is still sent, until nothing comes for a moment, or it is enough."""
    connection = request.META.get("gunicorn.socket")
    if connection is None:
        return
    until, left = time.monotonic() + READ_ON_SECONDS, READ_ON_BYTES
    connection.settimeout(SILENCE)
    with suppress(OSError):
        while left > 0 and time.monotonic() < until:
            part = connection.recv(65_536)
            if not part:
                break
            left -= len(part)


def only_forms(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        405,
        say("This address only takes what a form sends; go back and use the button there."),
    )


def own_fault(request: HttpRequest) -> HttpResponse:
    """Also where the database was asked before any view, for a session or for who that is."""
    if isinstance(sys.exc_info()[1], AWAY):
        return database_away(request)
    return _page(
        request,
        500,
        say("A fault of Zhibi; it was written to the server's log. Go back and try again."),
    )


def _page(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """One sentence; within a page, only the sentence."""
    partial = bool(getattr(request, "htmx", False))
    template = "parts/failure.html" if partial else "failure.html"
    response = render(request, template, {"sentence": sentence, "status": status}, status=status)
    if partial:  # shown where messages stand, whatever the page wanted to replace
        response.headers["HX-Retarget"] = "#messages"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
