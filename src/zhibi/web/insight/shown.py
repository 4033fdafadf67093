"""A result as a person is shown it: the pages that are kept, and what was decided on findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from zhibi.web.insight import results
from zhibi.web.insight.actions.analyse import analysis_of, earlier, is_made
from zhibi.web.insight.asked import Asked
from zhibi.web.insight.findings import Decision, decisions
from zhibi.web.insight.models import Analysis
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User
from zhibi.web.text import language

if TYPE_CHECKING:
    from zhibi.render.fragment import Fragment, ShownFinding

OPEN = Decision(None, None)


@dataclass(frozen=True, slots=True)
class Shown:
    """`analysis` and `page` are None when there is nothing to show yet; `job` makes (or failed to
    make) what was asked for, while an earlier one may be shown."""

    wanted: Asked
    analysis: Analysis | None
    page: Fragment | None
    findings: tuple[tuple[ShownFinding, Decision], ...]
    job: Job | None

    @property
    def is_waiting(self) -> bool:
        return self.job is not None and not self.job.is_finished

    @property
    def body_beside(self) -> Markup:
        """The body for a page that has another one already: its parts under names of their own."""
        body = str(self.page.body) if self.page else ""
        for name in ("section-", "chart-"):
            body = body.replace(f'="{name}', f'="beside-{name}').replace(
                f'"#{name}', f'"#beside-{name}'
            )
        return Markup(body)  # noqa: S704 - the renderer's own markup

    @property
    def kinds(self) -> set[tuple[str, str]]:
        """What is said of whom: the same on two days although its cause is another."""
        return {_kind(finding) for finding, _ in self.findings}

    def only(self, kinds: set[tuple[str, str]]) -> list[ShownFinding]:
        return [finding for finding, _ in self.findings if _kind(finding) in kinds]


def shown(user: User, wanted: Asked, *, again: bool = False) -> Shown:
    """What there is to show of an analysis; it is asked for when there is none."""
    analysis = analysis_of(wanted, user, again=again)
    if is_made(analysis):
        return _read(user, wanted, analysis, job=None)
    before = earlier(wanted, user)
    if before is None:
        return Shown(wanted, None, None, (), analysis.job)
    return _read(user, wanted, before, job=analysis.job)


def _read(user: User, wanted: Asked, analysis: Analysis, *, job: Job | None) -> Shown:
    page = results.read(analysis.key, language())
    decided = decisions(user, [finding.id for finding in page.findings], wanted.scope)
    findings = tuple((finding, decided.get(finding.id, OPEN)) for finding in page.findings)
    return Shown(wanted, analysis, page, findings, job)


def _kind(finding: ShownFinding) -> tuple[str, str]:
    return finding.code, finding.subject_id or ""
