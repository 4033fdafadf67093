"""The jobs of this app."""

from __future__ import annotations

from typing import Any

from zhibi.web.data.models import Import
from zhibi.web.jobs.registry import Running, work


@work("look_at_import")
def look_at_import(running: Running) -> None:
    """What the files hold; done again it says the same."""
    from zhibi.web.data.actions.look import look

    look(_import(running), running)


@work("commit_import")
def commit_import(running: Running) -> dict[str, Any]:
    """What was taken over already is taken over once: the second time it is nothing new."""
    from zhibi.web.data.actions.commit import commit

    return commit(_import(running), running)


@work("undo_import")
def undo_import(running: Running) -> dict[str, Any]:
    from zhibi.web.data.actions.commit import undo

    return undo(_import(running), running)


@work("look_at_quality")
def look_at_quality(running: Running) -> dict[str, Any]:
    from zhibi.web.data.quality import quality

    return quality()


@work("throw_away_uploads", after="throw_away")
def throw_away_uploads(running: Running) -> dict[str, Any]:
    """Files that nobody committed."""
    from zhibi.web.data.actions.throw_away import throw_away_uploads as throw_away

    return {"thrown_away": throw_away()}


def _import(running: Running) -> Import:
    return Import.objects.select_related("created_by").get(uid=running.params["import"])
