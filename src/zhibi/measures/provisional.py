"""A grade for who has not ordered yet (暂定), from what is known of it without orders.

One rule on one sign (Holte 1993, "Very simple classification rules perform well on most commonly
used datasets", Machine Learning 11): customers of the same industry, size, source, judged
potential … get the grade that is most frequent among the graded ones of that value. The sign is
the one whose rule is right for most.

Whether that is worth anything is asked of customers held out: five times, the sign and its rule
are learnt from four fifths and asked about the last. Only where the share it gets right is surely
above what the most frequent grade alone gets right of the same (Wilson's lower bound), is a grade
given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhibi.result import Estimate
from zhibi.stats.proportions import wilson

FEWEST = 5  # graded customers of one value, for a grade to be taken from them
NEEDED = 30  # graded customers, for rules to be tried at all
FOLDS = 5
LEARNT_FROM = 20_000  # graded customers, evenly spaced: more changes no rule

if TYPE_CHECKING:
    import pyarrow as pa

Signs = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class OneRule:
    """Value of the sign → grade."""

    sign: str
    grades: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule, the share of held-out customers it gets right, and the share that the most frequent
    grade gets right of the same."""

    rule: OneRule
    agreement: Estimate
    most_frequent: str
    naive: float

    @property
    def is_worth_giving(self) -> bool:
        return self.agreement.low > self.naive


def tried_rule(signs: pa.Table, grades: pa.ChunkedArray) -> Trial | None:
    """The best rule and how well it does; None where there is too little to learn from. Signs (a
    column each) and grades have an element a customer, in an order that says nothing."""
    if len(grades) < NEEDED:
        return None
    which = range(0, len(grades), -(-len(grades) // LEARNT_FROM))
    told = signs.take(list(which)).to_pydict()
    known = grades.take(list(which)).to_pylist()
    rule = _best(told, known)
    if rule is None:
        return None
    asked = right = naive_right = 0
    for fold in range(FOLDS):
        kept = [at for at in range(len(known)) if at % FOLDS != fold]
        signs_kept, grades_kept = _take(told, kept), [known[at] for at in kept]
        learnt = _best(signs_kept, grades_kept)
        if learnt is None:
            continue
        usual = _usual(learnt, signs_kept, grades_kept)
        for at in range(fold, len(known), FOLDS):
            if said := learnt.grades.get(told[learnt.sign][at] or ""):
                asked += 1
                right += said == known[at]
                naive_right += usual == known[at]
    agreement = wilson(right, asked)
    if agreement is None:
        return None
    return Trial(rule, agreement, _usual(rule, told, known), naive_right / asked)


def _usual(rule: OneRule, signs: Signs, grades: Sequence[str]) -> str:
    """The most frequent grade of those the rule speaks of: who is judged at all is often large, so
    that the most frequent grade of everybody would be too easy to beat."""
    pairs = zip(signs[rule.sign], grades, strict=True)
    return _most_frequent([grade for value, grade in pairs if (value or "") in rule.grades])


def _take(signs: Signs, which: Sequence[int]) -> Signs:
    return {sign: [values[at] for at in which] for sign, values in signs.items()}


def _best(signs: Signs, grades: Sequence[str]) -> OneRule | None:
    """The rule that is right for most, who have no such value given the most frequent grade; of
    equals the first sign."""
    usual = _most_frequent(grades)
    best, most = None, -1
    for sign, values in signs.items():
        rule = _rule(sign, values, grades)
        right = sum(
            rule.grades.get(value or "", usual) == grade
            for value, grade in zip(values, grades, strict=True)
        )
        if rule.grades and right > most:
            best, most = rule, right
    return best


def _rule(sign: str, values: Sequence[str | None], grades: Sequence[str]) -> OneRule:
    of_value: dict[str, list[str]] = {}
    for value, grade in zip(values, grades, strict=True):
        if value:
            of_value.setdefault(value, []).append(grade)
    return OneRule(
        sign,
        {value: _most_frequent(found) for value, found in of_value.items() if len(found) >= FEWEST},
    )


def _most_frequent(grades: Sequence[str]) -> str:
    """Of equally frequent grades the lower one: nobody is promised too much."""
    counts = Counter(grades)
    return max(counts, key=lambda grade: (counts[grade], grade))
