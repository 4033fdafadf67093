"""What people decide on findings: kept, shown with who decided, and only where they may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.html import escape

from tests.web.insight.conftest import Company
from zhibi.web.crm.access import today
from zhibi.web.crm.models import Account, Collaborator, Task
from zhibi.web.insight import results
from zhibi.web.insight.actions.analyse import analyse
from zhibi.web.insight.findings import KeptFinding
from zhibi.web.insight.models import Analysis, FindingRecord
from zhibi.web.team.models import Change, User

SignedIn = Callable[[User], Client]
METHOD = "receivables"


@pytest.fixture
def about(
    company: Company, analysed: Callable[[User, str], Analysis]
) -> Callable[[User], KeptFinding]:
    """The first finding on an account that the analysis makes for somebody."""

    def found(user: User) -> KeptFinding:
        findings = results.findings_of(analysed(user, METHOD).key)
        return next(one for one in findings if one.customer_id)

    return found


def address(finding: KeptFinding, decision: str) -> str:
    return f"/insight/{METHOD}/findings/{finding.id}/{decision}"


def task_of(person: User, **more: object) -> dict[str, object]:
    return {
        "uid": str(uuid4()),
        "title": "本周联系",
        "assignee": str(person.uid),
        "due_on": str(today()),
        **more,
    }


def test_a_finding_becomes_a_task_on_its_account(
    company: Company, signed_in: SignedIn, about: Callable[[User], KeptFinding]
) -> None:
    bob = company.people.bob
    browser, finding = signed_in(bob), about(bob)
    form = browser.get(address(finding, "task")).content.decode()
    assert escape(finding.says["zh-CN"]["action"]) in form
    sent = browser.post(address(finding, "task"), task_of(bob))
    assert sent.status_code == 302
    (task,) = Task.objects.all()
    assert (task.account, task.finding) == (company.accounts[finding.customer_id], finding.id)
    assert (task.method, task.stake) == (METHOD, finding.stake)
    page = browser.get(f"/insight/{METHOD}/").content.decode()
    assert "已转为任务" in page
    assert "本周联系" in page


def test_sent_twice_or_made_twice_it_is_one_task(
    company: Company, signed_in: SignedIn, about: Callable[[User], KeptFinding]
) -> None:
    bob = company.people.bob
    browser, finding = signed_in(bob), about(bob)
    form = task_of(bob)
    for data in (form, form, task_of(bob)):
        browser.post(address(finding, "task"), data)
    assert Task.objects.count() == 1


def test_a_colleague_sees_that_it_is_a_task(
    company: Company, signed_in: SignedIn, about: Callable[[User], KeptFinding]
) -> None:
    bob, alice = company.people.bob, company.people.alice
    finding = about(bob)
    signed_in(bob).post(address(finding, "task"), task_of(bob))
    about(alice)
    if any(one.id == finding.id for one in results.findings_of(analyse(alice, METHOD).key)):
        assert "本周联系" in signed_in(alice).get(f"/insight/{METHOD}/").content.decode()
    about(company.people.charlie)
    other = signed_in(company.people.charlie).get(f"/insight/{METHOD}/").content.decode()
    assert "本周联系" not in other


def test_not_so_needs_a_reason_and_says_who(
    company: Company, signed_in: SignedIn, about: Callable[[User], KeptFinding]
) -> None:
    bob = company.people.bob
    browser, finding = signed_in(bob), about(bob)
    empty = browser.post(address(finding, "not-so"), {"reason": " "})
    assert empty.status_code == 422
    assert "请用一句话说明" in empty.content.decode()
    browser.post(address(finding, "not-so"), {"reason": "<b>已对账</b>"})
    page = browser.get(f"/insight/{METHOD}/").content.decode()
    assert "Bob于" in page
    assert "&lt;b&gt;已对账" in page
    assert Change.objects.filter(subject_kind="finding", by=bob).count() == 1


def test_later_comes_back_on_its_day(
    company: Company, signed_in: SignedIn, about: Callable[[User], KeptFinding]
) -> None:
    bob = company.people.bob
    browser, finding = signed_in(bob), about(bob)
    assert browser.post(address(finding, "later"), {"until": str(today())}).status_code == 422
    until = today() + timedelta(days=2)
    browser.post(address(finding, "later"), {"until": str(until)})
    assert "推迟到" in browser.get(f"/insight/{METHOD}/").content.decode()
    FindingRecord.objects.update(later_until=today())
    assert "推迟到" not in browser.get(f"/insight/{METHOD}/").content.decode()


def test_a_decision_is_taken_back(
    company: Company, signed_in: SignedIn, about: Callable[[User], KeptFinding]
) -> None:
    bob = company.people.bob
    browser, finding = signed_in(bob), about(bob)
    browser.post(address(finding, "not-so"), {"reason": "已对账"})
    assert browser.get(address(finding, "again")).status_code == 404
    browser.post(address(finding, "again"))
    assert "已对账" not in browser.get(f"/insight/{METHOD}/").content.decode()


def test_what_one_scope_decides_says_nothing_to_another(
    company: Company, signed_in: SignedIn, about: Callable[[User], KeptFinding]
) -> None:
    """Its words may hold totals of that scope, so the line stays there and on no account."""
    fay = company.people.fay
    finding = about(fay)
    signed_in(fay).post(address(finding, "not-so"), {"reason": "已对账"})
    line = FindingRecord.objects.get()
    assert (line.scope, line.account) == ("all", None)


@pytest.mark.parametrize("decision", ["task", "not-so", "later", "again"])
def test_findings_of_others_are_not_there(
    company: Company,
    signed_in: SignedIn,
    about: Callable[[User], KeptFinding],
    decision: str,
) -> None:
    finding = about(company.people.charlie)
    about(company.people.bob)
    browser = signed_in(company.people.bob)
    form = {**task_of(company.people.bob), "reason": "x", "until": "2099-01-01"}
    assert browser.get(address(finding, decision)).status_code == 404
    assert browser.post(address(finding, decision), form).status_code == 404
    assert not FindingRecord.objects.exists()


def test_no_such_finding_or_decision(
    company: Company, signed_in: SignedIn, about: Callable[[User], KeptFinding]
) -> None:
    finding = about(company.people.bob)
    browser = signed_in(company.people.bob)
    assert browser.get(f"/insight/{METHOD}/findings/0000000000000000/task").status_code == 404
    assert browser.get(address(finding, "never")).status_code == 404


def test_analysts_read(
    company: Company, signed_in: SignedIn, about: Callable[[User], KeptFinding]
) -> None:
    erin = company.people.erin
    finding = about(erin)
    browser = signed_in(erin)
    assert "转为任务" not in browser.get(f"/insight/{METHOD}/").content.decode()
    assert browser.post(address(finding, "not-so"), {"reason": "x"}).status_code == 403


@pytest.fixture
def ledger(company: Company) -> FindingRecord:
    """A finding on an account of Bob's."""
    words = {"news": "34 天没有下单", "action": "打电话"}
    return FindingRecord.objects.create(
        finding="a" * 16,
        account=company.accounts["c05"],
        method="purchase_rhythm",
        code="purchase_rhythm.red",
        severity="now",
        says={"zh-CN": words, "en": words},
        cause_on=today(),
        first_said_on=today(),
        last_said_on=today(),
    )


