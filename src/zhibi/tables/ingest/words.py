"""Ids, currencies and choices, read inside DuckDB: columns whose cells are words, not numbers."""

from __future__ import annotations

from dataclasses import dataclass

from zhibi.tables.ingest.duck import literal
from zhibi.tables.ingest.headers import currency_words, vocabulary
from zhibi.tables.schema import Field

ROUNDED = r"[-+]?\d(\.\d+)?[eE]\+\d+"  # 9.137E+17
FLOAT_ID = r"\d+\.0"  # 17850.0: an integer that a data frame has turned into a float
EXACT_DIGITS = 15  # what a spreadsheet keeps of a long number

BLANK_WORDS = ("\\N", "NULL", "null", "(null)")
CONTAINED = 2  # shorter words must stand alone, unless they are Chinese


@dataclass(frozen=True, slots=True)
class IdCounts:
    """How many cells of an id column are written how."""

    filled: int
    floats: int
    long: int  # more digits than a spreadsheet keeps
    zeroed: int  # of these, with nothing but zeros past them

    @property
    def is_float(self) -> bool:
        return self.filled > 0 and self.floats == self.filled

    @property
    def has_rounded_digits(self) -> bool:
        """Long codes end in zeros by chance once in a thousand: half of them is a spreadsheet."""
        return self.zeroed * 2 >= self.long > 0


def id_counts(column: str) -> tuple[str, ...]:
    is_long = f"length({column}) > {EXACT_DIGITS}"
    return (
        f"count({column})",
        f"count(*) FILTER (WHERE CASE WHEN suffix({column}, '.0')"
        f" THEN regexp_full_match({column}, '{FLOAT_ID}') END)",
        f"count(*) FILTER (WHERE CASE WHEN {is_long} THEN regexp_full_match({column}, '\\d+') END)",
        f"count(*) FILTER (WHERE CASE WHEN {is_long}"
        f" THEN regexp_full_match({column}, '\\d{{{EXACT_DIGITS}}}0+') END)",
    )


def id_sql(column: str, counts: IdCounts) -> str:
    """The id as text, with its leading zeros; null where a spreadsheet has rounded it."""
    text = f"left({column}, length({column}) - 2)" if counts.is_float else column
    rounded = (
        f"CASE WHEN contains({column}, '+') THEN regexp_full_match({column}, '{ROUNDED}')"
        " ELSE false END"
    )
    if counts.has_rounded_digits:
        rounded += (
            f" OR length({column}) > {EXACT_DIGITS} AND regexp_full_match({column},"
            f" '\\d{{{EXACT_DIGITS}}}0+')"
        )
    return f"CASE WHEN NOT ({rounded}) THEN nullif({text}, '') END"


def currency_sql(column: str) -> str:
    """The ISO code of a currency name, sign or code; null where it is none."""
    cases = " ".join(
        f"WHEN {literal(word)} THEN {literal(code)}" for word, code in currency_words().items()
    )
    text = f"lower(trim({column}))"
    is_code = f"regexp_full_match({text}, '[a-z]{{3}}')"
    return f"CASE {text} {cases} ELSE CASE WHEN {is_code} THEN upper({text}) END END"


def currency_in_text_sql(column: str) -> str:
    """The currency whose sign or word stands beside an amount: `US$ 12`."""
    text = f"lower(half_width({column}))"
    words = currency_words()
    signs = " ".join(f"WHEN '{word}' THEN '{words[word]}'" for word in words if len(word) == 1)
    by_length = sorted(words, key=lambda word: (-len(word), word))
    contained = " ".join(
        f"WHEN contains({text}, {literal(word)}) THEN {literal(words[word])}" for word in by_length
    )
    return (
        f"CASE left({column}, 1) {signs} ELSE CASE WHEN NOT"
        f" regexp_full_match({column}, '[-+0-9., ]*') THEN CASE {contained} END END END"
    )


def choice_sql(column: str, field: Field) -> str:
    """The choice a word stands for: as it is, else the first it contains; null where none."""
    text = f"lower(trim({column}))"
    words = {
        word: choice
        for choice, entries in vocabulary()["choices"][field.name].items()
        for word in (choice, *entries)
    }
    exact = " ".join(
        f"WHEN {text} = {literal(word)} THEN {literal(choice)}" for word, choice in words.items()
    )
    contained = " ".join(
        f"WHEN contains({text}, {literal(word)}) THEN {literal(choice)}"
        for word, choice in words.items()
        if len(word) > CONTAINED or ord(word[0]) > 0x2E80
    )
    return f"CASE {exact} {contained} END"
