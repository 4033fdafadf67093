"""The reports on two samples: the planted stories, and every figure of their sentences again.

Each figure is recomputed from the report's own tables: those it shows, and the evidence behind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests import usual
from tests.methods.given import line, tables_of
from tests.samples import imported, today
from zhibi import reports, run
from zhibi.errors import ZhibiError
from zhibi.locale import LANGUAGES
from zhibi.reports.document import Report
from zhibi.result import Block, Estimate, Finding, Note, Section, Table, Unit
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables
from zhibi.worlds.daichuan import daichuan
from zhibi.worlds.world import Story

SETTINGS = {
    "daichuan": Settings(currency="CNY", language="zh-CN"),
    "adventureworks": Settings(currency="USD", language="en", calendar="none"),
}
COMPOSED = (
    ("daichuan", "key-accounts"),
    ("adventureworks", "key-accounts"),
    ("daichuan", "customer-base"),
    ("daichuan", "potential-customers"),
)


@pytest.fixture(scope="module", params=COMPOSED, ids="-".join)
def review(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed(*request.param, tmp_path_factory)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed("daichuan", "key-accounts", tmp_path_factory)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed("daichuan", "customer-base", tmp_path_factory)


@pytest.fixture(scope="module")
def potential(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed("daichuan", "potential-customers", tmp_path_factory)


_OPENED: dict[str, tuple[Tables, Section]] = {}
_REVIEWED: dict[tuple[str, str], Report] = {}


def reviewed(name: str, report: str, folders: pytest.TempPathFactory) -> Report:
    if name not in _OPENED:
        workspace = imported(folders.mktemp(name) / "w", name, SETTINGS[name])
        _OPENED[name] = run.open_tables(workspace, today=today()), run.sources(workspace)
    if (name, report) not in _REVIEWED:
        tables, sources = _OPENED[name]
        _REVIEWED[name, report] = run.compose(tables, report, sources=sources)
    return _REVIEWED[name, report]


Record = Mapping[str, Any]


def shown(report: Report) -> dict[str, list[Record]]:
    """All rows of the tables of a report, by the table's key."""

    def walk(blocks: tuple[Block, ...]) -> Iterator[Table]:
        for block in blocks:
            if isinstance(block, Section):
                yield from walk(block.blocks)
            elif isinstance(block, Table):
                yield block

    found = (*walk(report.blocks()), *report.evidence)
    return {table.key: records(table) for table in found}


def records(table: Table) -> list[Record]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.all_rows()]


def story(code: str) -> Story:
    return daichuan().truth.story(code)


def about(report: Report, customer_id: str) -> list[Finding]:
    return [f for f in report.findings if f.subject and f.subject.customer_id == customer_id]


def value(finding: Finding, name: str) -> Any:
    return finding.says.figures[name].value


# The planted stories.


def test_huashu_is_beyond_its_interval_and_its_filters_stopped(demo: Report) -> None:
    truth = story("filters_lost")
    (found,) = about(demo, truth.customer_ids[0])
    assert found.code == "purchase_rhythm.red"
    assert value(found, "days") == truth.facts["days_since_order"]
    assert value(found, "what") == ("滤芯油品",)
    assert value(found, "stake") == truth.facts["filters_last_12_months"]
    assert value(found, "net") == truth.facts["sales_last_12_months"]
    assert found.owner


def test_growth_is_told_without_the_one_new_plant(demo: Report) -> None:
    first = demo.findings[0]
    assert first.code == "sales_trend.total"
    assert value(first, "name") == "青岛轮胎有限公司"
    assert value(first, "rest") < value(first, "growth") / 2


def test_the_turn_to_cheap_models_is_told_as_mix_with_orders_as_before(demo: Report) -> None:
    truth = story("cheap_models")
    (found,) = about(demo, truth.customer_ids[0])
    assert "cheaper products" in found.says.template
    assert value(found, "orders") == value(found, "orders_before") == truth.facts["orders_after"]


def test_a_group_of_six_is_one_customer(demo: Report) -> None:
    members = set(story("group").customer_ids)
    row = next(r for r in shown(demo)["key_accounts"] if r["name"].startswith("北岳"))
    assert len(members) == 6
    assert row["share"] == pytest.approx(0.106, abs=0.001)


