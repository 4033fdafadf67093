"""The project itself as an app, for its template tags and commands."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "zhibi.web"
    label = "web"
