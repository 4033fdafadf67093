"""Every component in light and dark, at phone and desk width: no axe finding, nothing sideways."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from playwright.sync_api import Page

import zhibi
from tests.web.conftest import Accounts, People, SignedIn
from tests.web.functional.conftest import BrowserPage
from tests.web.functional.urls import running
from zhibi.web.team.actions.people import change_person
from zhibi.web.team.models import Team, User

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CSS = Path(zhibi.__file__).parent / "web/static/zhibi/zhibi.css"
REPORT = Path(zhibi.__file__).parent / "render/templates/page.css"
GROUNDS = ("paper", "raised")
READ = [(text, ground) for text in ("ink", "quiet", "accent", "now") for ground in GROUNDS]
READ += [("paper", "accent"), ("paper", "now"), ("paper", "ink")]
SEEN = [(mark, ground) for mark in ("edge", "soon", "good") for ground in GROUNDS]
TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary")]
    .filter((one) => one.checkVisibility() && !one.closest("p, small, dd, figure, .skip, th"))
    .filter((one) => !["checkbox", "radio"].includes(one.type))
    .filter((one) => one.offsetWidth < 24 || one.offsetHeight < 24)
    .map((one) => one.outerHTML.slice(0, 80))"""
BOTH = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("width", [390, 1280])


def axe_findings(page: Page) -> list[str]:
    """What axe finds on the page, a line each."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def is_sideways(page: Page, width: int) -> bool:
    return int(page.evaluate("document.documentElement.scrollWidth")) > width


@BOTH
@WIDTHS
def test_components_are_accessible(
    people: People, browser_page: BrowserPage, settings: Any, width: int, scheme: str
) -> None:
    settings.ROOT_URLCONF = "tests.web.functional.urls"
    job = running()
    job.by = people.dana
    job.save()
    page = browser_page(people.dana, "en", width, scheme=scheme)
    page.goto("/components")
    assert axe_findings(page) == []
    assert not is_sideways(page, width)


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [
        ("zh-hans", 390, "dark"),
        pytest.param("zh-hans", 1280, "light", marks=pytest.mark.slow),
        pytest.param("en", 390, "light", marks=pytest.mark.slow),
    ],
)
def test_pages_of_people_are_accessible(
    people: People,
    accounts: Accounts,
    browser_page: BrowserPage,
    language: str,
    width: int,
    scheme: str,
) -> None:
    change_person(people.bob, {"role": "manager"}, seller_names=("鲍勃",), by=people.dana)
    User.objects.filter(pk=people.charlie.pk).update(is_active=False)
    page = browser_page(people.dana, language, width, scheme=scheme)
    bob, team = f"/people/{people.bob.uid}", Team.objects.get(name="北区").uid
    found = []
    for path in (
        "/me", "/me/password", "/me/second-step", "/people", "/people/new", f"{bob}/",
        f"{bob}/deactivate", f"/people/{people.charlie.uid}/", "/teams", f"/teams/{team}/",
        "/teams/new", "/audit", "/nothing-here",
    ):  # fmt: skip
        page.goto(path)
        if path == "/nothing-here":
            page.locator(".menu > summary").click()
        found += [f"{path} {finding}" for finding in axe_findings(page)]
        assert not is_sideways(page, width), path
    outside = browser_page(None, language, width, scheme=scheme)
    outside.goto("/sign-in")
    assert found + axe_findings(outside) == []


@WIDTHS
def test_what_is_touched_is_big_enough(
    people: People, browser_page: BrowserPage, settings: Any, width: int
) -> None:
    """24 px each way for all but links within a sentence (WCAG 2.2, 2.5.8)."""
    settings.ROOT_URLCONF = "tests.web.functional.urls"
    page = browser_page(people.dana, "en", width)
    page.goto("/components")
    page.locator(".menu > summary").click()
    assert page.evaluate(TOO_SMALL) == []


@BOTH
def test_every_pair_of_tokens_has_its_contrast(scheme: str) -> None:
    tokens = tokens_of(CSS.read_text(encoding="utf-8"))[scheme]
    read = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in READ}
    seen = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in SEEN}
    assert {pair: ratio for pair, ratio in read.items() if ratio < 4.5} == {}
    assert {pair: ratio for pair, ratio in seen.items() if ratio < 3} == {}


@BOTH
def test_pages_have_the_colours_of_the_reports(scheme: str) -> None:
    report = tokens_of(REPORT.read_text(encoding="utf-8"))[scheme]
    assert report.items() <= tokens_of(CSS.read_text(encoding="utf-8"))[scheme].items()


def test_dark_is_the_same_by_device_and_by_choice() -> None:
    """The tokens stand twice: for who has a dark device, and for who chose dark on a light one."""
    blocks = re.findall(r"color-scheme: dark;([^}]*)}", CSS.read_text(encoding="utf-8"))
    assert len(blocks) == 2
    assert len({"".join(block.split()) for block in blocks}) == 1


def test_a_page_is_light(people: People, signed_in: SignedIn) -> None:
    """All that a page needs the first time, as it goes over the line: 60 KB with what is on it."""
    script = CSS.with_name("zhibi.js").read_bytes()
    assert len(CSS.read_bytes()) <= 30 * 1024
    assert len(script) <= 8 * 1024
    htmx = Path(finders.find("django_htmx/htmx-2.min.js")).read_bytes()
    page = signed_in(people.dana).get("/teams").content
    files = {"css": CSS.read_bytes(), "js": script, "htmx": htmx, "page": page}
    sent = {name: len(gzip.compress(content, 6)) for name, content in files.items()}
    assert sum(sent.values()) <= 30 * 1024, sent


def tokens_of(css: str) -> dict[str, dict[str, str]]:
    """The colours by name, in light and in dark."""
    light, dark = [
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root[^{]*\{[^}]*--paper[^}]*\}", css)[:2]
    ]
    return {"light": light, "dark": dark}


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
