"""Choosing a customer in the form of an analysis: by name, by number, and only one's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client

from tests.web.insight.conftest import Company
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.insight.params_form import ParamsForm
from zhibi.web.insight.question import question
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]
AT = "/insight/account_review/customers"


@pytest.fixture
def searched(company: Company) -> Company:
    """The accounts as the search finds them."""
    index_accounts(list(company.accounts.values()))
    return company


def offered(browser: Client, typed: str) -> str:
    return browser.get(AT, {"customer_id": typed, "level": "legal entity"}).content.decode()


def test_what_is_typed_offers_ones_own_customers(searched: Company, signed_in: SignedIn) -> None:
    bob = signed_in(searched.people.bob)
    assert "customer_id=c04&amp;level=legal+entity" in offered(bob, "c04")
    page = offered(bob, searched.accounts["c05"].name)
    assert "customer_id=c05" in page
    for typed in ("c08", searched.accounts["c08"].name):
        assert "c08" not in offered(bob, typed).replace(typed, "")
        assert "customer_id=" not in offered(bob, typed)
    assert offered(bob, " ").strip() == ""
    assert bob.get("/insight/concentration/customers").status_code == 404


def chosen(user: User, typed: str) -> ParamsForm:
    query = QueryDict(mutable=True)
    query["customer_id"] = typed
    return ParamsForm(question("account_review"), query.dict(), user)


def test_a_name_or_a_number_is_taken_without_a_list(searched: Company) -> None:
    bob, name = searched.people.bob, searched.accounts["c05"].name
    for typed in ("c05", name):
        form = chosen(bob, typed)
        assert form.is_valid()
        assert form.query == "customer_id=c05"
        assert form.said()[0][1] == name


def test_somebody_elses_is_as_unknown_as_nobodys(searched: Company) -> None:
    said = set()
    for typed in ("c08", searched.accounts["c08"].name, "nobody"):
        form = chosen(searched.people.bob, typed)
        assert not form.is_valid()
        said.add(form.errors["customer_id"][0].replace(typed, "…"))
    assert len(said) == 1
