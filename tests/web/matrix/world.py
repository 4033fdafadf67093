"""A company in which every text and every amount of an account says whose it is.

Each account carries a word and amounts that stand nowhere else, in all that hangs on it. Whoever
may not see an account must find neither in anything they are sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone

from tests.web.conftest import People
from zhibi.web.crm.access import today
from zhibi.web.crm.actions.book_owed import book_anew
from zhibi.web.crm.actions.search_terms import index_accounts
from zhibi.web.crm.models import (
    Account,
    Attachment,
    Collaborator,
    Contact,
    FollowUp,
    Grade,
    Judgement,
    Promise,
    Receivable,
    SavedView,
    SourceCustomer,
    Tag,
    Task,
)
from zhibi.web.data.models import Import
from zhibi.web.insight.models import FindingRecord, SavedAnalysis
from zhibi.web.jobs.models import Job
from zhibi.web.team.actions.edit import note
from zhibi.web.team.models import Session, Team, User

# Digits that no sum of the others begins with; each account's amounts are multiples of its own.
SALES = {
    "alice": "1234567.89",
    "bob": "2718281.83",
    "charlie": "3141592.65",
    "pool": "5772156.65",
    "read": "6931471.81",
    "write": "4669201.61",
    "ended": "8314462.62",
    "gone": "9109383.71",
    "handed": "1602176.63",
}
OWNERS = {
    "alice": "alice", "bob": "bob", "charlie": "charlie", "pool": None, "read": "charlie",
    "write": "charlie", "ended": "charlie", "gone": "charlie", "handed": "charlie",
}  # fmt: skip
ALL = frozenset(SALES)
OF_CHARLIE = frozenset({"charlie", "read", "write", "ended", "handed", "gone"})
# Who sees, who changes, and who is in charge of which account: the truth of the matrix, by hand.
SEES = {
    "alice": {"alice", "bob"},
    "bob": {"bob", "read", "write"},
    "charlie": OF_CHARLIE,
    "dana": ALL,
    "erin": ALL,
    "fay": ALL,
}
EDITS = {**SEES, "bob": {"bob", "write"}, "erin": set()}
IN_CHARGE = {**EDITS, "bob": {"bob"}}
DECIDES = {**IN_CHARGE, "bob": set(), "charlie": set()}
WHO = tuple(SEES)
SEES_EVERYBODY = ("dana", "erin", "fay")


@dataclass
class Planted:
    """An account and one of everything that hangs on it."""

    key: str
    account: Account
    contact: Contact
    contact_gone: Contact
    task: Task
    promise: Promise
    follow_up: FollowUp
    attachment: Attachment
    tag: Tag
    finding: FindingRecord

    @property
    def uids(self) -> dict[str, UUID]:
        return {
            name: getattr(self, name).uid
            for name in ("account", "contact", "task", "promise", "attachment", "tag", "finding")
        }


@dataclass
class World:
    people: People
    planted: dict[str, Planted]
    teams: dict[str, Team]
    views: dict[str, SavedView] = field(default_factory=dict)
    analyses: dict[str, SavedAnalysis] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)

    def user(self, who: str) -> User:
        found: User = getattr(self.people, who)
        return found

    def hidden_from(self, who: str) -> Iterator[Planted]:
        return (one for key, one in self.planted.items() if key not in SEES[who])


def word_of(key: str) -> str:
    """The word that stands in every text of an account."""
    return f"Zq{key}"


def amounts_of(key: str) -> dict[str, Decimal]:
    sales = Decimal(SALES[key])
    return {
        "sales": sales,
        "sales_before": (sales * 3 / 7).quantize(Decimal("0.01")),
        "open_balance": (sales * 5 / 11).quantize(Decimal("0.01")),
        "overdue": (sales * 2 / 13).quantize(Decimal("0.01")),
        "credit_limit": (sales * 9 / 17).quantize(Decimal("0.01")),
        "annual_revenue": (sales * 40).quantize(Decimal("0.01")),
        "stake": (sales * 4 / 19).quantize(Decimal("0.01")),
    }


@cache
def markers_of(key: str) -> frozenset[str]:
    """How an account could show in what is sent: its word, its phone, its amounts as written."""
    amounts = [written for amount in amounts_of(key).values() for written in writings(amount)]
    return frozenset({word_of(key).lower(), phone_of(key), *amounts})


def writings(amount: Decimal) -> set[str]:
    """An amount as pages, files and charts write it: whole, in 万 and 亿, in k and M."""
    written = {f"{amount:,.2f}", f"{amount:.2f}", f"{amount:,.0f}", f"{amount:.0f}"}
    for unit, by in (("万", 10_000), ("亿", 100_000_000), ("k", 1_000), ("m", 1_000_000)):
        for places in range(4):
            short = f"{amount / by:,.{places}f}"
            if sum(letter.isdigit() for letter in short.strip("0.")) >= 4:
                written |= {f"{short}{unit}", f"{short} {unit}"}
    return written


def phone_of(key: str) -> str:
    digits = int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10**8
    return f"139{digits:08}"


def build(people: People) -> World:
    """Plant everything. Bob reads `read`, edits `write`, edited `ended` until yesterday, and
    still has what he did at `handed` while it was his. The company above Bob's is Charlie's."""
    world = World(people, {}, {team.name: team for team in Team.objects.all()})
    for key in SALES:
        world.planted[key] = _plant(world, key)
    accounts = {key: one.account for key, one in world.planted.items()}
    Account.objects.filter(pk=accounts["bob"].pk).update(parent=accounts["charlie"])
    Account.objects.filter(pk=accounts["handed"].pk).update(parent=accounts["bob"])
    ends = {"read": None, "write": None, "ended": today() - timedelta(days=1)}
    for key, ends_on in ends.items():
        Collaborator.objects.create(
            account=accounts[key], user=people.bob, may_edit=key != "read", ends_on=ends_on,
            named_by=people.charlie,
        )  # fmt: skip
    _left_by_bob(world.planted["handed"], people.bob)
    gone = world.planted["gone"].account
    Account.objects.filter(pk=gone.pk).update(deleted_at=timezone.now(), deleted_by=people.charlie)
    book_anew()
    for one in world.planted.values():
        one.account.refresh_from_db()
    index_accounts(list(accounts.values()))
    for who in WHO:
        _own_things(world, who)
    return world


def _plant(world: World, key: str) -> Planted:
    owner = OWNERS[key]
    by = world.user(owner) if owner else world.people.fay
    account = _account(key, world.user(owner) if owner else None)
    word = word_of(key)
    tag = Tag.objects.create(name=f"{word}标签")
    account.tags.add(tag)
    contact = _contact(account, f"{word}人", phone_of(key))
    gone = _contact(account, f"{word}走", "", deleted_at=timezone.now())
    task = Task.objects.create(
        account=account, title=f"{word}任务", assignee=by, created_by=by, due_on=today(),
        stake=amounts_of(key)["stake"],
    )  # fmt: skip
    Task.objects.create(
        account=account, title=f"{word}做完", assignee=by, created_by=by, outcome=f"{word}结果",
        done_at=timezone.now(),
    )  # fmt: skip
    follow_up = FollowUp.objects.create(
        account=account, contact=contact, at=timezone.now(), by=by, text=f"{word}拜访",
        created_by=by,
    )  # fmt: skip
    promise = Promise.objects.create(
        account=account, text=f"{word}承诺", due_on=today() - timedelta(days=1), created_by=by
    )
    attachment = _attachment(account, f"{word}合同.pdf", by)
    _judged(account, by, word)
    _owes(account, key)
    note(account, "name", by=by, of_account=account.uid, before=f"{word}旧名", after=account.name)
    return Planted(
        key, account, contact, gone, task, promise, follow_up, attachment, tag,
        _finding(account, key),
    )  # fmt: skip


def _account(key: str, owner: User | None) -> Account:
    word, amounts = word_of(key), amounts_of(key)
    figures = {name: amount for name, amount in amounts.items() if name != "stake"}
    account = Account.objects.create(
        name=f"{word}公司", former_names=f"{word}旧名", owner=owner, industry=f"{word}行业",
        region=f"{word}区", kind=f"{word}类", source=f"{word}来源", website=f"https://{word}.cn",
        location=f"{word}路", currency="CNY", life_stage="target", grade="A", warning=2,
        warning_text={"zh-CN": f"{word}警", "en": f"{word} warned"}, orders=7,
        last_order_on=date(2024, 12, 1), figures_as_of=date(2024, 12, 31),
        monthly=[float(amounts["sales"] / 12)] * 12, created_by=owner,
        last_contact_on=date(2024, 1, 1), **figures,
    )  # fmt: skip
    SourceCustomer.objects.create(customer_id=f"{word}-1", account=account)
    return account


def _contact(account: Account, name: str, phone: str, **more: Any) -> Contact:
    word = name[:-1]
    return Contact.objects.create(
        account=account, name=name, title=f"{word}职务", department=f"{word}部", phone=phone,
        email=f"{word}@example.cn", message_id=f"{word}wx", note=f"{word}备注",
        initials=word.lower(), **more,
    )  # fmt: skip


def _attachment(account: Account, name: str, by: User) -> Attachment:
    content = name.encode()
    digest = hashlib.sha256(content).hexdigest()
    path = Path(settings.MEDIA_ROOT) / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Attachment.objects.create(
        account=account, name=name, content_type="application/pdf", size=len(content),
        sha256=digest, created_by=by,
    )  # fmt: skip


def _judged(account: Account, by: User, word: str) -> None:
    Judgement.objects.create(
        account=account, criterion="money", value="yes", evidence=f"{word}依据", by=by, on=today()
    )
    Grade.objects.create(
        account=account, letter="A", score=87.5, criteria=[], as_of=today(), data_version="1"
    )


def _owes(account: Account, key: str) -> None:
    amounts = amounts_of(key)
    days = (-40, 3, 400)
    for number, days_off in enumerate(days):
        Receivable.objects.create(
            account=account, receivable_id=f"{word_of(key)}-{number}", open=amounts["overdue"],
            contract_id=f"{word_of(key)}合同{number}", amount=amounts["sales"],
            due_on=today() + timedelta(days=days_off), is_retention=days_off > 300,
        )  # fmt: skip


def _finding(account: Account, key: str) -> FindingRecord:
    word = word_of(key)
    says = {
        language: {"news": f"{word} news {language}", "action": f"{word} action"}
        for language in ("zh-CN", "en")
    }
    return FindingRecord.objects.create(
        finding=hashlib.sha256(word.encode()).hexdigest()[:16], account=account,
        method="churn_warning", code="churn_warning.account", severity="now", says=says,
        stake=amounts_of(key)["stake"], cause_on=today(), first_said_on=today(),
        last_said_on=today(),
    )  # fmt: skip


def _left_by_bob(handed: Planted, bob: User) -> None:
    """What Bob did and had to do while the account was his."""
    word, account = word_of(handed.key), handed.account
    Task.objects.create(
        account=account, title=f"{word}旧任务", assignee=bob, created_by=bob, due_on=today(),
        stake=amounts_of(handed.key)["stake"],
    )  # fmt: skip
    Task.objects.create(
        account=account, title=f"{word}旧做完", assignee=bob, created_by=bob, due_on=today(),
        done_at=timezone.now(),
    )  # fmt: skip
    FollowUp.objects.create(
        account=account, at=timezone.now(), by=bob, text=f"{word}旧拜访", created_by=bob
    )
    Promise.objects.create(account=account, text=f"{word}旧承诺", due_on=today(), created_by=bob)


def _own_things(world: World, who: str) -> None:
    """A view, an analysis, an import, a job and a session of one person."""
    user = world.user(who)
    own = {"user": user, "created_by": user, "name": f"Own{who}"}
    world.views[who] = SavedView.objects.create(page="accounts", query=f"q=Own{who}", **own)
    world.analyses[who] = SavedAnalysis.objects.create(
        method="concentration", query="months=6", **own
    )
    world.jobs[who] = Job.objects.create(kind="analysis", by=user, state=Job.State.DONE)
    world.imports[who] = Import.objects.create(
        created_by=user, kind="accounts", files=[{"name": f"Own{who}.csv", "size": 1}],
        state=Import.State.CHECKED, seen=None,
    )  # fmt: skip
    world.sessions[who] = Session.objects.create(
        session_key=f"key of {who}", user=user, session_data="", browser=f"Own{who}",
        expire_date=timezone.now() + timedelta(days=1),
    )  # fmt: skip


def print_of(*, without: tuple[type[models.Model], ...] = ()) -> dict[str, str]:
    """The content of every table, in short, to see that nothing was written."""
    from django.apps import apps

    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in ("team", "crm", "insight", "jobs", "data") and (
            model not in without
        ):
            rows = sorted(map(repr, model.objects.values_list()))
            found[model._meta.label] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found
