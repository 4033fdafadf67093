"""Making an analysis: in the worker, from facts cut to the person's accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from zhibi.locale import LANGUAGES
from zhibi.said import Said
from zhibi.web.insight import results
from zhibi.web.insight.actions.analyse import is_made, row_of
from zhibi.web.insight.asked import Asked, asked
from zhibi.web.insight.facts_seen import facts_for, has_moved
from zhibi.web.insight.files import File, tables_in, write_file
from zhibi.web.insight.findings import kept_findings
from zhibi.web.insight.links import links_for
from zhibi.web.insight.models import Analysis
from zhibi.web.insight.question import question
from zhibi.web.insight.scope import mark_of_customers
from zhibi.web.team.models import User

if TYPE_CHECKING:
    from zhibi.render.fragment import Fragment
    from zhibi.result import Result
    from zhibi.tables.tables import Tables

ATTEMPTS: Final = 3  # at facts that nobody changes while they are read
Progress = Callable[[float, Said | None], None]


def make(
    user: User,
    name: str,
    values: Mapping[str, Any],
    *,
    progress: Progress,
    file: File | None = None,
) -> Analysis:
    """Answer a question as `user` asks it now, and keep the pages, and the file if one is wanted.

    What is asked now may differ from what was asked when the job was queued: somebody imported
    or typed meanwhile, or sees other accounts. It is kept under the key of what it says.
    """
    progress(0.05, Said("Reading the data"))
    for attempt in range(ATTEMPTS):
        wanted = asked_again(user, name, values)
        with facts_for(wanted, user) as tables:
            if attempt < ATTEMPTS - 1 and has_moved(wanted):
                continue
            return _kept(wanted, tables, user, progress, file)
    raise AssertionError("the last attempt takes the facts as they are")


def asked_again(user: User, name: str, values: Mapping[str, Any]) -> Asked:
    """The question that the values of `Asked` stand for, asked now."""
    asking = question(name)
    params = dict(values)
    day = params.pop("as_of")
    return asked(
        user, asking, asking.params(**params), day=date.fromisoformat(day) if day else None
    )


def _kept(
    wanted: Asked, tables: Tables, user: User, progress: Progress, file: File | None
) -> Analysis:
    row = row_of(wanted)
    if is_made(row) and file is None:
        return row
    progress(0.2, Said("Working it out"))
    result = wanted.question.answer(tables, wanted.params)
    if not is_made(row):
        progress(0.8, Said("Writing the page"))
        _keep_pages(wanted, result, user)
        row.made_at = timezone.now()
        row.save()
    if file:
        progress(0.9, Said("Writing the file"))
        write_file(result, results.folder_of(wanted.key), file)
    return row


def _keep_pages(wanted: Asked, result: Result, user: User) -> None:
    from zhibi.render.fragment import render_fragment

    link = links_for(result, user)
    pages: dict[str, Fragment] = {
        language: render_fragment(result, language, link=link) for language in LANGUAGES
    }
    results.keep(
        wanted.key,
        pages,
        findings=kept_findings(result, pages),
        tables=tables_in(result),
        mark=mark_of_customers(user),
    )
