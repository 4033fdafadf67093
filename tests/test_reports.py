"""The review of two samples: its planted stories, and every figure of its sentences again.

Each figure is recomputed from the report's own tables: those it shows, and the evidence behind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.samples import imported, today
from zhibi import run
from zhibi.locale import LANGUAGES
from zhibi.reports.document import Report
from zhibi.result import Block, Estimate, Finding, Section, Table, Unit
from zhibi.tables.settings import Settings
from zhibi.worlds.daichuan import daichuan
from zhibi.worlds.world import Story

SETTINGS = {
    "daichuan": Settings(currency="CNY", language="zh-CN"),
    "adventureworks": Settings(currency="USD", language="en", calendar="none"),
}


@pytest.fixture(scope="module", params=SETTINGS)
def review(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed(str(request.param), tmp_path_factory)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed("daichuan", tmp_path_factory)


_REVIEWED: dict[str, Report] = {}


def reviewed(name: str, folders: pytest.TempPathFactory) -> Report:
    if name not in _REVIEWED:
        workspace = imported(folders.mktemp(name) / "w", name, SETTINGS[name])
        tables = run.open_tables(workspace, today=today())
        _REVIEWED[name] = run.compose(tables, "key-accounts", sources=run.sources(workspace))
    return _REVIEWED[name]


Record = Mapping[str, Any]


def tables_of(report: Report) -> dict[str, list[Record]]:
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
    row = next(r for r in tables_of(demo)["key_accounts"] if r["name"].startswith("北岳"))
    assert len(members) == 6
    assert row["share"] == pytest.approx(0.106, abs=0.001)


def test_a_renamed_company_is_one_customer(demo: Report) -> None:
    names = [r["name"] for r in tables_of(demo)["1_changes"]]
    renamed = story("renamed").customer_ids
    ids = [r["customer_id"] for r in tables_of(demo)["1_changes"]]
    assert len(renamed) == 2
    assert sum(one in ids for one in renamed) == 1
    assert len(names) == len(set(names))


def test_who_buys_less_widely_than_its_peers_is_found(demo: Report) -> None:
    (customer_id,) = story("whitespace").customer_ids
    assert customer_id == "020009"
    row = next(r for r in tables_of(demo)["breadth"] if r["name"] == "济南食品有限公司")
    assert row["categories"] == story("whitespace").facts["lines_bought"]
    assert row["peer_categories"] > 3
    assert set(row["open"]) == {"螺杆机", "干燥过滤"}


def test_what_was_left_out_is_said(demo: Report) -> None:
    rows = tables_of(demo)["sources"]
    assert all(r["rows"] == r["kept"] + r["rejected"] + r["left_out"] for r in rows)
    assert sum(r["rejected"] for r in rows) == 3


# Every figure again.


def test_every_figure_can_be_recomputed(review: Report) -> None:
    tables = tables_of(review)
    for number, finding in enumerate(review.findings, 1):
        expected = AGAIN[finding.code](finding, tables, number)
        for name, figure in finding.says.figures.items():
            if figure.unit not in (Unit.NAME, Unit.NAMES) and f"{{{name}" in finding.says.template:
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
    for language in LANGUAGES:
        page = run.render(review, style="html", language=language)
        assert page.count("<h2") > 5


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


AGAIN: dict[str, Callable[[Finding, Mapping[str, list[Record]], int], dict[str, Any]]] = {
    "sales_trend.total": _total,
    "sales_trend.fall": _fall,
    "concentration.dependence": _dependence,
    "concentration.left_head": _left_head,
    "product_preference.whitespace": _whitespace,
    "purchase_rhythm.red": _beyond,
    "purchase_rhythm.amber": _beyond,
    "purchase_rhythm.summary": _red_together,
}
