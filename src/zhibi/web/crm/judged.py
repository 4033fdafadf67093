"""What holds of an account now by people's judgement, and how it came to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from zhibi.web.crm.criteria import Group, choices_of, groups, label_of, value_shown
from zhibi.web.crm.models import Account, Judgement
from zhibi.web.text import say

LINES: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion as judged last; `judgement` is None where nobody ever judged."""

    criterion: str
    label: str
    judgement: Judgement | None
    choices: list[tuple[str, str]]

    @property
    def value(self) -> str:
        return self.judgement.value if self.judgement else ""

    @property
    def shown(self) -> str:
        return value_shown(self.value)

    @property
    def evidence(self) -> str:
        return self.judgement.evidence if self.judgement else ""


@dataclass(frozen=True, slots=True)
class Judged:
    """All that may be judged, by group, and every judgement, newest first."""

    latest: dict[str, Judgement]
    history: list[Judgement]

    @property
    def groups(self) -> list[tuple[Group, list[Row]]]:
        return [(group, self.rows(group)) for group in groups()]

    def rows(self, group: Group) -> list[Row]:
        return [
            Row(name, say(label), self.latest.get(name), self._choices(group, name))
            for name, label in group.labels.items()
        ]

    def value(self, criterion: str) -> str:
        judgement = self.latest.get(criterion)
        return judgement.value if judgement else ""

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The history in words."""
        return [
            {
                "label": label_of(one.criterion),
                "value": value_shown(one.value) if one.value else say("taken back"),
                "judgement": one,
            }
            for one in self.history[:LINES]
        ]

    def _choices(self, group: Group, criterion: str) -> list[tuple[str, str]]:
        """What an import or an earlier rule wrote stays possible."""
        words = choices_of(group)
        held = self.value(criterion)
        if held and held not in words:
            words = (held, *words)
        return [("", say("nobody judged")), *((word, value_shown(word)) for word in words)]


def judged_of(account: Account) -> Judged:
    history = list(account.judgements.select_related("by").order_by("-on", "-pk"))
    latest: dict[str, Judgement] = {}
    for one in history:
        latest.setdefault(one.criterion, one)
    return Judged(latest, history)


def man_of(judged: Judged) -> dict[str, str] | None:
    """MAN as it is written, and the approach that follows; None where nobody judged."""
    from zhibi.measures.money_authority_need import CRITERIA, Standing
    from zhibi.methods.man import APPROACHES, ASK_FIRST, QUESTIONS

    known = [judged.latest[name] for name in CRITERIA if judged.value(name)]
    if not known:
        return None
    answers = {"yes": True, "no": False}
    standing = Standing(
        {name: answers.get(judged.value(name)) for name in CRITERIA}, max(one.on for one in known)
    )
    approach = APPROACHES.get(standing.combination, ASK_FIRST)
    return {
        "combination": standing.combination,
        "approach": say(approach),
        "question": say(QUESTIONS[standing.unknown[0]]) if standing.unknown else "",
    }
