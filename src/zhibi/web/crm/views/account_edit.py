"""Changing what is known of an account."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.crm.access import account_for, accounts_of
from zhibi.web.crm.actions.change_account import change_account
from zhibi.web.crm.forms.account import AccountForm
from zhibi.web.team.actions.edit import EditedMeanwhileError
from zhibi.web.team.forms.taken import taken_is_told
from zhibi.web.text import say


def account_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who saves second sees what the first one wrote, and saves again or not."""
    account = account_for(request.user, uid, to_edit=True)
    form = AccountForm(request.POST or None, instance=account, by=request.user)
    clash = None
    if request.method == "POST" and form.is_valid():
        try:
            with taken_is_told(form):
                current = account_for(request.user, uid, to_edit=True)
                version = form.cleaned_data["version"]
                change_account(current, form.values(), by=request.user, version=version)
                messages.success(request, say("Saved."))
                return redirect("account-file", uid)
        except EditedMeanwhileError as problem:
            clash, form = _seen(problem, request), form.with_version_of(problem)
    shown = {"account": account_for(request.user, uid), "form": form, "clash": clash}
    status = 409 if clash else 422 if form.is_bound else 200
    return render(request, "accounts/account_edit.html", shown, status=status)


def _seen(clash: EditedMeanwhileError, request: HttpRequest) -> EditedMeanwhileError:
    """Without the name of a company above that the reader does not see."""
    seen = accounts_of(request.user)
    clash.clashes = tuple(
        replace(one, theirs=seen.filter(pk=one.theirs.pk).first())
        if one.field == "parent" and one.theirs
        else one
        for one in clash.clashes
    )
    return clash
