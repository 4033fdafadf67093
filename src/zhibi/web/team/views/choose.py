"""Choosing language and light or dark: signed in or not."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from zhibi.web.back import back

THEMES: Final = ("auto", "light", "dark")
A_YEAR: Final = 365 * 24 * 3600


@require_POST
@login_not_required
def choose(request: HttpRequest) -> HttpResponse:
    """Both are kept in the browser; a person's language also with the person. Anything that is
    not one of the choices changes nothing."""
    response = back(request, "today")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        _keep(response, "language", language)
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        _keep(response, "theme", theme)
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
