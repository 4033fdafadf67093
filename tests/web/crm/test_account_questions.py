"""One question at a time: the one that matters most, and never again once skipped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.web.crm.models import Account, Contact, Judgement
from zhibi.web.crm.questions import next_question
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]


def asks(account: Account, *, skipped: set[str] | None = None) -> str:
    contacts = list(account.contacts.order_by("pk"))
    judged = frozenset(account.judgements.values_list("criterion", flat=True))
    question = next_question(account, contacts, judged, skipped=skipped or set())
    return question.key if question else ""


def answers(client: Client, account: Account, question: str, answer: str) -> int:
    typed = {"question": question, "answer": answer}
    return client.post(f"/accounts/{account.uid}/question", typed).status_code


def test_of_a_key_account_first_who_decides(people: People, accounts: Accounts) -> None:
    account = accounts.of_bob
    assert asks(account) == "industry"
    account.grade = "A"
    assert asks(account) == "contact"
    first = Contact.objects.create(account=account, name="王敏")
    assert asks(account) == "decides"
    first.layer = "use"
    first.save()
    assert asks(account) == f"function.{first.uid}"
    assert asks(account, skipped={f"function.{first.uid}"}) == "industry"


def test_answers_go_where_they_belong(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    assert answers(client, account, "industry", "橡胶") == 302
    assert answers(client, account, "route", "direct") == 302
    assert answers(client, account, "stage", "target") == 302
    assert answers(client, account, "money", "unknown") == 302
    assert answers(client, account, "contact", "王敏") == 302
    person = Contact.objects.get()
    assert answers(client, account, "decides", str(person.uid)) == 302
    assert answers(client, account, f"function.{person.uid}", "technical") == 302
    account.refresh_from_db()
    person.refresh_from_db()
    assert (account.industry, account.route, account.life_stage) == ("橡胶", "direct", "target")
    assert (person.name, person.layer, person.function) == ("王敏", "decision", "technical")
    assert Judgement.objects.filter(criterion="money", value="unknown").exists()
    # An answer to what is known by now changes nothing.
    assert answers(client, account, "industry", "别的") == 302
    account.refresh_from_db()
    assert account.industry == "橡胶"


def test_bad_answers_are_said(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    stranger = Contact.objects.create(account=accounts.of_charlie, name="别家")
    mine = Contact.objects.create(account=account, name="王敏")
    for question, answer in (
        ("industry", " "),
        ("industry", "x" * 81),
        ("industry", "a\0b"),
        ("route", "moon"),
        ("decides", str(stranger.uid)),
        ("decides", str(mine.pk)),
    ):
        assert answers(client, account, question, answer) == 422, question
    assert answers(client, account, f"layer.{stranger.uid}", "use") == 302  # no open question
    stranger.refresh_from_db()
    assert stranger.layer == ""
    for person, status in ((people.erin, 403), (people.charlie, 404)):
        assert answers(signed_in(person), account, "industry", "x") == status


def test_a_skipped_question_is_not_asked_again(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    address = f"/accounts/{account.uid}/question"
    page = client.post(
        address, {"question": "industry", "skip": "1"}, headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    assert "<html" not in text
    assert 'value="route"' in text
    assert 'value="industry"' not in client.get(f"/accounts/{account.uid}/").content.decode()


def test_who_has_bought_is_not_asked_whether_they_can_pay(
    people: People, accounts: Accounts
) -> None:
    account = accounts.of_bob
    account.industry = account.route = account.region = account.size = "x"
    assert asks(account) == "stage"
    account.first_order_on = date(2026, 1, 1)
    assert asks(account) == "contact"
