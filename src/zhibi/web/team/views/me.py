"""One's own settings, and the browsers one is signed in with."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from zhibi.web.team.actions.own import set_fields
from zhibi.web.team.browser_names import browser_name
from zhibi.web.team.forms.me import SettingsForm
from zhibi.web.team.models import Session, User
from zhibi.web.text import say


def me(request: HttpRequest) -> HttpResponse:
    user: User = request.user
    form = SettingsForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        set_fields(user, form.cleaned_data, by=user)
        with translation.override(user.language or translation.get_language()):
            messages.success(request, say("Saved."))
        return redirect("me")
    sessions = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    shown = {
        "form": form,
        "sessions": [(one, browser_name(one.browser)) for one in sessions.order_by("-begun_at")],
        "this_session": request.session.session_key,
    }
    return render(request, "team/me.html", shown, status=422 if form.errors else 200)
