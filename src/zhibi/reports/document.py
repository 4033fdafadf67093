"""What a report is: the findings of several methods in one order, sections, and the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from zhibi.result import Block, Finding, Identity, Sentence, Severity, Table

AT_MOST = 10  # findings a director reads
AT_MOST_ALIKE = 2  # of one code, so that one kind does not crowd out the others

URGENCY = {Severity.NOW: 0, Severity.SOON: 1, Severity.GOOD: 2, Severity.INFO: 2}

SALES_ARE = Sentence(
    "Sales are net of tax: returns, rebates, allowances and red invoices count at their "
    "sign; samples and cancelled orders do not count. Customers are added up to their "
    "groups; attributes are as of today."
)


@dataclass(frozen=True, slots=True)
class NoParams:
    """A report uses each method's defaults; its identity says so by having no parameters."""


@dataclass(frozen=True, slots=True)
class Report:
    """A result made of results. `evidence` has one table a finding: the rows behind it."""

    title: str
    subtitle: Sentence
    identity: Identity
    findings: tuple[Finding, ...]
    sections: tuple[Block, ...]
    evidence: tuple[Table, ...] = ()

    def blocks(self) -> tuple[Block, ...]:
        return self.sections

    def behind(self) -> Evidence:
        """The rows behind the findings, for a workbook beside the report."""
        return Evidence(self.title, self.subtitle, self.identity, self.findings, self.evidence)

    def whole(self) -> Report:
        """The report with the rows behind its findings at the end, for a workbook of its own."""
        return replace(self, sections=(*self.sections, *self.evidence))


@dataclass(frozen=True, slots=True)
class Evidence:
    """The rows behind each finding of a report, as a result of its own for a workbook."""

    title: str
    subtitle: Sentence
    identity: Identity
    findings: tuple[Finding, ...]
    tables: tuple[Table, ...]

    def blocks(self) -> tuple[Block, ...]:
        return self.tables


def choose(
    news: Sequence[Finding],
    problems: Iterable[Finding],
    chances: Sequence[Finding] = (),
    *,
    is_material: Callable[[Finding], bool],
    alike: int = AT_MOST_ALIKE,
) -> tuple[Finding, ...]:
    """The news first, the most urgent problems with the most at stake, the chances last; one
    finding a customer, `alike` of one code. What is not material is left to its own section."""
    chosen = list(news)
    chances = [chance for chance in chances if is_material(chance)]
    told = {finding.subject for finding in (*news, *chances) if finding.subject}
    ranked = sorted(
        (finding for finding in problems if is_material(finding)),
        key=lambda f: (URGENCY[f.severity], -(f.stake or Decimal(0)), f.code, f.id),
    )
    for finding in ranked:
        if len(chosen) + len(chances) >= AT_MOST:
            break
        is_one_more = sum(finding.code == other.code for other in chosen) >= alike
        if is_one_more or (finding.subject and finding.subject in told):
            continue
        chosen.append(finding)
        if finding.subject:
            told.add(finding.subject)
    return (*chosen, *chances)


def best_chance(findings: Iterable[Finding], problems: Iterable[Finding]) -> list[Finding]:
    """The first of the chances that is not with somebody who needs action now."""
    troubled = {finding.subject for finding in problems if finding.severity is Severity.NOW}
    return [finding for finding in findings if finding.subject not in troubled][:1]
