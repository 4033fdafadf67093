"""What the analyses say of one account, as a part of its page."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from tests.web.conftest import Accounts, People
from tests.web.insight.conftest import Company
from zhibi.web.crm.models import SourceCustomer
from zhibi.web.insight.links import accounts_meant, accounts_named
from zhibi.web.jobs.actions.do import do
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]


def test_it_is_worked_out_once_and_shown(company: Company, signed_in: SignedIn) -> None:
    account = company.accounts["c04"]
    client, address = signed_in(company.people.bob), f"/insight/accounts/{account.uid}/review"
    page = client.get(address).content.decode()
    assert f'hx-get="{address}"' in page
    assert "<html" not in page
    do(Job.objects.get())
    page = client.get(address).content.decode()
    assert f'hx-get="{address}"' not in page
    assert "<table" in page
    assert Job.objects.count() == 1
    orders = client.get(f"/accounts/{account.uid}/orders/")
    assert orders.status_code == 200


def test_only_of_accounts_one_sees(company: Company, signed_in: SignedIn) -> None:
    address = f"/insight/accounts/{company.accounts['c04'].uid}/review"
    assert signed_in(company.people.charlie).get(address).status_code == 404
    assert signed_in(company.people.alice).get(address).status_code == 200
    assert signed_in(company.people.erin).get(address).status_code == 200


def test_without_orders_a_sentence_says_so(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    page = signed_in(people.bob).get(f"/insight/accounts/{accounts.of_bob.uid}/review")
    assert page.status_code == 422


def test_the_same_number_of_two_systems_is_two_accounts(
    company: Company, signed_in: SignedIn
) -> None:
    """Charlie has what another system calls c04, as Bob's is called."""
    other = company.accounts["c08"]
    SourceCustomer.objects.filter(account=other).update(source_system="crm", customer_id="c04")
    signed_in(company.people.charlie).get(f"/insight/accounts/{other.uid}/review")
    assert Job.objects.get().params["params"]["customer_id"] == "crm/c04"
    assert accounts_meant(["c04", "crm/c04"]) == {
        "crm/c04": other.pk,
        "c04": company.accounts["c04"].pk,
    }
    assert accounts_named(company.people.charlie, ["c04", "crm/c04"]) == {"crm/c04": other}
