"""The questions, and a page for each."""

from __future__ import annotations

from django.urls import path

from zhibi.web.insight.views import questions

urlpatterns = [
    path("", questions.questions, name="insight"),
]
