"""What people judge of an account, kept line by line; the last one holds."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from zhibi.errors import ZhibiError
from zhibi.web.crm.access import today
from zhibi.web.crm.actions.change_account import set_on_account
from zhibi.web.crm.models import Account, Grade, Judgement
from zhibi.web.crm.models.grade import GRADES
from zhibi.web.team.models import User

GRADE, STAGE = "grade", "stage"
EVIDENCE: Final = 300  # letters, also of the reason for a grade


def judge(
    account: Account, criterion: str, value: str, *, evidence: str = "", by: User
) -> Judgement | None:
    """Keep a judgement; an empty value takes the last one back. None when it says nothing new."""
    last = _last(account, criterion)
    if (last.value, last.evidence) == (value, evidence) if last else not value:
        return None
    return Judgement.objects.create(
        account=account, criterion=criterion, value=value, evidence=evidence, by=by, on=today()
    )


def refuse_grade(letter: str, reason: str) -> None:
    """ZhibiError for what is no grade, and for one without its reason; an empty letter lets the
    computed grade hold again."""
    if letter and letter not in GRADES:
        raise ZhibiError("A grade is one of {grades}; choose one.", grades=", ".join(GRADES))
    if not reason or len(reason) > EVIDENCE or "\0" in reason:
        raise ZhibiError(
            "Say in up to {n} letters why the grade is to be another: the computed one and yours "
            "both stay to be seen.",
            n=EVIDENCE,
        )


def set_grade(account: Account, letter: str, *, reason: str, by: User) -> None:
    """A person's grade stands over the computed one, which stays beside it."""
    with transaction.atomic():
        judge(account, GRADE, letter, evidence=reason, by=by)
        values = {"grade": letter, "grade_is_set": True, "grade_is_provisional": False}
        set_on_account(account, values, by=by)


def give_grade_back(account: Account, *, reason: str, by: User) -> None:
    """The computed grade holds again, if there is one."""
    computed = account.grades.order_by("-as_of", "-pk").first() or Grade(letter="")
    with transaction.atomic():
        judge(account, GRADE, "", evidence=reason, by=by)
        values = {
            "grade": computed.letter,
            "grade_is_set": False,
            "grade_is_provisional": computed.is_provisional,
        }
        set_on_account(account, values, by=by)


def set_stage(account: Account, stage: str, *, evidence: str = "", by: User) -> None:
    """How far the relation has come, as judged today."""
    with transaction.atomic():
        judge(account, STAGE, stage, evidence=evidence, by=by)
        set_on_account(account, {"life_stage": stage}, by=by)


def _last(account: Account, criterion: str) -> Judgement | None:
    of_criterion = account.judgements.filter(criterion=criterion)
    found: Judgement | None = of_criterion.order_by("-on", "-pk").first()
    return found
