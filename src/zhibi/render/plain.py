"""Sentences about an import, whose fields are plain numbers, days and names.

`{count:line|lines}` adds the word that goes with the number; a translation leaves it out.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from zhibi.locale import translate
from zhibi.said import Said, spoken


def sentence(template: str, fields: Mapping[str, object], language: str) -> str:
    """The sentence in this language with its fields filled in."""
    parts: list[str] = []
    for text, name, spec, _ in string.Formatter().parse(translate(template, language)):
        parts.append(text)
        if name is None:
            continue
        parts.append(plain(spoken(fields[name], partial(translate, language=language))))
        if spec:
            one, _, many = spec.partition("|")
            parts.append(f" {one if fields[name] == 1 else many}")
    return "".join(parts)


def in_words(said: Said, language: str) -> str:
    """What was said of an import, in this language."""
    return sentence(said.template, said.fields, language)


def plain(value: object) -> str:
    """A number with thousands apart, money to the cent."""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, date):
        return value.isoformat()
    return "—" if value is None else str(value)
