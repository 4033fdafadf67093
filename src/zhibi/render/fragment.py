"""A result as parts of another page: safe HTML without scripts and styles of its own.

The web workspace shows a result inside its own page, under a Content-Security-Policy that runs
no script and obeys no style written into the page. It lays out the findings itself, with buttons
beside them; so they come apart, everything else in one piece. A fragment is kept as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from markupsafe import Markup

from zhibi.locale import translate
from zhibi.render.links import Link, links_of
from zhibi.render.page import Page, environment
from zhibi.render.values import Formatter
from zhibi.render.words import provenance, subtitle_of
from zhibi.result import Figure, Finding, Result, Unit


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding in one language; all but the two of Markup is plain text."""

    id: str
    code: str
    severity: str
    shape: str
    urgency: str
    html_of_news: Markup
    html_of_action: Markup
    owner: str | None
    subject_id: str | None
    subject_name: str | None
    stake_text: str
    plain: str
    plain_action: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """The parts of a page below its title, in their order."""

    title: str
    lead: Markup
    findings: tuple[ShownFinding, ...]
    body: Markup
    provenance: Markup

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Fragment:
        kept: Mapping[str, Any] = json.loads(text)
        findings = tuple(
            ShownFinding(**_trusted(finding, "html_of_news", "html_of_action"))
            for finding in kept["findings"]
        )
        return cls(**_trusted({**kept, "findings": findings}, "lead", "body", "provenance"))


def render_fragment(
    result: Result, language: str, *, level: int = 2, link: Link | None = None
) -> Fragment:
    """The parts of a result or report in `language`, its sections headed by h`level`.

    `link` gives the address of a customer's page by its id, None where there is none to see;
    without it no name leads anywhere.
    """
    formatter = Formatter(language, result.identity.currency)
    page = Page(formatter, is_live=False, links=links_of(result, link))
    show: Any = environment().get_template("blocks.html.j2").module
    return Fragment(
        title=translate(result.title, language),
        lead=page.sentence(subtitle_of(result)),
        findings=tuple(_shown(finding, page) for finding in result.findings),
        body=show.body(page, result.blocks(), level),
        provenance=show.provenance_of(page, provenance(result.identity, formatter)),
    )


def _trusted(kept: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """What was written as markup is markup again."""
    return {**kept, **{name: Markup(kept[name]) for name in names}}  # noqa: S704 - made above


def _shown(finding: Finding, page: Page) -> ShownFinding:
    subject, action, stake = finding.subject, finding.action, finding.stake
    return ShownFinding(
        id=finding.id,
        code=finding.code,
        severity=finding.severity.value,
        shape=page.shape(finding),
        urgency=page.urgency(finding),
        html_of_news=page.news(finding),
        html_of_action=page.sentence(action, subject) if action else Markup(""),
        owner=finding.owner,
        subject_id=subject.customer_id if subject else None,
        subject_name=subject.name if subject else None,
        stake_text="" if stake is None else page.formatter.alone(Figure(stake, Unit.MONEY)),
        plain=page.plain(finding.says),
        plain_action=page.plain(action) if action else "",
    )
