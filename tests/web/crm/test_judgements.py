"""Judging an account: line by line, in the core's own words, and the grade a person sets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client

from tests.web.conftest import Accounts, People
from zhibi.measures.vocabulary import meaning
from zhibi.web.crm.actions.grade_accounts import Computed, _write
from zhibi.web.crm.actions.judge import set_grade
from zhibi.web.crm.criteria import choices_of, groups
from zhibi.web.crm.judged import judged_of, man_of
from zhibi.web.crm.models import Account, Grade, Judgement
from zhibi.web.team.models import User

SignedIn = Callable[[User], Client]


def address(account: Account, part: str) -> str:
    return f"/accounts/{account.uid}/{part}"


def said(account: Account) -> list[tuple[str, str, str]]:
    rows = account.judgements.order_by("pk")
    return list(rows.values_list("criterion", "value", "evidence"))


def test_the_core_understands_every_criterion_and_answer() -> None:
    for group in groups():
        assert {meaning("criteria", name) for name in group.labels} == set(group.labels)
        section = "levels" if group.is_level else "answers"
        assert all(meaning(section, word) for word in choices_of(group))
    names = {group.name: set(group.labels) for group in groups()}
    assert names["man"] == {"money", "authority", "need"}
    assert len(names["marks"]) == 9
    assert "relationship" in names["strength"]
    assert {"potential", "strategic_value"} <= names["worth"]
    assert "volume" not in names["worth"]  # only data can tell


def test_a_form_keeps_what_is_new(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    typed = {"value-fit": "high", "evidence-fit": "试用过", "value-relationship": ""}
    for _ in range(2):  # sent twice, it says nothing new
        assert client.post(address(account, "judgements/strength"), typed).status_code == 302
    assert said(account) == [("fit", "high", "试用过")]
    client.post(address(account, "judgements/strength"), {"value-fit": "low", "evidence-fit": ""})
    client.post(address(account, "judgements/strength"), {"value-fit": ""})
    assert said(account)[1:] == [("fit", "low", ""), ("fit", "", "")]
    assert judged_of(account).value("fit") == ""
    page = client.get(address(account, "judgements/")).content.decode()
    assert "试用过" in page
    assert "收回" in page


def test_a_grade_set_while_all_are_graded_stays(people: People, accounts: Accounts) -> None:
    read_before = [Account.objects.get(pk=accounts.of_bob.pk)]
    set_grade(accounts.of_bob, "A", reason="战略客户", by=people.bob)
    worked_out = Computed("C", 40.0, "C", is_provisional=False)
    identity = SimpleNamespace(as_of=date(2026, 1, 1), data_version="1")
    _write(read_before, {accounts.of_bob.pk: worked_out}, SimpleNamespace(identity=identity))
    accounts.of_bob.refresh_from_db()
    assert (accounts.of_bob.grade, accounts.of_bob.grade_is_set) == ("A", True)
    assert accounts.of_bob.grades.get().letter == "C"


@pytest.mark.parametrize(
    "typed",
    [
        {"value-fit": "yes"},
        {"value-fit": "<b>"},
        {"evidence-fit": "x" * 301},
        {"evidence-fit": "a\0b"},
    ],
)
def test_bad_judgements_are_said(
    people: People, accounts: Accounts, signed_in: SignedIn, typed: dict[str, str]
) -> None:
    page = signed_in(people.bob).post(address(accounts.of_bob, "judgements/strength"), typed)
    assert page.status_code == 422
    assert said(accounts.of_bob) == []


def test_an_unknown_group_and_others(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client = signed_in(people.bob)
    assert client.post(address(accounts.of_bob, "judgements/nothing")).status_code == 404
    for part in ("judgements/man", "grade", "stage"):
        for person, status in ((people.charlie, 404), (people.erin, 403)):
            page = signed_in(person).post(address(accounts.of_bob, part))
            assert page.status_code == status


def test_man_is_written_as_people_write_it(people: People, accounts: Accounts) -> None:
    account = accounts.of_bob
    assert man_of(judged_of(account)) is None
    for criterion, value in (("money", "yes"), ("authority", "no")):
        Judgement.objects.create(
            account=account, criterion=criterion, value=value, by=people.bob, on=date(2026, 1, 1)
        )
    told = man_of(judged_of(account))
    assert told is not None
    assert told["combination"] == "Ma?"
    assert told["question"]


def test_a_set_grade_stands_over_the_computed_one(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    Grade.objects.create(
        account=account, letter="B", score=70.0, criteria=[], as_of="2026-01-01", data_version="1"
    )
    for typed in (
        {"grade": "A"},
        {"grade": "E", "reason": "x"},
        {"grade": "A", "reason": "x" * 301},
    ):
        assert client.post(address(account, "grade"), typed).status_code == 422
    client.post(address(account, "grade"), {"grade": "A", "reason": "战略客户"})
    account.refresh_from_db()
    assert (account.grade, account.grade_is_set) == ("A", True)
    page = client.get(address(account, "judgements/")).content.decode()
    for text in ("A 级", "B 级", "战略客户", "Bob"):
        assert text in page
    client.post(address(account, "grade"), {"grade": "", "reason": "项目结束"})
    account.refresh_from_db()
    assert (account.grade, account.grade_is_set) == ("B", False)
    assert said(account) == [("grade", "A", "战略客户"), ("grade", "", "项目结束")]


def test_a_life_stage_is_judged(people: People, accounts: Accounts, signed_in: SignedIn) -> None:
    client, account = signed_in(people.bob), accounts.of_bob
    assert client.post(address(account, "stage"), {"stage": "x"}).status_code == 422
    client.post(address(account, "stage"), {"stage": "target", "evidence": "已报价"})
    account.refresh_from_db()
    assert account.life_stage == "target"
    assert said(account) == [("stage", "target", "已报价")]
    assert "目标/孵化" in client.get(address(account, "timeline/")).content.decode()


def test_amounts_of_a_group_are_for_who_sees_all_of_it(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    part, whole = accounts.of_bob, accounts.of_alice
    reason = {"criterion": "purchase volume", "amount": "4567.00", "points": 70.0, "weight": 30.0,
              "contribution": 21.0}  # fmt: skip
    Grade.objects.create(
        account=part, letter="B", score=70.0, criteria=[reason], as_of="2026-01-01",
        data_version="1",
    )  # fmt: skip
    for person in (people.bob, people.alice):
        page = signed_in(person).get(address(part, "judgements/")).content.decode()
        assert "4,567" in page
    Account.objects.filter(pk=part.pk).update(parent=whole)
    page = signed_in(people.bob).get(address(part, "judgements/")).content.decode()
    assert "4,567" not in page
    assert "70.0" in page
    assert "4,567" in signed_in(people.alice).get(address(part, "judgements/")).content.decode()
