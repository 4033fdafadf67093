"""Work that sleeps, fails and dies on purpose."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from zhibi.errors import ZhibiError
from zhibi.web.jobs.registry import Running, work


@work("quick", is_quick=True)
def quick(running: Running) -> dict[str, Any]:
    return {"pid": os.getpid(), "cores": len(os.sched_getaffinity(0))}


@work("sleep")
def sleep(running: Running) -> dict[str, Any]:
    running.progress(0.5)
    time.sleep(running.params["seconds"])
    return {"slept": True}


@work("die")
def die(running: Running) -> dict[str, Any]:
    """Is killed as many times as it is told to, then done."""
    told = Path(running.params["file"])
    with told.open("a", encoding="ascii") as file:
        file.write("x")
    if len(told.read_text(encoding="ascii")) <= running.params["times"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"times": len(told.read_text(encoding="ascii"))}


@work("die once", may_resume=False)
def die_once(running: Running) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@work("refuse")
def refuse(running: Running) -> None:
    raise ZhibiError("The file {file} is empty; choose another one.", file="a.csv")


@work("fault")
def fault(running: Running) -> None:
    raise RuntimeError("secret inner detail")


@work("follow", after="quick")
def follow(running: Running) -> None:
    """Done whenever `quick` was."""
