"""Every text a person may read has its Chinese, with the same figures in it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import fields

import pytest

from tests.messages import messages
from tests.test_every_method import usual
from zhibi import methods, run
from zhibi.errors import ZhibiError
from zhibi.locale import CHINESE, ENGLISH, catalogue, explain, translate
from zhibi.result import Block, Chart, Column, Figure, Note, Result, Section, Sentence, Table, Unit

LATIN = frozenset({"VIP", "rfm"})  # the same in both


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_message_has_its_chinese() -> None:
    known = catalogue(CHINESE)
    missing = {text: where for text, where in messages().items() if text not in known}
    assert not missing


def test_a_translation_has_the_figures_of_its_message() -> None:
    for text, chinese in catalogue(CHINESE).items():
        assert placeholders(chinese) == placeholders(text), text


def test_a_translation_is_chinese() -> None:
    for text, chinese in catalogue(CHINESE).items():
        words = re.sub(r"\{[^}]*\}", "", text)
        if text in LATIN or "zhibi" in words or not re.search("[A-Za-z]", words):
            continue
        assert any("一" <= char <= "鿿" for char in chinese), text


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
    assert [text for text in words_of(run.analyze(usual(), name)) if text not in known] == []


def words_of(result: Result) -> list[str]:
    """Titles, labels, templates and terms of a result, without what is no word."""
    texts = {result.title, result.identity.method, result.identity.basis, result.identity.level}
    texts |= {name.replace("_", " ") for name in result.identity.params}
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
    yield from (str(f.value) for f in sentence.figures.values() if f.unit is Unit.TERM)


def _in_columns(columns: tuple[Column, ...], rows: tuple[tuple[object, ...], ...]) -> Iterator[str]:
    for at, column in enumerate(columns):
        yield column.label
        if column.unit is Unit.TERM:
            yield from (str(row[at]) for row in rows if row[at] is not None)


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

    told = dict(provenance(EXAMPLE.identity, Formatter(ENGLISH, "CNY")))
    named = {field.name for field in fields(EXAMPLE.identity)} - {"params"}
    assert len(told) == len(named) + len({"top", "since", "threshold"})
