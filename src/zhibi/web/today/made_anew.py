"""The analyses somebody keeps that were made anew since they last looked."""

from __future__ import annotations

from django.db.models import F, Q

from zhibi.web.insight.models import SavedAnalysis
from zhibi.web.team.models import User

SHOWN = 5


def made_anew(user: User) -> list[SavedAnalysis]:
    """Their own, the last made first; of several days only the last making is told."""
    unseen = Q(looked_at=None) | Q(looked_at__lt=F("last_made_at"))
    own = SavedAnalysis.objects.filter(
        unseen, user=user, deleted_at=None, last_made_at__isnull=False
    )
    return list(own.order_by("-last_made_at", "-pk")[:SHOWN])
