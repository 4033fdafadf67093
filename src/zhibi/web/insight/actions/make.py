"""Making an analysis: in the worker, from facts cut to the person's accounts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from zhibi.locale import LANGUAGES
from zhibi.said import Said
from zhibi.web.insight import results
from zhibi.web.insight.actions.analyse import is_made, row_of
from zhibi.web.insight.asked import Asked, asked
from zhibi.web.insight.facts_seen import facts_for, has_moved
from zhibi.web.insight.links import links_for
from zhibi.web.insight.models import Analysis
from zhibi.web.insight.question import question
from zhibi.web.insight.scope import mark_of_customers
from zhibi.web.jobs.registry import Running
from zhibi.web.team.models import User

if TYPE_CHECKING:
    from zhibi.render.fragment import Fragment
    from zhibi.tables.tables import Tables

ATTEMPTS: Final = 3  # at facts that nobody changes while they are read


def make(running: Running, user: User) -> Analysis:
    """Answer the question of the job as `user` would ask it now, and keep the pages.

    What is asked now may differ from what was asked when the job was queued: somebody imported
    or typed meanwhile, or sees other accounts. It is kept under the key of what it says.
    """
    running.progress(0.05, Said("Reading the data"))
    for _ in range(ATTEMPTS - 1):
        wanted = asked_again(running.params, user)
        with facts_for(wanted, user) as tables:
            if not has_moved(wanted):
                return _kept(wanted, tables, user, running)
    wanted = asked_again(running.params, user)
    with facts_for(wanted, user) as tables:
        return _kept(wanted, tables, user, running)


def asked_again(params: dict[str, Any], user: User) -> Asked:
    """The question that a job's parameters hold."""
    asking = question(params["question"])
    values = dict(params["params"])
    day = values.pop("as_of")
    return asked(
        user, asking, asking.params(**values), day=date.fromisoformat(day) if day else None
    )


def _kept(wanted: Asked, tables: Tables, user: User, running: Running) -> Analysis:
    row = row_of(wanted)
    if not is_made(row):
        results.keep(
            wanted.key, _pages(wanted, tables, user, running), mark=mark_of_customers(user)
        )
        row.made_at = timezone.now()
        row.save()
    return row


def _pages(wanted: Asked, tables: Tables, user: User, running: Running) -> dict[str, Fragment]:
    """What the result says, in every language."""
    from zhibi.render.fragment import render_fragment

    running.progress(0.2, Said("Working it out"))
    result = wanted.question.answer(tables, wanted.params)
    running.progress(0.8, Said("Writing the page"))
    link = links_for(result, user)
    return {language: render_fragment(result, language, link=link) for language in LANGUAGES}
