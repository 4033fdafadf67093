"""Django's database sessions, each tied to its person, so that it can be listed and ended."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import OperationalError
from django.utils import timezone

SEEN_EVERY: Final = timedelta(minutes=15)  # or each page that is read would be a write


class SessionStore(DatabaseSessions):
    """Keeps user, address and browser beside the session's own data."""

    @classmethod
    def get_model_class(cls) -> Any:
        from zhibi.web.team.models import Session

        return Session

    def _get_session_from_db(self) -> Any:
        """Where sessions are listed their person sees which was used last."""
        session = super()._get_session_from_db()
        if session is not None and timezone.now() - session.seen_at > SEEN_EVERY:
            with suppress(OperationalError):  # a page can be read while nobody can write
                self.model.objects.filter(pk=session.pk).update(seen_at=timezone.now())
        return session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session = super().create_model_instance(data)
        # What it already is, or every save would give the session another address and beginning.
        known = self.model.objects.filter(session_key=session.session_key)
        for uid, begun_at in known.values_list("uid", "begun_at"):
            session.uid, session.begun_at = uid, begun_at
        session.user_id = data.get(SESSION_KEY)
        session.address = data.get("address", "")
        session.browser = data.get("browser", "")
        return session
