"""The demo company in another language: the same records with every word exchanged.

The company is simulated once, in Chinese; an edition replaces each name and word by the entry that
stands in its place in the other language's file. Numbers, days and codes stay as they are, so that
all editions tell the same stories.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from zhibi.worlds.daichuan.catalogue import names
from zhibi.worlds.world import Story, World

SIMULATED_IN = "zh-CN"
# What of the names is said in records; the rest heads columns and files or is looked up by key.
SAID = (
    "company", "rebate", "quarter_rebate", "products", "sellers", "stories", "criteria", "answers",
    "evidence", "comments", "people",
)  # fmt: skip
WORDED: Mapping[str, tuple[str, ...]] = {
    "customers": ("name", "former_name", "salesperson"),
    "products": ("name",),
    "order_lines": ("product_name", "salesperson"),
    "contracts": ("salesperson",),
    "touches": ("salesperson",),
    "efforts": ("person",),
    "judgements": ("criterion", "value", "by", "evidence"),
    "answers": ("respondent", "comment"),
}


def in_language(world: World, language: str) -> World:
    """The world as simulated, said in a language."""
    if language == SIMULATED_IN:
        return world
    words = _Words(language)
    tables: dict[str, Any] = {
        table: tuple(_said(row, fields, words) for row in getattr(world, table))
        for table, fields in WORDED.items()
    }
    prospects = tuple(
        replace(one, customer=_said(one.customer, WORDED["customers"], words))
        for one in world.prospects
    )
    stories = tuple(_story(story, words) for story in world.truth.stories)
    return replace(
        world,
        name=words.of(world.name),
        language=language,
        prospects=prospects,
        truth=replace(world.truth, stories=stories),
        **tables,
    )


def _said(row: Any, fields: Sequence[str], words: _Words) -> Any:
    return replace(
        row, **{name: words.of(text) for name in fields if (text := getattr(row, name)) is not None}
    )


def _story(story: Story, words: _Words) -> Story:
    facts = {
        name: words.of(fact) if isinstance(fact, str) else fact
        for name, fact in story.facts.items()
    }
    return replace(story, facts=facts)


class _Words:
    """What each word is in the other language. Companies' names are put together from theirs."""

    def __init__(self, language: str) -> None:
        ours, theirs = names(SIMULATED_IN), names(language)
        self._format = theirs["customer_name"]
        self._words = {
            said: other
            for key in SAID
            for said, other in zip(_leaves(ours[key]), _leaves(theirs[key]), strict=True)
        }
        self._parts = {
            key: dict(zip(_parts(ours)[key], _parts(theirs)[key], strict=True))
            for key in ("place", "brand", "suffix")
        }
        self._company = re.compile(
            "".join(f"(?P<{key}>{_any_of(part)})" for key, part in self._parts.items())
        )
        self.of = cache(self._of)

    def _of(self, text: str) -> str:
        """The word; a company's name from its parts; what is no word, as a number, as it is."""
        if text in self._words:
            return self._words[text]
        if made := self._company.fullmatch(text):
            parts = {key: self._parts[key][part] for key, part in made.groupdict().items()}
            return " ".join(self._format.format(**parts).split())
        return text


def _leaves(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
        return
    for part in entry.values() if isinstance(entry, Mapping) else entry:
        yield from _leaves(part)


def _parts(words: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a company's name is made of; a public body has no brand."""
    return {
        "place": list(words["places"]),
        "brand": ["", *words["brands"]["names"]],
        "suffix": [suffix for own in words["suffixes"].values() for suffix in own],
    }


def _any_of(words: Mapping[str, str]) -> str:
    return "|".join(re.escape(word) for word in words)
