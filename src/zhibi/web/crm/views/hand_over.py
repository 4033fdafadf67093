"""Handing over the accounts of somebody who left: looked at before it is done."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from zhibi.web.crm.access import accounts_to_decide_on, owners_for, today
from zhibi.web.crm.actions.hand_over import shares
from zhibi.web.given import uid_in
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.team.models import Role, User
from zhibi.web.team.scope import people_seen


def hand_over(request: HttpRequest) -> HttpResponse:
    """For those who may decide on the owner."""
    if request.user.role in (Role.SALESPERSON, Role.ANALYST):
        raise PermissionDenied
    former = _former(request)
    if former is None:
        return render(request, "accounts/hand_over.html", {"owners": _owners(request.user)})
    to = [one for one in owners_for(request.user) if one != former]
    chosen = [one for one in to if str(one.uid) in request.POST.getlist("to")]
    dealt = shares(former, chosen, by=request.user) if chosen else []
    if dealt and "confirmed" in request.POST:
        given = [(str(a.uid), str(share.owner.uid)) for share in dealt for a in share.accounts]
        same = f"hand over {former.uid} by {request.user.uid}"
        job = ask("hand_over", by=request.user, same_as=same, given=given, former=str(former.uid))
        return redirect("bulk-job", job.uid)
    own = accounts_to_decide_on(request.user).filter(owner=former)
    context = {"former": former, "people": to, "shares": dealt, "n": own.count()}
    return render(request, "accounts/hand_over.html", context)


def _former(request: HttpRequest) -> User | None:
    uid = uid_in(request.POST.get("former") or request.GET.get("from"))
    return get_object_or_404(_owners(request.user), uid=uid) if uid else None


def _owners(user: User) -> QuerySet[User]:
    """Those who own accounts that `user` decides on; who has left first."""
    seen = people_seen(user, today())
    owners = User.objects.all() if seen is None else User.objects.filter(pk__in=seen)
    owning = Exists(accounts_to_decide_on(user).filter(owner=OuterRef("pk")))
    return owners.filter(owning).order_by("is_active", "name", "pk")
