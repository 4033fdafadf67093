"""Sessions that their person can see and end, and the sign-ins that failed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from zhibi.web.fields import new_uid


class Session(AbstractBaseSession):
    """A signed-in browser."""

    uid = models.UUIDField(unique=True, default=new_uid)  # the key itself is a secret
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    address = models.CharField(max_length=64, blank=True)
    browser = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now=True)

    @classmethod
    def get_session_store_class(cls) -> type:
        from zhibi.web.team.sessions import SessionStore

        return SessionStore


class SignInAttempt(models.Model):
    """A failed sign-in; too many within a quarter of an hour close the door for a while."""

    username = models.CharField(max_length=60)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["username", "at"]), models.Index(fields=["address", "at"])]
