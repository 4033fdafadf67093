"""What people type to do harm, in every field of every form: kept as it stands or refused in a
sentence; shown as text on every page, and as text in every file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from uuid_utils.compat import uuid7

from tests.web.matrix.forms import TYPED, Form, forms_of, pages_of
from tests.web.matrix.looked import body_of, innards, text_of
from tests.web.matrix.routes import routes
from tests.web.matrix.world import World
from zhibi.web.crm.models import Account

Browser = Callable[[str], Client]
SHOWN = (
    "<script>zx()</script>",
    '"><img src=x onerror=zx()>',
    "{{ 7|add:182 }}{% now 'Y' %}",
    '=HYPERLINK("http://x.cn","zx")',
    "'+cmd|' /C calc'!A0",
    "@SUM(1+1)*zx",
    "-2+3+zx",
    "\u202ezx\u2066",
    "👩‍👩‍👧🏽zx",
)
REFUSED = ("zx\0zx", "zx" * 5_000, "zx\r\nSet-Cookie: zx=1", "\ufeff\u200b", "   ")
ALONE = (SHOWN[0], *REFUSED[:2])  # also tried in one field after the other
FINE = frozenset({200, 302, 403, 404, 409, 422})
SECRETS = ("password", "code", "username", "old", "new", "repeat")


@pytest.mark.slow
@pytest.mark.parametrize("who", ["alice", "dana"])
def test_every_field(who: str, world: World, browser_of: Browser) -> None:
    browser, wrong = browser_of(who), []
    mine = ["alice"] if who == "alice" else []
    pages = [
        page
        for page in pages_of(world, who, mine)
        if "deactivate" not in page and "attachments" not in page
    ]
    forms = [form for form in forms_of(browser, pages) if _is_tried(form)]
    for text in (*SHOWN, *REFUSED):
        for form in forms:
            for data in _typed(form, text):
                wrong += _sent(browser, form, data, f"{form.name} with {text[:20]!r}")
    held = "".join(map(repr, Account.objects.values_list("name", "former_names", "location")))
    if who == "alice":
        assert "<script>zx()" in held, "nothing was kept: the pages below show nothing"
    for page in [
        *pages,
        *(f"{page}?q=<script>zx()</script>" for page in ("/search", "/accounts/")),
    ]:
        answer = browser.get(page)
        body_of(answer)
        assert answer.status_code in FINE, f"{page}: {answer.status_code}"
        wrong += [f"{page}: {one}" for one in _active(answer)]
    assert not wrong, "\n".join(wrong)
    assert len(forms) > 3


@pytest.mark.parametrize("text", ["zx\udc80", "zx\ud800\udfff"])
def test_halves_of_letters(text: str, world: World, browser_of: Browser) -> None:
    """No browser sends one; whoever does is told, and nothing breaks."""
    address = reverse("new-account")
    body = f"uid={uuid7()}&version=1&name=".encode() + _percent(text)
    answer = browser_of("alice").post(
        address, body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in (302, 422)
    answer = browser_of("alice").get(f"/search?q={_percent(text).decode()}")
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_hold_no_formula(kind: str, world: World, browser_of: Browser) -> None:
    if "export-accounts" not in set(routes()):
        return
    account = world.planted["alice"].account
    for number, text in enumerate(SHOWN):
        named = {"name": text, "region": text, "industry": text}
        Account.objects.create(name_key=f"zx{number}", owner=account.owner, currency="CNY", **named)
    answer = browser_of("alice").post(reverse("export-accounts"), {"kind": kind})
    assert answer.status_code == 200
    body = body_of(answer)
    if kind == "xlsx":
        assert "<f>" not in text_of_body(body)
    else:
        cells = [cell for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))) for cell in row]
        assert any("HYPERLINK" in cell for cell in cells)
        assert [cell for cell in cells if cell[:1] in "=+@-\t\r" and "zx" in cell] == []


def text_of_body(body: bytes) -> str:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist() if "sheet" in name)


class _Active(HTMLParser):
    """What would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.found.append(f"<script {given}>")
        if any(name.startswith("on") for name in given) or tag in ("style", "iframe"):
            self.found.append(f"<{tag} {given}>")
        for name in ("href", "src", "action"):
            if (given.get(name) or "").strip().lower().startswith(("javascript:", "vbscript:")):
                self.found.append(f"{tag} {name}")


def _active(answer: Any) -> list[str]:
    if "html" not in answer.headers["Content-Type"]:
        return []
    page = answer.content.decode()
    reader = _Active()
    reader.feed(page)
    computed = ["a template ran"] if "189{%" in page or "1892026" in page else []
    return reader.found + computed + innards(text_of(answer))


def _is_tried(form: Form) -> bool:
    """Not those that end the session, or hold a secret that is never shown."""
    away = ("sign-out", "sign-in", "change-password", "second-step", "account-delete", "choose")
    return form.name.split()[0] not in away and any(kind in TYPED for kind in form.kinds.values())


def _typed(form: Form, text: str) -> Iterator[dict[str, Any]]:
    """The text in all that is typed at once, and in each field alone."""
    typed = [
        name
        for name, kind in form.kinds.items()
        if kind in ("text", "textarea", "search", "email", "url", "tel") and name not in SECRETS
    ]
    fresh = {"uid": [str(uuid7())]} if _is_new(form) else {}
    yield {**form.sent, **fresh, **{name: [text] for name in typed}}
    for name in typed if text in ALONE and len(typed) > 1 else ():
        again = {"uid": [str(uuid7())]} if fresh else {}
        yield {**form.sent, **again, name: [text]}
    for name, kind in form.kinds.items() if text in ALONE else ():
        if kind in ("date", "number", "datetime-local"):
            yield {**form.sent, name: [text]}


def _is_new(form: Form) -> bool:
    return "uid" in form.kinds


def _sent(browser: Client, form: Form, data: Any, said: str) -> list[str]:
    try:
        answer = browser.post(form.action, data)
    except Exception as problem:
        return [f"{said} {sorted(data)} raised {problem!r:.200}"]
    if answer.status_code not in FINE:
        return [f"{said}: {answer.status_code}"]
    return [f"{said}: {one}" for one in _active(answer)]


def _percent(text: str) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in text.encode("utf-8", "surrogatepass"))
