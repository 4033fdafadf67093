"""Signing in, second step: the code of the authenticator app."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.errors import ZhibiError
from zhibi.web.back import back
from zhibi.web.team.actions.sign_in import begin_session, check_code, half_signed_in
from zhibi.web.team.forms.sign_in import CodeForm
from zhibi.web.team.models import User
from zhibi.web.text import say, sentence_of


@login_not_required
def sign_in_code(request: HttpRequest) -> HttpResponse:
    user = half_signed_in(request)
    if user is None:
        messages.info(request, say("That took too long; sign in again."))
        return redirect("sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and is_right(request, user, form):
        begin_session(request, user)
        return back(request, "today")
    return render(
        request,
        "team/sign_in_code.html",
        {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")},
        status=422 if request.method == "POST" else 200,
    )


def is_right(request: HttpRequest, user: User, form: CodeForm) -> bool:
    """Whether the code of a form is that of now; why not stands in the form."""
    try:
        if check_code(request, user, form.cleaned_data["code"]):
            return True
    except ZhibiError as problem:
        form.add_error("code", sentence_of(problem))
    else:
        form.add_error(
            "code", say("This code is wrong or was used already; wait for the next one.")
        )
    return False
