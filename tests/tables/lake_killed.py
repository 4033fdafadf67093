"""Changes of a lake in a process of their own, so that it can be killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

from zhibi.tables.lake import Lake

_FORKS = multiprocessing.get_context("forkserver")  # a fork is ten times quicker than a start
_FORKS.set_forkserver_preload(["tests.tables.lake_killed"])


def change(workspace: Path, batches: dict[str, Path] | None, import_id: str, moment: str) -> None:
    """Import, or undo when there are no batches; die at a named moment."""
    os.environ["ZHIBI_KILL_AT"] = moment
    lake = Lake(workspace)
    if batches is None:
        lake.undo(import_id)
    else:
        lake.commit(batches, source_system="erp", import_id=import_id, about={})


def run(
    workspace: Path,
    batches: dict[str, Path] | None,
    import_id: str,
    *,
    moment: str = "",
    after: float | None = None,
) -> bool:
    """Make a change, killed at a named moment or after some seconds; whether it was killed."""
    process = _FORKS.Process(target=change, args=(workspace, batches, import_id, moment))
    process.start()
    if after is not None:
        time.sleep(after)
        process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL
