"""Files that nobody committed do not stay for ever: they may hold what was erased since."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from zhibi.errors import ZhibiError
from zhibi.web.data.models import Import
from zhibi.web.data.models.brought import WAITING
from zhibi.web.data.seen import problem
from zhibi.web.data.uploads import folder_of
from zhibi.web.folders import throw_away_strays
from zhibi.web.given import uid_in

DAYS: Final = 30


def throw_away_uploads() -> int:
    """Throw away files that have waited for so long, and say so on their page; how many imports."""
    before = timezone.now() - timedelta(days=DAYS)
    left = Import.objects.filter(state__in=WAITING, created_at__lt=before, deleted_at=None)
    old = [one for one in left if folder_of(one.uid).exists()]
    gone = ZhibiError(
        "These files waited for more than {days} days and were thrown away; bring them in again.",
        days=DAYS,
    )
    for one in old:
        shutil.rmtree(folder_of(one.uid), ignore_errors=True)
        known = Import.objects.filter(pk=one.pk, state__in=WAITING)
        known.update(state=Import.State.STUCK, seen=None, problem=problem(gone))
    throw_away_strays(settings.UPLOADS.glob("*"), _is_known)
    return len(old)


def _is_known(path: Path) -> bool:
    """Not the folder of an import that somebody threw away; nor part of a file on its way in."""
    uid = uid_in(path.name)
    return bool(uid) and Import.objects.filter(uid=uid, deleted_at=None).exists()
