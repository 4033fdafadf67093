"""Duplicates: found within what one may change, merged, and taken apart exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.errors import ZhibiError
from zhibi.web.crm.actions.merge import merge, unmerge
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.crm.models import (
    Account,
    Collaborator,
    Contact,
    FollowUp,
    Merge,
    SourceCustomer,
    Tag,
    Task,
)
from zhibi.web.crm.views.search import accounts_found
from zhibi.web.jobs.actions.do import do
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import Change, User

SignedIn = Callable[[User], Client]
CODE = "91370200MA3C000000"


@pytest.fixture
def twins(people: People, accounts: Accounts) -> tuple[Account, Account]:
    """Bob's account twice: the second under another legal form, with people and work."""
    kept = accounts.of_bob
    kept.name = "青岛华数机械有限公司"
    kept.save()
    gone = Account.objects.create(
        name="青岛华数机械股份有限公司", owner=people.bob, currency="CNY", industry="机械",
        credit_code=CODE, employees=30,
    )  # fmt: skip
    index_accounts([kept, gone, accounts.of_alice, accounts.of_charlie])
    Contact.objects.create(account=gone, name="王敏")
    Contact.objects.create(account=kept, name="李强")
    FollowUp.objects.create(account=gone, at="2026-01-01T00:00:00Z", by=people.bob, text="x")
    Task.objects.create(account=gone, title="x", assignee=people.bob)
    SourceCustomer.objects.create(source_system="erp", customer_id="2", account=gone)
    both, only = Tag.objects.create(name="两边"), Tag.objects.create(name="一边")
    kept.tags.add(both)
    gone.tags.add(both, only)
    accounts.of_alice.parent = gone
    accounts.of_alice.save()
    return kept, gone


def state() -> dict[str, Any]:
    """What a merge may touch, but for versions and moments."""
    rows = Account.objects.order_by("pk").values(
        "pk", "name", "former_names", "credit_code", "parent", "industry", "employees", "owner",
        "deleted_at", "deleted_by", "merged_into", "name_key",
    )  # fmt: skip
    related = {
        model.__name__: list(model.objects.order_by("pk").values_list("pk", "account"))
        for model in (Contact, FollowUp, Task, SourceCustomer)
    }
    tags = sorted(Account.tags.through.objects.values_list("account", "tag"))
    return {"accounts": list(rows), "tags": tags, **related}


def test_a_merge_moves_everything_and_back(
    people: People, twins: tuple[Account, Account], accounts: Accounts
) -> None:
    kept, gone = twins
    before = state()
    done = merge(kept, gone, by=people.bob)
    kept.refresh_from_db()
    gone.refresh_from_db()
    accounts.of_alice.refresh_from_db()
    assert (gone.merged_into, gone.deleted_at is not None, gone.credit_code) == (kept, True, None)
    assert (kept.credit_code, kept.industry, kept.employees) == (CODE, "机械", 30)
    assert accounts.of_alice.parent == kept
    assert kept.contacts.count() == 2
    assert kept.follow_ups.count() == kept.tasks.count() == kept.sources.count() == 1
    assert {tag.name for tag in kept.tags.all()} == {"两边", "一边"}
    assert accounts_found(people.bob, "股份有限公司", limit=5) == [kept]  # by its former name
    assert Change.objects.filter(what="merged").count() == 2
    unmerge(done, by=people.bob)
    assert state() == before
    assert Change.objects.filter(what="unmerged").count() == 2


def test_what_happened_since_stays(people: People, twins: tuple[Account, Account]) -> None:
    kept, gone = twins
    done = merge(kept, gone, by=people.bob)
    Contact.objects.create(account=kept, name="赵新")
    Account.objects.filter(pk=kept.pk).update(industry="重工")
    unmerge(done, by=people.bob)
    kept.refresh_from_db()
    assert kept.industry == "重工"
    assert {one.name for one in kept.contacts.all()} == {"李强", "赵新"}
    assert {one.name for one in gone.contacts.all()} == {"王敏"}


def test_what_stood_between_them_stands_below_and_no_circle_closes(
    people: People, twins: tuple[Account, Account], accounts: Accounts
) -> None:
    kept, gone = twins
    between = accounts.of_alice  # below `gone`
    Account.objects.filter(pk=kept.pk).update(parent=between)
    before = state()
    done = merge(kept, gone, by=people.alice)
    kept.refresh_from_db()
    between.refresh_from_db()
    assert (kept.parent, between.parent) == (None, kept)
    unmerge(done, by=people.alice)
    assert state() == before


def test_two_merges_of_one_pair_are_one(people: People, twins: tuple[Account, Account]) -> None:
    """Both were looked at before either was made."""
    kept, gone = twins
    merge(kept, gone, by=people.bob)
    for pair in ((kept, gone), (gone, kept), (kept, kept)):
        with pytest.raises(ZhibiError, match="both in use"):
            merge(*pair, by=people.bob)
    assert Merge.objects.count() == 1


def test_a_credit_code_goes_back_to_whose_it_was(
    people: People, twins: tuple[Account, Account]
) -> None:
    kept, gone = twins
    done = merge(kept, gone, by=people.bob)
    Account.objects.filter(pk=kept.pk).update(credit_code="91370200MA3C111111")
    unmerge(done, by=people.bob)
    codes = Account.objects.in_bulk([kept.pk, gone.pk])
    assert codes[kept.pk].credit_code == "91370200MA3C111111"
    assert codes[gone.pk].credit_code == CODE


