"""Can it pay, does our contact decide, does it need it? MAN, with unknown as an answer of its own.

By how many of the three are met: all near, two needs time, one potential, none no chance for now
(domain 2.8). An unknown answer could go either way, so that an account has a class at least and a
class at best; when all three are known the two are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhibi.measures.assessments import Assessment, latest
from zhibi.tables.tables import Tables

CRITERIA = ("money", "authority", "need")
CLASSES = ("no chance for now", "may come", "needs time", "near")  # by how many are met
LETTERS = {"money": "M", "authority": "A", "need": "N"}


@dataclass(frozen=True, slots=True)
class Standing:
    """The three answers of an account, None for unknown, and the day of the last one."""

    answers: Mapping[str, bool | None]
    judged_on: date

    @property
    def combination(self) -> str:
        """MAN as it is written: capital for has it, small for has not, ? for unknown."""
        said = ((LETTERS[name], self.answers[name]) for name in CRITERIA)
        return "".join("?" if is_met is None else c if is_met else c.lower() for c, is_met in said)

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(name for name in CRITERIA if self.answers[name] is None)

    @property
    def at_least(self) -> int:
        """The class, as its place in CLASSES, when every unknown turns out as no."""
        return sum(is_met is True for is_met in self.answers.values())

    @property
    def at_best(self) -> int:
        return self.at_least + len(self.unknown)


def standings(tables: Tables, *, level: str) -> dict[Any, Standing]:
    """By account_key, for every account judged in any of the three."""
    found = latest(tables, *CRITERIA, level=level)
    keys = {key for judged in found.values() for key in judged}
    return {
        key: _standing({name: found[name].get(key) for name in CRITERIA}) for key in sorted(keys)
    }


def _standing(judged: Mapping[str, Assessment | None]) -> Standing:
    return Standing(
        {name: one.is_met if one else None for name, one in judged.items()},
        max(one.assessed_on for one in judged.values() if one),
    )
