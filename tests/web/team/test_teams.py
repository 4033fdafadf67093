"""The team tree: everybody reads it, administrators change it, and each membership has its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests.web.conftest import BEGAN, Accounts, People, SignedIn
from zhibi.web.crm.access import accounts_of
from zhibi.web.team.models import Change, Membership, Team


def team(name: str) -> Team:
    return Team.objects.get(name=name)


def membership(person: object, name: str) -> Membership:
    return Membership.objects.get(user=person, team__name=name, ends_on=None)


def test_everybody_sees_the_tree(
    people: People, signed_in: SignedIn, django_assert_max_num_queries: object
) -> None:
    browser = signed_in(people.bob)
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        page = browser.get("/teams").content.decode()
    assert page.index("公司") < page.index("北区") < page.index("东北组")
    assert "Alice" in page
    assert "/teams/new" not in page
    assert (
        "<form" not in browser.get(f"/teams/{team('北区').uid}/").content.decode().split("main")[1]
    )


def test_a_demo_company_stands_still_here_too(
    people: People, signed_in: SignedIn, settings: Settings
) -> None:
    """On a day before Bob left his team."""
    settings.COMPANY = replace(settings.COMPANY, today="2024-06-30")
    Membership.objects.filter(user=people.bob).update(ends_on=date(2024, 7, 1))
    browser = signed_in(people.dana)
    assert "Bob" in browser.get("/teams").content.decode().split("<main")[1]
    assert "东北组" in browser.get("/people").content.decode()
    joining = browser.get(f"/teams/{team('北区').uid}/").content.decode()
    assert 'value="2024-06-30"' in joining


@pytest.mark.parametrize("who", ["alice", "bob", "erin", "fay"])
def test_others_may_not_change_it(people: People, signed_in: SignedIn, who: str) -> None:
    browser = signed_in(getattr(people, who))
    north = f"/teams/{team('北区').uid}/"
    assert browser.get("/teams/new").status_code == 403
    for path in (
        "/teams/new", north, f"{north}join", f"{north}delete",
        f"{north}{people.alice.uid}/leave", f"{north}{people.alice.uid}/lead",
    ):  # fmt: skip
        sent = {"name": "X", "on": "2026-01-01", "person": people.bob.uid}
        assert browser.post(path, sent).status_code == 403, path
    assert Membership.objects.count() == 3
    assert not Team.objects.filter(name="X").exists()


def test_unknown_teams_and_people_are_not_found(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.dana)
    north = f"/teams/{team('北区').uid}/"
    assert browser.get(f"/teams/{uuid4()}/").status_code == 404
    assert browser.post(f"/teams/{uuid4()}/join").status_code == 404
    assert browser.post(f"{north}{uuid4()}/leave", {"on": "2026-01-01"}).status_code == 404


def test_a_team_is_made_once(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.dana)
    sent = {"uid": uuid4(), "version": 1, "name": "西区", "parent": team("公司").uid}
    for _ in range(2):
        assert browser.post("/teams/new", sent).url == f"/teams/{sent['uid']}/"
    assert team("西区").parent == team("公司")
    assert Change.objects.get(subject_uid=sent["uid"]).what == "created"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "n" * 61}, {"parent": str(uuid4())}, {"parent": "x"}]
)
def test_a_wrong_team_is_not_made(
    people: People, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    sent = {"uid": str(uuid4()), "version": "1", "name": "西区", "parent": ""} | wrong
    assert signed_in(people.dana).post("/teams/new", sent).status_code == 422
    assert Team.objects.count() == 4


def test_no_team_is_above_itself(people: People, signed_in: SignedIn) -> None:
    north = team("北区")
    for below in (north, team("东北组")):
        sent = {"uid": north.uid, "version": 1, "name": "北区", "parent": below.uid}
        assert signed_in(people.dana).post(f"/teams/{north.uid}/", sent).status_code == 422
    north.refresh_from_db()
    assert north.parent == team("公司")


def test_the_second_of_two_editors_is_told(people: People, signed_in: SignedIn) -> None:
    north = team("北区")
    browser = signed_in(people.dana)
    sent = {"uid": north.uid, "version": 1, "name": "华北", "parent": ""}
    assert browser.post(f"/teams/{north.uid}/", sent).status_code == 302
    answer = browser.post(f"/teams/{north.uid}/", {**sent, "name": "北方"})
    assert answer.status_code == 409
    assert "Dana" in answer.content.decode()
    north.refresh_from_db()
    assert north.name == "华北"


def test_who_joins_leaves_the_team_before(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    north, day = team("北区"), timezone.localdate()
    sent = {"person": people.charlie.uid, "starts_on": day.isoformat()}
    assert signed_in(people.dana).post(f"/teams/{north.uid}/join", sent).status_code == 302
    assert membership(people.charlie, "北区").starts_on == day
    assert Membership.objects.get(team__name="南区").ends_on == day
    assert accounts.of_charlie in accounts_of(people.alice)
    whats = Change.objects.filter(subject_uid=people.charlie.uid).values_list("what", flat=True)
    assert sorted(whats) == ["joined", "left"]


def test_who_leads_goes_on_leading_what_they_lead(people: People, signed_in: SignedIn) -> None:
    sent = {"person": people.alice.uid, "starts_on": "2026-01-01", "is_lead": "on"}
    signed_in(people.dana).post(f"/teams/{team('南区').uid}/join", sent)
    assert membership(people.alice, "北区").is_lead
    assert membership(people.alice, "南区").is_lead


@pytest.mark.parametrize(
    "wrong", [{"starts_on": ""}, {"starts_on": "soon"}, {"person": str(uuid4())}, {"person": "1"}]
)
def test_a_wrong_joining_changes_nothing(
    people: People, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    sent = {"person": str(people.charlie.uid), "starts_on": "2026-01-01"} | wrong
    answer = signed_in(people.dana).post(f"/teams/{team('北区').uid}/join", sent)
    assert answer.status_code == 422
    assert Membership.objects.count() == 3


@pytest.mark.parametrize("on", [BEGAN, BEGAN - timedelta(days=1)])
def test_nobody_leaves_before_they_came(people: People, signed_in: SignedIn, on: date) -> None:
    """Neither by leaving nor by joining another team on an earlier day."""
    browser = signed_in(people.dana)
    south, north = team("南区"), team("北区")
    left = browser.post(f"/teams/{south.uid}/{people.charlie.uid}/leave", {"on": on.isoformat()})
    sent = {"person": people.charlie.uid, "starts_on": on.isoformat()}
    joined = browser.post(f"/teams/{north.uid}/join", sent)
    assert (left.status_code, joined.status_code) == (422, 422)
    assert membership(people.charlie, "南区").starts_on == BEGAN
    assert Membership.objects.count() == 3
    assert not Change.objects.exists()


def test_nobody_joins_twice(people: People, signed_in: SignedIn) -> None:
    sent = {"person": people.alice.uid, "starts_on": "2026-01-01"}
    answer = signed_in(people.dana).post(f"/teams/{team('北区').uid}/join", sent)
    assert answer.status_code == 422
    assert Membership.objects.count() == 3


def test_leaving_and_leading_have_their_days(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    browser, north = signed_in(people.dana), team("北区")
    path = f"/teams/{north.uid}/{people.alice.uid}"
    browser.post(f"{path}/lead", {"on": "2026-02-01", "is_lead": "no"})
    assert [
        (one.is_lead, one.starts_on, one.ends_on)
        for one in Membership.objects.filter(user=people.alice).order_by("pk")
    ] == [(True, BEGAN, date(2026, 2, 1)), (False, date(2026, 2, 1), None)]
    assert accounts.of_bob not in accounts_of(people.alice)
    browser.post(f"{path}/leave", {"on": "2026-03-01"})
    assert Membership.objects.filter(user=people.alice, ends_on=None).count() == 0
    assert browser.post(f"{path}/leave", {"on": "2026-03-02"}).status_code == 422
    assert browser.post(f"{path}/leave", {"on": ""}).status_code == 422
    whats = Change.objects.filter(subject_uid=people.alice.uid).order_by("pk")
    assert [line.what for line in whats] == ["leads no more", "left"]


def test_only_an_empty_team_is_deleted(people: People, signed_in: SignedIn) -> None:
    browser = signed_in(people.dana)
    for name in ("公司", "东北组"):
        assert browser.post(f"/teams/{team(name).uid}/delete").status_code == 422
    Membership.objects.filter(team__name="东北组").update(ends_on="2026-01-01")
    assert browser.post(f"/teams/{team('东北组').uid}/delete").status_code == 302
    assert team("东北组").deleted_at is not None
    assert browser.get(f"/teams/{team('东北组').uid}/").status_code == 404
