"""Handing an account to another owner."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.crm.access import account_in_charge, refuse_own
from zhibi.web.crm.actions.assign import assign
from zhibi.web.crm.forms.team import OwnerForm
from zhibi.web.text import say


def account_owner(request: HttpRequest, uid: UUID) -> HttpResponse:
    """For those above the owner, and administrators."""
    account = account_in_charge(request.user, uid)
    refuse_own(request.user, account)
    form = OwnerForm(request.POST or None, by=request.user, account=account)
    if request.method == "POST" and form.is_valid():
        owner = form.cleaned_data["owner"]
        assign(account, owner, by=request.user)
        handed = say("{account} is {name}'s now.", account=account.name, name=owner.name)
        messages.success(request, handed)
        return redirect("account-file", uid)
    shown = {"account": account, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "accounts/account_owner.html", shown, status=status)
