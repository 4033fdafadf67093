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
    new = Account.objects.create(name="新公司", currency="CNY", grade="A")
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
    new.refresh_from_db()
    assert new.grade == "" or new.grade_is_provisional, "a grade of no order"


def test_what_people_set_stays_and_nothing_new_makes_no_line(
    company: Company,  # noqa: F811
) -> None:
    """Bob sets one grade by the page; another comes by another way, such as an import."""
    chosen, judged, by = company.accounts["c04"], company.accounts["c05"], company.people.bob
    grade_accounts()
    before = list(Grade.objects.exclude(account__in=[chosen, judged]).order_by("pk").values())
    assert before
    chosen.refresh_from_db()
    computed = chosen.grade
    other = "D" if computed != "D" else "A"
    set_grade(chosen, other, reason="战略客户", by=by)
    Judgement.objects.create(
        account=judged, criterion="grade", value="D", by=by, on=date(2024, 1, 1)
    )
    grade_accounts()
    chosen.refresh_from_db()
    assert (chosen.grade, chosen.grade_is_set) == (other, True)
    latest = chosen.grades.order_by("-pk").first()
    assert latest is not None
    assert latest.letter == computed, "the computed one is not kept beside it"
    judged.refresh_from_db()
    assert (judged.grade, judged.grade_is_set) == ("D", False)
    after = Grade.objects.exclude(account__in=[chosen, judged]).order_by("pk").values()
    assert list(after) == before
