"""The database is locked by somebody else for a while, or for good, or is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.web.conftest import Accounts, People
from tests.web.faults.conftest import Server
from tests.web.matrix.looked import INNARDS
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]
NOT_CHANGED = "没有任何改动"


@contextmanager
def locked(server: Server, seconds: float) -> Iterator[None]:
    """Somebody else writes, for so long."""
    begun = threading.Event()

    def hold() -> None:
        with server.database() as database:
            database.execute("BEGIN IMMEDIATE")
            begun.set()
            time.sleep(seconds)
            database.execute("ROLLBACK")

    holder = threading.Thread(target=hold)
    holder.start()
    assert begun.wait(10)
    try:
        yield
    finally:
        holder.join()


def test_a_short_lock_is_waited_for(server: Server) -> None:
    before = server.count("crm_account")
    began = time.monotonic()
    with locked(server, 1.5):
        status, _ = server.post("/accounts/new", name="等到了", uid=str(uuid4()), version="1")
        waited = time.monotonic() - began
    assert status == 302
    assert waited > 1
    assert server.count("crm_account") == before + 1


def test_a_lock_that_stays_is_a_sentence(server: Server) -> None:
    before = server.count("crm_account"), server.count("team_change")
    with locked(server, 6):
        status, page = server.post("/accounts/new", name="没等到", uid=str(uuid4()), version="1")
        assert server.get("/accounts/")[0] == 200  # readers never wait
    assert status == 503
    assert "Retry-After" in page
    assert 'role="alert"' in page
    assert not [word for word in INNARDS if word in page.lower()]
    assert (server.count("crm_account"), server.count("team_change")) == before


@pytest.fixture
def gone() -> Callable[..., Any]:
    """No query is answered."""

    def away(*_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly: host db.example.cn")

    return lambda: connection.execute_wrapper(away)


@pytest.mark.parametrize("address", ["/", "/accounts/", "/nothing", "/sign-in", "/me"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_database_every_page_is_a_sentence(
    address: str, method: str, people: People, signed_in: SignedIn, gone: Any
) -> None:
    browser = signed_in(people.alice)
    browser.raise_request_exception = False
    with gone():
        answer = getattr(browser, method)(address, {"username": "alice", "password": "password"})
    page = answer.content.decode()
    if answer.status_code != 404:  # nobody is looked up where there is no page
        assert answer.status_code == 503, page
        assert answer.headers["Retry-After"]
    assert 'role="alert"' in page
    assert "db.example.cn" not in page
    assert not [word for word in INNARDS if word in page.lower()]


def test_it_is_there_again(
    people: People, accounts: Accounts, signed_in: SignedIn, gone: Any
) -> None:
    browser = signed_in(people.alice)
    browser.raise_request_exception = False
    with gone():
        assert browser.get("/accounts/").status_code == 503
    assert accounts.of_alice.name in browser.get("/accounts/").content.decode()
