"""The jobs of this app."""

from __future__ import annotations

from typing import Any

from zhibi.web.jobs.registry import Running, work


@work("analysis")
def analysis(running: Running) -> dict[str, Any]:
    from zhibi.web.insight.actions.make import make

    return {"key": make(running, running.by).key}
