"""The report on all customers: of the demo company, and where individuals buy too."""

from __future__ import annotations

import pytest
from tests import usual
from tests.methods.given import tables_of
from tests.reports.reviewed import about, reviewed, section_of, shown, story, total, value

from zhibi import run
from zhibi.reports.document import Report
from zhibi.result import Note, Section, Table
from zhibi.tables.tables import Tables

DAY = usual.DAY


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed("daichuan", "customer-base", tmp_path_factory)


def test_who_is_content_and_buys_less_is_told_of_all_customers(base: Report) -> None:
    (customer_id,) = story("cheap_models").customer_ids
    (found,) = about(base, customer_id)
    assert found.code == "satisfaction.content_but_less"
    assert value(found, "net") < value(found, "before") / 2


def test_the_make_up_adds_up_to_all_sales(base: Report) -> None:
    tables = shown(base)
    nets = {key: total(rows, "net") for key, rows in tables.items() if key.startswith("buyers_by")}
    assert len(nets) == 4
    assert len(set(nets.values())) == 1
    assert nets["buyers_by_industry"] == total(tables["clusters"], "net")
    for key in nets:
        assert sum(r["share"] for r in tables[key]) == pytest.approx(1)


def test_whom_to_see_names_each_customer_once_with_an_owner(base: Report) -> None:
    rows = shown(base)["proposals"]
    assert len({r["customer_id"] for r in rows}) == len(rows) > 10
    assert all(r["owner"] for r in rows)
    assert [r["stake"] for r in rows] == sorted((r["stake"] for r in rows), reverse=True)


def sized(sizes: list[str | None]) -> Tables:
    """The usual company, its customers of these sizes in turn."""
    customers = [
        {**one, "size": sizes[at % len(sizes)]} for at, one in enumerate(usual.customers())
    ]
    return tables_of(usual.order_lines(), DAY, customers, **usual.further())


@pytest.fixture(scope="module")
def apart() -> Report:
    return run.compose(sized(["enterprise", "individual", None]), "customer-base")


def test_individuals_are_told_apart_and_both_parts_are_all(apart: Report) -> None:
    tables = shown(apart)
    business, private = tables["parts"]
    assert (business["accounts"], private["accounts"]) == (8, 4)
    year = DAY.replace(year=DAY.year - 1)
    lines = [r for r in usual.order_lines() if r["order_date"] > year]
    assert business["net"] + private["net"] == sum(r["amount"] for r in lines)
    own = [r for r in lines if int(r["customer_id"][1:]) % 3 == 1]
    assert private["net"] == sum(r["amount"] for r in own)
    (first, *_) = apart.findings
    assert value(first, "net") == business["net"]
    assert value(first, "rest") == private["net"]
    assert value(first, "share") == pytest.approx(
        float(business["net"] / (business["net"] + private["net"]))
    )


def test_what_is_told_of_one_part_stands_in_its_own_section(apart: Report) -> None:
    assert all(f.subject for f in apart.findings[1:])
    titles = [section.title for section in apart.sections if isinstance(section, Section)]
    assert "Enterprise customers: how they buy" in titles
    private = section_of(apart, "Individual customers: who they are")
    (by_industry,) = [b for b in private.blocks if isinstance(b, Table) and "industry" in b.key]
    assert by_industry.totals
    assert by_industry.totals[1] == 4


@pytest.mark.parametrize("sizes", [[None], ["individual"]])
def test_all_are_one_part_where_sizes_do_not_tell_them_apart(sizes: list[str | None]) -> None:
    report = run.compose(sized(sizes), "customer-base")
    titles = [section.title for section in report.sections if isinstance(section, Section)]
    assert "How they buy" in titles
    assert "Enterprise and individual customers" not in titles
    (_, said) = section_of(report, "What the figures are").blocks
    assert isinstance(said, Note)
    assert ("column size" in said.says.template) is (sizes == [None])
