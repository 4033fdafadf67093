"""Changing many accounts at once, and handing over those of somebody who left."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.web.crm.actions import bulk as bulk_action
from zhibi.web.crm.actions.hand_over import hand_over, shares
from zhibi.web.crm.models import Account, Collaborator, Judgement, Task
from zhibi.web.crm.views import bulk as bulk_view
from zhibi.web.jobs.actions.do import do
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Change, User

SignedIn = Callable[[User], Client]


def post(browser: Client, accounts: list[Account], **more: str) -> HttpResponse:
    chosen = {"which": "chosen", "account": [str(one.uid) for one in accounts], **more}
    return browser.post("/accounts/bulk", chosen)


def test_first_it_asks_what(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    browser = signed_in(people.alice)
    answer = browser.post("/accounts/bulk", {"account": [accounts.of_bob.uid], "query": "grade=A"})
    assert answer.status_code == 200
    assert answer.context["n"] == answer.context["may_edit"] == answer.context["may_give"] == 1
    assert str(accounts.of_bob.uid) in answer.content.decode()
    assert "Charlie" not in answer.content.decode()


def test_tags_go_on_and_off(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    browser = signed_in(people.alice)
    both = [accounts.of_alice, accounts.of_bob]
    for _ in range(2):  # sent again it changes nothing
        assert post(browser, both, do="tag", tag="展会").status_code == 302
    assert accounts.of_bob.tags.get().name == "展会"
    assert Change.objects.filter(what="tags", of_account=accounts.of_bob.uid).count() == 1
    post(browser, both, do="untag", untag="展会")
    assert not accounts.of_bob.tags.exists()


def test_a_grade_has_its_reason(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    browser = signed_in(people.bob)
    assert post(browser, [accounts.of_bob], do="grade", grade="A").status_code == 422
    for letter in ("Z", ""):
        sent = post(browser, [accounts.of_bob], do="grade", grade=letter, reason="x")
        assert sent.status_code == 422
    assert post(browser, [accounts.of_bob], do="dance", dance="A", reason="x").status_code == 422
    post(browser, [accounts.of_bob], do="grade", grade="A", reason="战略客户")
    accounts.of_bob.refresh_from_db()
    assert (accounts.of_bob.grade, accounts.of_bob.grade_is_set) == ("A", True)
    assert Judgement.objects.get(account=accounts.of_bob).evidence == "战略客户"


def test_the_owner_and_the_tasks(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    task = Task.objects.create(account=accounts.of_bob, title="x", assignee=people.bob)
    browser = signed_in(people.alice)
    post(browser, [accounts.of_bob], do="owner", owner=str(people.alice.uid))
    accounts.of_bob.refresh_from_db()
    task.refresh_from_db()
    assert accounts.of_bob.owner == task.assignee == people.alice
    assert Change.objects.filter(what="owner", of_account=accounts.of_bob.uid).exists()


def test_an_owner_out_of_scope_is_nobody(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    for owner in (str(people.charlie.uid), "x", ""):
        answer = post(signed_in(people.alice), [accounts.of_bob], do="owner", owner=owner)
        assert answer.status_code == 422
    erin = str(people.erin.uid)  # an analyst owns nothing, whoever gives it
    answer = post(signed_in(people.fay), [accounts.of_bob], do="owner", owner=erin)
    assert answer.status_code == 422
    given = [(str(accounts.of_bob.uid), erin)]
    assert hand_over(given, people.bob.uid, by=people.fay) == 0
    accounts.of_bob.refresh_from_db()
    assert accounts.of_bob.owner == people.bob


def test_what_one_may_not_change_is_counted_and_left(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    Collaborator.objects.create(account=accounts.of_bob, user=people.charlie, named_by=people.alice)
    browser = signed_in(people.charlie)
    every = [accounts.of_alice, accounts.of_bob, accounts.of_charlie]
    answer = post(browser, every, do="tag", tag="展会")
    assert answer.status_code == 302
    tagged = set(Account.objects.filter(tags__name="展会"))
    assert tagged == {accounts.of_charlie}
    done = bulk_action.change_accounts(
        [str(one.uid) for one in every], bulk_action.BulkChange("tag", "展会"), by=people.charlie
    )
    assert done == bulk_action.Changed(changed=1, refused=1)  # Alice's does not exist for Charlie


def test_salespeople_give_nothing_away(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    post(signed_in(people.bob), [accounts.of_bob], do="owner", owner=str(people.bob.uid))
    assert bulk_action.change_accounts(
        [str(accounts.of_bob.uid)],
        bulk_action.BulkChange("owner", str(people.bob.uid)),
        by=people.bob,
    ) == bulk_action.Changed(0, 1)


def test_analysts_only_read(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    assert post(signed_in(people.erin), [accounts.of_bob], do="tag", tag="x").status_code == 403
    assert signed_in(people.erin).get("/accounts/hand-over").status_code == 403


@pytest.mark.parametrize("data", [{}, {"account": "x"}, {"which": "all", "query": "q=没有"}])
def test_nothing_chosen(
    people: People, accounts: Accounts, signed_in: SignedIn, data: dict[str, str]
) -> None:
    assert signed_in(people.bob).post("/accounts/bulk", data).status_code == 302


def test_all_of_a_filter_is_a_job(
    people: People, accounts: Accounts, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_view, "AT_ONCE", 1)
    browser = signed_in(people.alice)
    data = {"which": "all", "query": "grade=none", "do": "tag", "tag": "全部"}
    answer = browser.post("/accounts/bulk", data)
    job = Job.objects.get()
    assert answer["Location"] == f"/accounts/bulk/{job.uid}/"
    assert browser.get(answer["Location"]).status_code == 200
    do(job)
    assert job.result == {"changed": 2, "refused": 0}
    assert "2" in browser.get(answer["Location"]).context["outcome"]
    assert signed_in(people.bob).get(answer["Location"]).status_code == 404
    monkeypatch.setattr(bulk_view, "MOST", 1)
    assert browser.post("/accounts/bulk", data).status_code == 422


def test_handing_over_is_looked_at_first(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    Task.objects.create(account=accounts.of_bob, title="x", assignee=people.bob)
    User.objects.filter(pk=people.bob.pk).update(is_active=False)
    browser = signed_in(people.alice)
    assert "Bob" in browser.get("/accounts/hand-over").content.decode()
    assert "Charlie" not in browser.get("/accounts/hand-over").content.decode()
    page = browser.get(f"/accounts/hand-over?from={people.bob.uid}")
    assert page.context["n"] == 1
    data = {"former": str(people.bob.uid), "to": [str(people.alice.uid)]}
    assert "青岛轮胎" in browser.post("/accounts/hand-over", data).content.decode()
    assert not Job.objects.exists()
    answer = browser.post("/accounts/hand-over", {**data, "confirmed": "yes"})
    browser.post("/accounts/hand-over", {**data, "confirmed": "yes"})  # sent twice
    do(Job.objects.get())
    accounts.of_bob.refresh_from_db()
    assert accounts.of_bob.owner == people.alice
    assert Task.objects.get().assignee == people.alice
    assert browser.get(answer["Location"]).status_code == 200


def test_handing_over_is_for_those_above(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    assert signed_in(people.bob).get("/accounts/hand-over").status_code == 403
    out_of_scope = f"/accounts/hand-over?from={people.charlie.uid}"
    assert signed_in(people.alice).get(out_of_scope).status_code == 404
    data = {"former": str(people.bob.uid), "to": [str(people.charlie.uid)], "confirmed": "yes"}
    signed_in(people.alice).post("/accounts/hand-over", data)
    assert not Job.objects.exists()


def test_shares_are_alike(people: People) -> None:
    Account.objects.bulk_create(
        Account(name=str(n), owner=people.bob, currency="CNY", sales=Decimal(n * 100) or None)
        for n in range(9)
    )
    dealt = shares(people.bob, [people.alice, people.charlie], by=people.alice)
    assert [[str(one) for one in share.accounts] for share in dealt] == [
        ["8", "5", "4", "1", "0"],
        ["7", "6", "3", "2"],
    ]
    assert [share.sales for share in dealt] == [Decimal(1800), Decimal(1800)]
