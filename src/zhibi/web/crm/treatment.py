"""How accounts are treated by grade, and how often they are to be contacted (domain 5.4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.core.cache import cache
from django.db.models import F, Q
from django.db.models.lookups import Exact, In, LessThan

from zhibi.web.crm.models import LifeStage, Treatment
from zhibi.web.crm.models.grade import GRADES
from zhibi.web.crm.unindexed import Unindexed

KEPT: Final = "treatments"
KEPT_FOR: Final = 60  # seconds

# Coverage, selling level, contact every … days, discount limit %, payment days, response hours,
# support. A company changes them on the page; these are where it starts.
DEFAULTS: Final = {
    "A": ("a team for one", "company to company", 7, 15, 90, 2, "an engineer of its own"),
    "B": ("one for several", "solution", 14, 10, 60, 8, "an engineer on call"),
    "C": ("one for a region", "product", 30, 5, 30, 24, "the service line"),
    "D": ("phone and web", "product", 90, 0, 0, 48, "the service line"),
}
# An account without a grade is contacted as often as one of the grade its life stage stands for.
GRADE_OF_STAGE: Final = {
    LifeStage.SIGNED: "B",
    LifeStage.TARGET: "B",
    LifeStage.POTENTIAL: "C",
    LifeStage.TARGET_MARKET: "D",
}


def treatments() -> dict[str, Treatment]:
    """Grade → how it is treated: what the company set, else the default."""
    kept = cache.get_or_set(KEPT, _kept, KEPT_FOR)
    return {grade: kept.get(grade) or _default(grade) for grade in GRADES}


def beyond_cadence(grade: str, treated: Treatment, today: date) -> Q:
    """Accounts treated as `grade` that nobody contacted for longer than they should wait. To be
    asked of accounts in some order: these columns lead to none."""
    stages = [stage for stage, stands_for in GRADE_OF_STAGE.items() if stands_for == grade]
    since = today - timedelta(days=treated.contact_every_days)
    graded, stage = Unindexed(F("grade")), Unindexed(F("life_stage"))
    treated_so = Q(Exact(graded, grade)) | Q(Exact(graded, "")) & Q(In(stage, stages))
    return treated_so & Q(LessThan(Unindexed(F("last_contact_on")), since))


def forget_treatments() -> None:
    """After a change; other processes see it within a minute."""
    cache.delete(KEPT)


def _kept() -> dict[str, Treatment]:
    return {row.grade: row for row in Treatment.objects.filter(deleted_at=None)}


def _default(grade: str) -> Treatment:
    coverage, level, every, discount, payment, response, support = DEFAULTS[grade]
    return Treatment(
        grade=grade,
        coverage=coverage,
        selling_level=level,
        contact_every_days=every,
        discount_limit_percent=discount,
        payment_days=payment,
        response_hours=response,
        support=support,
    )
