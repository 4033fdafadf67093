"""Signing in."""

from __future__ import annotations

from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhibi.web.text import say


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        user = authenticate(
            request,
            username=request.POST.get("username", ""),
            password=request.POST.get("password", ""),
        )
        if user is not None:
            login(request, user)
            return redirect("today")
        problem = say("Name or password is wrong; try again.")
    return render(request, "team/sign_in.html", {"problem": problem})
