"""The page: one valid file that loads nothing, in which names are only names."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.render.example import CHARTS, EXAMPLE, FINDINGS, HOSTILE, QUIET
from zhibi.locale import CHINESE, ENGLISH, LANGUAGES
from zhibi.render.html import render_html
from zhibi.result import Chart, Figure, Result, Sentence, Unit

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

VOID = {"meta", "link", "br", "rect", "path", "line", "img", "input", "hr"}
LOADS = {"src", "data", "action", "poster", "srcset", "xlink:href", "background"}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {language: render_html(EXAMPLE, language) for language in LANGUAGES}


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest, pages: dict[str, str]) -> str:
    return pages[request.param]


class Reader(HTMLParser):
    """Elements in order, each with its attributes and the text directly inside it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.seen if name == tag]


def test_every_element_is_closed(page: str) -> None:
    reader = Reader(page)
    assert reader.wrong == []
    assert reader.open == []


def test_ids_are_unique_and_references_found(page: str) -> None:
    reader = Reader(page)
    ids = [attributes["id"] for _, attributes in reader.seen if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))
    for _, attributes in reader.seen:
        for name in ("aria-labelledby", "data-chart"):
            assert attributes.get(name, ids[0]) in ids
        link = attributes.get("href", "")
        assert not link.startswith("#") or link[1:] in ids
    for reference in re.findall(r'(?:=|\()"?url\(#([^)]+)\)', page):
        assert reference in ids


def test_loads_nothing(page: str) -> None:
    for tag, attributes in Reader(page).seen:
        for name in LOADS & set(attributes):
            assert attributes[name].startswith(("data:", "#")), f"{tag} {name}"
        assert attributes.get("href", "#").startswith(("#", "data:")), tag
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert "@import" not in styles
    assert "url(" not in styles


