"""Choosing by what the list of accounts is filtered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhibi.web.crm.listing.choices import groups_for
from zhibi.web.crm.listing.filters import read_filters


def accounts_filters(request: HttpRequest) -> HttpResponse:
    filters = read_filters(request.GET, request.user)
    context = {"groups": groups_for(request.user, filters.query), "query": filters.query}
    context["values"] = {name.replace("-", "_"): filters.query[name] for name in filters.query}
    return render(request, "accounts/filters.html", context)
