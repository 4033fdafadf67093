"""Receivables as a whole: the worked example of the docs, the findings, and bad input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.measures.test_matching import DAY, receipt, receivable
from tests.methods.given import line, tables_of
from tests.usual import usual

from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.methods.receivables import Params, Receivables, analyze
from zhibi.render.values import Formatter
from zhibi.result import Finding, Severity
from zhibi.tables.engines import Engine, local_duckdb
from zhibi.tables.tables import Tables

QUICK = Params(backtest=False)


def found_in(
    people: list[dict[str, Any]] | None = None, lines: list[dict] | None = None, **rows: Any
) -> Receivables:
    lines = lines or [line("A", "1", DAY - timedelta(700), 1)]
    return analyze(tables_of(lines, DAY, people or [], **rows), QUICK)


def said(result: Receivables, code: str) -> list[str]:
    formatter = Formatter("en", "CNY")
    return [formatter.sentence(one.says) for one in of(result, code)]


def of(result: Receivables, code: str) -> list[Finding]:
    return [one for one in result.findings if one.code == f"receivables.{code}"]


def cell(result: Receivables, customer: str, column: str) -> Any:
    ids = result.owing.column("customer_id")
    return dict(zip(ids, result.owing.column(column), strict=True))[customer]


def test_the_worked_example_of_the_docs() -> None:
    found = found_in(
        [{"customer_id": "A", "name": "华数机械", "owner": "王敏"}],
        lines=[line("A", "1", DAY - timedelta(9), 265, amount_incl_tax=Decimal(300))],
        receivables=[
            receivable("r1", "A", -60, 100, milestone="预付款"),
            receivable("r2", "A", -30, 200, milestone="发货款"),
            receivable("r3", "A", 10, 50, milestone="发货款"),
        ],
        receipts=[
            receipt("s1", "A", 5, 240),
            receipt("s2", "A", 1, 20, matures_on=DAY + timedelta(90)),
        ],
    )
    totals = found.totals
    assert (totals.due, totals.received, totals.cash) == (350, 260, 240)
    assert (totals.open, totals.overdue) == (90, 40)
    assert cell(found, "A", "days_1_30") == 40
    assert cell(found, "A", "not_due") == 50
    assert found.paying.column("median_days") == (25,)
    assert found.paying.column("p80_days") == (55,)
    assert found.paying.column("sample") == ("few debts",)
    assert found.outstanding.column("days")[-1] == 9
    assert found.milestones.column("milestone") == ("发货款",)
    assert found.expected is None  # too little to learn from
    assert found.weeks.column("expected") == (None,) * 13
    assert sum(found.weeks.column("bills")) == 20
    assert said(found, "late") == ["华数机械 owes ¥40 past its due day, the oldest for 30 days."]
    late = of(found, "late")[0]
    assert (late.owner, late.stake, late.cause_on) == ("王敏", 40, DAY - timedelta(29))


def hospital(debts: int = 40) -> dict[str, Any]:
    """Hospitals that pay 150 days late, and always do; one of them has 100 open for 120 days."""
    owed = [receivable(f"h{n}", f"H{n % 5}", -700 + 8 * n, 100) for n in range(debts)]
    paid = [receipt(f"h{n}", f"H{n % 5}", 700 - 8 * n - 150, 100) for n in range(debts)]
    owed.append(receivable("open", "H1", -120, 100))
    return {"receivables": owed, "receipts": paid}


def people(kind: str) -> list[dict[str, Any]]:
    return [{"customer_id": f"H{n}", "name": f"医院{n}", "industry": kind} for n in range(5)]


def test_a_hospital_is_late_but_safe_and_no_hold() -> None:
    """Story ⑦: fat margin, 210 days from the invoice, and all of it comes."""
    lines = [line("H1", "1", DAY - timedelta(100), 1000, cost=Decimal(600))]
    found = found_in(people("医院"), lines, **hospital())
    assert cell(found, "H1", "verdict") == "late but safe"
    assert of(found, "hold") == []
    assert said(found, "safe") == [
        "医院1 owes ¥100 for up to 120 days past its due day: long, but safe. Nine tenths of the "
        "money of its kind (医院) come within 150 days, and 100 % of what fell due over a year "
        "ago has come; its margin over 12 months is 40.0 %."
    ]
    assert of(found, "safe")[0].severity is Severity.INFO


def test_the_same_delay_among_customers_who_pay_in_time_is_a_hold() -> None:
    rows = hospital()
    for paid in rows["receipts"]:
        paid["received_on"] -= timedelta(145)
    found = found_in(people("轮胎"), **rows)
    assert cell(found, "H1", "verdict") == "overdue too long"
    assert of(found, "hold")[0].severity is Severity.NOW
    assert "longer than the 90 days after which to hold deliveries" in said(found, "hold")[0]


def test_who_did_not_pay_in_the_end_is_not_safe() -> None:
    rows = hospital()
    rows["receipts"] = rows["receipts"][:-2]
    rows["receivables"].append(receivable("never", "H2", -690, 300))
    found = found_in(people("医院"), **rows)
    assert cell(found, "H1", "verdict") == "overdue too long"


def test_few_debts_prove_no_safety() -> None:
    assert cell(found_in(people("医院"), **hospital(20)), "H1", "verdict") == "overdue too long"


def test_over_the_credit_limit_is_said_with_the_excess() -> None:
    found = found_in(
        [{"customer_id": "A", "name": "A", "credit_limit": Decimal(100), "owner": "李强"}],
        receivables=[receivable("r1", "A", 20, 130)],
    )
    assert said(found, "over_limit") == ["A owes ¥130, ¥30 more than its credit limit of ¥100."]
    assert (of(found, "over_limit")[0].stake, of(found, "over_limit")[0].owner) == (30, "李强")
    assert cell(found, "A", "verdict") == "over the credit limit"


def test_bills_and_money_not_applied_are_said() -> None:
    found = found_in(
        receivables=[receivable("r1", "A", -20, 100)],
        receipts=[
            receipt("s1", "A", 5, 60, matures_on=DAY + timedelta(28)),
            receipt("s2", "A", 5, 40, matures_on=DAY + timedelta(29)),
            receipt("s3", "B", 5, 25),
        ],
    )
    assert said(found, "bills") == [
        "¥60 of bills mature in the next 4 weeks, ¥40 after that: received, but not yet cash."
    ]
    assert "¥25 from 1 customer pays nothing that is owed" in said(found, "unapplied")[0]
    assert cell(found, "B", "unapplied") == 25
    assert of(found, "overdue") == []


def test_a_group_is_one_account_and_its_companies_are_many() -> None:
    companies = [
        {"customer_id": "A", "name": "集团"},
        {"customer_id": "B", "name": "B", "parent_id": "A"},
    ]
    rows = {
        "receivables": [receivable("r1", "A", -20, 100), receivable("r2", "B", -10, 50)],
    }
    given = tables_of([line("A", "1", DAY, 1)], DAY, companies, **rows)
    assert analyze(given, QUICK).owing.column("overdue") == (150,)
    alone = analyze(given, Params(backtest=False, level="legal entity"))
    assert alone.owing.column("overdue") == (100, 50)


def test_derived_debts_are_said_to_be_derived() -> None:
    lines = [line("A", "1", DAY - timedelta(200), 100), line("A", "2", DAY - timedelta(90), 50)]
    found = found_in(lines=lines, receipts=[receipt("s", "A", 100, 100)])
    formatter = Formatter("en", "CNY")
    assert "from order lines net of tax" in formatter.sentence(found.subtitle)
    note = formatter.sentence(found.notes[0].says)
    assert note.startswith("There are no receivables in the data: what is owed is derived")
    assert "due 60 days after the order" in note
    assert (found.totals.open, found.totals.overdue) == (50, 50)
    shorter = analyze(
        tables_of(lines, DAY, receipts=[receipt("s", "A", 100, 100)]),
        Params(terms=90, backtest=False),
    )
    assert shorter.totals.overdue == 0


def test_other_currencies_are_said() -> None:
    found = found_in(
        receivables=[receivable("r1", "A", -20, 100), receivable("r2", "A", -20, 7, currency="USD")]
    )
    assert found.totals.due == 100
    assert Formatter("en", "CNY").sentence(found.notes[0].says) == (
        "Left out: 1 receivable or receipt in another currency than CNY."
    )


def test_before_anything_was_owed_it_says_so() -> None:
    given = tables_of([line("A", "1", DAY, 1)], DAY, receivables=[receivable("r1", "A", -20, 100)])
    with pytest.raises(ZhibiError, match="There are no receivables, receipts or orders up to"):
        analyze(given.as_of(date(2020, 1, 1)), QUICK)


def test_only_receipts_and_only_credit_notes() -> None:
    given: Tables = tables_of(
        [line("A", "1", DAY - timedelta(300), -50)], DAY, receipts=[receipt("s", "A", 5, 20)]
    )
    found = analyze(given)
    assert (found.totals.due, found.totals.received) == (-50, 20)
    assert (found.totals.open, found.totals.unapplied) == (0, 70)
    assert of(found, "overdue") == []


def elsewhere(tables: Tables) -> Tables:
    """The same facts behind an engine that is not the local one, with keys of text."""

    def texted(rows: Any) -> Any:
        keys = {"customer_key", "entity_key", "group_key"} & set(rows.columns)
        return rows.mutate(**{key: rows[key].cast("string") for key in keys})

    facts = tables.facts
    return replace(
        tables,
        facts=replace(
            facts,
            engine=Engine(facts.engine.name, facts.engine.facts, local_duckdb()),
            order_lines=texted(facts.order_lines),
            customers=texted(facts.customers),
            further={
                name: replace(one, table=texted(one.table)) for name, one in facts.further.items()
            },
        ),
    )


def test_a_warehouse_gives_the_same_bytes() -> None:
    here, there = (
        run.render(analyze(tables, QUICK), style="json", language="en")
        for tables in (usual(), elsewhere(usual()))
    )
    assert here == there


def test_a_year_against_a_year_before() -> None:
    """Sales of 100 a day; what is owed doubles from 30 to 60 days of them."""
    lines = [
        line("A", str(ago), DAY - timedelta(ago), 100, amount_incl_tax=Decimal(100))
        for ago in range(0, 500, 1)
    ]
    rows = [
        receivable("old", "A", 0, 3000, issued_on=DAY - timedelta(380)),
        receivable("new", "A", 0, 3000, issued_on=DAY - timedelta(100)),
    ]
    found = found_in(lines=lines, receivables=rows)
    assert said(found, "days_outstanding") == [
        "60 days of sales are owed, 30 a year ago: ¥3,000 more is tied up."
    ]
