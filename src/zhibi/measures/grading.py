"""A grade from the weighted score of an account, and the grade a person set over it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zhibi.measures.assessments import latest
from zhibi.measures.criteria import Criteria, Sums, read_criteria
from zhibi.measures.vocabulary import meaning
from zhibi.stats.weighted_score import Scores, weighted_scores
from zhibi.tables.tables import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Rules:
    """Weights by criterion, and the scores from which an account is A, B and C."""

    weights: Mapping[str, float]
    cuts: tuple[float, float, float]

    def version(self, known: Sequence[str], months: int) -> str:
        """Names these rules and the criteria there are data for: grades of another version are
        not comparable."""
        text = f"{sorted(self.weights.items())}|{self.cuts}|{sorted(known)}|{months}"
        return hashlib.sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Graded:
    """Accounts with orders in the period, in the order of `criteria.accounts`; `grade` is a place
    in GRADES."""

    criteria: Criteria
    rules: Rules
    scores: Scores
    grade: NDArray[np.int64]

    def rows(self) -> ir.Table:
        """The accounts with `place`, `grade`, `score` and `known`, the share of the weights."""
        import ibis
        import pyarrow as pa

        columns = {
            "place": pa.array(np.arange(len(self.grade))),
            "grade": pa.array(np.array(GRADES)[self.grade].tolist(), pa.string()),
            "score": pa.array(self.scores.score / 10),
            "known": pa.array(self.scores.known),
        }
        found = self.criteria.accounts
        for name, column in columns.items():
            found = found.append_column(name, column)
        return ibis.memtable(found)

    def known(self) -> list[str]:
        """The criteria that are known of any account."""
        return [name for name in self.rules.weights if self.criteria.readings[name].known_count]


def grade_accounts(tables: Tables, rules: Rules, sums: Sums, *, at: int = 0) -> Graded:
    """The grades on one of the days of the sums, which must be that of the tables."""
    criteria = read_criteria(tables, list(rules.weights), sums, at=at).ordering()
    scores = weighted_scores(
        criteria.points(rules.weights), np.array([*rules.weights.values()], dtype=np.float64)
    )
    # The score that is shown decides, not its unseen digits.
    below = [scores.score / 10 < cut for cut in rules.cuts]
    return Graded(criteria, rules, scores, np.sum(below, axis=0, dtype=np.int64))


def overrides(tables: Tables, *, level: str) -> tuple[ir.Table, int]:
    """The grades people set, which stand until somebody judges again: account_key, override,
    reason, set_by, set_on; and how many others are none of GRADES: they set nothing, and end what
    was set before, as one that was taken back does."""
    import ibis
    import pyarrow as pa

    judged = latest(tables, "grade", level=level)["grade"]
    said = {
        key: one.value.strip().upper()
        for key, one in judged.items()
        if meaning("answers", one.value) != "unknown"  # taken back
    }
    set_of = sorted(key for key, grade in said.items() if grade in GRADES)
    key_type = tables.customers.select("customer_key").schema().to_pyarrow().field(0).type
    found: dict[str, Any] = {
        "account_key": pa.array(set_of, key_type),
        "override": pa.array([said[key] for key in set_of], pa.string()),
        "reason": pa.array([judged[key].evidence or None for key in set_of], pa.string()),
        "set_by": pa.array([judged[key].assessed_by for key in set_of], pa.string()),
        "set_on": pa.array([judged[key].assessed_on for key in set_of], pa.date32()),
    }
    return ibis.memtable(pa.table(found)), len(said) - len(set_of)
