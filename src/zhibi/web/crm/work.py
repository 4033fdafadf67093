"""The jobs of this app."""

from __future__ import annotations

from typing import Any

from zhibi.web.jobs.registry import Running, work


@work("take_figures")
def take_figures(running: Running) -> dict[str, Any]:
    """The accounts follow the lake; done again it changes nothing."""
    from zhibi.web.crm.actions.take_figures import take_figures as take

    taken = take(progress=running.progress)
    return {
        "accounts": taken.accounts,
        "created": taken.created,
        "as_of": taken.as_of.isoformat(),
        "data_version": taken.data_version,
    }
