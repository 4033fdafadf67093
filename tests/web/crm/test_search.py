"""Search: any part of a name, pinyin, initials, numbers; people; never outside the scope."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.crm.listing import search as searching
from zhibi.web.crm.listing.syllables import readings
from zhibi.web.crm.models import Account, Contact, SourceCustomer, Task
from zhibi.web.crm.views.search import accounts_found
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]


@pytest.fixture(params=[20_000, 0], ids=["by pairs", "every pair is common"])
def named(
    request: pytest.FixtureRequest, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> Accounts:
    monkeypatch.setattr(searching, "COMMON", request.param)
    accounts.of_bob.name = "青岛华数机械有限公司"
    accounts.of_bob.former_names = "老机床厂"
    accounts.of_bob.credit_code = "91370200MA3C0XXX0A"
    accounts.of_charlie.name = "Acme Parts 中棉纺织"
    every = [accounts.of_alice, accounts.of_bob, accounts.of_charlie, accounts.of_nobody]
    for account in every:
        account.save()
    index_accounts(every)
    SourceCustomer.objects.create(
        source_system="erp", customer_id="K-1001", account=accounts.of_bob
    )
    Contact.objects.create(account=accounts.of_bob, name="王敏", initials="wm")
    Contact.objects.create(account=accounts.of_charlie, name="王明", initials="wm")
    return accounts


def names(user: User, text: str) -> set[str]:
    return {account.name for account in accounts_found(user, text, limit=8)}


@pytest.mark.parametrize(
    "text",
    ["华数机", "数机", "机械有限", "hsjx", "HSJX", "qdhs", "huashujixie", "huash", "qingdaohua",
     "老机床", "91370200", "91370200ma3c0xxx0a", "K-1001", "k-1001", " 青岛 华数 ", "青"],
)  # fmt: skip
def test_an_account_is_found(people: People, named: Accounts, text: str) -> None:
    assert "青岛华数机械有限公司" in names(people.fay, text)
    assert names(people.bob, text) == {"青岛华数机械有限公司"}
    assert "青岛华数机械有限公司" not in names(people.charlie, text)


@pytest.mark.parametrize("text", ["acme", "acmeparts", "Acme Parts", "parts中棉", "ap", "中棉"])
def test_latin_names_too(people: People, named: Accounts, text: str) -> None:
    assert names(people.charlie, text) == {"Acme Parts 中棉纺织"}


@pytest.mark.parametrize("text", ["", " ", "\0", "没有这家", "%", "_", "'; drop", "x" * 5000])
def test_nothing_is_found(people: People, named: Accounts, text: str) -> None:
    assert names(people.fay, text) == set()


def test_biggest_first_and_no_more_than_asked(people: People, named: Accounts) -> None:
    made = Account.objects.bulk_create(
        Account(name=f"测试{n}", owner=people.bob, currency="CNY", sales=n) for n in range(20)
    )
    index_accounts(made)
    assert [one.name for one in accounts_found(people.bob, "测试", limit=2)] == ["测试19", "测试18"]


def test_syllables() -> None:
    assert readings("huashujixie")[0] == "hsjx"
    assert {"x", "xa"} <= set(readings("xian"))  # xian and xi'an
    assert readings("hsjx") == ()
    assert readings("a" * 61) == ()
    assert readings("xian" * 14 + "vv") == ()  # tried way by way it takes a quarter of an hour


@pytest.mark.parametrize("path", ["few", "many"])
def test_people_within_the_scope(
    people: People, named: Accounts, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FEW_ACCOUNTS", 100 if path == "few" else 0)
    for text in ("王", "王敏", "wm"):
        found = searching.people_found(people.bob, text, limit=5)
        assert [one.name for one in found] == ([] if text == "王" else ["王敏"])
    assert len(searching.people_found(people.fay, "wm", limit=5)) == 2
    Contact.objects.update(deleted_at="2026-01-01T00:00:00Z")
    assert searching.people_found(people.fay, "wm", limit=5) == []


def test_the_page_and_the_suggestions(people: People, named: Accounts, signed_in: SignedIn) -> None:
    Task.objects.create(title="给青岛报价", assignee=people.bob)
    browser = signed_in(people.bob)
    page = browser.get("/search?q=青岛").content.decode()
    assert "青岛华数机械有限公司" in page
    assert "给青岛报价" in page
    part = browser.get("/search?q=青岛", headers={"HX-Request": "true"}).content.decode()
    assert part.count('role="option"') == 2
    assert "<html" not in part
    hidden = signed_in(people.charlie).get("/search?q=青岛").content.decode()
    assert "华数" not in hidden
    assert "报价" not in hidden
    assert "王敏" in browser.get("/search?q=王敏").content.decode()


# The last two are the letters before the halves of pairs and at the end of all.
BAD = ["", "q=", "q=%00", "q=" + "长" * 3000, "q=%3Cscript%3E", "q=%ED%9F%BF", "q=%F4%8F%BF%BF"]


@pytest.mark.parametrize("query", BAD)
def test_bad_input(people: People, named: Accounts, signed_in: SignedIn, query: str) -> None:
    answer = signed_in(people.fay).get(f"/search?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().replace("<script src", "")


def test_few_queries(
    people: People,
    accounts: Accounts,
    signed_in: SignedIn,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    index_accounts([accounts.of_alice, accounts.of_bob])
    Contact.objects.create(account=accounts.of_bob, name="王敏", initials="wm")
    browser = signed_in(people.alice)
    for text in ("青岛", "hsjx", "huashu", "王敏", "K-1001"):
        with django_assert_max_num_queries(12):
            browser.get(f"/search?q={text}")


def test_who_is_not_signed_in_finds_nothing(client: Client, db: None) -> None:
    assert client.get("/search?q=华数").status_code == 302
