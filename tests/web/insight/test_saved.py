"""Analyses that people keep, and those that are made anew by themselves."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.insight.conftest import Company
from zhibi.web.insight.models import Analysis, SavedAnalysis
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.models import Job, Schedule
from zhibi.web.team.models import User

Work = Callable[[], list[Job]]
SignedIn = Callable[[User], Client]
AT = "/insight/concentration/save?months=6&as_of=2024-11-30"


@pytest.fixture
def kept(company: Company, signed_in: SignedIn) -> SavedAnalysis:
    """Bob keeps one that is made anew every day."""
    form = {"uid": str(uuid4()), "name": "我的集中度", "every": "day"}
    browser = signed_in(company.people.bob)
    for _ in range(2):  # sent twice is one
        browser.post(AT, form)
    return SavedAnalysis.objects.get()


def test_the_address_is_kept(kept: SavedAnalysis, signed_in: SignedIn) -> None:
    assert (kept.method, kept.query) == ("concentration", "months=6&as_of=2024-11-30")
    for at in ("/insight/", "/insight/saved/"):
        page = signed_in(kept.user).get(at).content.decode()
        assert "我的集中度" in page
        assert f"/insight/saved/{kept.uid}/look" in page
    there = signed_in(kept.user).get(f"/insight/saved/{kept.uid}/look")
    assert there.url == "/insight/concentration/?months=6&as_of=2024-11-30"


def test_it_is_planned_once(kept: SavedAnalysis) -> None:
    plan = Schedule.objects.get()
    assert (plan.kind, plan.every, plan.by) == ("made_anew", "day", kept.user)
    assert plan.next_at > timezone.now()


def test_only_its_person_sees_it(
    kept: SavedAnalysis, company: Company, signed_in: SignedIn
) -> None:
    browser = signed_in(company.people.dana)
    assert "我的集中度" not in browser.get("/insight/saved/").content.decode()
    assert browser.get(f"/insight/saved/{kept.uid}").status_code == 404
    assert browser.post(f"/insight/saved/{kept.uid}", {"let_go": "yes"}).status_code == 404


def test_another_name_and_day(kept: SavedAnalysis, signed_in: SignedIn) -> None:
    at = f"/insight/saved/{kept.uid}"
    browser = signed_in(kept.user)
    browser.post(at, {"uid": str(kept.uid), "name": "每周看", "every": "week"})
    kept.refresh_from_db()
    assert (kept.name, kept.every) == ("每周看", "week")
    assert Schedule.objects.get().every == "week"
    browser.post(at, {"let_go": "yes"})
    assert not Schedule.objects.exists()
    browser.get("/insight/saved/")  # says what was done
    assert "每周看" not in browser.get("/insight/saved/").content.decode()


def test_a_name_is_asked_for(company: Company, signed_in: SignedIn) -> None:
    answer = signed_in(company.people.bob).post(AT, {"uid": str(uuid4()), "name": " "})
    assert answer.status_code == 422
    assert "请起个名字" in answer.content.decode()
    assert signed_in(company.people.bob).get("/insight/rfm/save?days=x").status_code == 404


def test_it_is_made_anew_for_its_person(kept: SavedAnalysis, work: Work) -> None:
    ask("made_anew", by=kept.user, saved=str(kept.uid))
    (job,) = work()
    assert job.error is None
    kept.refresh_from_db()
    assert kept.last_made_at
    made = Analysis.objects.get()
    assert made.made_at
    assert made.params["months"] == 6
    assert made.scope != "all"


def test_who_has_left_gets_nothing(kept: SavedAnalysis, work: Work) -> None:
    User.objects.filter(pk=kept.user.pk).update(is_active=False)
    ask("made_anew", by=None, saved=str(kept.uid))
    work()
    assert not Analysis.objects.exists()


def test_today_tells_what_is_new_since_one_looked(
    kept: SavedAnalysis, company: Company, work: Work, signed_in: SignedIn
) -> None:
    browser = signed_in(kept.user)
    assert "我的集中度" not in browser.get("/").content.decode()
    ask("made_anew", by=kept.user, saved=str(kept.uid))
    work()
    kept.refresh_from_db()
    page = browser.get("/").content.decode()
    assert "已更新：我的集中度" in page
    assert f"{len(kept.told)} 条新发现" in page
    assert kept.told
    assert "我的集中度" not in signed_in(company.people.dana).get("/").content.decode()
    assert signed_in(company.people.dana).get(f"/insight/saved/{kept.uid}/look").status_code == 404
    look = f"/insight/saved/{kept.uid}/look"
    browser.head(look)
    browser.get(look, headers={"Sec-Purpose": "prefetch;prerender"})  # by the browser, ahead
    assert "我的集中度" in browser.get("/").content.decode()
    browser.get(look)
    assert "我的集中度" not in browser.get("/").content.decode()
    ask("made_anew", by=kept.user, saved=str(kept.uid))
    work()
    assert "没有新发现" in browser.get("/").content.decode()
