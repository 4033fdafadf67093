"""Today, tasks, follow-ups, the weekly report."""

from __future__ import annotations

from django.urls import path

from zhibi.web.crm.views import today

urlpatterns = [
    path("", today.today, name="today"),
]
