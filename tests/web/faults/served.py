"""The application as gunicorn serves it, on a workspace and a database of its own.

What is slow to wait for is short here: a writer waits three seconds for another one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import django
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from zhibi.web.folders import make_folders

HOME = Path(os.environ["ZHIBI_HOME"])
make_folders(HOME)
django.setup()
call_command("migrate", verbosity=0)


def sign_in() -> dict[str, str]:
    """A manager, and the cookie of their browser."""
    from django.conf import settings

    from zhibi.web.team.models import Role, User
    from zhibi.web.team.sessions import SessionStore

    user = User.objects.create_user("alice", "password", name="Alice", role=Role.MANAGER)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    form_mark = "a" * 32
    cookies = {
        settings.SESSION_COOKIE_NAME: session.session_key,
        settings.CSRF_COOKIE_NAME: form_mark,
    }
    return {"mark": form_mark, "cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}


(HOME / "signed-in.json").write_text(json.dumps(sign_in()))
application = get_wsgi_application()
