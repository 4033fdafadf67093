"""A new account: its name is enough."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.crm.access import accounts_of
from zhibi.web.crm.actions.change_account import add_account
from zhibi.web.crm.forms.account import NewAccountForm
from zhibi.web.crm.models import Account
from zhibi.web.team.models import Role
from zhibi.web.text import say


def account_new(request: HttpRequest) -> HttpResponse:
    if request.user.role == Role.ANALYST:
        raise PermissionDenied
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, uid = form.cleaned_data["name"], form.cleaned_data["uid"]
        same = accounts_of(request.user).filter(name=name).exclude(uid=uid).first()
        if same is None or "anyway" in request.POST:
            made = Account(uid=uid, name=name, currency=settings.COMPANY.currency)
            kept = add_account(made, by=request.user)
            messages.success(request, say("{account} is yours now.", account=kept.name))
            return redirect("account", kept.uid)
        shown = {"form": form, "same": same}
        return render(request, "accounts/account_new.html", shown, status=409)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/account_new.html", {"form": form}, status=status)
