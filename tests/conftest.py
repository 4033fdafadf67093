"""What tests of several parts share: a real browser, and how the run is kept quick."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.needs import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: to look through it for what is gone, again
    and again, takes a sixth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_unconfigure() -> None:
    """At the end everything may go."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of the system, without a window, started once.

    From then on Playwright keeps an event loop in this thread, in which Django would refuse its
    database to every later test.
    """
    needs("chromium")
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        found = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()
