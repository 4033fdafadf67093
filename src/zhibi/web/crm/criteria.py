"""What people may judge of an account, as the core's methods ask it, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from zhibi.measures.vocabulary import level_words, meaning
from zhibi.web.crm.models import LifeStage
from zhibi.web.text import language, say

ANSWERS: Final = ("yes", "no", "unknown")


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria that belong together; `labels` are English texts, by criterion."""

    name: str
    title: str
    labels: Mapping[str, str]
    is_level: bool  # judged from very low to very high, else yes or no


@cache
def groups() -> tuple[Group, ...]:
    """KAISM and the grade's further criteria, MAN, the nine marks. What only data can tell is left
    out; where data tells of one of the others too, the data goes before."""
    from zhibi.measures.criteria import FROM_SUMS, LABELS
    from zhibi.methods import composite_grade, kaism, key_account_marks, man

    def judged(names: tuple[str, ...]) -> dict[str, str]:
        return {name: LABELS[name] for name in names if name not in FROM_SUMS}

    attractive, strong = judged(kaism.ATTRACTIVENESS), judged(kaism.STRENGTH)
    further = judged(composite_grade.CRITERIA)
    worth = {**attractive, **further}
    return (
        Group("man", "Can it be won?", man.QUESTIONS, False),
        Group("worth", "What it is worth to us", worth, True),
        Group("strength", "How strong we are in its eyes", strong, True),
        Group("marks", "The nine marks of a key account", key_account_marks.LABELS, False),
    )


def group_named(name: str) -> Group | None:
    return next((group for group in groups() if group.name == name), None)


def choices_of(group: Group) -> tuple[str, ...]:
    return tuple(level_words()) if group.is_level else ANSWERS


def label_of(criterion: str) -> str:
    """What a criterion is called, in the reader's language; its own name where nobody knows."""
    name = meaning("criteria", criterion) or criterion
    # What is asked as a question has a name of its own here.
    named = {
        "grade": say("Grade"), "stage": say("Life stage"), "money": say("Ability to pay"),
        "authority": say("Our contact's say"), "need": say("Need now"),
    }  # fmt: skip
    if name in named:
        return named[name]
    labels = next((group.labels for group in groups() if name in group.labels), {})
    return say(labels[name]) if labels else criterion


def value_shown(value: str) -> str:
    """What was judged, in the reader's language where it is a word of ours."""
    words = level_words()
    if value in words:
        return words[value] if language() == "zh-CN" else value
    if value in ANSWERS:
        return {"yes": say("yes"), "no": say("no"), "unknown": say("unknown")}[value]
    return stages().get(value, value)


def stages() -> dict[str, str]:
    """Life stage → what it is called."""
    return {
        str(LifeStage.TARGET_MARKET): say("target market"),
        str(LifeStage.POTENTIAL): say("potential customer"),
        str(LifeStage.TARGET): say("target customer"),
        str(LifeStage.SIGNED): say("signed"),
    }
