"""Analyses and data: one file a part."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("insight/", include("zhibi.web.insight.urls.analyses")),
]
