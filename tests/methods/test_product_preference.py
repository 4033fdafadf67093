"""Preference and whitespace against sums done by hand, and against a slow, obvious computation."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.methods import product_preference as preference
from zhibi.result import Estimate, Table

DAY = date(2024, 12, 31)
RECENT, SPRING, BEFORE, OLD = (
    date(2024, 10, 1),
    date(2024, 3, 1),
    date(2023, 10, 1),
    date(2022, 1, 1),
)


def records(table: Table) -> list[dict]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.all_rows()]


def bought(who: str, **amounts: int) -> list[dict]:
    return [
        line(who, f"{who}-{category}", RECENT, amount, category=category)
        for category, amount in amounts.items()
    ]


# The worked example of docs/methods/product_preference.md: six food makers.
EXAMPLE = [
    *bought("f1", machine=800, filter=200),
    *bought("f2", machine=600, filter=300, oil=100),
    *bought("f3", machine=500, filter=300, oil=200),
    *bought("f4", machine=700, filter=200, oil=100),
    *bought("f5", machine=600, filter=100, oil=300),
    *bought("f6", machine=2000),
]
FOOD = [{"customer_id": f"f{n}", "name": f"Food {n}", "industry": "food"} for n in range(1, 7)]


@pytest.fixture(scope="module")
def example() -> preference.ProductPreference:
    return preference.analyze(tables_of(EXAMPLE, DAY, FOOD))


def test_worked_example_whitespace(example: preference.ProductPreference) -> None:
    found = {
        (row["customer_id"], row["category"]): (row["buyers"], row["potential"], row["peers"])
        for row in records(example.whitespace)
    }
    assert found == {
        ("f6", "filter"): (1.0, Estimate(400.0, 400.0, 600.0, 5), "food"),
        ("f6", "oil"): (0.8, Estimate(200.0, 200.0, 400.0, 5), "food"),
        ("f1", "oil"): (0.8, Estimate(100.0, 100.0, 200.0, 5), "food"),
    }


def test_worked_example_breadth(example: preference.ProductPreference) -> None:
    first, second, *others = records(example.breadth)
    assert (first["name"], first["categories"], first["peer_categories"]) == ("Food 6", 1, 2.8)
    assert first["open"] == ("filter", "oil")
    assert first["potential"] == Estimate(600.0, 600.0, 1000.0, 5)
    assert second["open"] == ("oil",)
    assert [row["customer_id"] for row in others] == ["f2", "f3", "f4", "f5"]
    assert {row["potential"].value for row in others} == {0.0}


def test_worked_example_lift(example: preference.ProductPreference) -> None:
    lift = {
        (row["customer_id"], row["category"]): row["lift"] for row in records(example.preference)
    }
    # f5: oil is 300 of 1,000; with its peers 400 of 6,000.
    assert lift["f5", "oil"] == pytest.approx(0.3 / (400 / 6000))


def test_potential_as_the_median_amount() -> None:
    result = preference.analyze(
        tables_of(EXAMPLE, DAY, FOOD), preference.Params(potential="amount")
    )
    found = {
        (r["customer_id"], r["category"]): r["potential"].value for r in records(result.whitespace)
    }
    assert found == {("f6", "filter"): 200.0, ("f6", "oil"): 100.0, ("f1", "oil"): 100.0}


def test_five_peers_are_the_fewest() -> None:
    result = preference.analyze(tables_of(EXAMPLE[2:], DAY, FOOD))
    assert {row["peers"] for row in records(result.breadth)} == {"none"}
    assert {row["potential"] for row in records(result.breadth)} == {None}
    assert result.whitespace.row_count == 0
    assert any("nobody" in note.says.template for note in result.notes)


def test_who_holds_half_is_no_reference() -> None:
    lines = [*EXAMPLE, *bought("f6", oil=3000)]
    result = preference.analyze(tables_of(lines, DAY, FOOD))
    assert {row["peers"] for row in records(result.breadth)} == {"none"}


def test_too_few_alike_are_compared_with_all_customers() -> None:
    people = [{**FOOD[0], "industry": "steel"}, *FOOD[1:]]
    result = preference.analyze(tables_of(EXAMPLE, DAY, people))
    assert {row["peers"] for row in records(result.breadth)} == {"all customers"}
    assert (
        preference.analyze(
            tables_of(EXAMPLE, DAY, FOOD), preference.Params(peers="all")
        ).whitespace.row_count
        == example_cells()
    )


def example_cells() -> int:
    return preference.analyze(tables_of(EXAMPLE, DAY, FOOD)).whitespace.row_count


def service(who: str, *days: date) -> list[dict]:
    return [line(who, f"{who}{day}", day, 50, category="service") for day in days]


def test_dropped_is_what_peers_still_buy() -> None:
    lines = [*EXAMPLE, *service("f1", BEFORE)]
    for who in ("f2", "f3", "f4", "f5", "f6"):
        lines += service(who, BEFORE, *([RECENT] if who in ("f2", "f3", "f4") else []))
    found = records(preference.analyze(tables_of(lines, DAY, FOOD)).dropped)
    assert [(row["customer_id"], row["net_before"], row["still"]) for row in found] == [
        ("f1", 50, 0.6),
        ("f5", 50, 0.6),
        ("f6", 50, 0.6),
    ]
    # With only two of five still buying, the category is going, not the customer.
    fewer = [row for row in lines if row["order_id"] != f"f4{RECENT}"]
    assert preference.analyze(tables_of(fewer, DAY, FOOD)).dropped.row_count == 0


def test_dropped_counts_from_the_first_day_of_the_year_before() -> None:
    peers = ("f2", "f3", "f4", "f5", "f6")
    still = [row for who in peers for row in service(who, BEFORE, RECENT)]
    for day, count in ((date(2023, 7, 1), 1), (date(2023, 6, 30), 0)):
        lines = [*EXAMPLE, *still, *service("f1", day)]
        assert preference.analyze(tables_of(lines, DAY, FOOD)).dropped.row_count == count


def test_who_buys_nothing_lately_has_not_dropped_a_category() -> None:
    """A lost account is no question of preference."""
    peers = ("f2", "f3", "f4", "f5", "f6", "f7")
    lines = [row for who in peers for row in bought(who, machine=100)]
    lines += [row for who in peers for row in service(who, BEFORE, RECENT)]
    lines += [line("f1", "1", SPRING, 100, category="machine"), *service("f1", SPRING)]
    assert preference.analyze(tables_of(lines, DAY, FOOD)).dropped.row_count == 0


def test_products_are_told_apart_by_name_where_there_is_no_category() -> None:
    lines = [
        {**{k: v for k, v in row.items() if k != "category"}, "product_name": row["category"]}
        for row in EXAMPLE
    ]
    result = preference.analyze(tables_of(lines, DAY, FOOD))
    assert result.whitespace.row_count == 3
    with pytest.raises(ZhibiError, match="category"):
        preference.analyze(tables_of(lines, DAY, FOOD), preference.Params(by="category"))


def test_without_any_product_it_says_what_is_missing() -> None:
    with pytest.raises(ZhibiError, match="category"):
        preference.analyze(tables_of([line("a", "1", RECENT, 5)], DAY))


def test_lines_without_a_category_are_said() -> None:
    lines = [*EXAMPLE, line("f1", "x", RECENT, 77)]
    result = preference.analyze(tables_of(lines, DAY, FOOD))
    assert any(figure.value == 77 for note in result.notes for figure in note.says.figures.values())
    assert result.breadth.totals[8] == 7000


def test_first_rows_are_the_largest_when_there_are_many() -> None:
    lines = []
    for n in range(80):
        lines += bought(f"c{n:02}", machine=100 + n, **({"oil": 50} if n < 60 else {}))
    result = preference.analyze(tables_of(lines, DAY))
    assert (result.whitespace.row_count, len(result.whitespace.rows)) == (20, 20)
    assert (result.breadth.row_count, len(result.breadth.rows)) == (80, 50)
    assert result.breadth.all_rows()[:50] == result.breadth.rows
    potential = [row["potential"].value for row in records(result.breadth)]
    assert potential == sorted(potential, reverse=True)


def check(result: preference.ProductPreference) -> None:
    """Tables add up, and every number in a sentence is in the result's tables."""
    for table in (result.breadth, result.whitespace, result.dropped, result.preference):
        assert len(table.all_rows()) == table.row_count
        assert table.all_rows()[: len(table.rows)] == table.rows
        for at, column in enumerate(table.columns):
            if column.total:
                assert sum(row[at] for row in table.all_rows()) == table.totals[at]
    breadth = {row["customer_id"]: row for row in records(result.breadth)}
    cells = records(result.whitespace)
    for who, row in breadth.items():
        own = [cell for cell in cells if cell["customer_id"] == who]
        assert row["open_count"] == len(own) == len(row["open"])
        assert set(row["open"]) == {cell["category"] for cell in own}
        for part in ("value", "low", "high"):
            total = getattr(row["potential"], part) if row["potential"] else 0
            summed = sum(getattr(cell["potential"], part) for cell in own)
            assert total == pytest.approx(summed, abs=0.05)
    dropped = records(result.dropped)
    for finding in result.findings:
        figures = {key: figure.value for key, figure in finding.says.figures.items()}
        who = finding.subject.customer_id
        if finding.code == "product_preference.whitespace":
            row = breadth[who]
            assert figures == {
                "name": row["name"],
                "own": row["categories"],
                "usual": row["peer_categories"],
                "peers": row["peer_count"],
                "potential": row["potential"],
                "open": row["open"],
            }
            assert finding.stake == Decimal(str(row["potential"].value)) > 0
        else:
            row = next(row for row in dropped if row["customer_id"] == who)
            assert figures["category"] == row["category"]
            assert figures["net"] == finding.stake == row["net_before"]
            assert (figures["peers"], figures["still"]) == (row["peer_count"], row["still"])
    assert len({finding.id for finding in result.findings}) == len(result.findings)


