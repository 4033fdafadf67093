"""Imports, their history, and how good the data is."""

from __future__ import annotations

from django.urls import path

from zhibi.web.data.views import brought, data, quality, rejected, steps, warehouse

urlpatterns = [
    path("", data.data, name="data"),
    path("quality", quality.quality, name="quality"),
    path("warehouse/read", warehouse.look_at_warehouse, name="look-at-warehouse"),
    path("imports/<uuid:uid>/", brought.brought, name="import"),
    path("imports/<uuid:uid>/answer", steps.answer, name="answer-import"),
    path("imports/<uuid:uid>/commit", steps.commit, name="commit-import"),
    path("imports/<uuid:uid>/undo", steps.undo, name="undo-import"),
    path("imports/<uuid:uid>/forget", steps.forget, name="forget-import"),
    path("imports/<uuid:uid>/rejected/<int:place>", rejected.rejected, name="rejected-rows"),
]
