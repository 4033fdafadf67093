"""Registers the app under its short name."""

from __future__ import annotations

from django.apps import AppConfig


class TeamConfig(AppConfig):
    name = "zhibi.web.team"
    label = "team"