def test_the_lake_is_asked_only_where_both_have_customers(
    people: People, twins: tuple[Account, Account]
) -> None:
    kept, gone = twins
    SourceCustomer.objects.create(source_system="erp", customer_id="1", account=kept)
    done = merge(kept, gone, by=people.bob)
    job = Job.objects.get(kind="link_customers")
    assert job.params == {"merge": str(done.uid)}
    unmerge(done, by=people.bob)
    assert Job.objects.filter(kind="link_customers").count() == 2


def test_a_form_opened_before_is_told(people: People, twins: tuple[Account, Account]) -> None:
    """A merge, and its undoing, change both: nobody's open form writes over that."""
    pks = [one.pk for one in twins]
    before = Account.objects.in_bulk(pks)
    done = merge(*twins, by=people.bob)
    merged = Account.objects.in_bulk(pks)
    unmerge(done, by=people.bob)
    apart = Account.objects.in_bulk(pks)
    assert all(before[pk].version < merged[pk].version < apart[pk].version for pk in pks)


def test_looking_for_them_is_a_job(
    people: People, twins: tuple[Account, Account], signed_in: SignedIn
) -> None:
    browser = signed_in(people.bob)
    assert browser.get("/accounts/duplicates").status_code == 200
    browser.post("/accounts/duplicates")
    browser.post("/accounts/duplicates")
    do(Job.objects.get(kind="find_duplicates"))
    page = browser.get("/accounts/duplicates").content.decode()
    assert "青岛华数机械股份有限公司" in page
    assert f"keep={twins[0].uid}" in page
    signed_in(people.charlie).post("/accounts/duplicates")
    do(Job.objects.get(by=people.charlie))
    assert "华数" not in signed_in(people.charlie).get("/accounts/duplicates").content.decode()
    assert signed_in(people.erin).get("/accounts/duplicates").status_code == 403


def test_side_by_side_then_merged(
    people: People, twins: tuple[Account, Account], signed_in: SignedIn
) -> None:
    kept, gone = twins
    browser = signed_in(people.alice)
    given = {"keep": str(kept.uid), "other": str(gone.uid)}
    page = browser.get("/accounts/duplicates/compare", given)
    assert page.status_code == 200
    assert {side.label for side in page.context["sides"] if side.differs} >= {"行业"}
    assert browser.post("/accounts/duplicates/compare", given).status_code == 302
    assert browser.post("/accounts/duplicates/compare", given).status_code == 404  # sent twice
    assert gone.name in browser.get("/accounts/?deleted=yes").content.decode()
    assert signed_in(people.charlie).post(f"/accounts/{gone.uid}/take-apart").status_code == 404
    assert browser.post(f"/accounts/{gone.uid}/take-apart").status_code == 302
    assert browser.post(f"/accounts/{gone.uid}/take-apart").status_code == 404
    assert Merge.objects.get().undone_by == people.alice


def test_only_for_who_may_change_both(
    people: People, twins: tuple[Account, Account], accounts: Accounts, signed_in: SignedIn
) -> None:
    kept, _ = twins
    other = accounts.of_charlie
    given = {"keep": str(kept.uid), "other": str(other.uid)}
    assert signed_in(people.bob).get("/accounts/duplicates/compare", given).status_code == 404
    assert signed_in(people.bob).post("/accounts/duplicates/compare", given).status_code == 404
    Collaborator.objects.create(account=other, user=people.bob, named_by=people.dana)
    assert signed_in(people.bob).post("/accounts/duplicates/compare", given).status_code == 403
    assert not Merge.objects.exists()


@pytest.mark.parametrize("given", [{}, {"keep": "x"}, {"keep": "\0", "other": "1"}])
def test_bad_pairs(people: People, accounts: Accounts, signed_in: SignedIn, given: Any) -> None:
    browser = signed_in(people.bob)
    assert browser.get("/accounts/duplicates/compare", given).status_code == 404
    same = {"keep": str(accounts.of_bob.uid), "other": str(accounts.of_bob.uid)}
    assert browser.get("/accounts/duplicates/compare", same).status_code == 404


def test_a_new_name_is_compared_while_typed(
    people: People, twins: tuple[Account, Account], accounts: Accounts, signed_in: SignedIn
) -> None:
    part = signed_in(people.bob).get("/accounts/alike?name=华数机械有限责任公司").content.decode()
    assert "青岛华数机械有限公司" not in part  # another place may be another company
    part = signed_in(people.bob).get("/accounts/alike?name=青岛华数机械厂").content.decode()
    assert part.strip() == ""
    part = signed_in(people.bob).get("/accounts/alike?name=青岛华数机械公司").content.decode()
    assert "青岛华数机械股份有限公司" in part
    hidden = signed_in(people.charlie).get("/accounts/alike?name=青岛华数机械公司")
    assert hidden.content.decode().strip() == ""


def test_a_credit_code_elsewhere_is_said_without_saying_whose(
    people: People, twins: tuple[Account, Account], signed_in: SignedIn
) -> None:
    from zhibi.worlds.credit_code import check_character

    body = CODE[:17]
    code = body + check_character(body)
    Account.objects.filter(pk=twins[1].pk).update(credit_code=code)
    browser = signed_in(people.charlie)
    browser.cookies["language"] = "en"
    part = browser.get(f"/accounts/alike?name=x&credit_code={code}").content.decode()
    assert "ask an administrator" in part
    assert "华数" not in part
    wrong = browser.get(f"/accounts/alike?name=x&credit_code={body}").content.decode()
    assert wrong.strip() == ""
    own = signed_in(people.bob).get(f"/accounts/alike?name={code}").content.decode()
    assert "青岛华数机械股份有限公司" in own
