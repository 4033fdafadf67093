"""What an answer holds, whatever it is: a page, a part of one, a file."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import Any
from urllib.parse import unquote

from tests.web.matrix.world import Planted, markers_of

WORDS = re.compile(r"zq[a-z]+")
NUMBERS = re.compile(r"\d[\d,.]*\d")
WITH_UNIT = re.compile(r"\d[\d,.]*\d ?[万亿km]")
# What only a trace or a path would hold.
INNARDS = (
    "traceback (most recent",
    "django.",
    "site-packages",
    "/src/zhibi",
    "sqlite3.",
    "psycopg",
)


def body_of(answer: Any) -> bytes:
    """The body as it is sent. A file is read to its end, which closes it; to call `close` would
    tell Django that the request is over, and end the connection that the test's rows are in."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def text_of(answer: Any) -> str:
    """All that is sent: the body, unpacked, and the headers."""
    body = body_of(answer)
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    whole = body.decode("utf-8", "replace") + str(answer.headers) + str(answer.cookies)
    return unquote(unquote(html.unescape(whole))).lower()  # an address within an address, too


def leaks(text: str, hidden: list[Planted], *, said: str = "") -> list[str]:
    """The marks of hidden accounts in a text, but for what the reader typed themselves."""
    text = text.replace(unquote(said).lower(), "") if said else text
    found = {*WORDS.findall(text), *NUMBERS.findall(text), *WITH_UNIT.findall(text)}
    return sorted(mark for one in hidden for mark in found & markers_of(one.key))


def innards(text: str) -> list[str]:
    return [word for word in INNARDS if word in text]
