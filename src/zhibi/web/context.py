"""What every page shows: whose it is, and which part is open."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from zhibi import __version__
from zhibi.web.text import language
from zhibi.web.warehouse import warehouse


def company(request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    return {
        "company_name": settings.COMPANY.name or settings.WORKSPACE.name,
        "page_language": language(),
        "open_part": (match.route.split("/")[0] if match else ""),
        "version": __version__,
        "warehouse": warehouse(),
    }
