"""Letting somebody in no more, and letting them in again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhibi.web.team.access import only_administrators
from zhibi.web.team.actions import people
from zhibi.web.team.models import User
from zhibi.web.text import say


def deactivate(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Asks first, and says what stays to be handed over."""
    only_administrators(request.user)
    person = get_object_or_404(User, uid=uid)
    if request.method != "POST":
        owned = person.accounts.filter(deleted_at=None).count()
        return render(request, "team/deactivate.html", {"person": person, "owned": owned})
    people.deactivate(person, by=request.user)
    messages.success(request, say("{person} can no longer sign in.", person=person.name))
    return redirect("person", person.uid)


@require_POST
def reactivate(request: HttpRequest, uid: UUID) -> HttpResponse:
    only_administrators(request.user)
    person = get_object_or_404(User, uid=uid)
    people.reactivate(person, by=request.user)
    messages.success(request, say("{person} can sign in again.", person=person.name))
    return redirect("person", person.uid)
