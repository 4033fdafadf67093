"""The accounts a person sees."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import accounts_of


def accounts(request: HttpRequest) -> HttpResponse:
    found = accounts_of(request.user).order_by("name_key", "id")[:50]
    return render(request, "accounts/accounts.html", {"accounts": found})
