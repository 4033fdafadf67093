"""An analysis is made once for a scope, found again, and another one when anything changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests import usual
from tests.web.conftest import People
from tests.web.insight.conftest import Company, bring
from zhibi.errors import ZhibiError
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace
from zhibi.web.crm.models import Account, Collaborator
from zhibi.web.insight import results
from zhibi.web.insight.actions.analyse import analyse, earlier
from zhibi.web.insight.asked import asked
from zhibi.web.insight.models import Analysis
from zhibi.web.insight.question import question
from zhibi.web.jobs.models import Job
from zhibi.web.team.actions.edit import edit
from zhibi.web.team.models import User

Work = Callable[[], list[Job]]
METHOD = "concentration"


def made(user: User, work: Work, method: str = METHOD) -> Analysis:
    analyse(user, method)
    for job in work():
        assert job.state == Job.State.DONE, job.error
    found = analyse(user, method)
    assert found.made_at
    return found


def text(analysis: Analysis, language: str = "en") -> str:
    page = results.read(analysis.key, language)
    return str(page.lead + page.body) + " ".join(finding.plain for finding in page.findings)


def numbers(analysis: Analysis) -> set[str]:
    """The customers a page names."""
    return set(re.findall(r"客户 (\d+) ", text(analysis)))


def test_a_job_makes_it_and_it_is_found_again(company: Company, work: Work) -> None:
    first = analyse(company.people.fay, METHOD)
    assert first.made_at is None
    assert first.job is not None
    work()
    found = analyse(company.people.fay, METHOD)
    assert found.made_at
    assert Job.objects.count() == 1
    assert results.read(found.key, "zh-CN").title.startswith("客户集中度")


def test_asking_twice_is_one_job(company: Company) -> None:
    analyse(company.people.fay, METHOD)
    analyse(company.people.fay, METHOD)
    assert Job.objects.count() == 1


def test_who_sees_the_same_shares_it(company: Company, work: Work) -> None:
    assert made(company.people.fay, work).key == made(company.people.erin, work).key
    assert Job.objects.count() == 1


def test_everybody_sees_their_own_customers_only(company: Company, work: Work) -> None:
    people = company.people
    assert numbers(made(people.charlie, work)) == {"8", "9", "10", "11"}
    assert numbers(made(people.bob, work)) == {"4", "5", "6", "7"}
    assert numbers(made(people.alice, work)) == {str(n) for n in range(8)}
    assert len(numbers(made(people.fay, work))) == 12


def test_who_has_no_account_sees_nobodys(company: Company, work: Work) -> None:
    Account.objects.filter(owner=company.people.charlie).update(owner=None)
    analyse(company.people.charlie, METHOD)
    (job,) = work()
    assert job.state == Job.State.FAILED
    assert job.error
    assert "no order" in job.error["template"]


def test_a_new_import_makes_a_new_key(own_company: Company, work: Work) -> None:
    before = made(own_company.people.fay, work)
    rows = [dict(row, order_id=f"new {row['order_id']}") for row in usual.order_lines()[:5]]
    bring(Workspace.open(own_company.folder), "order_lines", rows, own_company.folder / "x.csv")
    after = analyse(own_company.people.fay, METHOD)
    assert after.key != before.key
    assert after.made_at is None


def test_a_changed_record_makes_a_new_key(company: Company, work: Work) -> None:
    fay, account = company.people.fay, company.accounts["c01"]
    before = made(fay, work)
    edit(account, {"industry": "机床"}, by=fay, version=account.version)
    assert analyse(fay, METHOD).key != before.key


def test_an_account_that_changes_hands_makes_a_new_key(company: Company, work: Work) -> None:
    bob = company.people.bob
    before = made(bob, work)
    Account.objects.filter(pk=company.accounts["c07"].pk).update(owner=company.people.charlie)
    assert analyse(bob, METHOD).key != before.key
    assert numbers(made(bob, work)) == {"4", "5", "6"}


def test_a_collaborator_sees_the_account_in_the_analysis(company: Company, work: Work) -> None:
    bob = company.people.bob
    Collaborator.objects.create(
        account=company.accounts["c09"], user=bob, named_by=company.people.charlie
    )
    assert numbers(made(bob, work)) == {"4", "5", "6", "7", "9"}


def test_parameters_and_day_make_another(company: Company) -> None:
    fay = company.people.fay
    params = question(METHOD).params
    keys = {
        analyse(fay, METHOD).key,
        analyse(fay, METHOD, params(months=6)).key,
        analyse(fay, METHOD, as_of=date(2024, 6, 30)).key,
    }
    assert len(keys) == 3


def test_the_job_answers_what_is_asked_when_it_runs(company: Company, work: Work) -> None:
    """The key of a scope never holds what another scope would see."""
    bob = company.people.bob
    asked_first = analyse(bob, METHOD)
    Account.objects.filter(pk=company.accounts["c07"].pk).update(owner=company.people.charlie)
    work()
    asked_first.refresh_from_db()
    assert asked_first.made_at is None
    found = analyse(bob, METHOD)
    assert found.made_at
    assert numbers(found) == {"4", "5", "6"}


def test_an_earlier_one_is_shown_meanwhile(own_company: Company, work: Work) -> None:
    fay = own_company.people.fay
    before = made(fay, work)
    account = own_company.accounts["c01"]
    edit(account, {"industry": "机床"}, by=fay, version=account.version)
    wanted = asked(fay, question(METHOD), question(METHOD).params())
    found = earlier(wanted, fay)
    assert found
    assert found.key == before.key


def test_an_earlier_one_of_other_accounts_is_not_shown(company: Company, work: Work) -> None:
    bob = company.people.bob
    made(bob, work)
    Account.objects.filter(pk=company.accounts["c07"].pk).update(owner=company.people.charlie)
    wanted = asked(bob, question(METHOD), question(METHOD).params())
    assert earlier(wanted, bob) is None


def test_a_failure_is_kept_until_somebody_tries_again(company: Company, work: Work) -> None:
    bob = company.people.bob
    params = question("account_review").params(customer_id="c09")
    failed = analyse(bob, "account_review", params)
    work()
    assert analyse(bob, "account_review", params).job == failed.job
    assert analyse(bob, "account_review", params, again=True).job != failed.job


def test_an_emptied_cache_is_filled_again(company: Company, work: Work) -> None:
    kept = made(company.people.fay, work)
    results.throw_away(kept.key)
    assert analyse(company.people.fay, METHOD).made_at is None
    assert made(company.people.fay, work).key == kept.key


def test_reading_is_noted_once_a_day(company: Company, work: Work) -> None:
    kept = made(company.people.fay, work)
    long_ago = timezone.now() - timedelta(days=20)
    Analysis.objects.filter(pk=kept.pk).update(read_at=long_ago)
    analyse(company.people.fay, METHOD)
    kept.refresh_from_db()
    assert kept.read_at > long_ago


def test_names_lead_to_the_accounts(company: Company, work: Work) -> None:
    found = made(company.people.bob, work)
    assert f'href="/accounts/{company.accounts["c07"].uid}/"' in text(found)


def test_there_is_no_such_method(company: Company) -> None:
    with pytest.raises(ZhibiError):
        analyse(company.people.fay, "no_such")


def test_a_company_without_orders(people: People, settings: Any, tmp_path: Path) -> None:
    Workspace.create(tmp_path / "empty", Settings())
    settings.WORKSPACE = tmp_path / "empty"
    settings.RESULTS = tmp_path / "results"
    with pytest.raises(ZhibiError, match="no orders yet"):
        analyse(people.fay, METHOD)
