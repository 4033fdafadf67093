"""Segments: one example by hand, planted groups found, and what cannot be segmented."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods import segments
from zhibi.methods.segments import Params
from zhibi.result import Table, Unit
from zhibi.tables.tables import Tables

DAY = date(2024, 12, 31)


def records(table: Table) -> list[dict]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.all_rows()]


def segment_of(result: segments.Segments) -> dict[str, object]:
    return {row["customer_id"]: row["segment"] for row in records(result.members)}


# The worked example of docs/methods/segments.md.
EXAMPLE = [
    *(
        line(who, f"{who}{at}", DAY - timedelta(days=10 * at), 100)
        for who in ("ann", "bob", "cat")
        for at in range(4)
    ),
    *(line(who, who, DAY - timedelta(days=10), 1000) for who in ("dan", "eve", "fay")),
]
BY_HAND = Params(features="orders,average", sought=False, count=2)


def test_worked_example() -> None:
    result = segments.analyze(tables_of(EXAMPLE, DAY), BY_HAND)
    seldom, frequent = records(result.clusters)
    assert seldom["segment"] == ("seldom", "large orders")
    assert (seldom["accounts"], seldom["net"], seldom["orders"]) == (3, 3000, 3)
    assert seldom["share"] == pytest.approx(3000 / 4200)
    assert frequent["segment"] == ("frequent", "small orders")
    assert (frequent["accounts"], frequent["net"], frequent["average"]) == (3, 1200, 400)
    first, second = records(result.profile)
    assert (first["orders"], first["average"]) == (1, Decimal(1000))
    assert (second["orders"], second["average"]) == (4, Decimal(100))
    assert segment_of(result)["ann"] == ("frequent", "small orders")


BY_SIZE = Params(features="orders,average")


def planted(seed: int = 1, each: int = 40) -> tuple[list[dict], dict[str, int]]:
    """Weekly small buyers, quarterly large ones, and those who stopped after two orders."""
    rng = np.random.default_rng(seed)
    kinds = ((40, 7, 0, 200), (4, 80, 20, 20_000), (2, 30, 220, 2_000))
    lines, truth = [], {}
    for kind, (orders, gap, quiet, size) in enumerate(kinds):
        for n in range(each):
            who = f"{'bca'[kind]}{n:02}"
            truth[who] = kind
            since = quiet + int(rng.integers(0, gap))
            usual = size * float(rng.lognormal(0, 0.6))
            for at in range(orders + int(rng.integers(0, orders // 4 + 1)) * (orders > 9)):
                ago = min(since + at * gap, 365)
                amount = round(usual * float(rng.lognormal(0, 0.2)), 2)
                lines.append(line(who, f"{who}-{at}", DAY - timedelta(ago), str(amount)))
    return lines, truth


@pytest.fixture(scope="module")
def found() -> segments.Segments:
    lines, _ = planted()
    return segments.analyze(tables_of(lines, DAY), BY_SIZE)


def test_planted_groups_are_found_and_named(found: segments.Segments) -> None:
    _, truth = planted()
    assert found.natural == 3
    own = segment_of(found)
    names = [Counter(own[who] for who, kind in truth.items() if kind == at) for at in range(3)]
    usual = [kind.most_common(1)[0][0] for kind in names]
    assert "frequent" in usual[0]
    assert "large orders" in usual[1]
    assert len(set(usual)) == 3
    assert sum(kind[name] for kind, name in zip(names, usual, strict=True)) >= 0.97 * len(truth)


def test_every_account_is_in_one_segment_and_money_adds_up(found: segments.Segments) -> None:
    lines, truth = planted()
    net = sum(row["amount"] for row in lines if row["order_date"] > date(2023, 12, 31))
    assert found.clusters.totals
    assert found.members.totals
    assert found.clusters.totals[1] == found.members.row_count == len(truth)
    assert found.clusters.totals[3] == found.members.totals[3] == net
    for row in records(found.clusters):
        own = [one for one in records(found.members) if one["segment"] == row["segment"]]
        assert len(own) == row["accounts"]
        assert sum(one["net"] for one in own) == row["net"]


def test_findings_say_what_the_tables_say(found: segments.Segments) -> None:
    most = next(one for one in found.findings if one.code == "segments.holds_most")
    first = records(found.clusters)[0]
    figures = {key: figure.value for key, figure in most.says.figures.items()}
    assert figures == {
        "what": first["segment"],
        "share": first["share"],
        "n": first["accounts"],
        "part": first["share_of_accounts"],
        "each": first["average"],
    }


def test_labels_do_not_depend_on_the_order_of_the_lines(found: segments.Segments) -> None:
    lines, _ = planted()
    again = segments.analyze(tables_of(lines[::-1], DAY), BY_SIZE)
    assert segment_of(again) == segment_of(found)
    assert again.clusters == found.clusters


def test_one_cloud_has_no_natural_groups() -> None:
    rng = np.random.default_rng(4)
    lines = [
        line(f"c{n:03}", f"o{n}-{at}", DAY - timedelta(days=int(ago)), str(round(amount, 2)))
        for n in range(150)
        for at, (ago, amount) in enumerate(
            zip(
                rng.integers(0, 360, max(1, int(rng.normal(30, 6)))),
                rng.lognormal(7 + rng.normal(0, 0.6), 0.5, 100),
                strict=False,
            )
        )
    ]
    result = segments.analyze(tables_of(lines, DAY), Params(features="orders,net", count=3))
    assert result.natural is None
    assert result.clusters.row_count == 3
    assert any("No natural groups" in note.says.template for note in result.notes)


def test_ward_finds_the_planted_groups_too() -> None:
    lines, truth = planted(each=12)
    result = segments.analyze(tables_of(lines, DAY), Params(way="ward", sought=False, count=3))
    own = segment_of(result)
    assert len({(own[who], kind) for who, kind in truth.items()}) == 3


def by_industry() -> Tables:
    customers = [
        {"customer_id": "a", "name": "a", "industry": "tyres", "owner": "王敏"},
        {"customer_id": "b", "name": "b", "industry": "tyres"},
        {"customer_id": "c", "name": "c", "industry": "food"},
        {"customer_id": "d", "name": "d"},
    ]
    before = DAY - timedelta(days=500)
    lines = [
        line("c", "0", DAY - timedelta(days=800), 1),
        line("a", "1", before, 900),
        line("a", "2", DAY, 300),
        line("b", "3", before, 100),
        line("c", "4", before, 100),
        line("c", "5", DAY, 150),
        line("d", "6", DAY, 50),
    ]
    return tables_of(lines, DAY, customers)


def test_by_industry_counts_what_was_lost_and_keeps_the_unknown_apart() -> None:
    result = segments.analyze(by_industry(), Params(by="industry"))
    rows = {row["segment"]: row for row in records(result.clusters)}
    assert {
        name: (row["accounts"], row["net"], row["net_before"]) for name, row in rows.items()
    } == {
        "tyres": (2, 300, 1000),
        "food": (1, 150, 100),
        None: (1, 50, 0),
    }
    falls = next(one for one in result.findings if one.code == "segments.falls")
    assert falls.subject
    assert falls.subject.customer_id == "a"
    assert (falls.stake, falls.owner) == (700, "王敏")
    assert falls.says.figures["lost"].value == 600
    grows = next(one for one in result.findings if one.code == "segments.grows")
    assert grows.says.figures["change"].value == pytest.approx(0.5)


def test_purchasing_power_is_thirds_of_revenue() -> None:
    customers = [
        {"customer_id": f"c{n}", "name": f"c{n}", "annual_revenue": Decimal(n) if n else None}
        for n in range(7)
    ]
    lines = [line(f"c{n}", f"o{n}", DAY, 10 + n) for n in range(7)]
    result = segments.analyze(tables_of(lines, DAY, customers), Params(by="purchasing power"))
    assert segment_of(result) == {
        "c0": None,
        **dict.fromkeys(("c1", "c2"), "lower third"),
        **dict.fromkeys(("c3", "c4"), "middle third"),
        **dict.fromkeys(("c5", "c6"), "upper third"),
    }


def test_a_column_that_no_import_filled_is_named() -> None:
    with pytest.raises(ZhibiError, match="needs the column region in customers"):
        segments.analyze(by_industry(), Params(by="region"))
    with pytest.raises(ZhibiError, match="needs the column cost in order_lines"):
        segments.analyze(by_industry(), Params(features="margin_rate"))
    with pytest.raises(ZhibiError, match="no feature colour; choose from days, orders"):
        segments.analyze(by_industry(), Params(features="orders,colour"))


def test_equal_customers_are_one_segment() -> None:
    lines = [line(f"c{n}", f"o{n}", DAY, 7) for n in range(40)]
    result = segments.analyze(tables_of(lines, DAY))
    assert result.clusters.column("segment") == (("all alike",),)
    assert result.clusters.totals
    assert result.clusters.totals[3] == 280
    assert result.findings == ()


def test_more_segments_than_kinds_are_not_made() -> None:
    result = segments.analyze(tables_of(EXAMPLE, DAY), Params(features="orders,average", count=5))
    assert result.clusters.row_count == 2


def test_a_feature_all_share_is_left_out_and_named() -> None:
    params = Params(features="orders,categories,average", sought=False, count=2)
    lines = [{**row, "category": "x"} for row in EXAMPLE]
    result = segments.analyze(tables_of(lines, DAY), params)
    equal = [note.says for note in result.notes if "are equal in" in note.says.template]
    assert [says.figures["what"].value for says in equal] == ["Categories bought"]
    drawn = {row[0] for row in result.charts[0].rows}
    assert "Categories bought" not in drawn


def test_returns_alone_are_no_reason_to_segment() -> None:
    result = segments.analyze(tables_of([line("a", "1", DAY, -5)], DAY))
    assert result.clusters.row_count == 0
    assert any("nothing to segment" in note.says.template for note in result.notes)


def test_the_number_of_segments_is_shown_with_every_index(found: segments.Segments) -> None:
    rows = records(found.tried)
    assert [row["count"] for row in rows] == list(range(2, 11))
    assert all(row["excess"] == row["agreement"] - row["structureless"] for row in rows)
    assert found.clusters.columns[0].unit is Unit.TERMS


def test_a_change_is_told_against_the_year_before_and_of_the_new_not_at_all() -> None:
    """One sells 150 after 100, one 50 after nothing: of both years' sales +.2 and +1."""
    before = DAY - timedelta(days=500)
    lines = [
        line("old", "0", DAY - timedelta(days=800), 1),
        line("old", "1", before, 100),
        line("old", "2", DAY, 150),
        line("new", "3", DAY, 50),
    ]
    result = segments.analyze(
        tables_of(lines, DAY), Params(features="change", sought=False, count=2)
    )
    told = {row["segment"]: row["change"] for row in records(result.profile)}
    assert told == {("buying less",): pytest.approx(0.5), ("buying more",): None}
