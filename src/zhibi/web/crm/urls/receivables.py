"""What is due, late and retained."""

from __future__ import annotations

from django.urls import path

from zhibi.web.crm.views import receivables

urlpatterns = [
    path("", receivables.receivables, name="receivables"),
]
