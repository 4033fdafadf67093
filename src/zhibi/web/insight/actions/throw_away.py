"""Throwing away results that nobody reads: the cache can be made again, the disk cannot."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from zhibi.web.folders import throw_away_strays
from zhibi.web.insight import results
from zhibi.web.insight.models import Analysis

UNREAD_FOR: Final = timedelta(days=30)
AT_MOST: Final = 2_000_000_000  # bytes in all


def throw_away_old() -> int:
    """How many results were thrown away: those unread for a month, then, beyond the limit, those
    unread longest."""
    gone = list(Analysis.objects.filter(read_at__lt=timezone.now() - UNREAD_FOR))
    kept = Analysis.objects.exclude(pk__in=[one.pk for one in gone]).order_by("-read_at", "-pk")
    taken = 0
    for one in kept:
        taken += _size(results.folder_of(one.key))
        if taken > AT_MOST:
            gone.append(one)
    for one in gone:
        results.throw_away(one.key)
        one.delete()
    throw_away_strays(Path(settings.RESULTS).glob("*/*"), _is_known)
    return len(gone)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*")) if folder.is_dir() else 0


def _is_known(path: Path) -> bool:
    """Not what was known of earlier data, either."""
    return Analysis.objects.filter(key=path.name).exists()
