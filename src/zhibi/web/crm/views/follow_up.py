"""Writing a follow-up at an account: one sentence, then one question."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.crm.access import account_for
from zhibi.web.crm.actions import follow
from zhibi.web.crm.forms.work import FollowUpForm, PromiseForm
from zhibi.web.crm.models import FollowUp
from zhibi.web.text import say


def follow_up(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form, and what it sends. Afterwards one thing is asked: was anything promised?"""
    account = account_for(request.user, uid, to_edit=True)
    if request.method != "POST":
        form = FollowUpForm(account=account)
        return render(request, "work/follow_up.html", {"account": account, "form": form})
    form = FollowUpForm(request.POST, account=account)
    if not form.is_valid():
        seen = {"account": account, "form": form}
        return render(request, "work/follow_up.html", seen, status=422)
    record = form.save(commit=False)
    record.uid = form.cleaned_data["uid"]
    kept: FollowUp = follow.follow_up(account, record, by=request.user)
    messages.success(request, say("Written down."))
    if kept.kind == FollowUp.Kind.NOTE:
        return redirect("account", account.uid)
    return redirect("promise", account.uid)


def promise(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was promised at this account, by us or by them; may be left out."""
    account = account_for(request.user, uid, to_edit=True)
    form = PromiseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        record = form.save(commit=False)
        record.uid = form.cleaned_data["uid"]
        record.is_ours = form.cleaned_data["is_ours"]
        follow.promise(account, record, by=request.user)
        messages.success(request, say("Written down; Today will remind you when it is due."))
        return redirect("account", account.uid)
    status = 422 if request.method == "POST" else 200
    return render(request, "work/promise.html", {"account": account, "form": form}, status=status)
