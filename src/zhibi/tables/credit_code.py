"""Unified social credit codes (统一社会信用代码): which text is one, in Python and in SQL.

GB 32100-2015: eighteen signs without I, O, S, V and Z, the last of them a check digit:
(31 − Σ sign · 3ⁱ mod 31) mod 31 over the first seventeen, i from 0.
"""

from __future__ import annotations

from typing import Final

SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH: Final = 18
WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


def is_credit_code(text: str) -> bool:
    """Whether text is a code with the right check digit."""
    if len(text) != LENGTH or not set(text) <= set(SIGNS):
        return False
    weighed = sum(SIGNS.index(sign) * weight for sign, weight in zip(text, WEIGHTS, strict=False))
    return text[-1] == SIGNS[-weighed % 31]


def is_credit_code_sql(column: str) -> str:
    """The same as an SQL expression over a column of text."""
    weighed = " + ".join(
        f"(strpos('{SIGNS}', {column}[{place}]) - 1) * {weight}"
        for place, weight in enumerate(WEIGHTS, 1)
    )
    digit = f"substr('{SIGNS}', (31 - ({weighed}) % 31) % 31 + 1, 1)"
    shape = f"regexp_full_match({column}, '[{SIGNS}]{{{LENGTH}}}')"
    return f"({shape} AND {column}[{LENGTH}] = {digit})"
