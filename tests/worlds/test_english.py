"""The English edition is the same company: every figure, day and number as in Chinese, every word
in English, and files that an import reads without help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.tables.ingest.bringing import account, bring, held, make_workspace, net
from tests.worlds.reading import contents

from zhibi.worlds.control import ControlTotals, control_totals
from zhibi.worlds.daichuan import daichuan
from zhibi.worlds.daichuan.catalogue import names, people, sentences
from zhibi.worlds.daichuan.editions import WORDED
from zhibi.worlds.daichuan.phrases import phrases
from zhibi.worlds.export import export
from zhibi.worlds.world import World

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "daichuan-en"
CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
RECORDED = {
    "users": ("username", "role"),
    "memberships": ("username", "team", "starts_on", "ends_on", "is_lead"),
    "contacts": ("contact_id", "customer_id", "layer", "function", "known_since", "depth"),
    "follow_ups": ("follow_up_id", "customer_id", "username", "at", "kind", "contact_id"),
    "tasks": ("task_id", "customer_id", "username", "created_on", "due_on", "done_on"),
}


@pytest.fixture(scope="module")
def english() -> World:
    return daichuan(language="en")


@pytest.fixture(scope="module")
def made(english: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("daichuan-en")
    export(english, folder)
    return folder


def without_words(rows: Any, worded: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in asdict(row).items() if name not in worded} for row in rows
    ]


def said(value: Any) -> Iterator[str]:
    """Every text in a world."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from said(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from said(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from said(part)


def shape(value: Any) -> Any:
    """A file of words without its words: names with what they hold. Places are names too."""
    if isinstance(value, Mapping):
        return {key: shape(part) for key, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize("table", [*WORDED, "receipts", "receivables", "allocations"])
def test_every_table_has_the_same_figures(table: str, world: World, english: World) -> None:
    worded = WORDED.get(table, ())
    ours, theirs = getattr(world, table), getattr(english, table)
    assert without_words(theirs, worded) == without_words(ours, worded)
    for name in worded:
        assert len({getattr(row, name) for row in theirs}) == len(
            {getattr(row, name) for row in ours}
        ), name


def test_the_records_are_of_the_same_people_and_days(world: World, english: World) -> None:
    for table, same in RECORDED.items():
        ours, theirs = getattr(world, table), getattr(english, table)
        for name in same:
            assert [getattr(row, name) for row in theirs] == [getattr(row, name) for row in ours]
    for one, other in zip(world.follow_ups, english.follow_ups, strict=True):
        assert (one.promise is None) == (other.promise is None)
        if one.promise and other.promise:
            assert (one.promise.by, one.promise.due_on, one.promise.kept_on) == (
                other.promise.by,
                other.promise.due_on,
                other.promise.kept_on,
            )


def test_the_same_stories_are_true(world: World, english: World) -> None:
    for one, other in zip(world.truth.stories, english.truth.stories, strict=True):
        facts = {key: fact for key, fact in other.facts.items() if key != "seller"}
        assert facts == {key: fact for key, fact in one.facts.items() if key != "seller"}
        assert (one.code, one.customer_ids) == (other.code, other.customer_ids)
    assert english.truth.story("handover").facts["seller"] == "Liu Zhenguo"
    assert english.truth.rhythms == world.truth.rhythms
    assert control_totals(english) == control_totals(world)


def test_no_word_is_left_in_chinese(english: World, made: Path) -> None:
    assert [text for text in said(english) if CHINESE.search(text)] == []
    for path in sorted(made.iterdir()):
        assert not CHINESE.search(path.name)
        for name, part in contents(path).items():
            is_theirs = name.startswith("xl/theme")  # names of fonts that every workbook carries
            assert is_theirs or not CHINESE.search(part.decode("utf-8")), path.name


@pytest.mark.parametrize("words", [names, people, sentences])
def test_both_languages_have_the_same_entries(words: Any) -> None:
    ours, theirs = dict(words("zh-CN")), dict(words("en"))
    places = ours.pop("places", {}), theirs.pop("places", {})
    assert shape(theirs) == shape(ours)
    assert list(places[0].values()) == list(places[1].values())


def test_sentences_name_the_same_things(english: World) -> None:
    ours = sentences("zh-CN")
    sections = ("visit", "call", "message", "proposal", "lost", "prospect", "stories")
    for name in (f"{section}.{part}" for section in sections for part in ours[section]):
        for one, other in zip(phrases(name, "zh-CN"), phrases(name, english.language), strict=True):
            assert one.needs == other.needs, other.text
            assert (one.by, one.days, one.months, one.is_about_money) == (
                other.by,
                other.days,
                other.months,
                other.is_about_money,
            ), other.text


def test_the_samples_are_what_the_command_writes(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == {path.name for path in SAMPLES.iterdir()}
    for path in sorted(made.iterdir()):
        assert contents(SAMPLES / path.name) == contents(path), path.name
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 3_800_000


def test_the_text_file_is_an_english_report() -> None:
    lines = (SAMPLES / "Daichuan_Shipments_2023-2024.csv").read_text(encoding="utf-8").split("\n")
    assert "(demo data)" in lines[0]
    assert lines[3].startswith("Posting Date ,Document No.,")
    assert lines[4].startswith("10/9/2023,")
    assert lines[-2].startswith("Grand Total,")


def test_the_samples_import_without_help_to_the_cent(english: World, tmp_path: Path) -> None:
    totals: ControlTotals = control_totals(english)
    workspace = make_workspace(tmp_path / "w")
    report = bring(workspace, *sorted(SAMPLES.iterdir()))

    assert account(report)[1] == totals.rows
    assert account(report)[4] == sum(file.without_customer.rows for file in totals.files)
    assert net(workspace) == totals.net
    orders = held(workspace, "SELECT count(*) FILTER (is_order) FROM lake")
    assert orders == [(totals.orders,)]
    money = {"contracts": "amount", "receivables": "amount_due", "allocations": "amount"}
    tables = {"judgements": "assessments", "answers": "surveys"}
    for stated in totals.further:
        table = tables.get(stated.key, stated.key)
        if table == "prospects":
            continue
        assert held(workspace, "SELECT count(*) FROM lake", table) == [(stated.rows,)]
        if table in money:
            query = f"SELECT sum({money[table]}) FROM lake"
            assert held(workspace, query, table) == [(stated.amount,)]
    receipts = held(workspace, "SELECT count(*), sum(amount) FROM lake", "receipts")
    assert receipts == [(totals.receipts, Decimal(totals.received))]
    assert held(workspace, "SELECT count(*) FROM lake", "customers") == [(404,)]


def test_the_description_gives_the_control_totals(english: World) -> None:
    text = (ROOT / "samples" / "daichuan-en.md").read_text(encoding="utf-8")
    totals = control_totals(english)
    assert f"{totals.rows:,} lines, {totals.orders:,} orders, {totals.net:,} net of tax" in text
    files = names("en")["files"]
    for file in totals.files:
        assert f"| `{files[file.key]}` | {file.rows:,} | {file.counted.rows:,} | " in text
        assert f" | {file.printed_net:,} |" in text
    for stated in totals.further:
        name = names("en")["further_files"][stated.key]
        amount = f"{stated.amount:,}" if stated.amount else "–"
        assert f"| `{name}` | {stated.rows:,} | {amount} |" in text
