"""`zhibi serve`: the workspace in a browser; `zhibi password`: a way back in.

Django is imported when one of them runs, not before.
"""

from __future__ import annotations

from importlib.util import find_spec

import click

from zhibi.cli.data import everywhere, open_workspace, say
from zhibi.errors import ZhibiError

NEEDED = ("django", "django_htmx", "gunicorn", "whitenoise", "argon2", "cryptography", "pypinyin")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 32), default=2, help="Processes of the server.")
@click.option("--admin", default="admin", help="Name of the first administrator.")
@click.option("--yes", is_flag=True, help="There is a backup of the database.")
@everywhere
def serve(host: str, port: int, workers: int, admin: str, *, yes: bool) -> None:
    """Serve the workspace to browsers, and do the work it asks for, until Ctrl-C."""
    folder = open_workspace().folder
    _loaded()
    from zhibi.web.prepare import prepare
    from zhibi.web.serve import Address, refuse_taken
    from zhibi.web.serve import serve as serve_until_stopped

    address = Address(host, port)
    refuse_taken(address)
    prepared = prepare(folder, administrator=admin, has_backup=yes)
    if prepared.backup:
        say(
            "The database was brought forward; as it was before it is kept in {file}.",
            file=prepared.backup,
        )

    def when_ready() -> None:
        say("{address} shows {folder}. Ctrl-C ends it.", address=address, folder=folder.resolve())
        if prepared.password:
            say(
                "Sign in as {user} with the password {password}, shown this once; others are "
                "invited from the page of people.",
                user=prepared.administrator,
                password=prepared.password,
            )

    serve_until_stopped(address, processes=workers, when_ready=when_ready)
    say("Ended.")


@click.command()
@click.argument("username")
@everywhere
def password(username: str) -> None:
    """Give somebody another password, where no administrator can sign in to do it."""
    folder = open_workspace().folder
    _loaded()
    from zhibi.web.prepare import renew_password

    say(
        "{user} may sign in with the password {password}, shown this once.",
        user=username,
        password=renew_password(folder, username),
    )


def _loaded() -> None:
    """ZhibiError when the packages of the web workspace are not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ZhibiError(
            "The web workspace needs {missing}, not installed here; "
            "run `pip install 'zhibi[web]'`.",
            missing=", ".join(missing),
        )


COMMANDS = (serve, password)
