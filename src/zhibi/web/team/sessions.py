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
        # The uid, or every save would give the session another address.
        known = self.model.objects.filter(session_key=session.session_key)
        if uid := known.values_list("uid", flat=True).first():
            session.uid = uid
        session.user_id = data.get(SESSION_KEY)
        session.address = data.get("address", "")
        session.browser = data.get("browser", "")
        return session
