"""Signing in: name and password."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django_htmx.http import HttpResponseClientRedirect

from zhibi.errors import ZhibiError
from zhibi.web.back import back
from zhibi.web.team.actions.sign_in import begin_session, check_password, remember_half
from zhibi.web.team.forms.sign_in import SignInForm
from zhibi.web.text import say, sentence_of


@login_not_required
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends. A part of a page that asks after the session has ended brings
    the whole page here."""
    if request.htmx:
        wanted = urlencode({"next": request.htmx.current_url_abs_path or "/"})
        return HttpResponseClientRedirect(f"{reverse('sign-in')}?{wanted}")
    if request.user.is_authenticated:
        return redirect("today")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _enter(request, form)
        if answer is not None:
            return answer
    return render(
        request,
        "team/sign_in.html",
        {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")},
        status=422 if request.method == "POST" else 200,
    )


def _enter(request: HttpRequest, form: SignInForm) -> HttpResponse | None:
    """The way in, or None with the reason in the form."""
    try:
        user = check_password(request, **form.cleaned_data)
    except ZhibiError as problem:
        form.add_error(None, sentence_of(problem))
        return None
    if user is None:
        form.add_error(None, say("Name or password is wrong; try again."))
        return None
    if user.totp_secret:
        remember_half(request, user)
        wanted = urlencode({"next": request.POST.get("next", "")})
        return redirect(f"{reverse('sign-in-code')}?{wanted}")
    begin_session(request, user)
    return back(request, "today")
