"""Django's database sessions, each tied to its person, so that it can be listed and ended."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions


class SessionStore(DatabaseSessions):
    """Keeps user, address and browser beside the session's own data."""

    @classmethod
    def get_model_class(cls) -> Any:
        from zhibi.web.team.models import Session

        return Session

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
