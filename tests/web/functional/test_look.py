"""Every component in light and dark, at phone and desk width: no axe finding, nothing sideways."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.conftest import People
from tests.web.functional.conftest import BrowserPage
from tests.web.functional.urls import running

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def axe_findings(page: Any) -> list[str]:
    """What axe finds on the page, a line each."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_components_are_accessible(
    people: People, browser_page: BrowserPage, settings: Any, width: int, scheme: str
) -> None:
    settings.ROOT_URLCONF = "tests.web.functional.urls"
    job = running()
    job.by = people.dana
    job.save()
    page = browser_page(people.dana, "en", width, scheme)
    page.goto("/components")
    assert axe_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
