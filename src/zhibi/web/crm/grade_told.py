"""The grade of an account: what was computed and why, and what a person set over it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from zhibi.web.crm.judged import Judged
from zhibi.web.crm.models import Account, Grade, Judgement
from zhibi.web.text import say

LINES = 20
OF_GROUP: Final = ("amount", "change", "marks", "out_of")


@dataclass(frozen=True, slots=True)
class GradeTold:
    """`set_by` is the judgement that set the grade that holds; None where the computed one does."""

    computed: Grade | None
    reasons: list[dict[str, Any]]
    set_by: Judgement | None
    history: list[Grade]


def grade_told(account: Account, judged: Judged, *, sees_group: bool) -> GradeTold:
    """The grade is that of the group: its amounts are for who sees all of it."""
    lines = list(account.grades.order_by("-as_of", "-pk")[:LINES])
    computed = lines[0] if lines else None
    return GradeTold(
        computed=computed,
        reasons=[_reason(one, sees_group) for one in computed.criteria] if computed else [],
        set_by=judged.latest.get("grade") if account.grade_is_set else None,
        history=lines,
    )


def _reason(kept: dict[str, Any], sees_group: bool) -> dict[str, Any]:
    if not sees_group:
        kept = {name: value for name, value in kept.items() if name not in OF_GROUP}
    amount = kept.get("amount")
    return {
        **kept,
        "criterion": say(kept["criterion"]),
        "amount": None if amount is None else Decimal(amount),
        "is_known": "contribution" in kept,
    }
