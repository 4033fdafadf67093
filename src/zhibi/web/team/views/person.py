"""One person: role, names in exports, teams, and the ways in and out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from zhibi.web.team.access import only_administrators
from zhibi.web.team.actions.people import change_person
from zhibi.web.team.forms.person import PersonForm
from zhibi.web.team.forms.taken import taken_is_told
from zhibi.web.team.models import User
from zhibi.web.text import say


def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    only_administrators(request.user)
    found = get_object_or_404(User, uid=uid)
    form = PersonForm(request.POST or None, instance=User.objects.get(pk=found.pk))
    if request.method == "POST" and form.is_valid():
        with taken_is_told(form):
            names = form.cleaned_data["seller_names"]
            change_person(found, form.values(), seller_names=names, by=request.user)
            messages.success(request, say("Saved."))
            return redirect("person", found.uid)
    shown = {
        "person": found,
        "form": form,
        "owned": found.accounts.filter(deleted_at=None).count(),
        "memberships": found.memberships.select_related("team").order_by("-starts_on", "-pk"),
    }
    return render(request, "team/person.html", shown, status=422 if form.errors else 200)
