"""The audit: for administrators, by person and day, page by page, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.apps import apps
from django.utils import translation

from tests.web.conftest import Accounts, People, SignedIn
from zhibi.web.crm.forms.account import AccountForm
from zhibi.web.crm.forms.contact import ContactForm
from zhibi.web.crm.forms.work import FollowUpForm, PromiseForm, TaskForm, TreatmentForm
from zhibi.web.insight.forms import SaveForm
from zhibi.web.team.actions.edit import note
from zhibi.web.team.actions.people import change_person
from zhibi.web.team.actions.seal import forget, sealed
from zhibi.web.team.change_words import kind_called, what_called
from zhibi.web.team.forms.me import SettingsForm
from zhibi.web.team.forms.person import PersonForm
from zhibi.web.team.forms.team import TeamForm
from zhibi.web.team.models import Change, Record, User


@pytest.mark.parametrize("who", ["alice", "bob", "erin", "fay"])
def test_others_may_not(people: People, signed_in: SignedIn, who: str) -> None:
    assert signed_in(getattr(people, who)).get("/audit").status_code == 403


def test_what_changed_is_said_in_words(people: People, signed_in: SignedIn) -> None:
    change_person(people.bob, {"role": "manager"}, seller_names=(), by=people.dana)
    page = signed_in(people.dana).get("/audit").content.decode()
    for word in ("Dana", "Bob", "角色", "业务员", "销售经理"):
        assert word in page


FORMS = (
    AccountForm, ContactForm, FollowUpForm, PersonForm, PromiseForm, SaveForm, SettingsForm,
    TaskForm, TeamForm, TreatmentForm,
)  # fmt: skip


def test_whatever_is_noted_has_its_word() -> None:
    """Every kind of record there is, and every field that a form sets."""
    kinds = [one._meta.model_name or "" for one in apps.get_models() if issubclass(one, Record)]
    fields: set[str] = set()
    for form in FORMS:
        fields |= set(form._meta.fields if hasattr(form, "_meta") else form.base_fields)
    with translation.override("zh-hans"):
        called = {kind: kind_called(kind) for kind in (*kinds, "user", "accounts", "finding")}
        called |= {name: what_called(name) for name in fields}
    assert [name for name, word in called.items() if word.isascii()] == []


def test_it_is_narrowed_to_a_person_and_a_day(
    people: People, accounts: Accounts, signed_in: SignedIn
) -> None:
    note(accounts.of_bob, "name", by=people.bob, after="甲")
    note(accounts.of_bob, "name", by=people.alice, after="乙")
    # 23:30 of the 4th in Shanghai is still the 4th there.
    Change.objects.filter(after="乙").update(at=datetime(2026, 5, 4, 15, 30, tzinfo=UTC))
    browser = signed_in(people.dana)

    def shown(query: str) -> str:
        page = browser.get(f"/audit?{query}").content.decode()
        return "".join(one for one in "甲乙" if f">{one}</td>" in page)

    assert shown("") == "甲乙"
    assert shown(f"by={people.bob.uid}") == "甲"
    assert shown("on=2026-05-04") == "乙"
    assert shown("on=2026-05-05") == ""
    assert shown(f"on=2026-05-04&by={people.bob.uid}") == ""


def test_pages_follow_each_other_without_gap(
    people: People,
    accounts: Accounts,
    signed_in: SignedIn,
    django_assert_max_num_queries: object,
) -> None:
    for number in range(60):
        note(accounts.of_bob, "name", by=people.bob, after=f"n{number:02}")
    browser = signed_in(people.dana)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        first = browser.get(f"/audit?by={people.bob.uid}")
    address = first.context["next_url"]
    second = browser.get(f"/audit{address}")
    both = [line.after for page in (first, second) for line in page.context["lines"]]
    assert both == [f"n{number:02}" for number in reversed(range(60))]
    assert second.context["next_url"] == ""


@pytest.mark.parametrize(
    "query",
    [
        "by=x",
        "by=9fb0db55-6df3-4897-941d-8f36d898eacd",
        "on=tomorrow",
        "on=9999-12-31",
        "on=0001-01-01",
        "below=-1",
        "below=1e9",
        "below=" + "9" * 40,
    ],
)
def test_nonsense_asks_for_nothing(people: People, signed_in: SignedIn, query: str) -> None:
    note(people.bob, "name", by=people.bob, after="甲")
    page = signed_in(people.dana).get(f"/audit?{query}")
    assert page.status_code == 200
    assert [line.after for line in page.context["lines"]] == ["甲"]


def test_what_was_erased_is_said_to_be(people: People, signed_in: SignedIn) -> None:
    person = uuid4()
    Change.objects.create(
        subject_kind="contact", subject_uid=person, what="phone", person=person, by=people.bob,
        after=sealed("13800000000", person), at=datetime.now(UTC),
    )  # fmt: skip
    browser = signed_in(people.dana)
    assert "13800000000" in browser.get("/audit").content.decode()
    forget(person)
    for _ in range(2):
        page = browser.get("/audit").content.decode()
        assert "13800000000" not in page
        assert "该人信息已删除" in page
        sealed("written by who had the page open", person)  # under another key


def test_markup_is_shown_as_text(people: People, signed_in: SignedIn) -> None:
    User.objects.filter(pk=people.bob.pk).update(name="<i>Bob</i>")
    note(people.bob, "name", by=people.bob, after="<script>x</script>")
    page = signed_in(people.dana).get("/audit").content.decode()
    assert "<script>x" not in page
    assert "<i>Bob" not in page
