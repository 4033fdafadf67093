"""Headers as exports write them, reduced to what they mean, and the synonyms for them.

The synonyms are data (`synonyms.toml`), so that a new ERP needs a line there and no code.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

BRACKETS = re.compile(r"[(\[【<《]\s*([^)\]】>》]*?)\s*[)\]】>》]")
IGNORED = re.compile(r"[\s_\-./\\()\[\]【】<>《》:;,*#&'\"|?]+")
REQUIRED = re.compile(r"[(\[]\s*(必填项?|选填|required|optional)\s*[)\]]", re.I)
WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# Power of ten a unit in the header multiplies every value by.
UNIT_EXPONENTS = {
    "元": 0, "人民币元": 0, "千元": 3, "千": 3, "万": 4, "万元": 4, "人民币万元": 4, "百万": 6,
    "百万元": 6, "千万": 7, "千万元": 7, "亿": 8, "亿元": 8, "k": 3, "thousand": 3, "thousands": 3,
    "in thousands": 3, "'000": 3, "000": 3, "tsd": 3, "teur": 3, "keur": 3, "kusd": 3, "m": 6,
    "mn": 6, "mio": 6, "million": 6, "millions": 6, "in millions": 6, "万美元": 4, "千美元": 3,
}  # fmt: skip
UNIT_CURRENCIES = {"万美元": "USD", "千美元": "USD", "kusd": "USD", "teur": "EUR", "keur": "EUR"}
UNIT_SUFFIXES = ("百万元", "千万元", "万元", "千元", "亿元")
# What a line above the table says of all amounts below it.
TITLE_UNIT = re.compile(
    r"单位\s*[:：]?\s*(?:人民币|rmb|cny)?\s*(百万元|千万元|万元|千元|亿元|万|千|亿)(?![\u4e00-\u9fff])"
    r"|[(\[【（]\s*(?:人民币)?(百万元|千万元|万元|千元|亿元)\s*[)\]】）]"
    r"|\b(in thousands|in millions)\b"
)


@dataclass(frozen=True, slots=True)
class Header:
    """A header reduced to its meaning: `key` is compared, `exponent` is the power of ten its unit
    multiplies by, `currency` the one it names, `words` its English words."""

    text: str
    key: str
    exponent: int
    currency: str | None
    words: tuple[str, ...]
    has_unit: bool = False  # the header says it, be it 元


@cache
def read_header(text: str) -> Header:
    """`金额(万元)` → key 金额, exponent 4; `Order_Date*` → key orderdate."""
    plain = REQUIRED.sub("", unicodedata.normalize("NFKC", text)).strip().strip("*: ")
    exponent, currency, has_unit = 0, None, False
    for bracket in BRACKETS.finditer(plain):
        unit = bracket[1].casefold()
        named = UNIT_CURRENCIES.get(unit) or currency_words().get(unit)
        if unit not in UNIT_EXPONENTS and named is None:
            continue
        exponent = UNIT_EXPONENTS.get(unit, 0)
        has_unit = has_unit or unit in UNIT_EXPONENTS
        currency = named if unit != "元" else None
        plain = plain.replace(bracket[0], "")
    key = header_key(plain)
    for suffix in UNIT_SUFFIXES:
        if key.endswith(suffix) and len(key) > len(suffix):
            key, exponent = key.removesuffix(suffix), UNIT_EXPONENTS[suffix]
            has_unit = True
            break
    words = IGNORED.sub(" ", WORD_BREAK.sub(" ", plain)).casefold().split()
    return Header(text, key, exponent, currency, tuple(words), has_unit)


def exponent_of(titles: Iterable[str]) -> int:
    """The power of ten of a line above the table, 单位：万元 or (in thousands); 0 without one."""
    for title in titles:
        found = TITLE_UNIT.search(unicodedata.normalize("NFKC", title).casefold())
        if found:
            return UNIT_EXPONENTS[next(unit for unit in found.groups() if unit)]
    return 0


def header_key(text: str) -> str:
    """What is left of a header once spelling habits are taken away."""
    return IGNORED.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True, slots=True)
class Synonym:
    """One entry of a field's list; `rank` is its place, the first being preferred."""

    target: str
    key: str
    words: tuple[str, ...]
    rank: int


@cache
def vocabulary() -> dict[str, Any]:
    """The whole of `synonyms.toml`."""
    text = resources.files(__package__).joinpath("synonyms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def synonyms(table: str) -> tuple[Synonym, ...]:
    """Every synonym of every field of a table. The field's own name is the first of them, unless
    the list itself says where it stands."""
    found = []
    for target, entries in vocabulary()[table].items():
        is_listed = header_key(target) in map(header_key, entries)
        for rank, entry in enumerate(entries if is_listed else (target, *entries)):
            words = tuple(IGNORED.sub(" ", entry).casefold().split())
            found.append(Synonym(target, header_key(entry), words, rank))
    return tuple(found)


@cache
def currency_words() -> dict[str, str]:
    """Word → ISO code."""
    return {word: code for code, words in vocabulary()["currencies"].items() for word in words}


@cache
def scenario_words() -> dict[str, frozenset[str]]:
    """What a scenario column calls what was sold (`actual`), and what was only `planned`."""
    return {kind: frozenset(words) for kind, words in vocabulary()["scenarios"].items()}


@cache
def words_of(section: str) -> frozenset[str]:
    """The header keys listed in a section: `generic`, `opportunities`."""
    return frozenset(header_key(header) for header in vocabulary()[section]["headers"])


def money_columns(headers: Sequence[str], way: str) -> list[int]:
    """The columns of a statement that hold `money_in` or `money_out`."""
    words = {header_key(word) for word in vocabulary()["statement"][way]}
    return [at for at, header in enumerate(headers) if read_header(header).key in words]


def is_statement(headers: Sequence[str]) -> bool:
    """Whether money in and money out stand in a column each, as a bank prints them."""
    return bool(money_columns(headers, "money_in") and money_columns(headers, "money_out"))


def is_planned(header: str) -> bool:
    """计划回款日期: a day or an amount that was agreed, and of which nothing is received."""
    key = header_key(header)
    return any(word in key for word in vocabulary()["planned"]["words"])


def first_word_kind(texts: Iterable[str], section: str) -> str | None:
    """The entry of a word list (`table_words`, `basis_words`) one of whose words a text holds."""
    for text in texts:
        key = header_key(text)
        for kind, words in vocabulary()[section].items():
            if any(header_key(word) in key for word in words):
                return str(kind)
    return None
