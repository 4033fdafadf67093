"""Unified social credit codes (统一社会信用代码) with the check character of GB 32100-2015."""

from __future__ import annotations

import numpy as np

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
BODY_LENGTH = 17


def check_character(body: str) -> str:
    """The 18th character: 31 − Σ code · 3ⁱ mod 31, over the first 17."""
    total = sum(
        ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body, start=0)
    )
    return ALPHABET[-total % 31]


def made_up_credit_code(rng: np.random.Generator, *, registrar: str, place: str) -> str:
    """A code that passes the check: registrar and kind (91 a company, 12 a public institution),
    six digits of place, nine characters of the organisation, of which new ones start with MA."""
    digits = "".join(str(digit) for digit in rng.integers(0, 10, 9))
    is_new_company = registrar == "91" and rng.random() < 0.5
    body = registrar + place + ("MA" + digits[:7] if is_new_company else digits)
    return body + check_character(body)
