"""Imports, their history, and how good the data is."""

from __future__ import annotations

from django.urls import path

from zhibi.web.insight.views import data

urlpatterns = [
    path("", data.data, name="data"),
]
