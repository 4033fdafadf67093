"""Registers the app under its short name."""

from __future__ import annotations

from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "zhibi.web.crm"
    label = "crm"
