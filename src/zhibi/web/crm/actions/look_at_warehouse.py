"""Looking at the warehouse for everybody: once a day, and when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.warehouse import Connection

if TYPE_CHECKING:
    from zhibi.tables.workspace import Workspace

WAITS: Final = (5, 15)  # seconds: a server that is started anew is there again
Told = Callable[..., Any]


def look_if_new(progress: Told) -> None:
    """The first look, from which on one is kept for each day (`zhibi.run.facts_of`)."""
    workspace = run.open_workspace(settings.WORKSPACE)
    connection = Connection.load(workspace.folder)
    if connection and run.kept_look(workspace, connection) is None:
        _look(workspace, progress)


def look_now(progress: Told) -> None:
    _look(run.open_workspace(settings.WORKSPACE), progress)


def _look(workspace: Workspace, progress: Told) -> None:
    progress(0.05, Said("Reading the warehouse"))
    for wait in (*WAITS, None):
        try:
            run.look_again(workspace)
        except ZhibiError:
            if wait is None:
                raise
            progress(0.05, Said("The warehouse does not answer; asking once more"))
            time.sleep(wait)
        else:
            return
