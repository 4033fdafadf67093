"""A result as one self-contained page: no request leaves it, names in it can do nothing."""

from __future__ import annotations

from zhibi.locale import translate
from zhibi.render.page import Page, environment
from zhibi.render.values import Formatter
from zhibi.render.words import provenance, subtitle_of
from zhibi.result import Result


def render_html(result: Result, language: str) -> str:
    """The page of a result or report in `language` ("zh-CN" or "en")."""
    page = Page(Formatter(language, result.identity.currency), is_live=True)
    template = environment().get_template("page.html.j2")
    return template.render(
        page=page,
        language=language,
        title=translate(result.title, language),
        subtitle=subtitle_of(result),
        findings=result.findings,
        blocks=result.blocks(),
        provenance=provenance(result.identity, page.formatter),
    )
