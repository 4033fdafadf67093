"""Who changed what at an account, from what to what, when."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.access import sight_of
from zhibi.web.crm.history import history
from zhibi.web.given import number_in


def account_history(request: HttpRequest, uid: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    below = number_in(request.GET.get("below"))
    lines, following = history(sight.account, request.user, is_team=sight.may_edit, below=below)
    shown = {"account": sight.account, "lines": lines, "below": following}
    return render(request, "accounts/account_history.html", shown)
