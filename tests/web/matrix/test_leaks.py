"""Every route × the six people × own and others' accounts: the status is as the tables say, and
nothing that is sent holds a word or an amount of an account the person may not see."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.matrix.looked import innards, leaks, text_of
from tests.web.matrix.routes import (
    EVERYWHERE,
    LED_ON,
    OF_ACCOUNT,
    OF_PEOPLE,
    OF_TASK,
    OWN,
    TABLES,
    WHOLE,
    address_of,
    address_of_own,
    address_of_people,
    expected,
    known,
    routes,
)
from tests.web.matrix.world import SEES, SEES_EVERYBODY, WHO, Planted, World, print_of
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Session, User

Browser = Callable[[str], Client]
ENOUGH = ("charlie", "gone")  # of what those see who see all


def test_every_route_is_in_a_table() -> None:
    """Give a new one a line in tests/web/matrix/routes.py."""
    listed = {name for table in TABLES for name in table}
    assert set(routes()) - listed == set()


@pytest.mark.parametrize("who", WHO)
def test_pages_of_accounts(who: str, world: World, browser_of: Browser) -> None:
    browser, hidden = browser_of(who), list(world.hidden_from(who))
    wrong = []
    keys = ENOUGH if who in SEES_EVERYBODY else tuple(world.planted)
    for name, route in known(OF_ACCOUNT | OF_TASK).items():
        for key in keys:
            address = address_of(name, world.planted[key])
            for query in ("", *(route.queries if key in SEES[who] else ())):
                answer = browser.get(f"{address}?{query}")
                status = 405 if route.posts_only else expected(who, key, route)
                if name in OF_TASK and key == "gone" and not route.posts_only:
                    status = 404
                wrong += _wrong(answer, f"{address}?{query}", name, key, status, hidden)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", WHO)
def test_pages_of_everything(who: str, world: World, browser_of: Browser) -> None:
    """Lists, sums, pickers, searches and exports, also where they are asked for what is hidden."""
    browser, hidden = browser_of(who), list(world.hidden_from(who))
    wrong = []
    for name, route in known(WHOLE).items():
        address = reverse(name)
        filled = [query for one in route.queries for query in _filled(one, world, who)]
        for query in ("", *filled):
            for headers in ({}, {"HX-Request": "true"}) if "q=" in query else ({},):
                answer = browser.get(f"{address}?{quote(query, safe='=&')}", headers=headers)
                status = _status(name, who, query)
                wrong += _wrong(answer, f"{address}?{query}", name, "", status, hidden, query)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", WHO)
def test_things_of_others(who: str, world: World, browser_of: Browser) -> None:
    browser = browser_of(who)
    wrong = []
    for name, (kind, route) in known(OWN).items():
        for owner in WHO:
            sees = owner == who or (kind == "imports" and who in SEES_EVERYBODY)
            address = address_of_own(name, world, owner)
            answer = browser.get(address)
            if sees and not route.posts_only:
                good = {200, 404} if name in ("rejected-rows", *_OF_JOBS) else {200}
                good = {302} if name == "look-at-saved-analysis" else good
            else:
                good = {405 if route.posts_only else 404}
            text = text_of(answer)
            if answer.status_code not in good or innards(text):
                wrong.append(f"{address} of {owner}: {answer.status_code}")
            if not sees and f"own{owner}" in text:
                wrong.append(f"{address} tells of {owner}")
    assert not wrong, "\n".join(wrong)


_OF_JOBS = ("bulk-job", "export-job", "export-file")  # of jobs of one kind only


@pytest.mark.parametrize("who", WHO)
def test_people_and_teams(who: str, world: World, browser_of: Browser) -> None:
    browser, hidden = browser_of(who), list(world.hidden_from(who))
    wrong = []
    for name, route in known(OF_PEOPLE).items():
        address = address_of_people(name, world)
        status = 405 if route.posts_only else 200 if route.may[who] else 403
        wrong += _wrong(browser.get(address), address, name, "", status, hidden)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", WHO)
def test_posts_to_what_is_hidden(who: str, world: World, browser_of: Browser) -> None:
    """404 and nothing written; what one may only read is 403."""
    browser, hidden = browser_of(who), list(world.hidden_from(who))
    before, wrong = print_of(without=(Session,)), []
    for name, route in known(OF_ACCOUNT | OF_TASK).items():
        for key, one in world.planted.items():
            if key in route.may[who] and (key != "gone" or route.is_deleted):
                continue
            address = address_of(name, one)
            answer = browser.post(address, _form(one))
            status = 404 if name == "take-apart" else expected(who, key, route)
            wrong += _wrong(answer, f"POST {address}", name, key, status, hidden)
    for name in known(OWN):
        for owner in WHO:
            if owner == who or (OWN[name][0] == "imports" and who in SEES_EVERYBODY):
                continue
            answer = browser.post(address_of_own(name, world, owner))
            if answer.status_code not in (404, 405):
                wrong.append(f"POST {name} of {owner}: {answer.status_code}")
    for name, people_route in known(OF_PEOPLE).items():
        if not people_route.may[who]:
            answer = browser.post(address_of_people(name, world), {"on": "2026-01-01"})
            wrong += _wrong(answer, f"POST {name}", name, "", 403, hidden)
    assert not wrong, "\n".join(wrong)
    assert print_of(without=(Session,)) == before


def test_nothing_without_signing_in(world: World) -> None:
    browser, hidden, wrong = Client(), list(world.planted.values()), []
    for name, address in _addresses(world):
        if name in EVERYWHERE:
            continue
        for answer in (browser.get(address), browser.post(address)):
            led = answer.status_code == 302 and answer.url.startswith("/sign-in?next=")
            if not led or leaks(text_of(answer), hidden, said=quote(address)):
                wrong.append(f"{name} {address}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_missing_page_tells_nothing(world: World, browser_of: Browser) -> None:
    answer = browser_of("bob").get("/accounts/nothing-here")
    assert answer.status_code == 404
    assert not innards(text_of(answer))


def _addresses(world: World) -> list[tuple[str, str]]:
    one = world.planted["charlie"]
    found = [(name, reverse(name)) for name in known(WHOLE)]
    found += [(name, address_of(name, one)) for name in known(OF_ACCOUNT | OF_TASK)]
    found += [(name, address_of_own(name, world, "charlie")) for name in known(OWN)]
    return found + [(name, address_of_people(name, world)) for name in known(OF_PEOPLE)]


def _status(name: str, who: str, query: str) -> int:
    route = WHOLE[name]
    if name in LED_ON:
        return 302
    if route.posts_only:
        return 405
    if name == "compare":
        may = {"dana": 200, "fay": 200, "erin": 403}  # the others see but one of the two
        return may.get(who, 404) if query else 404
    may_not = not route.may[who] or (who == "erin" and query.startswith("account="))
    return 403 if may_not else 200


def _filled(query: str, world: World, who: str) -> list[str]:
    """A query, about hidden accounts; for who sees all, about one that is not hidden."""
    hidden = [one for one in world.hidden_from(who) if one.key in ("alice", "charlie", "handed")]
    ones = hidden[-2:] or [world.planted["pool"]]
    own = next(key for key in world.planted if key in SEES[who])
    made = [
        query.format(
            word=f"Zq{one.key}", tag=one.tag.uid, user=one.follow_up.by.uid,
            team=world.teams["南区"].uid, own=world.planted[own].account.uid,
            account=one.account.uid,
        )
        for one in ones
    ]  # fmt: skip
    return list(dict.fromkeys(made))


def _form(one: Planted) -> dict[str, str]:
    """Something for every form there is."""
    return {
        "name": "x", "title": "x", "text": "x", "reason": "x", "tags": "x", "grade": "B",
        "stage": "signed", "field": "phone", "answer": "x", "version": "1",
        "uid": str(one.account.uid), "evidence": "x", "outcome": "x", "kind": "visit",
    }  # fmt: skip


def _wrong(
    answer: object, address: str, name: str, key: str, status: int, hidden: list[Planted],
    said: str = "",
) -> list[str]:  # fmt: skip
    """What is wrong with an answer, in words."""
    found = []
    if answer.status_code != status:  # type: ignore[attr-defined]
        got = answer.status_code  # type: ignore[attr-defined]
        found.append(f"{name} of {key or 'all'} {address}: {got}, not {status}")
    text = text_of(answer)
    if seen := leaks(text, hidden, said=said.partition("=")[2].partition("&")[0]):
        found.append(f"{name} of {key or 'all'} {address} leaks {seen[:4]}")
    if seen := innards(text):
        found.append(f"{name} {address} shows {seen}")
    return found


def test_the_marks_are_looked_for_well(world: World, browser_of: Browser) -> None:
    """Who may see an account is sent its marks: or the tests above would find nothing anywhere."""
    text = text_of(browser_of("charlie").get(reverse("accounts")))
    assert leaks(text, [world.planted["charlie"]])
    assert Job.objects.exists()
    assert User.objects.count() == len(WHO)
