"""Unified social credit codes (统一社会信用代码, GB 32100-2015)."""

from __future__ import annotations

from zhibi.worlds.credit_code import ALPHABET, BODY_LENGTH, check_character


def is_credit_code(text: str) -> bool:
    """Whether text is a code whose check character is right."""
    body, check = text[:BODY_LENGTH], text[BODY_LENGTH:]
    if len(body) < BODY_LENGTH or not set(body) <= set(ALPHABET):
        return False
    return check == check_character(body)
