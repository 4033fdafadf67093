"""Turning the second step of one's own sign-in on and off."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.team import second_step as codes
from zhibi.web.team.actions.own import begin_second_step, end_second_step
from zhibi.web.team.attempts import forgive
from zhibi.web.team.forms.sign_in import CodeForm
from zhibi.web.team.views.sign_in_code import is_right
from zhibi.web.text import say

OFFERED: Final = "secret_offered"


def second_step(request: HttpRequest) -> HttpResponse:
    """A secret is offered as a picture, and kept once a code shows that the app has it. Where it
    is on already, a code turns it off."""
    turn = _turn_off if request.user.totp_secret else _turn_on
    return turn(request)


def _turn_on(request: HttpRequest) -> HttpResponse:
    user = request.user
    secret = request.session.setdefault(OFFERED, codes.new_secret())
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        step = codes.step_of(secret, form.cleaned_data["code"])
        if step is not None:
            begin_second_step(user, secret=secret, step=step)
            del request.session[OFFERED]
            messages.success(request, say("From now on signing in asks for a code."))
            return redirect("me")
        form.add_error("code", say("This is not the code of now; look at the app again."))
    shown = {
        "form": form,
        "secret": secret,
        "picture": codes.picture_of(codes.address_of(secret, user)),
    }
    return render(request, "team/second_step.html", shown, status=422 if form.errors else 200)


def _turn_off(request: HttpRequest) -> HttpResponse:
    """Codes are counted as at the door: a stolen session must not try them all."""
    user, form = request.user, CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and is_right(request, user, form):
        forgive(user.username)
        end_second_step(user, by=user)
        messages.success(request, say("From now on the password alone is enough."))
        return redirect("me")
    status = 422 if form.errors else 200
    return render(request, "team/end_second_step.html", {"form": form}, status=status)