def test_says_its_language_and_order(pages: dict[str, str]) -> None:
    for language, page in pages.items():
        reader = Reader(page)
        assert reader.all("html")[0]["lang"] == language
        levels = [int(tag[1]) for tag, _ in reader.seen if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(below - above <= 1 for above, below in pairwise(levels))


def test_findings_come_first_with_shape_word_and_action() -> None:
    page = render_html(replace(EXAMPLE, charts=()), ENGLISH)
    for finding in FINDINGS:
        assert f'<li id="{finding.id}">' in page
    assert page.index(FINDINGS[0].id) < page.index('<dl class="figures">')
    assert '<span aria-hidden="true">●</span> act now' in page
    assert "→" in page
    assert "Visit 王敏 this week." in page


def test_the_action_names_its_owner() -> None:
    owned = replace(FINDINGS[1], owner="王敏")
    page = render_html(replace(QUIET, findings=(owned,)), CHINESE)
    assert "<b>王敏：</b>" in page


def test_the_news_is_strong_and_the_rest_is_not() -> None:
    page = render_html(replace(EXAMPLE, charts=()), ENGLISH)
    strong = re.search(r"<strong>(.*?)</strong>(.*?)</p>", page)
    assert strong
    assert re.sub("<[^>]+>", "", strong[1]) == "Sales 48.6 M, +6.1 % (+2.80 M)."
    assert "The top 20 customers hold" in re.sub("<[^>]+>", "", strong[2])


def test_exact_values_are_on_hover(pages: dict[str, str]) -> None:
    assert 'title="¥48,620,123.45">48.6 M</span>' in pages[ENGLISH]
    assert 'title="48,620,123.45 元">4,862 万</span>' in pages[CHINESE]
    assert 'title="¥8,060,411.25">8,060.4</td>' in pages[ENGLISH]


def test_unknown_is_said_aloud(pages: dict[str, str]) -> None:
    assert '<span role="img" aria-label="unknown">–</span>' in pages[ENGLISH]
    assert '<span role="img" aria-label="未知">–</span>' in pages[CHINESE]


def test_names_are_inert(page: str) -> None:
    """Everywhere: in sentences, tables, attributes, pictures and the data inside scripts."""
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "\\u003cscript\\u003e" in page
    assert len(Reader(page).all("script")) == len(CHARTS) + 2


@pytest.mark.parametrize(
    "name", ["</script><b>", "<!--", "]]>", '" onload="x', "' x='", "{{ 7*7 }}"]
)
def test_no_name_gets_out(name: str) -> None:
    said = Sentence("{name} stands out.", {"name": Figure(name, Unit.NAME)})
    chart = replace(CHARTS[1], rows=((name, Decimal(5)),), text=said, highlight=(name,))
    finding = replace(FINDINGS[1], says=said)
    reader = Reader(render_html(replace(EXAMPLE, findings=(finding,), charts=(chart,)), ENGLISH))
    assert reader.wrong == []
    assert len(reader.all("script")) == 3
    assert not any(
        "onload" in attributes or "x" in attributes
        for tag, attributes in reader.seen
        if tag not in ("rect", "text")
    )
    assert any(name in text for _, text in reader.texts)


def test_tables_have_real_headers(page: str) -> None:
    reader = Reader(page)
    assert {attributes["scope"] for attributes in reader.all("th")} == {"col", "row"}
    assert len(reader.all("caption")) == len(reader.all("table"))


def test_each_chart_has_text_picture_and_data(page: str) -> None:
    reader = Reader(page)
    pictures = [found for found in reader.all("div") if found.get("class") == "picture"]
    assert [found["role"] for found in pictures] == ["img"] * len(CHARTS)
    assert all("青岛轮胎" in found["aria-label"] for found in pictures)
    assert len([found for found in reader.all("svg") if found.get("class") == "marks"]) == (
        2 * len(CHARTS)
    )
    assert len(reader.all("details")) == len(CHARTS) + 1  # and the provenance


def test_without_charts_there_is_no_script() -> None:
    page = render_html(QUIET, ENGLISH)
    assert "<script" not in page
    assert len(page) < 40_000


def test_a_page_stays_small_enough_to_send(page: str) -> None:
    assert len(page.encode()) < 1_500_000


def test_an_empty_chart_is_its_sentence() -> None:
    empty: Chart = replace(CHARTS[1], rows=())
    page = render_html(replace(EXAMPLE, charts=(empty,)), ENGLISH)
    assert "stands out" in page
    assert "<script" not in page


def test_same_bytes_twice(pages: dict[str, str]) -> None:
    assert render_html(EXAMPLE, CHINESE) == pages[CHINESE]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser(
    chromium: Browser, pages: dict[str, str], tmp_path: Path, width: int, scheme: str
) -> None:
    """Nothing runs over the edge, nothing is loaded or complained about, every chart is alive."""
    address = saved(tmp_path, pages[CHINESE])
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    page.goto(address)
    page.wait_for_function(f"document.querySelectorAll('.live svg').length == {len(CHARTS)}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for box in [found.bounding_box() for found in page.query_selector_all(".live svg")]:
        assert box
        assert box["width"] > 200
        assert box["x"] + box["width"] <= width + 1
    texts = "[...document.querySelectorAll('.live svg text')]"
    ends = page.evaluate(f"{texts}.map(text => text.getBoundingClientRect().right)")
    assert max(ends) <= width
    assert not any(found.is_visible() for found in page.query_selector_all(".wide, .narrow"))
    assert [text for text in said if not text.startswith((address, "data:"))] == []
    context.close()


def test_hover_shows_the_value(chromium: Browser, pages: dict[str, str], tmp_path: Path) -> None:
    page = chromium.new_page()
    page.goto(saved(tmp_path, pages[CHINESE]))
    page.wait_for_selector("#chart-2 .live svg")
    page.hover("#chart-2 .live .mark-rect path >> nth=0")
    tooltip = page.wait_for_selector("#vg-tooltip-element.visible")
    assert tooltip
    assert "青岛轮胎" in tooltip.inner_text()
    assert "8,060,411.25 元" in tooltip.inner_text()
    page.close()


def test_without_scripts_and_on_paper_charts_are_still_there(
    chromium: Browser, pages: dict[str, str], tmp_path: Path
) -> None:
    address = saved(tmp_path, pages[CHINESE])
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 900}
    )
    still = context.new_page()
    still.goto(address)
    assert still.locator(".narrow svg").first.is_visible()
    assert not still.locator(".wide svg").first.is_visible()
    context.close()
    printed = chromium.new_page()
    printed.goto(address)
    printed.wait_for_selector(".live svg")
    printed.emulate_media(media="print")
    assert printed.locator(".wide svg").first.is_visible()
    assert not printed.locator(".live svg").first.is_visible()
    printed.close()


def saved(folder: Path, page: str) -> str:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


def test_the_example_is_a_result() -> None:
    result: Result = EXAMPLE
    assert result.findings
