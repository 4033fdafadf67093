"""Making a workspace ready to be served: folders, database, static files, a first administrator.

Called again and again it changes nothing. A database with something in it is copied before it is
migrated; one that a newer Zhibi wrote is left alone.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import django

from zhibi.errors import ZhibiError
from zhibi.web.folders import make_folders


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done that somebody must know: a backup, and a password that is shown once."""

    backup: Path | None
    administrator: str
    password: str  # empty when there are people already


def prepare(folder: Path, *, administrator: str, has_backup: bool) -> Prepared:
    """Make the workspace ready. ZhibiError when a database on a server is to be migrated and
    nobody says that there is a backup of it."""
    set_up(folder)
    from django.core.management import call_command

    backup = _migrate(folder, has_backup=has_backup)
    _erase_again()
    call_command("collectstatic", interactive=False, verbosity=0)
    password = _first_administrator(administrator)
    _ask_for_what_is_due(folder)
    return Prepared(backup, administrator, password)


def renew_password(folder: Path, username: str) -> str:
    """Another password for somebody; their sessions and their second step end."""
    set_up(folder)
    from zhibi.web.team.actions.own import end_second_step
    from zhibi.web.team.actions.people import reset_password
    from zhibi.web.team.models import User

    person = User.objects.filter(username__iexact=username).first()
    if person is None:
        raise ZhibiError("There is nobody called {user} here; check the name.", user=username)
    end_second_step(person, by=person)  # the phone may be what is lost
    return reset_password(person, by=person)


def set_up(folder: Path) -> None:
    """Django on this workspace, in this process and those it starts."""
    make_folders(folder)
    os.environ["ZHIBI_HOME"] = str(folder.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibi.web.settings")
    django.setup()


def _migrate(folder: Path, *, has_backup: bool) -> Path | None:
    """Bring the database forward; the copy that was made of it before, if it needed one."""
    from django.core.management import call_command
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except OperationalError as problem:
        raise ZhibiError(
            "The database cannot be reached ({problem}); check DATABASE_URL, and that it runs.",
            problem=str(problem).strip().split("\n")[0],
        ) from problem
    applied, known = set(executor.loader.applied_migrations), set(executor.loader.disk_migrations)
    if applied - known:
        raise ZhibiError(
            "The database of {folder} was written by a newer Zhibi; install that version.",
            folder=folder,
        )
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return None
    backup = _backup(folder, has_backup=has_backup) if applied else None
    call_command("migrate", interactive=False, verbosity=0)
    return backup


def _erase_again() -> None:
    """The database may have been brought back from before somebody was erased."""
    from zhibi.web.crm.actions.erase import replay

    replay()


def _backup(folder: Path, *, has_backup: bool) -> Path | None:
    from django.db import connection

    if connection.vendor != "sqlite":
        if has_backup:
            return None
        raise ZhibiError(
            "The database must be brought to this version of Zhibi. Make a backup of it with "
            "pg_dump first; then start again with --yes."
        )
    copy = folder / "backups" / f"zhibi-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"
    connection.ensure_connection()
    with closing(sqlite3.connect(copy)) as target:
        connection.connection.backup(target)
    return copy


def _first_administrator(username: str) -> str:
    """The password of the administrator who was made; empty when there is somebody already."""
    from zhibi.web.team.actions.people import new_password
    from zhibi.web.team.models import Role, User

    if User.objects.exists():
        return ""
    password = new_password()
    User.objects.create_user(username, password, name=username, role=Role.ADMINISTRATOR)
    return password


def _ask_for_what_is_due(folder: Path) -> None:
    """Figures of data that came by the command line while nobody served, and once each day."""
    from zhibi.tables.look import Look
    from zhibi.tables.workspace import Workspace
    from zhibi.web.jobs.actions.ask import ask
    from zhibi.web.jobs.actions.plan import plan
    from zhibi.web.jobs.models import Job, Schedule

    for kind in ("take_figures", "throw_away"):
        plan(kind, every=str(Schedule.Every.DAY))
    done = Job.objects.filter(kind="take_figures", state=Job.State.DONE).order_by("-pk").first()
    look = Look.load(folder)
    version = look.version if look else str(Workspace.open(folder).lake.manifest().version)
    if done is None or done.result["data_version"] != version:
        ask("take_figures", by=None, same_as="take_figures")
