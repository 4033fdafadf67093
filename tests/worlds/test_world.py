"""Tax that adds up, credit codes that pass their check, shutdowns that agree with the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibi.tables.calendar import china
from zhibi.worlds.credit_code import check_character, made_up_credit_code
from zhibi.worlds.shutdowns import is_shutdown
from zhibi.worlds.world import World, split_tax

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (
    1,
    3,
    9,
    27,
    19,
    26,
    16,
    17,
    20,
    29,
    25,
    13,
    8,
    24,
    10,
    30,
    28,
)  # printed in the standard


def passes(code: str) -> bool:
    total = sum(
        LETTERS.index(letter) * weight for letter, weight in zip(code, WEIGHTS, strict=False)
    )
    return len(code) == 18 and LETTERS[(31 - total % 31) % 31] == code[17]


def test_a_published_credit_code_passes() -> None:
    assert check_character("91350100M000100Y4") == "3"  # the example in GB 32100-2015


def test_every_customer_has_a_valid_credit_code(world: World) -> None:
    assert all(passes(customer.credit_code) for customer in world.customers)
    codes = [customer.credit_code for customer in world.customers]
    assert len(codes) - len(set(codes)) == 1  # the renamed company has two records


@given(st.integers(0, 2**32), st.sampled_from(["91", "12"]))
def test_made_up_codes_are_valid(seed: int, registrar: str) -> None:
    rng = np.random.default_rng(seed)
    assert passes(made_up_credit_code(rng, registrar=registrar, place="370101"))


@given(st.integers(-(10**12), 10**12), st.sampled_from([0, 6, 9, 13]))
def test_net_and_tax_add_up_to_the_cent(total: int, percent: int) -> None:
    net, tax = split_tax(total, percent)
    assert net + tax == total
    assert abs(net * (100 + percent) - total * 100) * 2 <= 100 + percent
    assert split_tax(-total, percent) == (-net, -tax)


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025, 2026])
def test_worlds_close_when_the_calendar_does(year: int) -> None:
    calendar = china()
    days = [date(year, 1, 1) + timedelta(days=offset) for offset in range(365)]
    assert [day for day in days if is_shutdown(day)] == [
        day for day in days if calendar.is_shut(day)
    ]


def test_every_line_adds_up(world: World) -> None:
    for line in world.order_lines:
        assert line.net_cents + line.tax_cents == line.total_cents
        if line.quantity:
            assert line.price_cents * line.quantity == line.total_cents
        assert (line.line_kind == "sale") == (line.net_cents > 0)
