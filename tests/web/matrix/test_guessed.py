"""Every field of every form and every part of an address with an id of somebody else's, or with
nonsense: never a fault, never a write to what is hidden, never a word of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from tests.web.matrix.forms import Form, forms_of, pages_of
from tests.web.matrix.looked import innards, leaks, text_of
from tests.web.matrix.world import SEES, World
from zhibi.web.crm.models import (
    Account,
    Attachment,
    Collaborator,
    Contact,
    FollowUp,
    Promise,
    SavedView,
    Task,
)
from zhibi.web.data.models import Import
from zhibi.web.insight.models import FindingRecord, SavedAnalysis

Browser = Callable[[str], Client]
NONSENSE = (
    "",
    str(uuid4()),
    "-1",
    "9" * 40,
    "x" * 10_000,
    "' OR 1=1 --",
    "a\0b",
    "𝟛²",
    "../../etc/passwd",
)
FINE = frozenset({200, 204, 302, 400, 403, 404, 409, 422})


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written within goes away again."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def hidden_uids(world: World, who: str) -> list[UUID]:
    """One of each kind that the person may not see."""
    one = next(one for one in world.hidden_from(who) if one.key in ("charlie", "alice"))
    uids = [one.uids[name] for name in ("account", "contact", "task", "tag")]
    others = [name for name in SEES if name != who and one.key in SEES[name]]
    kinds = (world.views, world.jobs, world.imports)
    own = [kind[others[0]].uid for kind in kinds]
    return [*uids, *own, world.user(others[0]).uid, world.teams["南区"].uid]


def hidden_rows(world: World, who: str) -> list[str]:
    """All that hangs on what is hidden, to see whether it changed."""
    accounts = [one.account.pk for one in world.hidden_from(who)]
    rows: list[Any] = list(Account.objects.filter(pk__in=accounts).order_by("pk").values_list())
    for model in (Contact, Task, FollowUp, Promise, Attachment, Collaborator, FindingRecord):
        rows += model.objects.filter(account__in=accounts).order_by("pk").values_list()
    rows += Account.tags.through.objects.filter(account__in=accounts).order_by("pk").values_list()
    user = world.user(who)
    for model in (SavedView, SavedAnalysis):
        rows += model.objects.exclude(user=user).order_by("pk").values_list()
    rows += Import.objects.exclude(created_by=user).order_by("pk").values_list()
    return [repr(row) for row in rows]


def replaced(form: Form, uids: list[UUID]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The form again and again, one field being something else each time."""
    for name, kind in form.kinds.items():
        if kind == "file":
            continue
        is_id = kind in ("hidden", "select", "radio", "checkbox") or _has_uid(form.values[name])
        # What is typed is tried in test_hostile.
        guesses = [*map(str, uids), *NONSENSE] if is_id else ["", "9" * 40]
        others = {one: value for one, value in form.sent.items() if one != name}
        yield f"{name} missing", {**others, "of an older page": "x"}
        for value in guesses:
            yield f"{name}={value[:40]!r}", form.with_value(name, value)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["bob", "alice"])
def test_fields(who: str, world: World, browser_of: Browser) -> None:
    browser, hidden, uids = browser_of(who), list(world.hidden_from(who)), hidden_uids(world, who)
    forms = forms_of(browser, pages_of(world, who, [who]))
    if who == "alice":  # what Bob does not have
        bobs = {form.name for form in forms_of(browser_of("bob"), pages_of(world, "bob", ["bob"]))}
        forms = [form for form in forms if form.name not in bobs]
    before, wrong = hidden_rows(world, who), []
    for form in forms:
        with taken_back():
            for said, data in replaced(form, uids):
                wrong += _sent(browser, form, data, f"{form.name}: {said}", hidden)
            if hidden_rows(world, who) != before:
                wrong.append(f"{form.name}: wrote to what is hidden")
    assert not wrong, "\n".join(wrong)
    assert forms


@pytest.mark.slow
def test_fields_of_administrators(world: World, browser_of: Browser) -> None:
    """Nothing is hidden from them; nonsense is still no fault."""
    browser, wrong = browser_of("dana"), []
    pages = [one for one in pages_of(world, "dana", ()) if "import" not in one]
    for form in forms_of(browser, pages):
        with taken_back():
            for said, data in replaced(form, [world.planted["bob"].account.uid]):
                wrong += _sent(browser, form, data, f"{form.name}: {said}", [])
    assert not wrong, "\n".join(wrong)


def test_parts_of_addresses(world: World, browser_of: Browser) -> None:
    """Each part of each address that is filled in, with whatever."""
    browser, hidden = browser_of("bob"), list(world.hidden_from("bob"))
    one, own = world.planted["charlie"], world.planted["bob"]
    uids = [one.account.uid, one.contact.uid, one.attachment.uid, world.people.charlie.uid]
    wrong = []
    for name, parts in _routes_with_parts():
        for place in range(len(parts)):
            for value in (*uids, uuid4()):
                args = [_own(part, own, world) for part in parts]
                if parts[place] not in ("uid", "person", "file", "user"):
                    continue
                args[place] = value
                address = reverse(name, args=args)
                for send in (browser.get, browser.post):
                    with taken_back():
                        answer = send(address)
                    text = text_of(answer)
                    if answer.status_code not in {*FINE, 405} or innards(text):
                        wrong.append(f"{address}: {answer.status_code}")
                    if seen := leaks(text, hidden):
                        wrong.append(f"{address} leaks {seen[:3]}")
    for junk in NONSENSE:
        for before in ("/accounts/", "/tasks/", "/jobs/", "/data/imports/", "/insight/"):
            answer = browser.get(f"{before}{junk}/".replace("\0", "%00"))
            if answer.status_code not in {*FINE, 301} or innards(text_of(answer)):
                wrong.append(f"{before}{junk[:30]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def _routes_with_parts() -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for name, ways in get_resolver().reverse_dict.lists():
        parts = tuple(ways[0][0][0][1]) if isinstance(name, str) else ()
        if parts and "asking" not in parts:
            found.append((name, parts))
    return found


def _own(part: str, own: Any, world: World) -> Any:
    known = {"person": own.contact.uid, "file": own.attachment.uid, "user": world.people.alice.uid}
    more = {"group": "man", "decision": "not-so", "grade": "A", "place": 1}
    return {**known, **more}.get(part, own.account.uid)


def _sent(browser: Client, form: Form, data: Any, said: str, hidden: list[Any]) -> list[str]:
    try:
        with taken_back():
            answer = browser.post(form.action, data)
    except Exception as problem:
        return [f"{said} raised {problem!r:.200}"]
    text, found = text_of(answer), []
    if answer.status_code not in FINE:
        found.append(f"{said}: {answer.status_code}")
    if seen := leaks(text, hidden):
        found.append(f"{said} leaks {seen[:3]}")
    if seen := innards(text):
        found.append(f"{said} shows {seen}")
    return found


def _has_uid(values: list[str]) -> bool:
    try:
        return bool([UUID(value) for value in values])
    except ValueError:
        return False
