"""What holds for every method, found by looking into the folder: no list to keep up to date."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from pptx import Presentation

from tests import usual as company
from tests.methods.given import line, tables_of
from tests.render.slides import texts_of
from tests.usual import DAY, usual
from zhibi import methods, run
from zhibi.errors import ZhibiError
from zhibi.locale import LANGUAGES, translate
from zhibi.params import params_of
from zhibi.result import Block, Result, Section, Table, Unit
from zhibi.tables.schema import SCHEMAS
from zhibi.tables.tables import Tables

NAMES = methods.names()
SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)
ROOT = Path(__file__).parent.parent


WORLDS = {
    "one customer, one order": lambda: tables_of([line("c", "1", DAY, 100)], DAY),
    "negative only": lambda: tables_of(
        [line("c", "1", DAY, -100), line("d", "2", DAY - timedelta(400), -5)], DAY
    ),
    "zero only": lambda: tables_of([line("c", "1", DAY, 0)], DAY),
    "all equal": lambda: tables_of(
        [line(f"c{n}", f"o{n}", DAY - timedelta(30), 100) for n in range(20)], DAY
    ),
    "a gap of 50 years": lambda: tables_of(
        [line("c", "1", date(1974, 1, 1), 100), line("c", "2", DAY, 100)], DAY
    ),
}


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def result(name: str) -> Result:
    return company.result_of(name)


def tables_in(blocks: tuple[Block, ...]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Section):
            yield from tables_in(block.blocks)
        elif isinstance(block, Table):
            yield block


def test_is_said_in_every_way(name: str) -> None:
    for language in LANGUAGES:
        for style in ("text", "html", "json"):
            text = SCRIPT.sub("", company.rendered(name, style, language))
            assert "NaN" not in text
            assert "None" not in text


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_gives_a_result_or_a_sentence(name: str, world: str) -> None:
    try:
        found = run.analyze(WORLDS[world](), name)
    except ZhibiError as problem:
        assert str(problem).endswith(".")  # noqa: PT017 - the sentence is what is tested
        return
    for style, language in (("text", "en"), ("html", "zh-CN"), ("json", "en")):
        text = SCRIPT.sub("", run.render(found, style=style, language=language))
        assert "NaN" not in text
        assert "None" not in text


def test_without_any_order_it_says_so(name: str) -> None:
    early = usual().as_of(date(2000, 1, 1))
    try:
        found = run.analyze(early, name)
    except ZhibiError as problem:
        assert "order" in str(problem)  # noqa: PT017
    else:
        assert found.findings == ()


def test_is_safe_json(result: Result) -> None:
    text = run.render(result, style="json", language="en")
    data = json.loads(text, parse_constant=pytest.fail)
    assert data["identity"]["method"] == result.identity.method
    assert data["findings"] is not None


def test_its_longest_table_is_a_csv_with_all_rows(result: Result) -> None:
    rows = list(csv.reader(run.render(result, style="csv", language="zh-CN").splitlines()))
    longest = max(tables_in(result.blocks()), key=lambda table: table.row_count)
    assert rows[0][0].startswith("\ufeff")
    assert len(rows) == 1 + longest.row_count + (longest.totals is not None)


def test_is_a_workbook_and_slides(result: Result, tmp_path: Path) -> None:
    """Read back in full by other programs, and nothing in them is a hole with a name."""
    for style, language in (("xlsx", "en"), ("pptx", "zh-CN")):
        run.write(result, tmp_path / f"a.{style}", style=style, language=language)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row
             if cell.value is not None]  # fmt: skip
    texts += texts_of(Presentation(str(tmp_path / "a.pptx")))
    assert not {"None", "NaN", "nan"} & set(texts)
    assert translate(result.title, "zh-CN") in texts


def test_names_cannot_become_markup(result: Result) -> None:
    page = company.rendered(result.identity.method, "html", "zh-CN")
    assert "<b>&" not in page


def test_totals_are_the_sum_of_all_rows(result: Result) -> None:
    for table in tables_in(result.blocks()):
        rows = table.all_rows()
        assert len(rows) == table.row_count
        for at, column in enumerate(table.columns):
            if column.total and table.totals is not None:
                assert sum(row[at] or 0 for row in rows) == table.totals[at], column.key


def test_money_is_exact(result: Result) -> None:
    for table in tables_in(result.blocks()):
        for at, column in enumerate(table.columns):
            if column.unit in (Unit.MONEY, Unit.MONEY_CHANGE):
                for row in table.rows:
                    assert not isinstance(row[at], float), f"{table.key}.{column.key}"


def test_results_are_frozen(result: Result) -> None:
    assert is_dataclass(result)
    with pytest.raises(AttributeError):
        setattr(result, fields(result)[0].name, None)


def test_sees_nothing_after_its_day_and_says_the_same_twice(name: str) -> None:
    """The same past gives the same bytes again, whatever came after it."""
    answers = [run.analyze(tables, name) for tables in (as_it_was(), with_what_followed())]
    for style, language in (("json", "en"), ("html", "zh-CN")):
        once, again = (run.render(one, style=style, language=language) for one in answers)
        assert once == again


EARLIER = DAY - timedelta(days=120)


@cache
def as_it_was() -> Tables:
    """The company on an earlier day, of which nothing later is held."""
    lines = [row for row in company.order_lines() if row["order_date"] <= EARLIER]
    for row in lines:  # a delivery after the day is no part of the past
        if row["delivered_date"] and row["delivered_date"] > EARLIER:
            row["delivered_date"] = None
    known = {table: _known(table, rows) for table, rows in company.further().items()}
    return tables_of(lines, EARLIER, company.customers(), **known)


@cache
def with_what_followed() -> Tables:
    """The same day, with all that came after it, and a huge order."""
    later = line("c00", "later", DAY - timedelta(days=60), 10**9)
    lines = [*company.order_lines(), later]
    return tables_of(lines, EARLIER, company.customers(), **company.further())


def _known(table: str, rows: list[dict]) -> list[dict]:
    when = SCHEMAS[table].day
    return [row for row in rows if row[when] <= EARLIER]


def test_every_parameter_is_described(name: str) -> None:
    for declared in params_of(methods.load(name).Params):
        assert declared.help.endswith("."), declared.name


def test_has_a_page_in_the_docs(name: str) -> None:
    page = ROOT / "docs" / "methods" / f"{name}.md"
    assert page.exists()
    for declared in params_of(methods.load(name).Params):
        assert declared.name in page.read_text(encoding="utf-8")


def test_is_a_command_with_its_parameters(name: str) -> None:
    from zhibi.cli import analysis

    command = name.replace("_", "-")
    answer = CliRunner().invoke(analysis.analyze, [command, "--help"])
    assert answer.exit_code == 0
    for declared in params_of(methods.load(name).Params):
        assert f"--{declared.name.replace('_', '-')}" in answer.output
