"""Effects by hand, against a slow split in exact fractions, and the stories of a small company."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures import change_of_all
from zhibi.measures.change_effects import EFFECTS
from zhibi.methods import price_volume_mix
from zhibi.methods.price_volume_mix import Params, analyze

DAY = date(2024, 12, 31)
BEFORE, NOW = date(2023, 6, 1), date(2024, 6, 1)


def buys(who: str, order: str, day: date, product: str, **more: object) -> dict:
    """A line of a product of the category its name begins with (`machines:dear`)."""
    quantity, net = more["quantity"], more["net"]
    return line(
        who,
        order,
        day,
        str(net),
        product_id=product,
        category=product.split(":", maxsplit=1)[0],
        quantity=Decimal(str(quantity)),
    )


# The worked example of docs/methods/price_volume_mix.md.
EXAMPLE = [
    buys("ann", "1", BEFORE, "machines:dear", quantity=10, net=50),
    buys("ann", "2", BEFORE, "machines:cheap", quantity=10, net=10),
    buys("ann", "3", BEFORE, "filters:one", quantity=2, net=8),
    buys("ann", "4", NOW, "machines:dear", quantity=12, net=66),
    buys("ann", "5", NOW, "machines:cheap", quantity=4, net=4),
    line("ann", "6", NOW, -3, line_kind="rebate"),
    buys("bob", "7", BEFORE, "machines:dear", quantity=1, net=5),
    buys("cat", "8", NOW, "machines:dear", quantity=2, net=10),
]


@pytest.fixture(scope="module")
def example() -> price_volume_mix.PriceVolumeMix:
    return analyze(tables_of(EXAMPLE, DAY))


def test_worked_example(example: price_volume_mix.PriceVolumeMix) -> None:
    effects = example.effects
    assert (effects.base, effects.now) == (73, 77)
    assert effects.parts == {
        "lost": -5,
        "new": 10,
        "returning": 0,
        "volume": -12,
        "mix": 16,
        "price": 6,
        "new_products": 0,
        "dropped_products": -8,
        "unpriced": -3,
    }


def test_categories_and_customers_add_up_to_the_whole(
    example: price_volume_mix.PriceVolumeMix,
) -> None:
    expected = (73, -5, 10, 0, -12, 16, 6, 0, -8, -3, 4, 77)
    for table, texts in ((example.by_category, 1), (example.by_account, 2)):
        assert table.totals
        assert table.totals[texts:] == expected


def test_the_waterfall_goes_from_base_to_now(example: price_volume_mix.PriceVolumeMix) -> None:
    amounts = [row[1] for row in example.waterfall.rows]
    assert sum(amounts[:-1]) == amounts[-1] == 77
    assert 0 not in amounts


def test_a_turn_to_cheaper_models_is_mix_with_the_account_named() -> None:
    lines = [buys("ann", "1", BEFORE, "machines:dear", quantity=4, net=400)]
    lines += [buys("ann", "2", NOW, "machines:plain", quantity=5, net=250)]
    lines += [buys("bob", str(day), day, "oil:one", quantity=1, net=9) for day in (BEFORE, NOW)]
    found = analyze(tables_of(lines, DAY))
    # One machine more at the old 100 each, and five at 50 instead of 100.
    assert (found.effects.parts["volume"], found.effects.parts["mix"]) == (100, -250)
    (mix,) = [finding for finding in found.findings if finding.code == "price_volume_mix.mix"]
    assert mix.subject
    assert (mix.subject.name, mix.stake) == ("ann", 250)
    assert mix.says.figures["category"].value == "machines"


def test_what_goes_against_an_accounts_own_direction_is_no_finding() -> None:
    """Dearer models in smaller numbers: sales grew, so fewer pieces are no bad news."""
    lines = [
        buys("ann", "1", BEFORE, "machines:dear", quantity=1, net=100),
        buys("ann", "2", BEFORE, "machines:cheap", quantity=9, net=90),
        buys("ann", "3", NOW, "machines:dear", quantity=4, net=400),
    ]
    lines += [buys("ann", "4", NOW, "machines:cheap", quantity=1, net=10)]
    found = analyze(tables_of(lines, DAY))
    assert found.effects.parts["volume"] < 0
    assert [f.code for f in found.findings if f.subject] == ["price_volume_mix.mix"]


def test_one_customer_and_one_category(example: price_volume_mix.PriceVolumeMix) -> None:
    tables = tables_of(EXAMPLE, DAY)
    ann = analyze(tables, Params(customer_id="ann"))
    assert (ann.effects.base, ann.effects.now) == (68, 67)
    assert ann.by_account.column("customer_id") == ("ann",)
    filters = analyze(tables, Params(category="filters"))
    assert (filters.effects.base, filters.effects.now) == (8, 0)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        (Params(customer_id="nobody"), "No customer has the number nobody"),
        (Params(category="boats"), "take one of filters, machines"),
    ],
)
def test_what_is_not_there_is_said(params: Params, said: str) -> None:
    with pytest.raises(ZhibiError, match=said):
        analyze(tables_of(EXAMPLE, DAY), params)


def test_without_quantities_it_says_which_column() -> None:
    with pytest.raises(ZhibiError, match="needs the column product_id in order_lines"):
        analyze(tables_of([line("ann", "1", NOW, 5)], DAY))


def test_customers_taken_together_still_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one customer explained, ann's effects are as before; the others are split as one."""
    lines = [*EXAMPLE]
    for who, dear, cheap in (("dan", 6, 2), ("eve", 2, 6)):
        for day, more in ((BEFORE, 0), (NOW, 1)):
            lines += [
                buys(
                    who, f"{who}1{day}", day, "machines:dear", quantity=dear + more, net=10 * dear
                ),
                buys(who, f"{who}2{day}", day, "machines:cheap", quantity=cheap, net=cheap + more),
            ]
    singly = analyze(tables_of(lines, DAY))
    monkeypatch.setattr(change_of_all, "EXPLAINED", 1)
    found = analyze(tables_of(lines, DAY))
    assert singly.rest.rows == ()
    assert found.rest.column("together") == (2,)
    rows = {row[0]: row for row in singly.by_account.all_rows()}
    assert all(row == rows[row[0]] for row in found.by_account.all_rows())
    assert set(found.by_account.column("customer_id")) == {"ann", "bob", "cat"}
    # Dear ones went from 8 for 80 to 10 for 80, cheap ones from 8 for 8 to 8 for 10.
    (rest,) = (dict(zip([c.key for c in found.rest.columns], found.rest.rows[0], strict=True)),)
    assert (rest["volume"], rest["mix"], rest["price"]) == (11, 9, -18)
    assert (rest["net_before"], rest["net"], rest["change"]) == (88, 90, 2)
    both = (found.by_account.totals or ())[2:], (found.rest.totals or ())[1:]
    assert [a + b for a, b in zip(*both, strict=True)] == list(found.by_category.totals[1:])  # type: ignore[index, operator]
    assert found.effects.base + sum(found.effects.parts.values()) == found.effects.now


