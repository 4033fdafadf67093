"""Signing in and out, one's own settings, people and teams."""

from __future__ import annotations

from django.urls import path

from zhibi.web.team.views import choose, sign_in, sign_out

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_out.sign_out, name="sign-out"),
    path("choose", choose.choose, name="choose"),
]
