"""Names of companies to choose one above another from, while somebody types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.actions.search_terms import key_of

OFFERED = 10


def companies(request: HttpRequest) -> HttpResponse:
    typed = key_of(request.GET.get("above", ""))[:100]
    begins = accounts_of(request.user).filter(name_key__startswith=typed)
    found = begins.order_by("name_key", "pk")[:OFFERED] if typed else ()
    return render(request, "accounts/_companies.html", {"companies": found})
