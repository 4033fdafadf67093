"""What a person changes about themselves, each with a line in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from zhibi.web.team.actions.edit import note, shown
from zhibi.web.team.actions.sign_in import end_sessions
from zhibi.web.team.models import User


@transaction.atomic
def set_fields(user: User, values: Mapping[str, Any], *, by: User) -> tuple[str, ...]:
    """Set what differs from what is kept, and give the names of it."""
    kept = User.objects.select_for_update().get(pk=user.pk)
    changed = [name for name, value in values.items() if getattr(kept, name) != value]
    for name in changed:
        before, after = shown(getattr(kept, name)), shown(values[name])
        note(kept, name, by=by, before=before, after=after)
        setattr(user, name, values[name])
    if changed:
        user.save(update_fields=changed)
    return tuple(changed)


@transaction.atomic
def set_password(user: User, password: str, *, by: User, session_key: str | None = None) -> None:
    """Set a password; every session ends but the one in which it was changed."""
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user, but=session_key)
    note(user, "password", by=by)


@transaction.atomic
def begin_second_step(user: User, *, secret: str, step: int) -> None:
    """From now on signing in asks for a code; the one of `step` is used up."""
    user.totp_secret, user.totp_last_step = secret, step
    user.save(update_fields=["totp_secret", "totp_last_step"])
    note(user, "second step", by=user, after="on")


@transaction.atomic
def end_second_step(user: User, *, by: User) -> None:
    """From now on the password alone is enough."""
    if user.totp_secret:
        user.totp_secret = ""
        user.save(update_fields=["totp_secret"])
        note(user, "second step", by=by, before="on", after="off")
