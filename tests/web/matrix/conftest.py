"""The planted company, made once for each file of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings

from tests.web.conftest import make_people
from tests.web.matrix.world import World, build


@pytest.fixture(scope="module")
def planted_once(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Written for good, on either database: each test goes on from here in a transaction of its
    own, which is taken back; after the last one every table is emptied."""
    folder: Path = tmp_path_factory.mktemp("planted")
    kept = {
        "MEDIA_ROOT": folder / "attachments",
        "UPLOADS": folder / "uploads",
        "FILE_UPLOAD_TEMP_DIR": folder / "uploads",
        "RESULTS": folder / "results",
    }
    with django_db_blocker.unblock(), override_settings(**kept):
        try:
            with transaction.atomic():
                world = build(make_people())
            yield world
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def world(planted_once: World, db: None) -> World:
    cache.clear()
    return planted_once


@pytest.fixture
def browser_of(world: World) -> Callable[[str], Client]:
    """The browser of one of the six; a fault of ours is an exception of the test."""

    def browser(who: str) -> Client:
        client = Client()
        client.force_login(world.user(who))
        return client

    return browser
