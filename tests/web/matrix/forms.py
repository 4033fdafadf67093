"""The forms of a page, as a browser would send them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import resolve, reverse

from tests.web.matrix.looked import body_of
from tests.web.matrix.routes import (
    OF_ACCOUNT,
    OF_TASK,
    WHOLE,
    address_of,
    address_of_own,
    address_of_people,
    known,
)
from tests.web.matrix.world import SEES, World

TYPED = ("text", "textarea", "search", "email", "url", "tel", "date", "number", "datetime-local")
LEFT_ALONE = ("csrfmiddlewaretoken",)


@dataclass
class Form:
    """`values` is what is sent when nothing is changed; `kinds` what each field is."""

    action: str
    is_post: bool
    values: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The route it goes to and what it asks: two of the same are one form."""
        where = urlsplit(self.action).path
        buttons = sorted({name for name, _ in self.buttons})
        fields = sorted({name.partition("-")[0] for name in self.kinds})  # value-… of each row
        return f"{resolve(where).url_name} {fields} {buttons}"

    @property
    def sent(self) -> dict[str, list[str]]:
        """With its first button."""
        pressed = {name: [value] for name, value in self.buttons[:1] if name}
        return {**self.values, **pressed}

    def with_value(self, name: str, value: str) -> dict[str, Any]:
        return {**self.sent, name: [value]}


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.choice: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self.address, given.get("action", "") or self.address)
            self.form = Form(action, given.get("method", "get").lower() == "post")
            self.forms.append(self.form)
        elif self.form is not None:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self.form is not None
        name = given.get("name", "")
        if tag == "button" or (tag == "input" and given.get("type") == "submit"):
            self.form.buttons.append((name, given.get("value", "")))
        elif tag == "select":
            self.choice, self.form.kinds[name] = name, "select"
            self.form.values.setdefault(name, [])
        elif tag == "option" and self.choice:
            values = self.form.values[self.choice]
            if "selected" in given or not values:
                self.form.values[self.choice] = [given.get("value", "")]
        elif tag == "textarea":
            self.area, self.form.kinds[name] = name, "textarea"
            self.form.values[name] = [""]
        elif tag == "input" and name:
            self._input(name, given)

    def _input(self, name: str, given: dict[str, str]) -> None:
        assert self.form is not None
        kind = given.get("type", "text")
        self.form.kinds[name] = kind
        values = self.form.values.setdefault(name, [])
        if kind == "radio":
            if "checked" in given or not values:
                self.form.values[name] = [given.get("value", "")]
        elif kind == "checkbox":
            values += [given.get("value", "on")] if "checked" in given else []
        elif kind != "file":
            values.append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.area and self.form:
            self.form.values[self.area] = [self.form.values[self.area][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.choice = None
        elif tag == "textarea":
            self.area = None


def forms_in(page: str, address: str) -> list[Form]:
    reader = _Reader(address)
    reader.feed(page)
    for form in reader.forms:
        for name in LEFT_ALONE:
            form.values.pop(name, None)
            form.kinds.pop(name, None)
    return reader.forms


def pages_of(world: World, who: str, keys: Iterable[str]) -> Iterator[str]:
    """The addresses that show a person their forms."""
    for name, route in known(WHOLE).items():
        if route.may[who] and not route.posts_only:
            yield reverse(name)
    for name, route in known(OF_ACCOUNT | OF_TASK).items():
        for key in keys:
            if not route.posts_only and key in route.may[who]:
                yield address_of(name, world.planted[key])
    yield address_of_own("import", world, who)
    yield address_of_own("change-saved-analysis", world, who)
    own = next(iter(sorted(SEES[who])))
    yield f"{reverse('new-task')}?account={world.planted[own].account.uid}"
    if who == "dana":
        for name in ("person", "team", "set-treatment", "deactivate"):
            yield address_of_people(name, world)


def forms_of(browser: Client, addresses: Iterable[str]) -> list[Form]:
    """Each form once that posts."""
    found: dict[str, Form] = {}
    for address in addresses:
        answer = browser.get(address)
        body_of(answer)
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        for form in forms_in(answer.content.decode(), address):
            if form.is_post:
                found.setdefault(form.name, form)
    return list(found.values())
