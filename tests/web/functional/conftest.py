"""A real browser on a real server, in which a given person is signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from zhibi.web.team.models import User

OF_AN_ANSWER = ("Failed to load resource", "Response Status Error")  # tests look at those

BrowserPage = Callable[..., Page]


@pytest.fixture
def browser_page(chromium: Browser, live_server: Any) -> Iterator[BrowserPage]:
    """`browser_page(user, language, width)`: a page on the server; `user` None is signed out.

    What the page's scripts or its policy complain of fails the test at its end.
    """
    opened = []
    complaints: list[str] = []

    def page(
        user: User | None,
        language: str = "zh-hans",
        width: int = 1280,
        *,
        scheme: Any = "light",
        javascript: bool = True,
    ) -> Page:
        server = live_server.url
        context = chromium.new_context(
            base_url=server,
            viewport={"width": width, "height": 860},
            color_scheme=scheme,
            java_script_enabled=javascript,
            has_touch=width < 600,
            reduced_motion="reduce",
        )
        cookies = {"language": language}
        if user is not None:
            client = Client()
            client.force_login(user)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[
                settings.SESSION_COOKIE_NAME
            ].value
        context.add_cookies(
            [
                {"name": name, "value": value, "url": live_server.url}
                for name, value in cookies.items()
            ]
        )
        opened.append(context)
        made = context.new_page()
        made.on("pageerror", lambda problem: complaints.append(str(problem)))
        made.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        return made

    yield page
    for context in opened:
        context.close()
    assert [said for said in complaints if not said.startswith(OF_AN_ANSWER)] == []
