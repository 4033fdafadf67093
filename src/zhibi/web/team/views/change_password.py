"""Changing one's own password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from zhibi.errors import ZhibiError
from zhibi.web.team.actions.own import set_password
from zhibi.web.team.actions.sign_in import check_password
from zhibi.web.team.attempts import forgive
from zhibi.web.team.forms.me import PasswordForm
from zhibi.web.text import say, sentence_of


@sensitive_post_parameters("old", "new")
def change_password(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends. Whoever else knew the old password is out."""
    user = request.user
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid() and _knows_old(request, form):
        forgive(user.username)
        new = form.cleaned_data["new"]
        set_password(user, new, by=user, session_key=request.session.session_key)
        update_session_auth_hash(request, user)
        messages.success(request, say("The password is changed; your other sessions have ended."))
        return redirect("me")
    status = 422 if form.errors else 200
    return render(request, "team/change_password.html", {"form": form}, status=status)


def _knows_old(request: HttpRequest, form: PasswordForm) -> bool:
    """Passwords are counted as at the door: a stolen session must not try them all."""
    username, old = request.user.username, form.cleaned_data["old"]
    try:
        if check_password(request, username=username, password=old):
            return True
    except ZhibiError as problem:
        form.add_error("old", sentence_of(problem))
    else:
        form.add_error("old", say("This is not your password."))
    return False
