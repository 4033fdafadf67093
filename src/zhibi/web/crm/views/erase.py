"""Erasing a person for good: asked with what colleagues wrote about them in sight."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.crm.access import account_in_charge, refuse_own
from zhibi.web.crm.actions.erase import erase as erase_person
from zhibi.web.crm.actions.erase import mentions
from zhibi.web.crm.views.contact import contact_of
from zhibi.web.text import say


def erase(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    """For an administrator and those above the owner."""
    account = account_in_charge(request.user, uid)
    refuse_own(request.user, account)
    found = contact_of(account, person)
    if request.method == "POST":
        erase_person(found, by=request.user)
        messages.success(request, say("The person is erased; nothing here says who they were."))
        return redirect("account-people", uid)
    shown = {"account": account, "contact": found, "mentions": mentions(found)}
    return render(request, "accounts/erase.html", shown)
