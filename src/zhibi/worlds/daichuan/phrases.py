"""The sentences a follow-up can be written with, and which of them a talk may use.

Where several fit, the one that this customer's notes, and then all notes, have not had for longest
is taken, so that no page repeats itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

import numpy as np

from zhibi.worlds.daichuan.catalogue import sentences

MONEY_MARK = "¥"
FRESHEST = 3  # of those that fit, one in so many is chosen from: the ones not had for longest


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence with what it names. `by` says whose promise it carries, if any."""

    key: tuple[str, int]
    text: str
    by: str = ""
    promise: str = ""
    days: int = 0
    months: tuple[int, ...] = ()  # in which it is said; in all where none is given
    is_about_money: bool = False
    needs: frozenset[str] = frozenset()


@cache
def phrases(section: str, language: str) -> tuple[Phrase, ...]:
    """The sentences of a section such as `visit.factory`."""
    found: Any = sentences(language)
    for part in section.split("."):
        found = found.get(part, ())
    return tuple(_phrase((section, place), said) for place, said in enumerate(found))


def _phrase(key: tuple[str, int], said: str | Mapping[str, Any]) -> Phrase:
    told: Mapping[str, Any] = {"text": said} if isinstance(said, str) else said
    text, names = told["text"].removeprefix(MONEY_MARK), Formatter().parse
    by = next((side for side in ("ours", "theirs") if side in told), "")
    return Phrase(
        key,
        text=text,
        by=by,
        promise=told.get(by, ""),
        days=told.get("days", 0),
        months=tuple(told.get("months", ())),
        is_about_money=told["text"].startswith(MONEY_MARK),
        needs=frozenset(name for _, name, _, _ in names(text + told.get(by, "")) if name),
    )


class Choice:
    """Chooses a phrase for each talk in turn, remembering what was used where."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._turn = 0
        self._used: dict[tuple[str, int], int] = {}
        self._used_at: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)

    def of(self, customer_id: str, pool: Iterable[Phrase], known: Iterable[str]) -> Phrase:
        """One of the pool that names only what is known."""
        own, known = self._used_at[customer_id], frozenset(known)
        fitting = [phrase for phrase in pool if phrase.needs <= known]
        unused = [phrase for phrase in fitting if phrase.key not in own]
        ranked = sorted(
            unused or fitting,
            key=lambda phrase: (
                own.get(phrase.key, 0),
                self._used.get(phrase.key, 0),
                phrase.key,
            ),
        )
        chosen = ranked[int(self._rng.integers(0, -(-len(ranked) // FRESHEST)))]
        self._turn += 1
        own[chosen.key] = self._used[chosen.key] = self._turn
        return chosen
