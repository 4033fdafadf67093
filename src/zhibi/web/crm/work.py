"""The jobs of this app."""

from __future__ import annotations

from typing import Any

from zhibi.web.jobs.registry import Running, work


@work("take_figures", is_quick=True)
def take_figures(running: Running) -> dict[str, Any]:
    """The accounts follow the lake, until it has not changed meanwhile."""
    from zhibi.web.crm.actions.take_figures import are_taken
    from zhibi.web.crm.actions.take_figures import take_figures as take

    taken = take(progress=running.progress)
    while not are_taken(taken.as_of, taken.data_version):
        taken = take(progress=running.progress)
    return {
        "accounts": taken.accounts,
        "created": taken.created,
        "as_of": taken.as_of.isoformat(),
        "data_version": taken.data_version,
    }
