"""The list of accounts: who sees which, filters in the address, bad input, its pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.web.crm.access import today
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.crm.models import Account, Tag
from zhibi.web.team.models import Team, User

SignedIn = Callable[[User], Client]


def listed(browser: Client, query: str = "") -> list[str]:
    answer = browser.get(f"/accounts/?{query}")
    assert answer.status_code == 200, answer.content
    return [account.name for account in answer.context["page"].accounts]


@pytest.fixture
def known(accounts: Accounts) -> Accounts:
    """The same accounts, with something known of each."""
    accounts.of_bob.grade, accounts.of_bob.sales = "A", Decimal(900)
    accounts.of_bob.region, accounts.of_bob.overdue = "青岛", Decimal(5)
    accounts.of_bob.last_order_on = today() - timedelta(days=5)
    accounts.of_bob.last_contact_on = today()
    accounts.of_bob.warning = 2
    accounts.of_bob.warning_text = {"zh-CN": "<b>34 天未下单</b>", "en": "<b>34 days</b>"}
    accounts.of_bob.save()
    accounts.of_alice.grade, accounts.of_alice.sales = "B", Decimal(100)
    accounts.of_alice.size = "smb"
    accounts.of_alice.last_order_on = today() - timedelta(days=300)
    accounts.of_alice.save()
    index_accounts([accounts.of_alice, accounts.of_bob, accounts.of_charlie, accounts.of_nobody])
    return accounts


def test_each_sees_their_scope(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    assert listed(signed_in(people.bob)) == ["青岛轮胎"]
    assert set(listed(signed_in(people.alice))) == {"华数机械", "青岛轮胎"}
    assert len(listed(signed_in(people.fay))) == 4


def test_who_is_not_signed_in_is_asked_to(accounts: Accounts, client: Client) -> None:
    assert client.get("/accounts/").status_code == 302


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("grade=A", {"青岛轮胎"}),
        ("grade=A&grade=B", {"青岛轮胎", "华数机械"}),
        ("grade=none", {"中棉纺织", "无主公司"}),
        ("warning=now", {"青岛轮胎"}),
        ("warning=calm&region=青岛", set()),
        ("region=青岛", {"青岛轮胎"}),
        ("size=smb", {"华数机械"}),
        ("overdue=yes", {"青岛轮胎"}),
        ("sales-from=500", {"青岛轮胎"}),
        ("sales-to=500", {"华数机械"}),
        ("sales-from=1&sales-to=9,000&grade=B", {"华数机械"}),
        ("quiet=60", {"华数机械", "中棉纺织", "无主公司"}),
        ("owner=nobody", {"无主公司"}),
        ("q=青岛", {"青岛轮胎"}),
    ],
)
def test_filters(
    people: People, known: Accounts, signed_in: SignedIn, query: str, names: set[str]
) -> None:
    assert set(listed(signed_in(people.fay), query)) == names
    assert set(listed(signed_in(people.bob), query)) == names & {"青岛轮胎"}


def test_filters_by_last_order(people: People, known: Accounts, signed_in: SignedIn) -> None:
    since = today() - timedelta(days=100)
    browser = signed_in(people.fay)
    assert listed(browser, f"ordered-since={since}") == ["青岛轮胎"]
    assert "青岛轮胎" not in listed(browser, f"not-ordered-since={since}")
    assert len(listed(browser, f"not-ordered-since={since}")) == 3


def test_by_owner_and_team_only_within_the_scope(
    people: People, known: Accounts, signed_in: SignedIn
) -> None:
    assert listed(signed_in(people.alice), f"owner={people.bob.uid}") == ["青岛轮胎"]
    assert listed(signed_in(people.alice), f"owner={people.charlie.uid}") == []
    hidden = signed_in(people.alice).get(f"/accounts/?owner={people.charlie.uid}")
    assert "Charlie" not in hidden.content.decode()
    east, south = Team.objects.get(name="东北组"), Team.objects.get(name="南区")
    assert listed(signed_in(people.alice), f"team={east.uid}") == ["青岛轮胎"]
    assert listed(signed_in(people.alice), f"team={south.uid}") == []
    assert (
        "南区" not in signed_in(people.alice).get(f"/accounts/?team={south.uid}").content.decode()
    )
    assert listed(signed_in(people.fay), f"team={south.uid}") == ["中棉纺织"]


def test_by_tag(people: People, known: Accounts, signed_in: SignedIn) -> None:
    tag = Tag.objects.create(name="展会")
    known.of_charlie.tags.add(tag)
    assert listed(signed_in(people.fay), f"tag={tag.uid}") == ["中棉纺织"]
    answer = signed_in(people.bob).get(f"/accounts/?tag={tag.uid}")
    assert list(answer.context["page"].accounts) == []
    assert "展会" not in answer.content.decode()


def test_deleted_ones_have_their_own_list(
    people: People, known: Accounts, signed_in: SignedIn
) -> None:
    Account.objects.filter(pk=known.of_bob.pk).update(deleted_at="2026-01-01T00:00:00Z")
    browser = signed_in(people.alice)
    assert listed(browser) == ["华数机械"]
    assert listed(browser, "deleted=yes") == ["青岛轮胎"]
    assert listed(signed_in(people.charlie), "deleted=yes") == []


BAD = (
    "sort=nonsense&sales-from=NaN&sales-to=1e400&quiet=-5&owner=1&team=x&tag=%00&warning=9",
    "sales-from=Infinity",
    "sales-from=99999999999999999999999999",
    "quiet=99999999999999999999",
    "quiet=%C2%B2",
    "ordered-since=2026-02-31&not-ordered-since=x",
    "page=forged&sort=sales",
    "grade=Z&stage=x&size=%00&overdue=no&deleted=maybe",
    "industry=%00%27%22%3Cscript%3E",
    "q=" + "长" * 3000,
    "q=%00",
    "columns=x.y.z",
    "&".join(f"industry={n}" for n in range(300)),
)


@pytest.mark.parametrize("query", BAD)
def test_bad_input_is_left_out(
    people: People, known: Accounts, signed_in: SignedIn, query: str
) -> None:
    answer = signed_in(people.fay).get(f"/accounts/?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()


def test_what_is_left_out_is_said(people: People, known: Accounts, signed_in: SignedIn) -> None:
    browser = signed_in(people.fay)
    browser.cookies["language"] = "en"
    answer = browser.get("/accounts/?sales-from=NaN").content.decode()
    assert "“NaN” is no Sales from and was left out." in answer


def test_an_amount_is_shown_in_as_many_digits_as_it_counts(
    people: People, known: Accounts, signed_in: SignedIn
) -> None:
    """With nine nines for the exponent the page would not fit into memory."""
    chips = signed_in(people.fay).get("/accounts/?sales-from=1e-9999").context["filters"].chips
    assert [chip.text for chip in chips] == ["销售额不低于：0"]


def test_names_are_text(people: People, known: Accounts, signed_in: SignedIn) -> None:
    Account.objects.filter(pk=known.of_bob.pk).update(name="<script>alert(1)</script>")
    page = signed_in(people.bob).get("/accounts/?columns=warning.owner").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "<b>34" not in page


def test_few_queries(
    people: People,
    known: Accounts,
    signed_in: SignedIn,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    Account.objects.bulk_create(
        Account(name=f"客户{n}", owner=people.bob, currency="CNY", grade="A") for n in range(60)
    )
    browser = signed_in(people.alice)
    with django_assert_max_num_queries(12):
        first = browser.get("/accounts/?grade=A&columns=tags.owner.sales.trend")
    with django_assert_max_num_queries(12):
        second = browser.get("/accounts/" + first.context["next_url"])
    shown = [one.pk for page in (first, second) for one in page.context["page"].accounts]
    assert len(shown) == len(set(shown)) == 61
    assert second.context["previous_url"]


def test_columns_of_choice_are_kept(people: People, known: Accounts, signed_in: SignedIn) -> None:
    browser = signed_in(people.alice)
    browser.cookies["language"] = "en"
    assert browser.get("/accounts/columns?grade=A").status_code == 200
    answer = browser.post("/accounts/columns?grade=A", {"column": ["industry", "nonsense"]})
    assert answer["Location"] == "/accounts/?grade=A"
    page = browser.get("/accounts/").content.decode()
    assert "Industry" in page
    assert "Against the year before" not in page
    browser.post("/accounts/columns", {})
    assert "Against the year before" in browser.get("/accounts/").content.decode()


def test_the_filters_offer_only_what_is_in_scope(
    people: People, known: Accounts, signed_in: SignedIn
) -> None:
    tag = Tag.objects.create(name="展会")
    known.of_charlie.tags.add(tag)
    Account.objects.filter(pk=known.of_charlie.pk).update(industry="纺织", region="河南")
    Account.objects.filter(pk=known.of_alice.pk).update(industry="机械")
    page = signed_in(people.alice).get("/accounts/filters?grade=A").content.decode()
    for hidden in ("Charlie", "南区", "纺织", "河南", "展会", "公海"):
        assert hidden not in page
    assert "Bob" in page
    everything = signed_in(people.fay).get("/accounts/filters").content.decode()
    for shown in ("Charlie", "南区", "纺织", "展会"):
        assert shown in everything