def test_findings_of_the_example(example: preference.ProductPreference) -> None:
    check(example)
    best = example.findings[0]
    assert best.subject.name == "Food 6"
    assert best.stake == 600


def test_matrix_says_won_and_open(example: preference.ProductPreference) -> None:
    status = {(row[0], row[1]): row[3] for row in example.matrix.rows}
    assert status["Food 6", "machine"] == "won"
    assert status["Food 6", "oil"] == status["Food 1", "oil"] == "open"
    assert example.matrix.text.figures["open"].value == 3


def oracle(lines: list[dict], industry: dict[str, str | None]) -> tuple[dict, dict, dict]:
    """Open cells, lifts and dropped categories, one account at a time."""

    def net(who: str, category: str, start: date, end: date) -> Decimal:
        return sum(
            (
                row["amount"]
                for row in lines
                if row["customer_id"] == who
                and row["category"] == category
                and start <= row["order_date"] <= end
            ),
            Decimal(0),
        )

    people = sorted({row["customer_id"] for row in lines})
    categories = sorted({row["category"] for row in lines})
    windows = {
        "now": (date(2024, 1, 1), DAY),
        "recent": (date(2024, 7, 1), DAY),
        "before": (date(2023, 7, 1), date(2024, 6, 30)),
    }
    won = {
        window: {(w, c): max(net(w, c, *days), Decimal(0)) for w in people for c in categories}
        for window, days in windows.items()
    }
    size = {w: sum(won["now"][w, c] for c in categories) for w in people}
    whitespace, lift, dropped = {}, {}, {}

    def usable(group: list[str]) -> bool:
        sizes = [size[w] for w in group if size[w] > 0]
        return len(sizes) >= 6 and 2 * max(sizes) < sum(sizes)

    for who in people:
        alike = [w for w in people if industry.get(who) and industry.get(w) == industry[who]]
        group = alike if usable(alike) else people if usable(people) else []
        others = [w for w in group if w != who and size[w] > 0]
        for c in categories:
            if group and size[who] > 0 and won["now"][who, c] == 0:
                shares = [float(won["now"][w, c] / size[w]) for w in others]
                low, middle, high = np.quantile(shares, [0.25, 0.5, 0.75])
                if middle > 0:
                    whitespace[who, c] = [float(size[who]) * q for q in (middle, low, high)]
            if group and won["now"][who, c] > 0:
                usual = sum(won["now"][w, c] for w in others) / sum(size[w] for w in others)
                own = won["now"][who, c] / size[who]
                lift[who, c] = float(own / usual) if usual else None
            before = [w for w in group if w != who and won["before"][w, c] > 0]
            still = [w for w in before if won["recent"][w, c] > 0]
            if (
                won["before"][who, c] > 0
                and won["recent"][who, c] == 0
                and any(won["recent"][who, other] > 0 for other in categories)
                and len(before) >= 5
                and 2 * len(still) >= len(before)
            ):
                dropped[who, c] = (won["before"][who, c], mean(w in still for w in before))
    return whitespace, lift, dropped


