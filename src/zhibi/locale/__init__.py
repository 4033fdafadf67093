"""The words of the other languages. An English template is the key of its translation.

The Chinese catalogue is read by Babel when it is first needed: there is no compiled file that
could be older than the text beside it. `zh_CN.po` holds what is said in many places; the folder
`zh_CN` has one file for each method, report or subject with words of its own. A message without
a translation is shown in English, and `tests/test_locale.py` fails for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Final

from zhibi.errors import ZhibiError
from zhibi.said import Said, spoken

ENGLISH: Final = "en"
CHINESE: Final = "zh-CN"
LANGUAGES: Final = (CHINESE, ENGLISH)

_CATALOGUES: Final = {CHINESE: "zh_CN"}


def translate(msgid: str, language: str) -> str:
    """The message in `language`; the English text itself where there is no translation."""
    return catalogue(language).get(msgid, msgid)


def explain(error: ZhibiError, language: str) -> str:
    """The sentence of an error in `language`."""
    return str(spoken(Said(error.template, error.fields), partial(translate, language=language)))


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every translated message of a language; English has none, being the key."""
    if language == ENGLISH:
        return {}
    if language not in _CATALOGUES:
        raise ZhibiError(
            "{language} is not a language Zhibi speaks; choose one of {known}.",
            language=language,
            known=", ".join(LANGUAGES),
        )
    return dict(pair for file in catalogue_files(language) for pair in entries(file))


def catalogue_files(language: str) -> list[Path]:
    """The shared catalogue of a language, then the one of each subject."""
    folder = Path(str(files(__name__)))
    name = _CATALOGUES[language]
    return [folder / f"{name}.po", *sorted((folder / name).glob("*.po"))]


def entries(file: Path) -> Iterator[tuple[str, str]]:
    """The messages of one catalogue file, each with its translation."""
    from babel.messages.pofile import read_po

    with file.open("rb") as stream:
        messages = read_po(stream, locale="zh_CN")
    yield from ((str(m.id), str(m.string)) for m in messages if m.id and m.string and not m.fuzzy)
