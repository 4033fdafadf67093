"""Charts: what is drawn is what the rows say, and what is written comes from `values`."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise

import pytest

from tests.render.example import BRIDGE, CHARTS
from zhibi.locale import CHINESE, ENGLISH, LANGUAGES
from zhibi.render.axes import ACCENT, INK, LINE, REST, SEQUENCE, TOKENS
from zhibi.render.charts import vega_lite
from zhibi.render.drawing import still
from zhibi.render.values import Formatter
from zhibi.result import Chart, Mark

BY_KEY = {chart.key: chart for chart in CHARTS}


def rows_of(chart: Chart, language: str = ENGLISH, width: int | str = 720) -> list[dict]:
    return vega_lite(chart, Formatter(language, "CNY"), width)["data"]["values"]


def test_every_mark_has_an_example() -> None:
    assert {chart.mark for chart in CHARTS} == set(Mark)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.key)
@pytest.mark.parametrize("language", LANGUAGES)
def test_is_drawn(chart: Chart, language: str) -> None:
    svg = still(chart, Formatter(language, "CNY"), 720)
    assert svg.startswith("<svg")
    assert "NaN" not in svg
    assert "undefined" not in svg
    assert svg.count("<path") + svg.count("<text") >= min(len(chart.rows), 2)


def test_a_waterfall_ends_where_its_total_begins() -> None:
    rows = rows_of(BRIDGE)
    assert rows[0]["start"] == 0
    for before, after in pairwise(rows[:-1]):
        assert after["start"] == pytest.approx(before["end"])
    assert rows[-1]["start"] == 0
    assert rows[-1]["end"] == pytest.approx(rows[-2]["end"])
    assert [row["kind"] for row in rows] == [
        "total", "rise", "rise", "rise", "fall", "fall", "total",
    ]  # fmt: skip
    assert [row["text"] for row in rows][3:5] == ["+7.31 M", "−4.86 M"]


def test_amounts_are_drawn_in_the_scale_of_their_column() -> None:
    assert rows_of(BY_KEY["top"])[0]["y"] == pytest.approx(8060.41125)
    assert rows_of(BY_KEY["top"], CHINESE)[0]["y"] == pytest.approx(806.041125)
    assert rows_of(BY_KEY["top"], CHINESE)[0]["text"] == "806 万"


def test_the_subject_is_in_accent() -> None:
    assert [row["is_subject"] for row in rows_of(BY_KEY["top"])] == [True, False, False]
    spec = vega_lite(BY_KEY["top"], Formatter(ENGLISH, "CNY"), 720)
    assert spec["encoding"]["color"] == {
        "condition": {"test": "datum.is_subject", "value": ACCENT},
        "value": REST,
    }


def test_quadrants_meet_where_the_chart_says() -> None:
    crossed = replace(BY_KEY["gaps"], quadrants=(20.0, 15.0))
    drawn = vega_lite(crossed, Formatter(ENGLISH, "CNY"), 720)["layer"]
    rules = [layer for layer in drawn if layer["mark"]["type"] == "rule"]
    assert [(rule["data"]["values"], rule["encoding"]) for rule in rules] == [
        ([{"x": 20.0}], {"y": None, "tooltip": None}),
        ([{"y": 15.0}], {"x": None, "tooltip": None}),
    ]


def test_several_measures_become_series() -> None:
    rows = rows_of(BY_KEY["months"])
    assert {row["series"] for row in rows} == {"Sales", "A year ago"}
    assert len(rows) == 2 * len(BY_KEY["months"].rows)


def test_an_interval_keeps_its_ends() -> None:
    first = rows_of(BY_KEY["chances"], CHINESE)[0]
    assert (first["low"], first["y"], first["high"]) == (60.0, 95.0, 140.0)


def test_each_quadrant_line_is_drawn_once() -> None:
    crossed = replace(BY_KEY["gaps"], quadrants=(20.0, 15.0))
    assert still(crossed, Formatter(ENGLISH, "CNY"), 720).count("stroke-dasharray") == 2


def test_every_colour_has_its_dark_counterpart() -> None:
    sheet = files("zhibi.render").joinpath("templates/page.css").read_text(encoding="utf-8")
    assert set(TOKENS.values()) == {INK, LINE, REST, *SEQUENCE}
    for token, color in TOKENS.items():
        assert f'.picture [fill="{color}"] {{ fill: var(--{token}); }}' in sheet
        assert f'.picture [stroke="{color}"] {{ stroke: var(--{token}); }}' in sheet


def test_hover_is_exact() -> None:
    live = rows_of(BY_KEY["top"], width="container")[0]
    assert live["tip1"] == "¥8,060,411.25"
    assert rows_of(BY_KEY["top"])[0]["says"] == "Customer: 青岛轮胎 · Sales: ¥8,060,411.25"


def test_a_still_mark_says_its_row_on_hover() -> None:
    svg = still(BY_KEY["top"], Formatter(CHINESE, "CNY"), 720)
    assert "<title>客户：青岛轮胎 · 销售额：8,060,411.25 元</title></path>" in svg


def test_areas_are_drawn_one_a_series() -> None:
    svg = still(BY_KEY["mix"], Formatter(ENGLISH, "CNY"), 720)
    assert len(re.findall("mark-area", svg)) == 2


def test_a_waterfall_refuses_estimates() -> None:
    broken = Chart(**{**_fields(BRIDGE), "rows": (("a year ago", 1.5, "total"),)})
    with pytest.raises(TypeError):
        rows_of(broken)
    assert rows_of(Chart(**{**_fields(BRIDGE), "rows": (("now", Decimal(1), "total"),)}))


def _fields(chart: Chart) -> dict:
    return {name: getattr(chart, name) for name in Chart.__dataclass_fields__}
