"""One account."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import account_for


def account(request: HttpRequest, uid: UUID) -> HttpResponse:
    return render(request, "accounts/account.html", {"account": account_for(request.user, uid)})
