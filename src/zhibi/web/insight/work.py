"""The jobs of this app."""

from __future__ import annotations

from typing import Any

from zhibi.web.jobs.registry import Running, work


@work("analysis")
def analysis(running: Running) -> dict[str, Any]:
    """For a page that somebody waits for, and for a file of it."""
    from zhibi.web.insight.actions.make import make
    from zhibi.web.insight.files import File

    asked = running.params
    file = File(**asked["file"]) if "file" in asked else None
    made = make(
        running.by, asked["question"], asked["params"], progress=running.progress, file=file
    )
    return {"key": made.key}


@work("made_anew")
def made_anew(running: Running) -> dict[str, Any]:
    """A saved analysis whose day has come."""
    from zhibi.web.insight.actions.keep import make_anew

    return {"made": make_anew(running.params["saved"], progress=running.progress)}


@work("take_findings", after="take_figures")
def take_findings(running: Running) -> dict[str, Any]:
    """The ledger and the warnings of all accounts, today or as many `days_ago`."""
    from zhibi.web.insight.actions.take_findings import take_findings as take

    return take(progress=running.progress, days_ago=running.params.get("days_ago", 0))


@work("throw_away", after="take_figures")
def throw_away(running: Running) -> dict[str, Any]:
    """Results that nobody reads any more, and lists that were taken out days ago."""
    from zhibi.web.crm.actions.attach import throw_away_attachments
    from zhibi.web.crm.actions.export import throw_away_exports
    from zhibi.web.insight.actions.throw_away import throw_away_old

    throw_away_exports()
    throw_away_attachments()
    return {"thrown_away": throw_away_old()}
