"""The grades of the list are those of the report, with their reasons; a person's stays."""

from __future__ import annotations

from datetime import date

from tests.web.insight.conftest import Company, company, lake  # noqa: F401 - fixtures
from zhibi import run
from zhibi.methods import composite_grade
from zhibi.web.crm.actions.grade_accounts import grade_accounts
from zhibi.web.crm.actions.judge import set_grade
from zhibi.web.crm.models import Account, Grade, Judgement, SourceCustomer
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.actions.do import do


def grades() -> dict[str, str]:
    rows = SourceCustomer.objects.values_list("customer_id", "account__grade")
    return dict(rows)


def reported(company: Company) -> dict[str, str]:  # noqa: F811
    """Customer at the top of a group → its grade by the method itself."""
    tables = run.open_tables(run.open_workspace(company.folder))
    try:
        result = composite_grade.analyze(tables)
        names = [column.key for column in result.accounts.columns]
        rows = [dict(zip(names, row, strict=True)) for row in result.accounts.all_rows()]
        return {row["customer_id"]: row["in_force"] for row in rows}
    finally:
        tables.facts.close()


def test_grades_are_those_of_the_report(company: Company) -> None:  # noqa: F811
    job = do(ask("grade_accounts", by=None))
    assert job.state == "done"
    found = grades()
    expected = reported(company)
    assert expected
    assert {number: found[number] for number in expected} == expected
    line = Grade.objects.filter(criteria__isnull=False).exclude(criteria=[]).first()
    assert line is not None
    whole = sum(reason.get("contribution", 0) for reason in line.criteria)
    assert abs(whole - line.score) < 0.001
    assert all(isinstance(reason.get("amount", ""), str) for reason in line.criteria)


def test_nothing_new_makes_no_line(company: Company) -> None:  # noqa: F811
    grade_accounts()
    before = Grade.objects.count()
    grade_accounts()
    assert Grade.objects.count() == before > 0


def test_a_set_grade_stays_and_the_computed_one_beside_it(
    company: Company,  # noqa: F811
) -> None:
    account, by = company.accounts["c04"], company.people.bob
    grade_accounts()
    account.refresh_from_db()
    computed = account.grade
    other = "D" if computed != "D" else "A"
    set_grade(account, other, reason="战略客户", by=by)
    grade_accounts()
    account.refresh_from_db()
    assert (account.grade, account.grade_is_set) == (other, True)
    latest = account.grades.order_by("-pk").first()
    assert latest is not None
    assert latest.letter == computed


def test_a_grade_follows_a_judgement_of_the_grade(company: Company) -> None:  # noqa: F811
    """One that came by another way than the page, such as an import."""
    account = company.accounts["c05"]
    Judgement.objects.create(
        account=account, criterion="grade", value="D", by=company.people.bob, on=date(2024, 1, 1)
    )
    grade_accounts()
    account.refresh_from_db()
    assert (account.grade, account.grade_is_set) == ("D", False)


def test_who_has_no_orders_has_no_grade_or_a_provisional_one(
    company: Company,  # noqa: F811
) -> None:
    new = Account.objects.create(name="新公司", currency="CNY", grade="A")
    grade_accounts()
    new.refresh_from_db()
    assert new.grade == "" or new.grade_is_provisional
