"""Moves between classes by hand, and against a slow ranking of the lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.class_moves import class_moves
from zhibi.measures.periods import trailing
from zhibi.measures.rows import fetch
from zhibi.methods import abc_migration
from zhibi.methods.abc_migration import Params, analyze

DAY = date(2024, 12, 31)
BEFORE, NOW = date(2023, 6, 1), date(2024, 6, 1)


def orders(who: str, day: date, count: int, each: int, **more: object) -> list[dict]:
    return [line(who, f"{who}{day}{n}", day, each, **more) for n in range(count)]


# The worked example of docs/methods/abc_migration.md.
EXAMPLE = [
    *orders("ann", BEFORE, 6, 100), *orders("ann", NOW, 6, 105),
    *orders("bob", BEFORE, 5, 50), *orders("bob", NOW, 2, 30),
    *orders("cat", BEFORE, 2, 50), *orders("cat", NOW, 2, 105),
    *orders("dan", BEFORE, 1, 50),
    *orders("eve", NOW, 1, 100),
]  # fmt: skip


@pytest.fixture(scope="module")
def example() -> abc_migration.Migration:
    return analyze(tables_of(EXAMPLE, DAY))


def moves_of(found: abc_migration.Migration) -> dict[str, tuple[object, ...]]:
    keys = ("name", "class_before", "class", "cause")
    rows = [row for table in found.moves for row in zip(*map(table.column, keys), strict=True)]
    return {str(name): tuple(rest) for name, *rest in rows}


def test_worked_example_moves(example: abc_migration.Migration) -> None:
    assert moves_of(example) == {
        "bob": ("head", "tail", "fewer orders"),
        "cat": ("middle", "head", "larger orders"),
        "dan": ("tail", "no sales", "lost"),
        "eve": ("no sales", "middle", "new"),
    }


def test_worked_example_matrix_adds_up(example: abc_migration.Migration) -> None:
    assert example.matrix.totals == (None, None, 5, 1000, 0, 1000)
    assert example.matrix.rows[0] == ("head", "head", 1, 600, 30, 630)
    assert example.causes.totals
    assert example.causes.totals[2:] == (4, 400, -30, 370)


def test_the_maps_show_every_cell_once(example: abc_migration.Migration) -> None:
    assert len(example.counts.rows) == len({row[:2] for row in example.counts.rows}) == 15
    assert sum(row[2] for row in example.counts.rows) == 5
    assert sum(row[2] for row in example.money.rows) == 1000
    assert example.money.text.figures["kept"].value == 630


def test_the_news_is_what_became_of_the_head(example: abc_migration.Migration) -> None:
    figures = {name: figure.value for name, figure in example.findings[0].says.figures.items()}
    counts = ("n", "stayed", "fell", "left", "rose", "base", "now")
    assert [figures[name] for name in counts] == [2, 1, 1, 0, 1, 850, 690]
    assert [(f.code, f.stake) for f in example.findings if f.subject] == [
        ("abc_migration.down", 190),
        ("abc_migration.up", 110),
        ("abc_migration.entered", 100),
    ]


def test_cheaper_products_are_the_cause_when_they_explain_it() -> None:
    def machines(day: date, product: str, each: int) -> list[dict]:
        return orders(
            "tex", day, 8, each, product_id=product, category="machines", quantity=Decimal(1)
        )

    big = [one for day in (BEFORE, NOW) for one in orders("big", day, 1, 1000)]
    mid = [one for day in (BEFORE, NOW) for one in orders("mid", day, 1, 500)]
    tables = tables_of(
        [*big, *mid, *machines(BEFORE, "dear", 90), *machines(NOW, "plain", 20)], DAY
    )
    found = analyze(tables)
    assert moves_of(found)["tex"] == ("head", "tail", "cheaper products")
    (fall,) = [finding for finding in found.findings if finding.code == "abc_migration.down"]
    assert fall.says.figures["mix"].value == -560
    assert fall.says.figures["average"].value == 20


def test_a_class_that_moves_against_its_own_sales_is_the_others_doing() -> None:
    lines = [*orders("ann", BEFORE, 1, 60), *orders("ann", NOW, 1, 70)]
    lines += [*orders("bob", BEFORE, 1, 40), *orders("bob", NOW, 1, 400)]
    assert moves_of(analyze(tables_of(lines, DAY)))["ann"] == ("head", "middle", "others grew")


def test_who_came_back_is_not_new() -> None:
    lines = [*EXAMPLE, *orders("eve", date(2021, 1, 1), 1, 10)]
    assert moves_of(analyze(tables_of(lines, DAY)))["eve"][-1] == "returning"


def test_any_two_days_can_be_compared() -> None:
    tables = tables_of([*EXAMPLE, *orders("fay", date(2022, 3, 1), 1, 500)], DAY)
    found = analyze(tables, Params(from_day="2022-12-31", to_day="2023-12-31"))
    assert (found.before.end, found.period.end) == (date(2022, 12, 31), date(2023, 12, 31))
    assert moves_of(found)["fay"] == ("head", "no sales", "lost")
    assert len(found.notes) == 2  # the data begins inside 2022


def test_the_default_is_a_year_before_the_as_of_day(example: abc_migration.Migration) -> None:
    assert (example.before.end, example.period.end) == (date(2023, 12, 31), DAY)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        (Params(from_day="last year"), "from_day is last year, which is no day"),
        (Params(to_day="2024-02-30"), "to_day is 2024-02-30, which is no day"),
        (Params(to_day="2025-01-01"), "after 2024-12-31, the day the data is seen from"),
        (Params(from_day="2024-12-31"), "not before 2024-12-31, the later day"),
    ],
)
def test_days_that_make_no_periods_are_refused(params: Params, said: str) -> None:
    with pytest.raises(ZhibiError, match=said):
        analyze(tables_of(EXAMPLE, DAY), params)


sales = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.booleans(), st.integers(-20, 200)),
    min_size=1,
    max_size=14,
)


def slow_class(sums: dict[str, int]) -> dict[str, str]:
    total = sum(net for net in sums.values() if net > 0)
    held, found = 0, {}
    for who, net in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])):
        share = held / total if total else 1
        found[who] = "tail" if net <= 0 or share >= 0.9 else "head" if share < 0.7 else "middle"
        held += max(net, 0)
    return found


@settings(max_examples=8, deadline=None)
@given(sales)
def test_against_a_slow_ranking(given_sales: list[tuple[str, bool, int]]) -> None:
    lines = [
        line(who, str(at), NOW if is_now else BEFORE, net)
        for at, (who, is_now, net) in enumerate(given_sales)
    ]
    classes = []
    for period in (False, True):
        own = [(who, net) for who, is_now, net in given_sales if is_now is period]
        sums = {who: sum(net for name, net in own if name == who) for who, _ in own}
        bought = {who for who, net in own if net > 0}
        classes.append(
            {who: c for who, c in slow_class(sums).items() if who in bought or sums[who]}
        )
    expected: dict[tuple[str, str], int] = {}
    for who in classes[0] | classes[1]:
        cell = tuple(one.get(who, "no sales") for one in classes)
        expected[cell] = expected.get(cell, 0) + 1
    period, before = trailing(DAY, 12), trailing(date(2023, 12, 31), 12)
    moved = class_moves(
        tables_of(lines, DAY), period=period, before=before, head=0.7, middle=0.9, level="group"
    )
    found: dict[tuple[str, str], int] = {}
    for row in fetch(moved.select("class_before", "class")):
        cell = (row["class_before"], row["class"])
        found[cell] = found.get(cell, 0) + 1
    assert found == expected


def test_one_customer_stays_where_it_is() -> None:
    found = analyze(tables_of([*orders("ann", BEFORE, 1, 5), *orders("ann", NOW, 1, 5)], DAY))
    assert found.causes.rows == ()
    assert [finding.code for finding in found.findings] == ["abc_migration.head"]
