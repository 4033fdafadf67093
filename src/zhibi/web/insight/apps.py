"""Registers the app under its short name."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "zhibi.web.insight"
    label = "insight"
