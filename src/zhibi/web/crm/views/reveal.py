"""Showing how to reach a person to somebody outside the account's team; the owner sees who did."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from zhibi.web.crm.access import sight_of
from zhibi.web.crm.account_page import account_page
from zhibi.web.crm.actions.change_contact import note_revealed
from zhibi.web.crm.masking import REACHED_BY
from zhibi.web.crm.views.account_people import person_of
from zhibi.web.crm.views.contact import contact_of


@require_POST
def reveal(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    sight = sight_of(request.user, uid)
    found = contact_of(sight.account, person)
    field = request.POST.get("field", "")
    if field not in REACHED_BY:
        raise Http404
    if not sight.may_edit:
        note_revealed(found, field, by=request.user)
    shown = person_of(found, is_team=sight.may_edit, revealed=field)
    if request.htmx:
        seen = {"person": shown, "account": sight.account}
        return render(request, "accounts/_reach.html", seen)
    return account_page(request, sight, "account-people", people=[shown])
