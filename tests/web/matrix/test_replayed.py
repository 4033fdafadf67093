"""Forms without our mark, forms sent twice, and addresses that only take forms."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from tests.web.matrix.forms import TYPED, forms_in, forms_of, pages_of
from tests.web.matrix.looked import innards, text_of
from tests.web.matrix.routes import (
    OF_ACCOUNT,
    OF_PEOPLE,
    OF_TASK,
    OWN,
    WHOLE,
    address_of,
    address_of_own,
    address_of_people,
    known,
)
from tests.web.matrix.world import World, print_of
from zhibi.web.team.models import Session, User

Browser = Callable[[str], Client]


def addresses(world: World, who: str, *, posts_only: bool = False) -> list[str]:
    one = world.planted["alice"]
    found = [(reverse(name), route) for name, route in known(WHOLE).items()]
    found += [(address_of(name, one), r) for name, r in known(OF_ACCOUNT | OF_TASK).items()]
    found += [(address_of_own(name, world, who), r) for name, (_, r) in known(OWN).items()]
    found += [(address_of_people(name, world), r) for name, r in known(OF_PEOPLE).items()]
    return [address for address, route in found if route.posts_only or not posts_only]


def test_no_form_without_our_mark(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.people.dana)
    before, wrong = print_of(without=(Session,)), []
    for address in addresses(world, "dana"):
        for mark in ({}, {"csrfmiddlewaretoken": "x" * 64}):
            answer = browser.post(address, {"name": "x", "uid": "x", "on": "2026-01-01", **mark})
            text = text_of(answer)
            if answer.status_code != 403 or 'role="alert"' not in text or innards(text):
                wrong.append(f"{address}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert print_of(without=(Session,)) == before


def test_a_form_with_our_mark(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.people.alice)
    page = browser.get(reverse("new-account")).content.decode()
    form = next(one for one in forms_in(page, "/accounts/new") if "name" in one.kinds)
    mark = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    sent = {**form.sent, "name": "新公司", "csrfmiddlewaretoken": mark}
    assert browser.post(form.action, sent).status_code == 302


def test_what_only_takes_forms_says_so(world: World, browser_of: Browser) -> None:
    wrong = []
    browser = browser_of("dana")
    for address in addresses(world, "dana", posts_only=True):
        answer = browser.get(address)
        if answer.status_code != 405 or 'role="alert"' not in text_of(answer):
            wrong.append(f"{address}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_the_same_form_twice_is_one_thing(world: World, browser_of: Browser) -> None:
    browser = browser_of("alice")
    made, wrong = 0, []
    for form in forms_of(browser, pages_of(world, "alice", ["alice"])):
        if "uid" not in form.kinds or "file" in form.kinds.values():
            continue
        typed = {name: "zx" for name, kind in form.kinds.items() if kind in TYPED[:3]}
        blank = {name: text for name, text in typed.items() if not any(form.values[name])}
        data = {**form.sent, **{name: [text] for name, text in blank.items()}}
        data = {name: values for name, values in data.items() if name != "email"}
        before = print_of(without=(Session, User))
        first = browser.post(form.action, data)
        once = print_of(without=(Session, User))
        second = browser.post(form.action, data)
        if print_of(without=(Session, User)) != once or second.status_code >= 500:
            wrong.append(f"{form.name}: {first.status_code}, {second.status_code}")
        made += once != before
    assert not wrong, "\n".join(wrong)
    assert made >= 4