PEOPLE = "abcdefghijklmn"
LINES = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(["oil", "filter", "machine"]),
        st.sampled_from([RECENT, RECENT, SPRING, BEFORE, OLD]),
        st.sampled_from([-40, 10, 10, 25, 300]),
    ),
    max_size=90,
)


@settings(max_examples=12, deadline=None)
@given(
    more=LINES,
    broad=st.integers(0, 14),
    industries=st.lists(st.sampled_from(["x", "y", None]), min_size=14, max_size=14),
)
def test_agrees_with_the_slow_way(
    more: list[tuple], broad: int, industries: list[str | None]
) -> None:
    # `broad` accounts that bought everything all along make peers; the others come as drawn.
    lines = [
        line(who, f"{who}{category}{day}", day, 100, category=category)
        for who in PEOPLE[:broad]
        for category in ("oil", "filter", "machine")
        for day in (BEFORE, RECENT)
    ]
    lines += [
        line(who, f"o{at}", day, amount, category=category)
        for at, (who, category, day, amount) in enumerate(more)
    ]
    lines.append(line("z", "last", OLD, 1, category="oil"))
    people = [
        {"customer_id": who, "name": who, "industry": industry}
        for who, industry in zip(PEOPLE, industries, strict=True)
    ]
    result = preference.analyze(tables_of(lines, DAY, people))
    whitespace, lift, dropped = oracle(lines, dict(zip(PEOPLE, industries, strict=True)))
    found = {(row["customer_id"], row["category"]): row for row in records(result.whitespace)}
    assert set(found) == set(whitespace)
    for cell, expected in whitespace.items():
        estimate = found[cell]["potential"]
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx(expected, abs=0.01)
    for row in records(result.preference):
        expected_lift = lift.get((row["customer_id"], row["category"]))
        assert row["lift"] == (expected_lift and pytest.approx(expected_lift))
    assert {
        (row["customer_id"], row["category"]): (row["net_before"], pytest.approx(row["still"]))
        for row in records(result.dropped)
    } == dropped
    check(result)


