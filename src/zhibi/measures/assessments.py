"""What people judged of an account: the latest value of a criterion, and all of them in order.

A list names a criterion and answers in its own words (关系, 高, 是), which `vocabulary.toml` knows.
A criterion nobody has a name for keeps its own, and a value that is neither a number, a yes or
no, nor a known level has no score: it is shown as it was written and never guessed at.
Of several judgements on one day the one by the last name in the alphabet stands, so that the same
data gives the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhibi.measures.order_days import with_account_key
from zhibi.measures.rows import fetch
from zhibi.measures.vocabulary import meaning
from zhibi.tables.tables import Tables

TOP = 10.0  # of the scale that scores are on
NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:分|/\s*(\d+(?:\.\d+)?)|(%))?")


@dataclass(frozen=True, slots=True)
class Assessment:
    """One judgement. `score` is on 0…10 and None for what is no number or level; `is_met` is
    None for anything but a yes or a no, "unknown" included."""

    value: str
    score: float | None
    is_met: bool | None
    assessed_on: date
    assessed_by: str | None
    evidence: str | None


def latest(
    tables: Tables, *criteria: str, level: str = "group"
) -> dict[str, dict[Any, Assessment]]:
    """Criterion → account_key → what was judged last up to the as-of day. Every criterion asked
    for has an entry, an empty one when nobody judged it; without a list of assessments too."""
    found: dict[str, dict[Any, Assessment]] = {criterion: {} for criterion in criteria}
    for criterion, account, judged in _all(tables, level):
        if criterion in found:
            found[criterion][account] = judged
    return found


def history(
    tables: Tables, criterion: str, *, level: str = "group"
) -> list[tuple[Any, Assessment]]:
    """Every judgement of one criterion as (account_key, judgement), oldest first."""
    return [(account, judged) for name, account, judged in _all(tables, level) if name == criterion]


def assessment(value: str, assessed_on: date, by: str | None, evidence: str | None) -> Assessment:
    """A judgement read from its words: 7, 7/10, 70%, 高, 是."""
    return Assessment(value, _score(value), _answer(value), assessed_on, by, evidence)


def stage_of(value: str) -> str | None:
    """The life stage a word means: target market, potential, target or signed; else None."""
    return meaning("stages", value)


def _all(tables: Tables, level: str) -> Iterator[tuple[str, Any, Assessment]]:
    """(criterion, account_key, judgement), oldest first."""
    if not tables.holds("assessments"):
        return
    said = tables.table("assessments")
    rows = with_account_key(
        tables,
        said.select("customer_key", "criterion", "value", "assessed_on", "assessed_by", "evidence"),
        level=level,
    )
    for row in fetch(rows.order_by("assessed_on", "assessed_by", "account_key", "value")):
        name = meaning("criteria", row["criterion"]) or row["criterion"]
        judged = assessment(row["value"], row["assessed_on"], row["assessed_by"], row["evidence"])
        yield name, row["account_key"], judged


def _score(value: str) -> float | None:
    number = NUMBER.fullmatch(value.strip())
    if not number:
        level = meaning("levels", value)
        return float(level) if level else None
    amount, out_of, percent = number.groups()
    top = float(out_of) if out_of else 100.0 if percent else TOP
    score = float(amount) * TOP / top if top else -1.0
    return score if 0 <= score <= TOP else None


def _answer(value: str) -> bool | None:
    return {"yes": True, "no": False}.get(meaning("answers", value) or "")