def test_a_renamed_company_is_one_customer(demo: Report) -> None:
    names = [r["name"] for r in shown(demo)["1_changes"]]
    renamed = story("renamed").customer_ids
    ids = [r["customer_id"] for r in shown(demo)["1_changes"]]
    assert len(renamed) == 2
    assert sum(one in ids for one in renamed) == 1
    assert len(names) == len(set(names))


def test_who_buys_less_widely_than_its_peers_is_found(demo: Report) -> None:
    (customer_id,) = story("whitespace").customer_ids
    assert customer_id == "020009"
    row = next(r for r in shown(demo)["breadth"] if r["name"] == "济南食品有限公司")
    assert row["categories"] == story("whitespace").facts["lines_bought"]
    assert row["peer_categories"] > 3
    assert set(row["open"]) == {"螺杆机", "干燥过滤"}


def test_what_was_left_out_is_said(demo: Report) -> None:
    rows = shown(demo)["sources"]
    assert all(r["rows"] == r["kept"] + r["rejected"] + r["left_out"] for r in rows)
    assert sum(r["rejected"] for r in rows) == 3


def test_who_costs_more_than_it_brings_is_told_and_not_sold_to(demo: Report) -> None:
    (customer_id,) = story("thin").customer_ids
    (found,) = about(demo, customer_id)
    assert found.code == "customer_profitability.loss"
    assert value(found, "given_back") == -story("thin").facts["rebates"]
    assert value(found, "margin") == story("thin").facts["margin_after_rebates"]


def test_the_loaded_quarters_are_told_once(demo: Report) -> None:
    truth = story("quarter_end_load")
    (found,) = about(demo, truth.customer_ids[0])
    assert found.code == "quarter_end_loading.loaded"
    assert value(found, "loaded") == truth.facts["last_week_1"]
    assert len(shown(demo)["loaded"]) == 2


def test_overdue_money_of_key_accounts_is_told(demo: Report) -> None:
    codes = [finding.code for finding in demo.findings]
    assert "receivables.overdue" in codes
    late = next(f for f in demo.findings if f.code == "receivables.late")
    assert late.subject
    row = next(r for r in shown(demo)["standing"] if r["name"] == late.subject.name)
    assert row["overdue"] == value(late, "overdue")


def test_each_account_is_told_once_and_not_too_many_are(review: Report) -> None:
    told = [finding.subject for finding in review.findings if finding.subject]
    assert len(told) == len(set(told))
    assert len(review.findings) <= 10


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


def test_potential_customers_are_those_without_an_order(potential: Report) -> None:
    tables = shown(potential)
    assert sum(r["accounts"] for r in tables["prospects_by_source"]) == 62
    assert all(r["kind"] != "长期合作伙伴" for r in tables["3_customers"])
    conversion = {r["source"]: r for r in tables["conversion_by_source"]}
    assert conversion["转介绍"]["share"].low > conversion["展会"]["share"].high


# Parts of the customers, and what is not there.

DAY = usual.DAY


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


def section_of(report: Report, title: str) -> Section:
    return next(s for s in report.sections if isinstance(s, Section) and s.title == title)


@pytest.mark.parametrize("name", [name.replace("_", "-") for name in reports.names()])
def test_what_the_data_cannot_answer_is_left_out_and_said(name: str) -> None:
    lines = [line("c1", f"o{at}", date(2024, at, 1), 100 + at) for at in range(1, 13)]
    tables = tables_of(lines, DAY, [{"customer_id": "c1"}, {"customer_id": "new"}])
    report = run.compose(tables, name)
    left_out = section_of(report, "What is not in this report, and what would answer it")
    said = {s.title: s.blocks for s in left_out.blocks if isinstance(s, Section)}
    assert len(said) >= 3
    for language in LANGUAGES:
        assert "zhibi import FILE --kind" in run.render(report, style="text", language=language)


def test_without_anybody_to_win_it_is_said() -> None:
    tables = tables_of([line("c1", "o1", DAY, 100)], DAY)
    with pytest.raises(ZhibiError, match="no potential customer"):
        run.compose(tables, "potential-customers")


def test_without_orders_it_is_said() -> None:
    tables = tables_of([line("c1", "o1", DAY, 100)], DAY.replace(year=DAY.year - 1))
    for name in ("key-accounts", "customer-base"):
        with pytest.raises(ZhibiError, match="no order lines"):
            run.compose(tables, name)