Products = dict[str, tuple[Fraction, Fraction, Fraction, Fraction]]  # q0, net0, q1, net1


@dataclass
class Split:
    """Effects of one account and category in exact fractions, by the textbook's formulas."""

    products: Products

    def effects(self) -> dict[str, Fraction]:
        both = {k: p for k, p in self.products.items() if p[0] > 0 and p[2] > 0}
        gone = {k: p for k, p in self.products.items() if p[0] > 0 and p[2] <= 0}
        come = {k: p for k, p in self.products.items() if p[0] <= 0 and p[2] > 0}
        rest = [p for k, p in self.products.items() if k not in {**both, **gone, **come}]
        found = dict.fromkeys(EFFECTS, Fraction(0))
        if both:
            q0, net0, q1, _ = (sum(p[i] for p in both.values()) for i in range(4))
            found["volume"] += (q1 - q0) * net0 / q0
            found["mix"] += sum((p[2] - q1 * p[0] / q0) * p[1] / p[0] for p in both.values())
            found["price"] += sum(p[2] * (p[3] / p[2] - p[1] / p[0]) for p in both.values())
        if gone and come:
            q0, net0 = sum(p[0] for p in gone.values()), sum(p[1] for p in gone.values())
            q1 = sum(p[2] for p in come.values())
            volume = (q1 - q0) * net0 / q0
            found["volume"] += volume
            moved = [*gone.values(), *come.values()]
            found["mix"] += sum(p[3] - p[1] for p in moved) - volume
        else:
            found["dropped_products"] += sum((p[3] - p[1] for p in gone.values()), Fraction(0))
            found["new_products"] += sum((p[3] - p[1] for p in come.values()), Fraction(0))
        found["unpriced"] += sum((p[3] - p[1] for p in rest), Fraction(0))
        return found


sales = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["a:1", "a:2", "a:3", "b:1", "b:2"]),
        st.booleans(),
        st.decimals(0, 99, places=2),
        st.decimals(-99, 999, places=2),
    ),
    max_size=14,
)


@settings(max_examples=8, deadline=None)
@given(sales)
def test_against_a_slow_split(given_sales: list[tuple[str, str, bool, Decimal, Decimal]]) -> None:
    # One sure order in each period: everybody bought in both.
    lines = [buys(who, who + str(day), day, "c:1", quantity=1, net=10**6)
             for who in ("ann", "bob") for day in (BEFORE, NOW)]  # fmt: skip
    cells: dict[tuple[str, str], Products] = defaultdict(dict)
    for at, (who, product, is_now, quantity, net) in enumerate(given_sales):
        day = NOW if is_now else BEFORE
        lines.append(buys(who, f"o{at}", day, product, quantity=quantity, net=net))
        cell = cells[who, product[0]]
        old = list(cell.get(product, (Fraction(0),) * 4))
        old[2 * is_now] += Fraction(quantity)
        old[2 * is_now + 1] += Fraction(net)
        cell[product] = (old[0], old[1], old[2], old[3])
    found = analyze(tables_of(lines, DAY)).effects
    assert found.base + sum(found.parts.values()) == found.now
    expected = [Split(products).effects() for products in cells.values()]
    for effect in EFFECTS:
        total = sum((one[effect] for one in expected), Fraction(0))
        assert abs(Fraction(found.parts[effect]) - total) <= Fraction("0.15"), effect


def test_a_year_before_that_is_not_all_there_gives_no_growth() -> None:
    """Half a year of data against a year: +100 % would be the calendar's doing."""
    day = date(2024, 12, 31)
    lines = [
        line(
            f"c{n}", f"{n}-{step}", day - timedelta(days=30 * step), 100,
            product_id="p", quantity=Decimal(1),
        )
        for n in range(3)
        for step in range(18)
    ]  # fmt: skip
    found = analyze(tables_of(lines, day))
    assert "price_volume_mix.total" not in {finding.code for finding in found.findings}
    assert "begins on" in found.notes[0].says.template
    whole = analyze(tables_of([*lines, line("c0", "old", date(2023, 1, 1), 5)], day))
    assert whole.notes == ()
