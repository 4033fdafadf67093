"""Tasks, follow-ups, promises: what happens, who may, and what bad input meets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.conftest import Accounts, People
from zhibi.web.crm.access import today
from zhibi.web.crm.actions.tasks import give_task
from zhibi.web.crm.models import Account, FollowUp, Promise, Task, Treatment
from zhibi.web.crm.views import treatment
from zhibi.web.team.models import Change, User

SignedIn = Callable[[User], Client]


def task_of(account: Account, assignee: User, **more: object) -> Task:
    return Task.objects.create(account=account, assignee=assignee, title="约拜访", **more)


def test_a_follow_up_is_one_sentence_then_one_question(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    account, browser = accounts.of_bob, signed_in(people.bob)
    sent = {"uid": uuid4(), "kind": "visit", "text": "见到新任采购经理，下周报价"}
    answer = browser.post(f"/accounts/{account.uid}/follow-up", sent)
    assert (answer.status_code, answer.url) == (302, f"/accounts/{account.uid}/promise")
    again = browser.post(f"/accounts/{account.uid}/follow-up", sent)
    assert again.status_code == 302
    assert FollowUp.objects.get().by == people.bob
    account.refresh_from_db()
    assert account.last_contact_on == timezone.localdate()
    promised = {"uid": uuid4(), "is_ours": "0", "text": "回复标书", "due_on": "2026-11-27"}
    assert browser.post(f"/accounts/{account.uid}/promise", promised).status_code == 302
    assert not Promise.objects.get().is_ours


def test_a_note_is_no_contact(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    sent = {"uid": uuid4(), "kind": "note", "text": "行业新闻"}
    signed_in(people.bob).post(f"/accounts/{accounts.of_bob.uid}/follow-up", sent)
    accounts.of_bob.refresh_from_db()
    assert accounts.of_bob.last_contact_on is None


@pytest.mark.parametrize(
    "wrong",
    [{"text": ""}, {"kind": "dance"}, {"at": "2999-01-01T10:00"}, {"contact": str(uuid4())}],
)
def test_a_wrong_follow_up_keeps_what_was_typed(
    people: People, accounts: Accounts, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    sent = {"uid": uuid4(), "kind": "visit", "text": "<b>谈了价格</b>"} | wrong
    answer = signed_in(people.bob).post(f"/accounts/{accounts.of_bob.uid}/follow-up", sent)
    assert answer.status_code == 422
    assert not FollowUp.objects.exists()
    if "text" not in wrong:
        assert "&lt;b&gt;谈了价格" in answer.content.decode()


@pytest.mark.parametrize("path", ["follow-up", "promise"])
def test_strangers_find_nothing_and_readers_may_not(
    people: People, accounts: Accounts, signed_in: SignedIn, path: str
) -> None:
    address = f"/accounts/{accounts.of_bob.uid}/{path}"
    assert signed_in(people.charlie).get(address).status_code == 404
    assert signed_in(people.erin).get(address).status_code == 403
    assert signed_in(people.alice).get(address).status_code == 200


def test_a_task_is_given_done_and_reopened(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    browser = signed_in(people.alice)
    sent = {
        "uid": uuid4(),
        "title": "约拜访",
        "assignee": people.bob.uid,
        "account": accounts.of_bob.uid,
        "due_on": "2026-12-01",
    }
    assert browser.post("/tasks/new", sent).status_code == 302
    assert browser.post("/tasks/new", sent).status_code == 302
    task = Task.objects.get()
    assert (task.assignee, task.account) == (people.bob, accounts.of_bob)
    bob = signed_in(people.bob)
    bob.post(f"/tasks/{task.uid}/done", {"outcome": "已约周三"})
    task.refresh_from_db()
    first = task.done_at
    assert task.outcome == "已约周三"
    bob.post(f"/tasks/{task.uid}/done", {"outcome": "又一次"})
    task.refresh_from_db()
    assert (task.done_at, task.outcome) == (first, "已约周三")
    assert "已约周三" in bob.get("/tasks/").content.decode()
    bob.post(f"/tasks/{task.uid}/reopen")
    task.refresh_from_db()
    assert task.done_at is None
    assert {"created", "done_at", "outcome"} <= set(Change.objects.values_list("what", flat=True))


def test_one_task_for_a_finding(people: People, accounts: Accounts) -> None:
    first, second = (
        Task(account=accounts.of_bob, title="跟进", assignee=people.bob, finding="f00")
        for _ in range(2)
    )
    assert give_task(first, by=people.alice) == give_task(second, by=people.alice)


def test_tasks_of_others_are_not_found(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    task = task_of(accounts.of_bob, people.bob)
    stranger = signed_in(people.charlie)
    for path in ("", "done", "reopen", "delete"):
        address = f"/tasks/{task.uid}/{path}"
        answer = stranger.post(address) if path else stranger.get(address)
        assert answer.status_code == 404, path
    assert signed_in(people.erin).get(f"/tasks/{task.uid}/").status_code == 200
    assert signed_in(people.erin).post(f"/tasks/{task.uid}/done").status_code == 403


def test_work_is_given_only_to_people_one_sees(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    sent = {"uid": uuid4(), "title": "约拜访", "assignee": people.charlie.uid}
    answer = signed_in(people.bob).post("/tasks/new", sent)
    assert answer.status_code == 422
    assert "Charlie" not in answer.content.decode()


def test_the_second_of_two_editors_is_told(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    task = task_of(accounts.of_bob, people.bob)
    sent = {"uid": task.uid, "version": 1, "assignee": people.bob.uid, "due_on": ""}
    address = f"/tasks/{task.uid}/"
    assert signed_in(people.alice).post(address, sent | {"title": "甲"}).status_code == 302
    answer = signed_in(people.bob).post(address, sent | {"title": "乙"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "甲" in page
    assert "乙" in page
    task.refresh_from_db()
    assert task.title == "甲"


def test_a_promise_is_kept_moved_or_dropped(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    promise = Promise.objects.create(account=accounts.of_bob, text="报价", due_on=today())
    browser, address = signed_in(people.bob), f"/promises/{promise.uid}/settle"
    browser.post(address, {"due_on": "2026-12-31"})
    promise.refresh_from_db()
    assert str(promise.due_on) == "2026-12-31"
    assert browser.post(address, {"due_on": "soon"}).status_code == 422
    browser.post(address, {"because": "客户取消了项目"})
    promise.refresh_from_db()
    assert promise.dropped_because == "客户取消了项目"
    browser.post(address)
    promise.refresh_from_db()
    assert promise.kept_on == today()
    assert signed_in(people.charlie).post(address).status_code == 404


def test_next_never_leads_elsewhere(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    task = task_of(accounts.of_bob, people.bob)
    answer = signed_in(people.bob).post(
        f"/tasks/{task.uid}/done", {"next": "https://evil.example/"}
    )
    assert answer.url == "/tasks/"


def test_lists_take_few_queries(
    people: People,
    accounts: Accounts,
    signed_in: SignedIn,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for n in range(30):
        task_of(accounts.of_bob, people.bob, due_on=today() + timedelta(n), stake=Decimal(n))
    browser = signed_in(people.alice)
    with django_assert_max_num_queries(12):
        assert browser.get("/tasks/?whose=team").status_code == 200


def test_of_two_who_set_a_grade_first_at_once_the_second_is_told(
    people: People, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    director = signed_in(people.fay)
    typed = {"coverage": "专班", "selling_level": "公司对公司", "contact_every_days": 5}
    make = treatment.create_once

    def made_before(row: Treatment, **said: Any) -> Any:
        Treatment.objects.create(grade="A", **{**typed, "contact_every_days": 9})
        return make(row, **said)

    form = director.get("/treatment/A").context["form"]
    opened = {name: form[name].value() for name in ("uid", "version")}
    monkeypatch.setattr(treatment, "create_once", made_before)
    page = director.post("/treatment/A", typed | opened)
    assert page.status_code == 409
    assert Treatment.objects.get().contact_every_days == 9


def test_treatment_is_seen_by_all_and_set_by_some(people: People, signed_in: SignedIn) -> None:
    assert "7" in signed_in(people.bob).get("/treatment/").content.decode()
    assert signed_in(people.bob).get("/treatment/A").status_code == 403
    director = signed_in(people.fay)
    typed = {"coverage": "专班", "selling_level": "公司对公司", "contact_every_days": 5}

    def opened() -> dict[str, object]:
        form = director.get("/treatment/A").context["form"]
        return {**typed, "uid": form["uid"].value(), "version": form["version"].value()}

    first, other = opened(), opened() | {"contact_every_days": 9}
    assert director.post("/treatment/A", first).status_code == 302
    assert director.post("/treatment/A", first).status_code == 302  # sent again
    clash = director.post("/treatment/A", other)  # opened before there was a row
    assert clash.status_code == 409
    known = {name: clash.context["form"][name].value() for name in ("uid", "version")}
    assert director.post("/treatment/A", other | known).status_code == 302  # knowing the first
    assert director.post("/treatment/A", opened() | {"contact_every_days": 6}).status_code == 302
    assert director.post("/treatment/A", opened() | {"contact_every_days": 0}).status_code == 422
    assert director.get("/treatment/Z").status_code == 404
    page = signed_in(people.bob).get("/treatment/").content.decode()
    assert "专班" in page
    assert ">6<" in page
