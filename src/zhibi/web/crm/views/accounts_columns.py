"""Choosing the columns of the list of accounts; kept in a cookie."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhibi.web.crm.listing.columns import COLUMNS, COOKIE, columns_of
from zhibi.web.crm.listing.filters import read_filters

A_YEAR = 365 * 24 * 3600


def accounts_columns(request: HttpRequest) -> HttpResponse:
    query = read_filters(request.GET, request.user).query.urlencode()
    if request.method == "POST":
        back = redirect(reverse("accounts") + (f"?{query}" if query else ""))
        chosen = [name for name in request.POST.getlist("column") if name in COLUMNS]
        if chosen:
            back.set_cookie(COOKIE, ".".join(chosen), max_age=A_YEAR, httponly=True, samesite="Lax")
        else:
            back.delete_cookie(COOKIE)
        return back
    context = {"columns": COLUMNS.values(), "chosen": columns_of(request), "query": query}
    return render(request, "accounts/columns.html", context)
