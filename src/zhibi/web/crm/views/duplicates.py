"""Accounts that may be one company: looked for, set side by side, merged, taken apart again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhibi.web.crm.access import account_for, accounts_to_edit, refuse_reader
from zhibi.web.crm.actions.find_duplicates import alike, of_code
from zhibi.web.crm.actions.merge import merge, unmerge
from zhibi.web.crm.listing.columns import tags_of
from zhibi.web.crm.models import Account, Merge
from zhibi.web.given import uid_in
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Role
from zhibi.web.templatetags.zhibi_text import count, day, money, word
from zhibi.web.text import say

KIND: Final = "find_duplicates"
SHOWN: Final = 100  # groups on the page


def duplicates(request: HttpRequest) -> HttpResponse:
    """What was found the last time one looked; looking again is a job."""
    user = request.user
    if user.role == Role.ANALYST:
        raise PermissionDenied
    if request.method == "POST":
        ask(KIND, by=user, same_as=f"{KIND} {user.uid}")
        return redirect("duplicates")
    job = Job.objects.filter(kind=KIND, by=user).order_by("-pk").first()
    result = (job.result if job else None) or {"groups": [], "found": 0}
    context = {"job": job, "groups": _groups(request, result["groups"]), "found": result["found"]}
    return render(request, "accounts/duplicates.html", context)


def _groups(request: HttpRequest, groups: list[list[str]]) -> list[list[Account]]:
    """The groups as they are now: merged and deleted accounts are left out."""
    wanted = [uid for group in groups[:SHOWN] for uid in group]
    known = {
        str(one.uid): one
        for one in accounts_to_edit(request.user).select_related("owner").filter(uid__in=wanted)
    }
    now = [[known[uid] for uid in group if uid in known] for group in groups[:SHOWN]]
    return [group for group in now if len(group) > 1]


@dataclass(frozen=True, slots=True)
class Side:
    """One thing known of both."""

    label: str
    kept: str
    gone: str

    @property
    def differs(self) -> bool:
        return self.kept != self.gone


def compare(request: HttpRequest) -> HttpResponse:
    """Two accounts beside each other; only for who may change both."""
    given = request.POST if request.method == "POST" else request.GET
    kept, gone = (_account(request, given.get(name, "")) for name in ("keep", "other"))
    if kept == gone:
        raise Http404
    if request.method == "POST":
        done = merge(kept, gone, by=request.user)
        messages.success(
            request, say("{gone} is merged into {kept}.", gone=done.gone.name, kept=done.kept.name)
        )
        return redirect("account", kept.uid)
    context = {"kept": kept, "gone": gone, "sides": _sides(kept, gone)}
    return render(request, "accounts/compare.html", context)


def _account(request: HttpRequest, text: str) -> Account:
    uid = uid_in(text)
    if uid is None:
        raise Http404
    return account_for(request.user, uid, to_edit=True)


def _sides(kept: Account, gone: Account) -> list[Side]:
    first, second = _known(kept), _known(gone)
    return [Side(label, first[label], second[label]) for label in first]


def _known(account: Account) -> dict[str, str]:
    known: dict[str, Any] = {
        say("Owner"): account.owner.name if account.owner else "",
        say("Credit code"): account.credit_code or "",
        say("Former names"): account.former_names,
        say("Sales"): money(account.sales),
        say("Last order"): day(account.last_order_on),
        say("Grade"): account.grade,
        say("Industry"): account.industry,
        say("Region"): account.region,
        say("Size"): word(account.size),
        say("Website"): account.website,
        say("Address"): account.location,
        say("Tags"): tags_of(account),
        say("People at customers"): count(account.contacts.filter(deleted_at=None).count()),
        say("Follow-ups"): count(account.follow_ups.filter(deleted_at=None).count()),
        say("Tasks"): count(account.tasks.filter(deleted_at=None).count()),
        say("Customer numbers"): ", ".join(
            account.sources.order_by("pk").values_list("customer_id", flat=True)[:20]
        ),
    }
    return {label: str(text) for label, text in known.items()}


@require_POST
def take_apart(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Undo the merge of a deleted account; for who may change the one that was kept."""
    merges = Merge.objects.filter(gone__uid=uid, undone_at=None).select_related("kept", "gone")
    done = merges.order_by("-pk").first()
    if done is None:
        raise Http404
    account_for(request.user, done.kept.uid)
    refuse_reader(request.user, done.kept)
    refuse_reader(request.user, done.gone)
    unmerge(done, by=request.user)
    messages.success(
        request, say("{gone} and {kept} are two again.", gone=done.gone.name, kept=done.kept.name)
    )
    return redirect("account", done.gone.uid)


def alike_accounts(request: HttpRequest) -> HttpResponse:
    """While a new account is typed: those it may be already."""
    name = request.GET.get("name", "").strip()[:200]
    same, is_elsewhere = of_code(request.user, request.GET.get("credit_code", name))
    accounts = alike(request.user, name)
    if same is not None and same not in accounts:
        accounts = [same, *accounts]
    context = {"accounts": accounts, "is_elsewhere": is_elsewhere}
    return render(request, "accounts/_alike.html", context)