@pytest.mark.parametrize("decision", ["task", "not-so", "later"])
def test_the_ledger_is_decided_on_by_who_sees_the_account(
    company: Company, signed_in: SignedIn, ledger: FindingRecord, decision: str
) -> None:
    people = company.people
    at = f"/insight/findings/{ledger.uid}/{decision}"
    form = {**task_of(people.bob), "reason": "停产", "until": "2099-01-01", "next": "/accounts/"}
    assert signed_in(people.charlie).get(at).status_code == 404
    assert signed_in(people.charlie).post(at, form).status_code == 404
    assert signed_in(people.erin).post(at, form).status_code == 403
    assert "34 天没有下单" in signed_in(people.bob).get(at).content.decode()
    assert signed_in(people.bob).post(at, form).headers["Location"] == "/accounts/"
    ledger.refresh_from_db()
    assert ledger.state == decision.replace("-", " ")
    assert ledger.decided_by == people.bob


def test_analysts_do_not_decide_for_all_who_see_all(
    company: Company, signed_in: SignedIn, ledger: FindingRecord
) -> None:
    """A finding on no account is decided on for everybody of its scope."""
    FindingRecord.objects.filter(pk=ledger.pk).update(account=None, scope="all")
    at, form = f"/insight/findings/{ledger.uid}/not-so", {"reason": "停产"}
    assert signed_in(company.people.erin).post(at, form).status_code == 403
    assert signed_in(company.people.bob).post(at, form).status_code == 404
    assert signed_in(company.people.fay).post(at, form).status_code == 302


def test_a_collaborator_who_reads_does_not_decide(
    company: Company, signed_in: SignedIn, ledger: FindingRecord
) -> None:
    charlie = company.people.charlie
    Collaborator.objects.create(
        account=ledger.account or Account(), user=charlie, named_by=company.people.bob
    )
    browser = signed_in(charlie)
    at = f"/insight/findings/{ledger.uid}/not-so"
    assert browser.post(at, {"reason": "x"}).status_code == 403


def test_the_page_before_is_one_of_ours(
    company: Company, signed_in: SignedIn, ledger: FindingRecord
) -> None:
    browser = signed_in(company.people.bob)
    html = browser.get(f"/insight/findings/{ledger.uid}/later?next=//evil.example/")
    assert "evil" not in html.content.decode().replace(html.wsgi_request.get_full_path(), "")


def test_lines_of_another_scope_are_not_there(
    company: Company, signed_in: SignedIn, ledger: FindingRecord
) -> None:
    FindingRecord.objects.filter(pk=ledger.pk).update(account=None, scope="all")
    at = f"/insight/findings/{ledger.uid}/not-so"
    assert signed_in(company.people.bob).get(at).status_code == 404
    assert signed_in(company.people.fay).get(at).status_code == 200
