"""Whether a text fits: its width and height as PowerPoint will set it, a little on the safe side.

The widths are those of Arial by kind of character, and a full em for Chinese; a line is as high
as Microsoft YaHei sets it, the highest of the fonts that may be used. All in points.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from zhibi.render.grid import clean

NO_BREAK, EM_SPACE = "\xa0", "\u2003"
LINE: Final = 1.32  # of the size
_THIN, _BROAD = frozenset("iljtfrI.,:;'|!()[] "), frozenset("mwMW%@—→●◐✓○…")
_BARS: Final = frozenset(f"▁▂▃▄▅▆▇█{EM_SPACE}")
_BORDER: Final = 0.2  # of an em
_SPACE: Final = re.compile(r"[^\S\xa0\u2003]+")
_PIECES: Final = re.compile(r"(?:[^\s\u2e80-\U0003ffff]|\xa0)+|\s|.")


def plain(text: str) -> str:
    """In one line, without control characters: what a name may hold and a slide may not."""
    return _SPACE.sub(" ", clean(text)).strip(" ")


def width(text: str, size: float) -> float:
    """Some programs set a little space between Chinese and what is not, which is counted here."""
    wide = [unicodedata.east_asian_width(char) in "WF" for char in text]
    borders = sum(left != right for left, right in pairwise(wide))
    return (sum(map(_em, text)) + _BORDER * borders) * size


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if char in _THIN:
        return 0.34
    if char in _BROAD or char in _BARS:
        return 1.0
    return 0.7 if char.isupper() else 0.56


def lines(text: str, size: float, wide: float) -> int:
    """How many lines the text takes: words are kept whole, Chinese breaks anywhere."""
    count, at = 1, 0.0
    for piece in _PIECES.findall(text):
        need = width(piece, size)
        if at + need > wide and at:
            count, at = count + 1, 0.0
            if piece.isspace():
                continue
        if need > wide:  # a word longer than a line is broken
            count += math.ceil(need / wide) - 1
            need %= wide
        at += need
    return count


def height(texts: Sequence[str], size: float, wide: float) -> float:
    """Of paragraphs one below the other."""
    return sum(lines(text, size, wide) for text in texts) * size * LINE


def cut(text: str, size: float, wide: float) -> str:
    """The text as far as it fits into one line, ending in … when something was left out."""
    if width(text, size) <= wide:
        return text
    kept = text[: 1 + int(4 * wide / size)]
    while kept and width(kept + "…", size) > wide:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def cut_lines(text: str, size: float, wide: float, most: int) -> str:
    """The text as far as it fits into so many lines."""
    text = text[: 1 + int(4 * most * wide / size)]
    while lines(text, size, wide) > most:
        text = text[: int(len(text) * 0.95) - 1].rstrip("… ") + "…"
    return text
