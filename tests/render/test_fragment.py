"""The parts of a result inside another page: safe under a strict Content-Security-Policy."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.render.example import CHARTS, EXAMPLE, FINDINGS, HOSTILE, QUIET
from tests.render.test_html import Reader
from tests.usual import result_of
from zhibi import methods
from zhibi.locale import CHINESE, ENGLISH, LANGUAGES
from zhibi.render.fragment import Fragment, render_fragment
from zhibi.result import Chart, Column, Result, Sentence, Subject, Table, Unit

RESULTS = ("example", *methods.names())
NUMBERED = Table(
    "numbered",
    "The accounts that matter most",
    (
        Column("customer_id", "Customer no.", Unit.NAME),
        Column("name", "Customer", Unit.NAME),
        Column("sales", "Sales", Unit.MONEY),
    ),
    (
        ("c1", "青岛轮胎", Decimal(10)),
        ("c2", HOSTILE, Decimal(9)),
        ("c3", "华数机械", Decimal(8)),
        ("c4", "华数机械", Decimal(7)),
        ("c5", None, Decimal(6)),
        ("c6", "c6", Decimal(5)),
    ),
    row_count=6,
    totals=(None, None, Decimal(45)),
)


def address_of(customer_id: str) -> str | None:
    return None if customer_id == "c4" else f"/accounts/{customer_id}/?a=1&b=2"


def given(name: str) -> Result:
    return EXAMPLE if name == "example" else result_of(name)


def markup_of(fragment: Fragment) -> str:
    findings = (shown.html_of_news + shown.html_of_action for shown in fragment.findings)
    return "".join((fragment.lead, *findings, fragment.body, fragment.provenance))


def body_with(*blocks: Table | Chart) -> str:
    tables = tuple(block for block in blocks if isinstance(block, Table))
    charts = tuple(block for block in blocks if isinstance(block, Chart))
    result = replace(EXAMPLE, charts=charts, tables=tables)
    return render_fragment(result, ENGLISH, link=address_of).body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RESULTS)
def test_a_strict_policy_has_nothing_to_refuse(name: str, language: str) -> None:
    """No style, no script, nothing loaded, every element closed, every id unique and found."""
    markup = markup_of(render_fragment(given(name), language, link=address_of))
    reader = Reader(markup)
    assert reader.wrong == []
    assert reader.open == []
    ids = [attributes["id"] for _, attributes in reader.seen if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))
    for tag, attributes in reader.seen:
        assert tag not in {"script", "style", "link", "iframe", "object", "embed", "base"}
        assert not {"style", "src", "xlink:href"} & set(attributes)
        assert not [key for key in attributes if key.startswith("on")]
        address = attributes.get("href", "#")
        assert address.startswith("/accounts/") or address[1:] in {"", *ids}


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_are_pictures_with_text_data_and_hover(language: str) -> None:
    body = render_fragment(EXAMPLE, language).body
    reader = Reader(body)
    assert body.count('<div class="wide"><svg') == len(CHARTS)
    assert body.count('<div class="narrow"><svg') == len(CHARTS)
    assert len(reader.all("details")) == len(CHARTS)
    assert len(reader.all("title")) > 2 * len(CHARTS)
    assert 'class="live"' not in body


def test_findings_come_apart() -> None:
    fragment = render_fragment(EXAMPLE, CHINESE)
    assert [shown.id for shown in fragment.findings] == [finding.id for finding in FINDINGS]
    first = fragment.findings[0]
    assert (first.shape, first.urgency) == ("○", "供参考")
    assert first.html_of_news.startswith("<strong>")
    assert "<" not in first.plain
    assert all(finding.id not in fragment.body for finding in FINDINGS)


def test_a_finding_says_what_depends_on_it() -> None:
    staked = replace(FINDINGS[0], stake=Decimal("1860000"), cause_on=date(2025, 9, 1))
    result = replace(QUIET, findings=(staked, replace(staked, stake=None)))
    shown = render_fragment(result, CHINESE).findings
    assert [one.stake_text for one in shown] == ["186 万元", ""]


def test_a_kept_fragment_is_the_same() -> None:
    fragment = render_fragment(EXAMPLE, CHINESE)
    kept = Fragment.from_json(fragment.to_json())
    assert kept == fragment
    assert kept.body.__html__() == fragment.body
    assert kept.findings[0].html_of_news.__html__() == fragment.findings[0].html_of_news


def test_sections_begin_at_the_level_asked_for() -> None:
    for level in (2, 3):
        tags = [tag for tag, _ in Reader(render_fragment(EXAMPLE, ENGLISH, level=level).body).seen]
        headings = [tag for tag in tags if re.fullmatch("h[1-6]", tag)]
        assert headings[0] == f"h{level}"
        assert min(headings) == f"h{level}"


def test_a_name_comes_before_its_number() -> None:
    body = body_with(NUMBERED)
    assert "Customer no." not in body
    first = '<a href="/accounts/c1/?a=1&amp;b=2" data-account="c1">青岛轮胎</a>'
    assert f'{first} <span class="no">c1</span></th>' in body
    assert 'data-account="c5">c5</a></th>' in body
    assert 'data-account="c6">c6</a></th>' in body
    assert '<th scope="row" class="text name">Total</th>' in body


def test_who_may_not_be_seen_has_a_name_and_no_link() -> None:
    body = body_with(NUMBERED)
    assert '<th scope="row" class="text name">华数机械 <span class="no">c4</span></th>' in body
    assert "data-account" not in render_fragment(replace(EXAMPLE, tables=(NUMBERED,)), ENGLISH).body


def test_a_hostile_name_stays_a_name_in_its_link() -> None:
    assert 'data-account="c2">&lt;script&gt;' in body_with(NUMBERED)


def test_a_hostile_text_is_inert_in_any_column() -> None:
    owned = replace(
        NUMBERED,
        columns=(Column("owner", "Owner", Unit.NAME), Column("stopped", "Stopped", Unit.NAMES)),
        rows=((HOSTILE, (HOSTILE, "b")),),
        totals=None,
    )
    _, table = body_with(owned).split("<table>")
    assert "<script" not in table
    assert table.count("&lt;script&gt;") == 2


def test_a_name_alone_is_looked_up_in_the_same_result() -> None:
    """But not one that two customers bear, nor a customer's name in a column of other things."""
    alone = replace(
        NUMBERED,
        columns=(NUMBERED.columns[1], Column("owner", "Owner", Unit.NAME)),
        rows=(("青岛轮胎", "青岛轮胎"), ("华数机械", None), ("不在表里", None)),
        totals=None,
    )
    body = body_with(NUMBERED, alone).split("</table>")[1]
    assert re.findall('data-account="([^"]*)"', body) == ["c1"]
    assert '<td class="text">青岛轮胎</td>' in body


