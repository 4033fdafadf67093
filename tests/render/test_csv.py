"""CSV: shown rightly by Excel, and no cell that it would calculate."""

from __future__ import annotations

import csv
import io

import pytest

from tests.render.example import ACCOUNTS
from zhibi.render.csv import render_csv
from zhibi.result import Column, Table, Unit


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_begins_with_the_mark_and_keeps_amounts_exact() -> None:
    text = render_csv(ACCOUNTS, "zh-CN", "CNY")
    assert text.startswith("\ufeff客户,")
    rows = read(text)
    assert rows[1][2] == "8060411.25"
    assert rows[3][2] == "-1200.50"
    assert rows[1][6] == "2025-09-25"
    assert rows[2][9:13] == ["", "", "", ""]
    assert rows[-1][2] == "48620123.45"
    assert {len(row) for row in rows} == {13}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1"])
def test_formulas_are_disarmed(text: str) -> None:
    table = Table("t", "T", (Column("a", "=A", Unit.NAME),), ((text,), ("plain",)), 2)
    assert read(render_csv(table, "en", "CNY")) == [["'=A"], ["'" + text], ["plain"]]
