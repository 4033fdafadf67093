"""Every text a person may read has its Chinese, with the same figures in it."""

from __future__ import annotations

import copy
import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace

import click
import pytest

from tests.messages import literals, messages
from tests.usual import result_of
from zhibi import methods
from zhibi.cli import analysis, data, serve, upkeep
from zhibi.cli.help import speak
from zhibi.errors import ZhibiError
from zhibi.locale import (
    CHINESE,
    ENGLISH,
    catalogue,
    catalogue_files,
    entries,
    explain,
    translate,
)
from zhibi.params import params_of
from zhibi.render.labels import label_of
from zhibi.result import Block, Chart, Column, Figure, Note, Result, Section, Sentence, Table, Unit
from zhibi.tables.schema import SCHEMAS

LATIN = frozenset({"VIP", "rfm"})  # the same in both
# What a Chinese sentence may say in Latin letters beside ABBREVIATIONS, --options and file.names.
PLAIN = """
Asia Closed Connect Ctrl Excel Java Parquet Shanghai Spark Won Zstandard amount auto basis big bzip
calendar china comma cp csv currency customers cut date decimal dmy end fixed gbk host
import install map mdy merge name none o pip point rate sc spark start tab table tar
text total utf workspace xz yes ymd z zhibi
"""
CJK = "\u4e00-\u9fff"


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_message_has_its_chinese() -> None:
    known = catalogue(CHINESE)
    missing = {text: where for text, where in messages().items() if text not in known}
    assert not missing


def test_no_message_is_translated_in_two_files() -> None:
    written = [text for file in catalogue_files(CHINESE) for text, _ in entries(file)]
    assert [text for text, times in Counter(written).items() if times > 1] == []


def test_a_translation_has_the_figures_of_its_message() -> None:
    for text, chinese in catalogue(CHINESE).items():
        assert placeholders(chinese) == placeholders(text), text


def test_a_translation_is_chinese() -> None:
    for text, chinese in catalogue(CHINESE).items():
        words = re.sub(r"\{[^}]*\}", "", text)
        if text in LATIN or "zhibi" in words or not re.search("[A-Za-z]", words):
            continue
        assert any("一" <= char <= "鿿" for char in chinese), text


def test_no_english_is_left_in_a_translation() -> None:
    for text, chinese in catalogue(CHINESE).items():
        said = re.sub(r"\{[^}]*\}|`[^`]*`|--[a-z-]+", "", chinese)
        words = set(re.findall(r"[A-Za-z]+(?:[._][A-Za-z]+)*", said))
        left = {w for w in words - set(PLAIN.split()) if not (w.isupper() or "." in w or "_" in w)}
        assert left <= {"xlsx"}, text


def test_chinese_sentences_have_chinese_punctuation() -> None:
    narrow = re.compile(f"[{CJK}][,;:?!()]|[,;:?!()][{CJK}]")
    for text, chinese in catalogue(CHINESE).items():
        assert not narrow.search(re.sub(r"\{[^}]*\}", "", chinese)), text


def test_every_translation_is_used() -> None:
    written = literals()
    made = set(made_words())
    unused = [t for t in catalogue(CHINESE) if t not in made and t not in written]
    assert unused == []


def test_words_made_at_run_time_have_their_chinese() -> None:
    assert [word for word in made_words() if word not in catalogue(CHINESE)] == []


def made_words() -> Iterator[str]:
    """Names of parameters, units and fields, put together from other names; and Click's own."""
    yield from ("Show the version and exit.", "Show this message and exit.")
    for name in methods.names():
        yield name
        for declared in params_of(methods.load(name).Params):
            yield label_of(declared.name, name)
            words = (declared.unit, *declared.choices)
            yield from (word for word in words if word.isalpha())
    for schema in SCHEMAS.values():
        yield schema.name
        for field in schema.fields:
            yield field.name
            if field.required:
                yield f"no {field.name.replace('_', ' ').removesuffix(' id')}"


def test_help_is_chinese() -> None:
    """Each command, below `analyze` too, says in Chinese what it and its options do."""
    context = click.Context(click.Group("zhibi"), obj={"lang": CHINESE})
    for command in (*data.COMMANDS, *upkeep.COMMANDS, *analysis.COMMANDS, *serve.COMMANDS):
        page = help_of(command, context)
        if isinstance(command, click.Group):
            page += "".join(
                help_of(command.get_command(context, name), context)
                for name in command.list_commands(context)
            )
        assert not re.findall("[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", re.sub("`.*`", "", page))
        assert re.search(f"[{CJK}]", page)


