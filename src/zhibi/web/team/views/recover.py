"""Helping somebody who cannot get in: a new password, an end of the second step."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhibi.web.team.access import only_administrators
from zhibi.web.team.actions import own, people
from zhibi.web.team.models import User
from zhibi.web.text import say


@require_POST
def reset_password(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A new password, shown this once; their sessions end."""
    only_administrators(request.user)
    person = get_object_or_404(User, uid=uid)
    password = people.reset_password(person, by=request.user)
    shown = {"person": person, "password": password}
    return render(request, "team/password_once.html", shown)


@require_POST
def end_second_step_of(request: HttpRequest, uid: UUID) -> HttpResponse:
    only_administrators(request.user)
    person = get_object_or_404(User, uid=uid)
    own.end_second_step(person, by=request.user)
    messages.success(
        request, say("{person} signs in with the password alone now.", person=person.name)
    )
    return redirect("person", person.uid)