# Every figure again.


WORDS = (Unit.NAME, Unit.NAMES, Unit.TERM, Unit.TERMS)


def test_every_figure_can_be_recomputed(review: Report) -> None:
    tables = shown(review)
    for number, finding in enumerate(review.findings, 1):
        again_of = AGAIN.get(finding.code) or AGAIN[finding.code.rpartition(".")[0]]
        expected = again_of(finding, tables, number)
        for name, figure in finding.says.figures.items():
            if figure.unit not in WORDS and f"{{{name}" in finding.says.template:
                again = expected[name]
                if not isinstance(again, Estimate):
                    again = pytest.approx(again)
                assert figure.value == again, f"{finding.code} {name}"


def test_evidence_is_the_rows_behind_each_finding(review: Report) -> None:
    assert len(review.evidence) == len(review.findings)
    for finding, table in zip(review.findings, review.evidence, strict=True):
        if finding.subject and finding.code.startswith("purchase_rhythm"):
            lines = [r for r in records(table) if r["order_date"] > year_before(review)]
            assert sum(r["amount"] for r in lines) == value(finding, "net")


def test_renders_in_both_languages(review: Report) -> None:
    page = run.render(review, style="html", language="zh-CN")
    assert page.count("<h2") > 5
    text = run.render(review, style="text", language="en")
    for section in review.sections:
        if isinstance(section, Section):
            assert section.title in text
            assert f">{section.title}<" not in page


def year_before(report: Report) -> Any:
    day = report.identity.as_of
    return day.replace(year=day.year - 1)


def total(rows: list[Record], key: str) -> Any:
    return sum((r[key] for r in rows), Decimal(0))


def _total(finding: Finding, tables: Mapping[str, list[Record]], _: int) -> dict[str, Any]:
    steps, changes = tables["steps"], tables["1_changes"]
    now, base = total(steps, "net"), total(steps, "net_before")
    one = (max if now > base else min)(changes, key=lambda r: r["change"])
    return {
        "net": total(changes, "net"),
        "change": now - base,
        "growth": float((now - base) / base),
        "one": one["change"],
        "rest": float((now - base - one["change"]) / base),
    }


