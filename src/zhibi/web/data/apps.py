"""Registers the app under its short name."""

from __future__ import annotations

from django.apps import AppConfig


class DataConfig(AppConfig):
    name = "zhibi.web.data"
    label = "data"
