"""Changing one's own password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from zhibi.web.team.actions.own import set_password
from zhibi.web.team.forms.me import PasswordForm
from zhibi.web.text import say


@sensitive_post_parameters("old", "new")
def change_password(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends. Whoever else knew the old password is out."""
    user = request.user
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        update = form.cleaned_data["new"]
        set_password(user, update, by=user, session_key=request.session.session_key)
        update_session_auth_hash(request, user)
        messages.success(request, say("The password is changed; your other sessions have ended."))
        return redirect("me")
    status = 422 if form.errors else 200
    return render(request, "team/change_password.html", {"form": form}, status=status)
