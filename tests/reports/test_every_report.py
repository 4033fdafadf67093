"""What holds for every report: on the samples, each figure of its sentences comes out again from
its own tables, those it shows and the evidence behind; and what the data cannot answer is said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.methods.given import line, tables_of
from tests.reports.again import AGAIN
from tests.reports.reviewed import records, reviewed, section_of, shown, value
from tests.usual import DAY

from zhibi import reports, run
from zhibi.errors import ZhibiError
from zhibi.locale import LANGUAGES
from zhibi.reports.document import Report
from zhibi.result import Estimate, Section, Unit

COMPOSED = (
    ("daichuan", "key-accounts"),
    ("adventureworks", "key-accounts"),
    ("daichuan", "customer-base"),
    ("daichuan", "potential-customers"),
)
WORDS = (Unit.NAME, Unit.NAMES, Unit.TERM, Unit.TERMS)


@pytest.fixture(scope="module", params=COMPOSED, ids="-".join)
def review(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed(*request.param, tmp_path_factory)


def test_each_account_is_told_once_and_not_too_many_are(review: Report) -> None:
    told = [finding.subject for finding in review.findings if finding.subject]
    assert len(told) == len(set(told))
    assert len(review.findings) <= 10


def test_every_figure_can_be_recomputed(review: Report) -> None:
    tables = shown(review)
    for number, finding in enumerate(review.findings, 1):
        again_of = AGAIN.get(finding.code) or AGAIN[finding.code.rpartition(".")[0]]
        expected = again_of(finding, tables, number)
        for name, figure in finding.says.figures.items():
            if figure.unit not in WORDS and f"{{{name}" in finding.says.template:
                again = expected[name]
                if not isinstance(again, Estimate):
                    again = pytest.approx(again)
                assert figure.value == again, f"{finding.code} {name}"


def test_evidence_is_the_rows_behind_each_finding(review: Report) -> None:
    assert len(review.evidence) == len(review.findings)
    for finding, table in zip(review.findings, review.evidence, strict=True):
        if finding.subject and finding.code.startswith("purchase_rhythm"):
            lines = [r for r in records(table) if r["order_date"] > year_before(review)]
            assert sum(r["amount"] for r in lines) == value(finding, "net")


def year_before(report: Report) -> Any:
    day = report.identity.as_of
    return day.replace(year=day.year - 1)


def test_renders_in_both_languages(review: Report) -> None:
    page = run.render(review, style="html", language="zh-CN")
    assert page.count("<h2") > 5
    text = run.render(review, style="text", language="en")
    for section in review.sections:
        if isinstance(section, Section):
            assert section.title in text
            assert f">{section.title}<" not in page


@pytest.mark.parametrize("name", [name.replace("_", "-") for name in reports.names()])
def test_what_the_data_cannot_answer_is_left_out_and_said(name: str) -> None:
    lines = [line("c1", f"o{at}", date(2024, at, 1), 100 + at) for at in range(1, 13)]
    tables = tables_of(lines, DAY, [{"customer_id": "c1"}, {"customer_id": "new"}])
    report = run.compose(tables, name)
    left_out = section_of(report, "What is not in this report, and what would answer it")
    said = {s.title: s.blocks for s in left_out.blocks if isinstance(s, Section)}
    assert len(said) >= 3
    for language in LANGUAGES:
        assert "zhibi import FILE --kind" in run.render(report, style="text", language=language)


def test_without_orders_it_is_said() -> None:
    tables = tables_of([line("c1", "o1", DAY, 100)], DAY.replace(year=DAY.year - 1))
    for name in ("key-accounts", "customer-base"):
        with pytest.raises(ZhibiError, match="no order lines"):
            run.compose(tables, name)
