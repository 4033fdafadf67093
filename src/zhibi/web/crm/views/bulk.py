"""Changing many accounts at once: those chosen on a page, or all that a filter finds."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhibi.errors import ZhibiError
from zhibi.web.crm.access import accounts_to_decide_on, accounts_to_edit, owners_for
from zhibi.web.crm.actions.bulk import AT_ONCE, MOST, BulkChange, Changed, change_accounts
from zhibi.web.crm.listing.choices import tags_of_scope
from zhibi.web.crm.listing.conditions import found
from zhibi.web.crm.listing.filters import read_filters
from zhibi.web.given import uid_in
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Role
from zhibi.web.text import say


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """First what can be done with them, then doing it."""
    if request.user.role == Role.ANALYST:
        raise PermissionDenied
    filters = read_filters(QueryDict(request.POST.get("query", "")), request.user)
    back = reverse("accounts") + (f"?{query}" if (query := filters.query.urlencode()) else "")
    uids = _chosen(request)
    if not uids:
        messages.info(request, say("Choose some accounts first."))
        return redirect(back)
    if what := request.POST.get("do", ""):
        change = BulkChange(what, request.POST.get(what, ""), request.POST.get("reason", ""))
        return _do(request, uids, change, back)
    return _ask(request, uids, query, back)


def _chosen(request: HttpRequest) -> list[str]:
    """The uids of the accounts, as the person sees them now."""
    if request.POST.get("which") != "all":
        return [uid for uid in request.POST.getlist("account")[:AT_ONCE] if uid_in(uid)]
    filters = read_filters(QueryDict(request.POST.get("query", "")), request.user)
    accounts = found(request.user, filters.asked).accounts
    uids = [str(uid) for uid in accounts.values_list("uid", flat=True)[: MOST + 1]]
    if len(uids) > MOST:
        raise ZhibiError("These are more than {n} accounts; filter them first.", n=MOST)
    return uids


def _ask(request: HttpRequest, uids: list[str], query: str, back: str) -> HttpResponse:
    user = request.user
    decides = user.role != Role.SALESPERSON
    context = {
        "n": len(uids),
        "may_edit": _count(accounts_to_edit(user), uids),
        "may_give": _count(accounts_to_decide_on(user), uids),
        "uids": uids if request.POST.get("which") != "all" else [],
        "which": request.POST.get("which", ""),
        "query": query,
        "people": owners_for(user) if decides else [],
        "tags": tags_of_scope(user),
        "back": back,
    }
    return render(request, "accounts/bulk.html", context)


def _count(accounts: object, uids: list[str]) -> int:
    total = 0
    for at in range(0, len(uids), 500):
        total += accounts.filter(uid__in=uids[at : at + 500]).count()  # type: ignore[attr-defined]
    return total


def _do(request: HttpRequest, uids: list[str], change: BulkChange, back: str) -> HttpResponse:
    if len(uids) > AT_ONCE:
        change_accounts([], change, by=request.user)  # refuses what cannot be done at all
        job = ask("change_accounts", by=request.user, uids=uids, change=change.to_json())
        return redirect("bulk-job", job.uid)
    done = change_accounts(uids, change, by=request.user)
    messages.success(request, told(done))
    return redirect(back)


def told(done: Changed) -> str:
    """What came of it."""
    if done.refused:
        return say(
            "{n} accounts changed; {m} you may only read were left as they are.",
            n=done.changed,
            m=done.refused,
        )
    return say("{n} accounts changed.", n=done.changed)


def bulk_job(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far it is, and what came of it."""
    kinds = ("change_accounts", "hand_over")
    job = get_object_or_404(Job, uid=uid, by=request.user, kind__in=kinds)
    outcome = told(Changed(**job.result)) if job.result else ""
    return render(request, "accounts/bulk_job.html", {"job": job, "outcome": outcome})