def test_same_input_gives_the_same_result(example: preference.ProductPreference) -> None:
    assert preference.analyze(tables_of(EXAMPLE[::-1], DAY, FOOD)) == example


def test_sales_only_long_ago_leave_nothing_to_say() -> None:
    lines = [line("a", "1", OLD - timedelta(days=900), 5, category="oil")]
    result = preference.analyze(tables_of(lines, DAY))
    assert (result.breadth.row_count, result.whitespace.row_count) == (0, 0)
    assert result.findings == ()


def test_a_large_account_is_compared_with_the_large_ones_of_its_industry() -> None:
    """Eighteen of one trade: the six large buy two categories, the small ones filters only."""
    lines = []
    for n in range(18):
        large = n < 6
        lines.append(
            line(
                f"c{n:02}", f"f{n}", date(2024, 6, 1), 1000 if large else 10 + n, category="filters"
            )
        )
        if large and n:
            lines.append(line(f"c{n:02}", f"m{n}", date(2024, 6, 1), 900, category="machines"))
    lines += [line("c06", "m6", date(2024, 6, 1), 5, category="machines")]
    customers = [
        {"customer_id": f"c{n:02}", "name": f"c{n:02}", "industry": "food"} for n in range(18)
    ]
    found = preference.analyze(tables_of(lines, DAY, customers))
    large = next(row for row in records(found.breadth) if row["customer_id"] == "c00")
    assert (large["peers"], large["peer_count"], large["open"]) == ("food", 5, ("machines",))
