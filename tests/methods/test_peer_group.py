"""Look-alikes by hand, against an oracle, and nobody given away."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from tests.methods.given import line, tables_of

from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.methods.peer_group import Params, analyze

DAY = date(2024, 12, 31)
NAMES = ("ann", "bob", "cat", "dan", "eve", "fay", "gil")


def people(names: tuple[str, ...] = NAMES, industry: str = "tyres") -> list[dict]:
    return [{"customer_id": name, "name": name, "industry": industry} for name in names]


def orders(name: str, cost: int, count: int = 10, amount: int = 100) -> list[dict]:
    return [
        line(
            name, f"{name}{n}", DAY - timedelta(days=30 * n), amount,
            cost=Decimal(cost), category=f"k{n % 3}",
        )
        for n in range(count)
    ]  # fmt: skip


SOLD = [one for name in NAMES for one in orders(name, 90 if name == "gil" else 70)]


def test_the_example_of_the_docs() -> None:
    found = analyze(tables_of(SOLD, DAY, people()), Params(customer_id="gil"))
    at = [column.key for column in found.compared.columns].index("margin_rate")
    assert [row[at] for row in found.compared.rows] == pytest.approx([0.1, 0.3, 0.3, 0.3])
    (told,) = found.findings
    assert (told.code, told.stake) == ("peer_group.margin_rate", Decimal("200.00"))
    assert told.says.figures["n"].value == 6
    (place,) = found.places.rows
    assert place[:2] == ("gil", "gil")
    shares = dict(zip([c.key for c in found.places.columns], place, strict=True))
    assert shares["margin_rate"] == 0
    assert shares["orders"] == 0.5


def test_all_are_placed_and_only_the_unlike_is_told() -> None:
    found = analyze(tables_of(SOLD, DAY, people()))
    assert found.places.row_count == 7
    assert [one.subject.name for one in found.findings if one.subject] == ["gil"]
    assert found.compared.rows == ()


def test_few_others_give_nobody_away() -> None:
    few = NAMES[:5]
    sold = [one for name in few for one in orders(name, 70)]
    found = analyze(tables_of(sold, DAY, people(few)), Params(customer_id="ann"))
    assert found.findings == ()
    assert "nobody to compare" in found.notes[-1].says.template
    text = run.render(found, style="json", language="en")
    assert "bob" not in text


def test_one_customer_beside_its_peers_names_no_other() -> None:
    found = analyze(tables_of(SOLD, DAY, people()), Params(customer_id="gil"))
    text = run.render(found, style="json", language="en")
    assert not [name for name in NAMES if name != "gil" and f'"{name}"' in text]


def test_quarters_as_an_oracle_takes_them() -> None:
    """Thirty customers of one industry; those of the same third of size are compared."""
    rng = np.random.default_rng(4)
    names = tuple(f"c{n:02}" for n in range(30))
    counts = {name: int(rng.integers(3, 12)) for name in names}
    amounts = {name: 100 + n for n, name in enumerate(names)}
    sold = [
        one
        for name in names
        for one in orders(name, int(rng.integers(40, 90)), counts[name], amounts[name])
    ]
    found = analyze(tables_of(sold, DAY, people(names)))
    by_size = sorted(names, key=lambda name: (-counts[name] * amounts[name], name))
    thirds = [by_size[:10], by_size[10:20], by_size[20:]]
    keys = [column.key for column in found.places.columns]
    for row in found.places.all_rows():
        name = row[keys.index("name")]
        third = next(part for part in thirds if name in part)
        others = [counts[other] for other in third if other != name]
        below = sum(o < counts[name] for o in others) + sum(o == counts[name] for o in others) / 2
        assert row[keys.index("orders")] == pytest.approx(below / len(others))
        assert row[keys.index("n")] == len(others)


def test_who_bought_nothing_is_said() -> None:
    with pytest.raises(ZhibiError, match="bought nothing in the last 12 months"):
        analyze(tables_of(SOLD, DAY, people((*NAMES, "new"))), Params(customer_id="new"))
    with pytest.raises(ZhibiError, match="No customer has the number"):
        analyze(tables_of(SOLD, DAY, people()), Params(customer_id="nobody"))


def test_an_unknown_feature_is_refused() -> None:
    with pytest.raises(ZhibiError, match="there is no feature luck"):
        analyze(tables_of(SOLD, DAY, people()), Params(features="luck"))
