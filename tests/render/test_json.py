"""JSON: the same facts again, amounts exact, nothing a reader cannot parse."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.render.example import ACCOUNTS, CHARTS, EXAMPLE, FIGURES, FINDINGS
from zhibi.locale import CHINESE, ENGLISH
from zhibi.render.json import render_json
from zhibi.result import Figure, Unit


@pytest.fixture(scope="module")
def data() -> dict:
    return json.loads(render_json(EXAMPLE, ENGLISH), parse_constant=pytest.fail)


def test_identity_and_findings(data: dict) -> None:
    assert data["identity"]["as_of"] == "2025-09-30"
    assert data["identity"]["params"] == {
        "level": "group", "since": None, "threshold": 0.8, "top": 20,
    }  # fmt: skip
    assert [found["id"] for found in data["findings"]] == [found.id for found in FINDINGS]
    assert data["findings"][1]["subject"]["customer_id"] == "C002"
    assert data["findings"][1]["stake"] == "18600000"
    assert data["findings"][0]["says"]["figures"]["sales"] == {
        "value": "48620123.45", "unit": "money",
    }  # fmt: skip


def test_amounts_come_back_exactly(data: dict) -> None:
    table = next(block for block in data["blocks"] if block["kind"] == "table")
    assert [Decimal(row[2]) for row in table["rows"]] == [row[2] for row in ACCOUNTS.rows]
    assert table["row_count"] == 312
    assert len(table["rows"]) == 4
    assert Decimal(table["totals"][2]) == Decimal("48620123.45")
    assert table["rows"][0][9] == {"value": 950000, "low": 600000, "high": 1400000, "n": 23}


def test_every_block_is_there(data: dict) -> None:
    kinds = [block["kind"] for block in data["blocks"]]
    assert kinds == ["figure"] * len(FIGURES) + ["table", "section", "section"]
    inside = data["blocks"][-1]["blocks"][0]
    assert [chart["key"] for chart in inside["blocks"]] == [chart.key for chart in CHARTS[1:]]


def test_languages_differ_in_text_only() -> None:
    english = json.loads(render_json(EXAMPLE, ENGLISH))
    chinese = json.loads(render_json(EXAMPLE, CHINESE))
    assert english["identity"] == chinese["identity"]
    assert "4,862 万" in chinese["findings"][0]["says"]["text"]
    for one, other in zip(english["findings"], chinese["findings"], strict=True):
        assert one["says"]["figures"] == other["says"]["figures"]


def test_what_is_no_number_is_unknown() -> None:
    odd = replace(EXAMPLE.findings[0].says, figures={
        **EXAMPLE.findings[0].says.figures, "share": Figure(float("nan"), Unit.SHARE),
    })  # fmt: skip
    finding = replace(EXAMPLE.findings[0], says=odd)
    text = render_json(replace(EXAMPLE, findings=(finding,)), ENGLISH)
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["findings"][0]["says"]["figures"]["share"]["value"] is None


def test_same_bytes_twice() -> None:
    assert render_json(EXAMPLE, CHINESE) == render_json(EXAMPLE, CHINESE)
