"""Results that nobody reads are thrown away; those that are read stay."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.insight.conftest import Company
from zhibi.web.insight import results
from zhibi.web.insight.actions import throw_away
from zhibi.web.insight.models import Analysis
from zhibi.web.team.models import User

Analysed = Callable[[User, str], Analysis]


def test_what_was_not_read_for_a_month_goes(company: Company, analysed: Analysed) -> None:
    old, new = analysed(company.people.bob, "rfm"), analysed(company.people.alice, "rfm")
    long_ago = timezone.now() - timedelta(days=31)
    Analysis.objects.filter(pk=old.pk).update(read_at=long_ago)
    assert throw_away.throw_away_old() == 1
    assert not results.are_kept(old.key)
    assert results.are_kept(new.key)
    assert list(Analysis.objects.all()) == [new]


def test_beyond_the_limit_what_was_read_longest_ago_goes(
    company: Company, analysed: Analysed, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = analysed(company.people.bob, "rfm"), analysed(company.people.alice, "rfm")
    Analysis.objects.filter(pk=first.pk).update(read_at=timezone.now() - timedelta(days=1))
    size = sum(file.stat().st_size for file in results.folder_of(last.key).glob("*"))
    monkeypatch.setattr(throw_away, "AT_MOST", size)
    assert throw_away.throw_away_old() == 1
    assert results.are_kept(last.key)
    assert not results.are_kept(first.key)


def test_what_a_killed_process_left_goes(company: Company, analysed: Analysed) -> None:
    kept = results.folder_of(analysed(company.people.bob, "rfm").key)
    stray, fresh = kept.parent / ".part-old", kept.parent / ".part-new"
    for folder in (stray, fresh):
        folder.mkdir()
    two_days_ago = time.time() - 2 * 24 * 3600
    for folder in (stray, kept):
        os.utime(folder, (two_days_ago, two_days_ago))
    throw_away.throw_away_old()
    assert (stray.exists(), fresh.exists(), kept.exists()) == (False, True, True)
