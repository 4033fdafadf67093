"""Cells of a text file that a spreadsheet, opening it, would run as formulas."""

from __future__ import annotations

from typing import Final

# A spreadsheet that expects Chinese takes the wide signs for the narrow ones.
STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def disarmed(text: str) -> str:
    """The text as no spreadsheet runs it: with an apostrophe in front where it needs one."""
    return f"'{text}" if text.startswith(STARTS) else text
