"""The review of key accounts of the demo company: the stories planted in it are told."""

from __future__ import annotations

import pytest
from tests.reports.reviewed import about, reviewed, shown, story, value

from zhibi.reports.document import Report


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed("daichuan", "key-accounts", tmp_path_factory)


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
