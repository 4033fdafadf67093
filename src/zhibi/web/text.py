"""Texts of pages, in the reader's language, from the same catalogue as those of the core."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils import translation

from zhibi.errors import ZhibiError
from zhibi.locale import CHINESE, ENGLISH, explain, translate
from zhibi.said import Said, spoken

DJANGO_CODES = {"zh-hans": CHINESE, "en": ENGLISH}


def language() -> str:
    """The core's name of the reader's language: zh-CN or en."""
    return DJANGO_CODES.get(translation.get_language() or "", ENGLISH)


def say(template: str, **figures: object) -> str:
    """An English template in the reader's language, its named figures filled in; without figures
    a word as it is, which people may have typed, braces and all."""
    if not figures:
        return translate(template, language())
    return str(spoken(Said(template, figures), partial(translate, language=language())))


def sentence_of(problem: ZhibiError) -> str:
    """What a failure says to the reader."""
    return explain(problem, language())


def said_to_json(said: Said | ZhibiError) -> dict[str, Any]:
    """A template and its figures, to be put into words when somebody reads them."""
    if isinstance(said, ZhibiError):
        said = Said(said.template, said.fields)
    fields = {name: _kept(value) for name, value in said.fields.items()}
    return {"template": said.template, "fields": fields}


def said_again(kept: dict[str, Any] | None) -> str:
    """The sentence of a kept Said in the reader's language; empty for none."""
    if not kept:
        return ""
    fields = {
        name: said_again(value) if isinstance(value, dict) else value
        for name, value in kept["fields"].items()
    }
    return say(kept["template"], **fields)


def _kept(value: object) -> Any:
    return said_to_json(value) if isinstance(value, Said) else str(value)