def test_the_data_of_a_chart_leads_to_its_customers() -> None:
    top = next(chart for chart in CHARTS if chart.key == "top")
    body = body_with(NUMBERED, top)
    data = re.search("<details>(.*?)</details>", body, re.DOTALL)
    assert data
    assert set(re.findall('data-account="([^"]*)"', data[1])) == {"c1"}


def test_a_finding_leads_to_its_subject() -> None:
    finding = next(finding for finding in FINDINGS if finding.subject)
    subject = finding.subject
    assert isinstance(subject, Subject)
    assert isinstance(finding.says, Sentence)
    shown = render_fragment(replace(QUIET, findings=(finding,)), ENGLISH, link=address_of)
    assert shown.findings[0].subject_id == subject.customer_id
    assert shown.findings[0].subject_name == subject.name
    assert f'data-account="{subject.customer_id}"' in shown.findings[0].html_of_news


def test_a_sentence_leads_to_whom_it_names() -> None:
    """Though it is about no one customer, as long as the rows say who bears the name."""
    top = next(chart for chart in CHARTS if chart.key == "top")
    finding = replace(FINDINGS[1], subject=None, says=top.text, action=None)
    named = replace(EXAMPLE, findings=(finding,), charts=(), tables=(NUMBERED,))
    shown = render_fragment(named, ENGLISH, link=address_of).findings[0]
    assert shown.html_of_news.startswith('<strong><a href="/accounts/c1/')
    assert "<a" not in render_fragment(named, ENGLISH).findings[0].html_of_news


def test_without_a_link_it_is_what_the_page_shows() -> None:
    from zhibi.render.html import render_html

    page = render_html(QUIET, ENGLISH)
    assert render_fragment(QUIET, ENGLISH).body.strip() in page
