"""The words people use for criteria, answers, levels, stages and dimensions, as data."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

IGNORED = re.compile(r"[\s_\-]+")


def meaning(section: str, word: str) -> str | None:
    """What a word means in a section of `vocabulary.toml`; None for one it does not hold."""
    return _words(section).get(_key(word))


def level_words() -> dict[str, str]:
    """What a person chooses among when judging, lowest first: the English word → the Chinese."""
    levels = sorted(_entries("levels").items(), key=lambda level: float(level[0]))
    return {next(filter(str.isascii, words)): words[0] for _, words in levels}


def _key(text: str) -> str:
    return IGNORED.sub("", text).casefold()


@cache
def _words(section: str) -> dict[str, str]:
    """Each word of a section → what it means; the meaning's own name too."""
    entries = _entries(section)
    return {_key(word): name for name, words in entries.items() for word in (name, *words)}


@cache
def _entries(section: str) -> dict[str, list[str]]:
    text = files(__package__).joinpath("vocabulary.toml").read_text(encoding="utf-8")
    entries: dict[str, list[str]] = tomllib.loads(text)[section]
    return entries
