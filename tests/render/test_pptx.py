"""The slides read back: every finding, table and chart, native, and the same every time."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Pt

from tests.render.example import (
    ACCOUNTS,
    ANSWER,
    CHARTS,
    EXAMPLE,
    FINDINGS,
    FORMULA,
    HOSTILE,
    IDENTITY,
    MONTHS,
    QUIET,
)
from tests.render.slides import charts_on, tables_on, texts_of, texts_on, titled
from zhibi.errors import ZhibiError
from zhibi.locale import CHINESE, ENGLISH, LANGUAGES, translate
from zhibi.render.columns import column_formats
from zhibi.render.pptx import render_pptx, write_pptx
from zhibi.render.slides import fit
from zhibi.render.slides.outline import METHOD
from zhibi.render.values import Formatter
from zhibi.render.words import SEVERITY_WORDS, SHAPES
from zhibi.result import Chart, Column, Figure, Mark, Note, Result, Section, Sentence, Table, Unit

NAME = Column("name", "Customer", Unit.NAME)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def deck(language: str):
    return read(EXAMPLE, language)


@pytest.fixture(scope="module")
def english():
    return read(EXAMPLE, ENGLISH)


def read(result: Result, language: str = ENGLISH):
    return Presentation(io.BytesIO(render_pptx(result, language)))


def with_blocks(*blocks, findings=()):
    class Given(type(QUIET)):
        def blocks(self):
            return blocks

    return Given(findings=findings, charts=())


def only_chart(chart: Chart):
    (found,) = [c for slide in read(with_blocks(chart)).slides for c in charts_on(slide)]
    return found


def series_of(chart) -> dict[str, tuple]:
    return {series.name: tuple(series.values) for plot in chart.plots for series in plot.series}


# What is on the slides.


def test_the_first_slide_says_what_it_is(deck, language: str) -> None:
    texts = list(texts_on(deck.slides[0]))
    assert texts[0] == translate(EXAMPLE.title, language)
    said = " ".join(texts[1:])
    for word in ("CNY", "invoiced", "group"):
        assert translate(word, language) in said
    assert Formatter(language, "CNY").value(IDENTITY.as_of, Unit.DATE) in said


def test_every_finding_is_numbered_with_its_action_beneath(deck, language: str) -> None:
    formatter = Formatter(language, "CNY")
    (slide,) = titled(deck, translate("Key points", language))
    (rows,) = tables_on(slide)
    assert len(rows) == len(FINDINGS)
    for number, (finding, row) in enumerate(zip(FINDINGS, rows, strict=True), 1):
        says = formatter.sentence(finding.says)
        action = finding.action and f"→ {formatter.sentence(finding.action)}"
        word = translate(SEVERITY_WORDS[finding.severity], language)
        assert row[0] == str(number)
        assert row[1] == f"{SHAPES[finding.severity]} {word}"
        assert row[2].split("\n") == [says, action] if action else [says]


def test_a_table_has_its_headings_and_first_rows(deck, language: str) -> None:
    """On two slides, as it is too wide for one; each names the customers."""
    slides = titled(deck, translate(ACCOUNTS.title, language))
    formats = column_formats(Formatter(language, "CNY"), ACCOUNTS)
    columns = [column for slide in slides for column in zip(*tables_on(slide)[0], strict=True)]
    shown = {column[0].replace(fit.NO_BREAK, " "): column for column in columns}
    for at, form in enumerate(formats):
        cells = shown[form.heading][1:]
        for cell, row in zip(cells, ACCOUNTS.rows, strict=False):
            is_trend = form.column.unit is Unit.TREND
            text = form.cell(row[at]).replace(" ", fit.EM_SPACE if is_trend else " ")
            assert cell == text or (cell.endswith("…") and text.startswith(cell[:-1]))
        assert cells[-1] == form.total(ACCOUNTS.totals[at], is_first=not at)
    for slide in slides:
        assert tables_on(slide)[0][1][0] == "青岛轮胎"
        more = [text for text in texts_on(slide) if text.startswith("…")]
        assert len(more) == 1
        assert "308" in more[0]


def test_a_chart_is_titled_with_its_answer(english) -> None:
    formatter = Formatter(ENGLISH, "CNY")
    slides = titled(english, formatter.sentence(ANSWER))
    assert len(slides) == len(CHARTS)
    for slide, chart in zip(slides, CHARTS, strict=True):
        assert any(text.startswith(chart.title) for text in texts_on(slide))
        assert len(charts_on(slide)) == (chart.mark is not Mark.HEAT_MAP)


def test_figures_stand_below_each_other(english) -> None:
    formatter = Formatter(ENGLISH, "CNY")
    rows = [row for slide in titled(english, "Key figures") for row in tables_on(slide)[0]]
    expected = [[figure.label, formatter.alone(figure)] for figure in EXAMPLE.blocks()[:18]]
    assert [[cell.strip() for cell in row] for row in rows] == [
        [cell.strip() for cell in row] for row in expected
    ]


def test_notes_and_provenance_stand_at_the_end(english) -> None:
    *_, notes, made = english.slides
    assert notes.shapes.title.text_frame.text == "Notes and assumptions"
    assert "3 lines without a customer were left out." in list(texts_on(notes))
    facts = dict(map(tuple, tables_on(made)[0]))
    assert facts["Data version"] == "7"
    assert facts["Threshold"] == "0.8"


def test_how_it_was_worked_out_is_last_and_small() -> None:
    said = Note(Sentence("The likelihood was maximised."))
    likelihood = Figure(-1234.5, Unit.RATIO, "Likelihood")
    table = Table("t", "Parameters", (NAME,), (("r",),), 1)
    found = read(with_blocks(Section(METHOD, (said, likelihood, table)), ACCOUNTS))
    titles = [slide.shapes.title.text_frame.text for slide in found.slides]
    assert titles[-3:] == [METHOD, "Parameters", "How these figures were made"]
    frame = found.slides[len(titles) - 3].shapes[-1].text_frame
    assert [p.text for p in frame.paragraphs] == [
        "The likelihood was maximised.", "Likelihood: −1,234.50",
    ]  # fmt: skip
    assert frame.paragraphs[0].runs[0].font.size == Pt(11)


def test_every_slide_has_a_title_and_all_but_the_first_a_footer(deck) -> None:
    for number, slide in enumerate(deck.slides):
        assert slide.shapes.title.text_frame.text
        kinds = [str(shape.placeholder_format.type) for shape in slide.placeholders]
        assert any("FOOTER" in kind for kind in kinds) == (number > 0)
        assert any("SLIDE_NUMBER" in kind for kind in kinds) == (number > 0)


# Native charts.


def test_bars_have_the_values_of_the_rows() -> None:
    chart = only_chart(CHARTS[1])
    assert chart.chart_type == XL_CHART_TYPE.BAR_CLUSTERED
    assert list(chart.plots[0].categories) == ["青岛轮胎", "华数机械（山东）有限公司", HOSTILE]
    assert series_of(chart) == {"Sales": (8060411.25, 4980000.0, -1200.5)}
    fills = [chart.series[0].points[at].format.fill.fore_color.rgb for at in (1, 2)]
    assert {str(fill) for fill in fills} == {"A9B0B6"}  # the subject alone in accent


def test_lines_over_months_are_on_a_scale_of_months() -> None:
    chart = only_chart(CHARTS[2])
    assert chart.chart_type == XL_CHART_TYPE.LINE
    days = [round(float(label)) for label in chart.plots[0].categories]
    assert days == [(month - date(1899, 12, 30)).days for month in MONTHS]
    assert series_of(chart) == {
        "Sales": tuple(float(row[1]) for row in CHARTS[2].rows),
        "A year ago": tuple(float(row[2]) for row in CHARTS[2].rows),
    }
    assert '<c:baseTimeUnit val="months"/>' in chart._chartSpace.xml


def test_lines_over_numbers_are_points_joined() -> None:
    chart = only_chart(CHARTS[3])
    assert chart.chart_type == XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS
    (series,) = chart.plots[0].series
    assert list(zip(series.iter_values(), strict=True)) == [(row[1],) for row in CHARTS[3].rows]
    xs = series._element.xpath("c:xVal//c:v/text()")
    assert [float(x) for x in xs] == [row[0] for row in CHARTS[3].rows]
    assert (chart.category_axis.maximum_scale, chart.value_axis.maximum_scale) == (1, 1)


def test_areas_have_a_series_a_line_of_products() -> None:
    chart = only_chart(CHARTS[4])
    assert chart.chart_type == XL_CHART_TYPE.AREA_STACKED
    for line in ("螺杆机", "维保"):
        assert series_of(chart)[line] == tuple(float(r[2]) for r in CHARTS[4].rows if r[1] == line)


def test_a_scatter_has_a_point_a_row() -> None:
    chart = only_chart(CHARTS[5])
    assert chart.chart_type == XL_CHART_TYPE.XY_SCATTER
    (series,) = chart.plots[0].series
    xs = [float(x) for x in series._element.xpath("c:xVal//c:v/text()")]
    assert list(zip(xs, series.values, strict=True)) == [row[:2] for row in CHARTS[5].rows]
    labels = [series.points[at].data_label.text_frame.text for at in range(3)]
    assert labels == ["华数机械", "青岛轮胎", HOSTILE]


def test_a_scatter_by_series_keeps_each_point_in_its_own() -> None:
    columns = (*CHARTS[5].columns, Column("kind", "Kind", Unit.TERM))
    rows = ((1, 2, "a", "x"), (3, 4, "b", "y"), (5, 6, "c", "x"), (None, 7, "d", "y"))
    chart = only_chart(replace(CHARTS[5], columns=columns, rows=rows, series="kind", highlight=()))
    assert series_of(chart) == {"x": (2.0, 6.0), "y": (4.0,)}


def test_the_axes_of_a_scatter_meet_where_its_quadrants_do() -> None:
    chart = only_chart(replace(CHARTS[5], quadrants=(20.5, 15.0)))
    assert (chart.category_axis.crosses_at, chart.value_axis.crosses_at) == (20.5, 15.0)


def test_a_waterfall_stands_on_unseen_feet() -> None:
    chart = only_chart(CHARTS[0])
    assert chart.chart_type == XL_CHART_TYPE.BAR_STACKED
    drawn = series_of(chart)
    assert list(drawn) == ["Foot", "Total", "Rise", "Fall"]
    for at, (_, amount, kind) in enumerate(CHARTS[0].rows):
        total, rise, fall = (drawn[name][at] or 0 for name in ("Total", "Rise", "Fall"))
        assert total + rise - fall == amount
        assert (drawn["Foot"][at] is None) == (kind == "total")
    assert chart.series[0].format.fill.type is not None  # no fill, and not the automatic one
    label = chart.series[0].points[4].data_label.text_frame.text
    assert label == "−4.86 M"


def test_an_interval_has_its_range_as_error_bars() -> None:
    chart = only_chart(CHARTS[7])
    assert series_of(chart) == {
        "Whitespace": (950000.0, 450000.0),
        "Low": (600000.0, 100000.0),
        "High": (1400000.0, 700000.0),
    }
    (bars,) = chart._chartSpace.xpath(".//c:errBars")
    assert bars.getparent().find("{*}tx//{*}v").text == "Low"
    assert [value.text for value in bars.iterfind(".//{*}v")] == ["800000.0", "600000.0"]


def test_a_heat_map_is_a_table_of_coloured_cells(english) -> None:
    formatter = Formatter(ENGLISH, "CNY")
    slide = titled(english, formatter.sentence(ANSWER))[6]
    (rows,) = tables_on(slide)
    assert rows[0] == ["Frequency", "1", "2", "3", "4", "5"]
    assert rows[1] == ["5", "5", "10", "15", "20", "25"]
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    assert str(table.cell(1, 5).fill.fore_color.rgb) == "1F4E79"
    assert str(table.cell(5, 1).fill.fore_color.rgb) != "1F4E79"


@pytest.mark.parametrize("chart", [c for c in CHARTS if c.mark is not Mark.HEAT_MAP])
def test_the_sheet_behind_a_chart_says_the_same(chart: Chart) -> None:
    drawn = only_chart(chart)
    blob = drawn.part.chart_workbook.xlsx_part.blob
    sheet = openpyxl.load_workbook(io.BytesIO(blob)).active
    for series in drawn.plots[0].series:
        for ref in series._element.xpath(".//c:val/c:numRef | .//c:yVal/c:numRef"):
            cells = sheet[ref.find("{*}f").text.split("!")[1]]
            values = [row[0].value for row in cells]
            assert values == list(series.values)
        (name,) = series._element.xpath("c:tx//c:f/text()")
        assert sheet[name.split("!")[1]].value == series.name


def test_no_name_becomes_a_formula_in_the_sheet_behind() -> None:
    rows = ((FORMULA, Decimal(5)), ("+1", Decimal(3)), ("http://x", Decimal(2)))
    blob = only_chart(replace(CHARTS[1], rows=rows)).part.chart_workbook.xlsx_part.blob
    with zipfile.ZipFile(io.BytesIO(blob)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    cells = openpyxl.load_workbook(io.BytesIO(blob)).active["A"]
    assert [cell.value for cell in cells[1:]] == [FORMULA, "+1", "http://x"]


@pytest.mark.parametrize("mark", list(Mark))
def test_a_chart_without_rows_is_only_said(mark: Mark) -> None:
    chart = next(chart for chart in CHARTS if chart.mark is mark)
    found = read(with_blocks(replace(chart, rows=())))
    assert not [c for slide in found.slides for c in charts_on(slide)]
    assert Formatter(ENGLISH, "CNY").sentence(ANSWER) in texts_of(found)


@pytest.mark.parametrize("chart", CHARTS[1:])
def test_what_is_unknown_leaves_a_gap(chart: Chart) -> None:
    at = [column.key for column in chart.columns].index(chart.y[0])
    first = chart.rows[0]
    gap = (*first[:at], None, *first[at + 1 :])
    texts = texts_of(read(with_blocks(replace(chart, rows=(gap, *chart.rows[1:])))))
    assert not {"None", "nan", "NaN"} & set(texts)


# Safe, fitting, the same.

NAMES = (
    HOSTILE,
    FORMULA,
    "<a:t>&amp;]]>",
    "a\x00b\x0bc\nd\te",
    "🏭🚀 压缩机 👩‍👩‍👧‍👦",
    "中" * 300,
    "W" * 300,
    "word " * 100,
    "",
    "\u202eevil",
)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_shown_and_harmless(name: str) -> None:
    table = Table("t", name or "x", (NAME, Column("b", name, Unit.NAME)), ((name, name),), 1)
    chart = replace(CHARTS[1], title=name, rows=((name, Decimal(1)),))
    said = Sentence("{name} left.", {"name": Figure(name, Unit.NAME)})
    finding = replace(FINDINGS[1], says=said, action=said, owner=name)
    charts = (chart, replace(chart, text=said), replace(CHARTS[7], rows=((name, 2, 1, 3),)))
    found = read(with_blocks(Section(name, (table, *charts, Note(said))), findings=(finding,)))
    check_fit(found)
    start = fit.plain(name)[:5]
    assert sum(start in text for text in texts_of(found)) >= 5


@pytest.mark.parametrize("example", [EXAMPLE, QUIET, replace(EXAMPLE, findings=FINDINGS * 12)])
def test_everything_lies_on_its_slide(example: Result, language: str) -> None:
    check_fit(read(example, language))


def check_fit(deck) -> None:
    """Nothing leaves the slide or reaches its footer, and each cell is as high as its text."""
    right, footer = Pt(960 - 44 + 6), Pt(508)
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.is_placeholder and "TITLE" not in str(shape.placeholder_format.type):
                continue
            assert shape.left >= 0
            assert shape.left + shape.width <= right
            assert shape.top + shape.height <= footer or shape.is_placeholder
            if shape.has_table:
                check_cells(shape.table)
        title = slide.shapes.title.text_frame
        size = title.paragraphs[0].runs[0].font.size.pt
        high = fit.height([title.text], size, slide.shapes.title.width.pt)
        assert high <= 110


def check_cells(table) -> None:
    for row in table.rows:
        for cell, column in zip(row.cells, table.columns, strict=True):
            wide = (column.width - cell.margin_left - cell.margin_right) / Pt(1)
            sizes = {run.font.size.pt for p in cell.text_frame.paragraphs for run in p.runs}
            texts = [paragraph.text for paragraph in cell.text_frame.paragraphs]
            assert fit.height(texts, min(sizes), wide) <= row.height / Pt(1)


def test_a_table_without_rows_shows_its_headings() -> None:
    found = read(with_blocks(replace(ACCOUNTS, rows=(), totals=None, row_count=0)))
    (slide, *_) = titled(found, ACCOUNTS.title)
    (rows,) = tables_on(slide)
    assert len(rows) == 1
    assert rows[0][0] == "Customer"


def test_a_wide_table_goes_on_with_its_names() -> None:
    columns = (NAME, *(Column(f"c{at}", f"Sales of year {at}", Unit.MONEY) for at in range(30)))
    rows = tuple((f"客户 {n}", *(Decimal(10**7 + at) for at in range(30))) for n in range(20))
    table = Table("t", "Years", columns, rows, 20)
    found = read(with_blocks(table))
    check_fit(found)
    slides = titled(found, "Years")
    assert len(slides) > 1
    shown = [heading for slide in slides for heading in tables_on(slide)[0][0][1:]]
    assert len(shown) == 30
    for slide in slides:
        (lines,) = tables_on(slide)
        assert [line[0] for line in lines[1:]] == [f"客户 {n}" for n in range(12)]


def test_a_large_heat_map_says_what_is_missing() -> None:
    rows = tuple((x, y, x * y) for x in range(1, 61) for y in range(1, 41))
    found = read(with_blocks(replace(CHARTS[6], rows=rows)))
    check_fit(found)
    (slide,) = titled(found, Formatter(ENGLISH, "CNY").sentence(ANSWER))
    (lines,) = tables_on(slide)
    left_out = f"… {41 - len(lines)} rows and {61 - len(lines[0])} columns more in the workbook."
    assert left_out in list(texts_on(slide))


def test_no_hole_has_a_name(deck) -> None:
    for text in texts_of(deck):
        assert "None" not in text
        assert "nan" not in text.lower().split()


def test_chinese_is_set_in_a_chinese_typeface() -> None:
    with zipfile.ZipFile(io.BytesIO(render_pptx(EXAMPLE, CHINESE))) as parts:
        theme = parts.read("ppt/theme/theme1.xml").decode()
        slide = parts.read("ppt/slides/slide2.xml").decode()
    assert theme.count('<a:ea typeface="Microsoft YaHei"/>') == 2
    assert 'lang="zh-CN"' in slide


def test_same_bytes_twice(language: str) -> None:
    first, again = (render_pptx(EXAMPLE, language) for _ in range(2))
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert parts.namelist() == sorted(parts.namelist())
        assert {info.date_time for info in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml")
        assert core.count(b"2025-09-30T00:00:00Z") == 2
        sheets = [name for name in parts.namelist() if name.endswith(".xlsx")]
        assert len(sheets) == len(CHARTS) - 1
        for name in sheets:
            with zipfile.ZipFile(io.BytesIO(parts.read(name))) as inner:
                assert b"2000-01-01T00:00:00Z" in inner.read("docProps/core.xml")
                assert len({info.date_time for info in inner.infolist()}) == 1


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ZhibiError, match="could not be written"):
        write_pptx(QUIET, tmp_path / "no" / "a.pptx", ENGLISH)
    assert list(tmp_path.iterdir()) == []


# Fitting.


def test_words_are_kept_whole_and_chinese_breaks_anywhere() -> None:
    assert fit.lines("word", 10, 100) == 1
    assert fit.lines("中" * 21, 10, 100) == 3
    assert fit.lines("aaaa bbbb cccc", 10, fit.width("aaaa bbbb", 10) + 0.1) == 2
    assert fit.lines("a" * 100, 10, fit.width("a" * 25, 10) + 0.1) == 4


def test_a_text_is_cut_where_it_ends_to_fit() -> None:
    assert fit.cut("short", 10, 100) == "short"
    shown = fit.cut("中" * 50, 10, 100)
    assert shown.endswith("…")
    assert fit.width(shown, 10) <= 100
    assert fit.lines(fit.cut_lines("中 a" * 90, 10, 100, 3), 10, 100) <= 3
