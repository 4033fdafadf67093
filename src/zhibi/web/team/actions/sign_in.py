"""Signing in: password, then the code of those who have one; and ending sessions."""

from __future__ import annotations

import time
from typing import Final

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import HttpRequest

from zhibi.web.team.attempts import begin_attempt, forgive
from zhibi.web.team.models import Session, User
from zhibi.web.team.second_step import accept

HALF: Final = "half_signed_in"
HALF_SECONDS: Final = 300


def check_password(request: HttpRequest, *, username: str, password: str) -> User | None:
    """Who this is, or None. An unknown name takes as long as a wrong password: Django hashes for
    both. ZhibiError after too many failures."""
    begin_attempt(username, address_of(request))
    user: User | None = authenticate(request, username=username, password=password)
    return user


def check_code(request: HttpRequest, user: User, code: str) -> bool:
    """Whether this is the code of now, used up by asking. ZhibiError after too many failures."""
    begin_attempt(user.username, address_of(request))
    return accept(user, code)


def remember_half(request: HttpRequest, user: User) -> None:
    """The password was right, the code is still to come: nobody is signed in yet."""
    request.session.cycle_key()
    request.session[HALF] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "until": time.time() + HALF_SECONDS,
    }


def half_signed_in(request: HttpRequest) -> User | None:
    """Who gave the right password a moment ago, unless it has changed or they were deactivated."""
    half = request.session.get(HALF)
    if not half or half["until"] < time.time():
        return None
    user = User.objects.filter(pk=half["user"], is_active=True).exclude(totp_secret="").first()
    is_same = user is not None and user.get_session_auth_hash() == half["password"]
    return user if is_same else None


def begin_session(request: HttpRequest, user: User) -> None:
    """From now on this browser is that person's, under a new session key."""
    request.session.pop(HALF, None)
    login(request, user)
    request.session["address"] = address_of(request)
    request.session["browser"] = request.headers.get("User-Agent", "")[:200]
    forgive(user.username)


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End the sessions of a person, all `but` the one of that key; say how many."""
    ended, _ = Session.objects.filter(user=user).exclude(session_key=but).delete()
    return int(ended)


def address_of(request: HttpRequest) -> str:
    """The address of the browser: as the proxy before us gives it, where there is one."""
    if settings.IS_HTTPS:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
        if forwarded:
            return forwarded[:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]