def help_of(command: click.Command | None, parent: click.Context) -> str:
    assert command
    command = copy.copy(command)  # the tests after this one read it in English
    speak(command, CHINESE)
    return command.get_help(command.context_class(command, parent=parent, obj={"lang": CHINESE}))


def test_overdue_is_said_of_money_only() -> None:
    for text, chinese in catalogue(CHINESE).items():
        assert "逾期" not in chinese or "overdue" in text.lower() or "due" in text.split(), text


def test_the_extractor_sees_what_it_should() -> None:
    """Known texts of each kind: an extractor that finds nothing would pass everything."""
    found = messages()
    for text in ("Share of sales", "Who holds how much", "Data of this chart", "Commit this?"):
        assert text in found
    assert any(text.startswith("{file} is empty") for text in found)
    assert len(found) > 400


@pytest.mark.parametrize("name", methods.names())
def test_every_word_of_a_result_has_its_chinese(name: str) -> None:
    known = catalogue(CHINESE)
    assert [text for text in words_of(result_of(name)) if text not in known] == []


def words_of(result: Result) -> list[str]:
    """Titles, labels, templates and terms of a result, without what is no word."""
    texts = {result.title, result.identity.method, result.identity.basis, result.identity.level}
    texts |= {label_of(name, result.identity.method) for name in result.identity.params}
    for finding in result.findings:
        texts |= set(_said(finding.says)) | (
            set(_said(finding.action)) if finding.action else set()
        )
    texts |= set(_written(result.blocks()))
    texts -= {"food"}  # an industry of the sample, where a name and a word share a column
    return sorted(text for text in texts if text.isascii() and any(c.isalpha() for c in text))


def _written(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Section():
                yield block.title
                yield from _written(block.blocks)
            case Figure():
                yield block.label
            case Note():
                yield from _said(block.says)
            case Table() | Chart():
                yield block.title
                yield from _in_columns(block.columns, block.rows)
                if isinstance(block, Chart):
                    yield from _said(block.text)


def _said(sentence: Sentence) -> Iterator[str]:
    yield sentence.template
    yield from (word for f in sentence.figures.values() for word in _words(f.value, f.unit))


def _in_columns(columns: tuple[Column, ...], rows: tuple[tuple[object, ...], ...]) -> Iterator[str]:
    for at, column in enumerate(columns):
        yield column.label
        yield from (word for row in rows for word in _words(row[at], column.unit))


def _words(value: object, unit: Unit) -> Iterator[str]:
    """The words that are translated when a value is shown."""
    if unit is Unit.TERM and value is not None:
        yield str(value)
    if unit is Unit.TERMS and isinstance(value, tuple):
        yield from value


def test_english_is_the_message_itself() -> None:
    assert translate("Key points", ENGLISH) == "Key points"
    assert translate("Key points", CHINESE) == "要点"


def test_an_unknown_message_stays_as_it_is() -> None:
    assert translate("never said before", CHINESE) == "never said before"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ZhibiError, match="xx is not a language"):
        translate("Key points", "xx")


def test_an_error_is_explained_in_chinese() -> None:
    error = ZhibiError("{file} is empty: export it again", file="a.csv")
    assert explain(error, CHINESE) == "a.csv 是空的：请重新导出"
    assert explain(error, ENGLISH) == "a.csv is empty: export it again"


def test_identity_fields_are_all_told() -> None:
    """A field added to the identity must be added to what the page says of it."""
    from tests.render.example import EXAMPLE
    from zhibi.render.values import Formatter
    from zhibi.render.words import provenance

    typed_over = replace(EXAMPLE.identity, records_version="3", among=40)
    told = dict(provenance(typed_over, Formatter(ENGLISH, "CNY")))
    named = {field.name for field in fields(EXAMPLE.identity)} - {"params"}
    assert len(told) == len(named) + len({"top", "since", "threshold"})
    untouched = dict(provenance(EXAMPLE.identity, Formatter(ENGLISH, "CNY")))
    assert len(told) - len(untouched) == len({"records_version", "among"})
