"""Registers the app under its short name."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "zhibi.web.jobs"
    label = "jobs"