def _dependence(_: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    def held(key: str) -> list[float]:
        ranking = tables[f"{at}_ranking"]
        return sorted((float(r[key]) for r in ranking if r[key] > 0), reverse=True)

    def top(nets: list[float]) -> float:
        return sum(nets[: math.ceil(len(nets) * 0.2)]) / sum(nets)

    nets, so_far, count = held("net"), 0.0, 0
    while so_far < 0.8 * sum(nets):
        so_far += nets[count]
        count += 1
    return {
        "share": top(nets),
        "before": top(held("net_before")),
        "n": math.ceil(len(nets) * 0.2),
        "few": count / len(nets),
    }


def _beyond(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["beyond"] if r["name"] == finding.subject.name)
    return {
        "days": row["since"],
        "usual": row["usual"],
        "stake": row["stake"],
        "net": row["net"],
        "longer": value(finding, "longer"),
        "gaps": value(finding, "gaps"),
    }


def _red_together(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    red = [r for r in tables["beyond"] if r["status"] == "red"]
    first = next(r for r in red if r["name"] == value(finding, "name"))
    record = {r["rule"]: r for r in tables["record"]}
    return {
        "n": len(red),
        "net": total(red, "net"),
        "first": first["net"],
        "quarters": value(finding, "quarters"),
        "marked": record["red"]["marked"],
        "share": record["red"]["share"],
        "horizon": 90,
        "base": record["not red"]["share"].value,
    }


def _fall(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["explained"] if r["name"] == finding.subject.name)
    net = row["average"] * row["orders"]
    return {
        "net": pytest.approx(net, abs=row["orders"]),
        "change": row["change"],
        "growth": float(row["change"] / (value(finding, "net") - row["change"])),
        "orders": row["orders"],
        "orders_before": row["orders_before"],
        "average": row["average"],
        "average_before": row["average_before"],
        "part": min(row[key] for key in ("price", "volume", "mix", "dropped")),
    }


def _left_head(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["movers"] if r["name"] == finding.subject.name)
    return {
        "class": row["class"],
        "before": row["net_before"],
        "net": row["net"],
        "orders": row["orders"],
        "orders_before": row["orders_before"],
    }


def _whitespace(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["breadth"] if r["name"] == finding.subject.name)
    return {
        "own": row["categories"],
        "usual": row["peer_categories"],
        "peers": row["peer_count"],
        "potential": row["potential"],
    }


A_YEAR_BEFORE = date(2025, 9, 30)  # of the demo company


def own_row(finding: Finding, rows: list[Record]) -> Record:
    assert finding.subject
    return next(r for r in rows if r["name"] == finding.subject.name)


def _overdue(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    owing = sorted((r["overdue"] for r in tables[f"{at}_owing"]), reverse=True)
    overdue, so_far, count = sum(owing), Decimal(0), 0
    while so_far < overdue * Decimal("0.8"):
        so_far += owing[count]
        count += 1
    open_ = total(tables[f"{at}_owing"], "open")
    return {
        "overdue": overdue,
        "open": open_,
        "share": float(overdue / open_),
        "n": count,
        "most": owing[0],
    }


def _late(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_owing"]
    paid = own_row(finding, tables["paying"])
    return {
        "overdue": row["overdue"],
        "days": row["oldest_days"],
        "usual": abs(paid["median_days"]),
    }


def _loss(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = own_row(finding, tables["losing"])
    sold = tables.get("2_ranking") or tables["1_accounts"]
    ranked = [r["customer_id"] for r in sorted(sold, key=lambda r: -r["net"])]
    return {
        **row,
        "given_back": -row["given_back"] if "given_back" in row else 0,
        "lost": -row.get("contribution", row["margin"]),
        "place": ranked.index(finding.subject.customer_id) + 1,
    }


def _loaded(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    row = next(r for r in tables[f"{at}_loaded"] if r["end"] == value(finding, "end"))
    assert row["sustained"] == row["loaded"] - row["back"]
    return {**row, "days": 7, "after": 45, "share_back": float(row["back"] / row["loaded"])}


def _dropped(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    row = own_row(finding, tables["dropped"])
    return {
        "net": row["net_before"],
        "peers": row["peer_count"],
        "still": row["still"].value if isinstance(row["still"], Estimate) else row["still"],
        "months": 6,
    }


def _retention(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    return {name: figure.value for name, figure in finding.says.figures.items()}


def _key_value(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_accounts"]
    (name,) = {r["segment"] for r in rows if min(r["r"], r["f"], r["m"]) == 5}
    held = [r for r in rows if r["segment"] == name]
    return {
        "n": len(held),
        "share_of_accounts": len(held) / len(rows),
        "share": float(total(held, "net") / total(rows, "net")),
    }


def _holds_most(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_members"]
    first = max(tables["clusters"], key=lambda r: r["net"])
    held = [r for r in rows if r["segment"] == first["segment"]]
    net = total(held, "net")
    return {
        "n": len(held),
        "part": len(held) / len(rows),
        "share": float(net / total(rows, "net")),
        "each": pytest.approx(net / len(held), abs=Decimal("0.01")),
    }


def _falls(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["clusters"] if r["net"] == value(finding, "net"))
    lines = tables[f"lines_{finding.subject.customer_id}"]
    year = A_YEAR_BEFORE
    now = total([r for r in lines if r["order_date"] > year], "amount")
    return {
        "n": row["accounts"],
        "net": row["net"],
        "before": row["net_before"],
        "change": float(row["net"] / row["net_before"] - 1),
        "lost": total(lines, "amount") - 2 * now,
    }


def _lifetime(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_customers"]
    expected = value(finding, "expected")
    assert expected.n == len(rows)
    each = [r["expected"].value for r in rows]  # rounded to a tenth or so, customer by customer
    assert sum(each) == pytest.approx(expected.value, rel=1e-3)
    return {"expected": expected, "horizon": 90, "before": value(finding, "before")}


def _warned(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_keep"]
    return {**row, "share": row["chance"], "horizon": 90}


def _answered(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_accounts"]
    return {"share": row["content_share"], "net": row["net"], "before": row["net_before"]}


def _making(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = own_row(finding, tables["accounts"])
    lines = tables[f"lines_{finding.subject.customer_id}"]
    before = [r for r in lines if r["order_date"] <= A_YEAR_BEFORE]
    return {**row, "before": total(before, "amount")}


def _on_file(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables["prospects_by_region"]
    n = sum(r["accounts"] for r in rows)
    stages = sum(r["accounts"] for r in tables["conversion_by_source"])
    assert stages < n / value(finding, "share")
    return {
        "n": n,
        "share": n / 397,
        "judged": sum(r["judged"] for r in rows),
        "expected": total(rows, "expected"),
    }


def _late_to_sign(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    targets = [
        r
        for r in tables[f"{at}_open"]
        if r["stage"] == "target customer" and r["contract_on"] is None
    ]
    late = [r for r in targets if r["expected_month"] and r["expected_month"] < date(2026, 9, 1)]
    most = max(late, key=lambda r: r["expected_amount"])
    return {
        "n": len(late),
        "targets": len(targets),
        "amount": total(late, "expected_amount"),
        "own": most["expected_amount"],
        "month": most["expected_month"],
    }


def _near(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_customers"]
    near = [r for r in rows if r["money"] == r["authority"] == r["need"] == "yes"]
    amounts = [r["amount"] for r in near if r["amount"]]
    new = len(near)  # all of them are potential customers
    return {
        "n": len(near), "of": len(rows), "new": new, "amount": sum(amounts), "own": max(amounts)
    }  # fmt: skip


def _review(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_open"]
    due = [r for r in rows if (date(2026, 9, 30) - r["reviewed_on"]).days > 180]
    return {
        "n": len(due),
        "listed": len(rows),
        "days": 180,
        "amount": sum(r["expected_amount"] or 0 for r in due),
        "on": min(r["reviewed_on"] for r in due),
    }


def _fell_back(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_open"]
    return {"on": row["stage_on"], "amount": row["expected_amount"]}


def _first(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    ours, *_, all_ = tables["record"]
    assert tables[f"{at}_ranking"][0]["name"] == value(finding, "name")
    return {
        "n": 10,
        "of": len(tables[f"{at}_ranking"]),
        "months": 6,
        "share": ours["precision"],
        "base": all_["precision"].value,
    }


def _ask(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_customers"]
    assert row[finding.code.rpartition("_")[2]] == "unknown"
    return {"amount": row["amount"]}


def _wasted(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_wasted"]
    own = next(r for r in rows if r["salesperson"] == value(finding, "who"))
    never = total(rows, "never")
    whole = never + total(rows, "reached")
    return {
        "never": never,
        "whole": whole,
        "share": float(never / whole),
        "months": 12,
        "own": float(own["never"] / (own["never"] + own["reached"])),
        "n": own["never_accounts"],
    }


def _left(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    row = next(r for r in tables[f"{at}_steps"] if r["step"] == value(finding, "step"))
    return {"left": row["left"], "reached": row["reached"], "share": row["ordered"].value}


AGAIN: dict[str, Callable[[Finding, Mapping[str, list[Record]], int], dict[str, Any]]] = {
    "sales_trend.total": _total,
    "sales_trend.fall": _fall,
    "concentration.dependence": _dependence,
    "concentration.left_head": _left_head,
    "product_preference.whitespace": _whitespace,
    "purchase_rhythm.red": _beyond,
    "purchase_rhythm.amber": _beyond,
    "purchase_rhythm.summary": _red_together,
    "receivables.overdue": _overdue,
    "receivables.late": _late,
    "customer_profitability.loss": _loss,
    "quarter_end_loading.loaded": _loaded,
    "product_preference.dropped": _dropped,
    "sales_trend.retention": _retention,
    "rfm.key_value": _key_value,
    "segments.holds_most": _holds_most,
    "segments.falls": _falls,
    "customer_lifetime.orders": _lifetime,
    "churn_warning.account": _warned,
    "satisfaction.discontent": _answered,
    "satisfaction.content_but_less": _answered,
    "key_account_marks.in_the_making": _making,
    "potential_customers.on_file": _on_file,
    "customer_funnel.late": _late_to_sign,
    "customer_funnel.review": _review,
    "customer_funnel.fell_back": _fell_back,
    "customer_funnel.wasted": _wasted,
    "man.near": _near,
    "man.ask_authority": _ask,
    "man.ask_need": _ask,
    "prospect_ranking.first": _first,
    "purchase_path.left": _left,
}
