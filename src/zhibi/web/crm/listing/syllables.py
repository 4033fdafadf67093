"""Which syllables a run of letters may be: huashujixie is hua shu ji xie."""

from __future__ import annotations

from functools import cache
from typing import Final

LONGEST: Final = 6  # zhuang
READINGS: Final = 3  # of one run of letters: more are not looked at


@cache
def syllables() -> frozenset[str]:
    """Every syllable a Chinese character is read as."""
    from pypinyin import lazy_pinyin

    read = lazy_pinyin([chr(code) for code in range(0x4E00, 0x9FA6)])
    return frozenset(one for one in read if one.isascii() and one.isalpha())


@cache
def beginnings() -> frozenset[str]:
    """What a syllable may begin with, for one that is still being typed."""
    return frozenset(one[:n] for one in syllables() for n in range(1, len(one) + 1))


def readings(letters: str) -> tuple[str, ...]:
    """The initials of each way to read the letters; none when they are no pinyin.

    What nothing can be read from is looked at once: 60 letters that end wrongly have a million
    ways to begin.
    """
    found: list[str] = []
    dead_ends: set[str] = set()

    def read(rest: str, initials: str) -> None:
        if len(found) >= READINGS or rest in dead_ends:
            return
        known = len(found)
        if not rest or rest in beginnings():
            found.append(initials + rest[:1])
        for length in range(min(LONGEST, len(rest) - 1), 0, -1):
            if rest[:length] in syllables():
                read(rest[length:], initials + rest[0])
        if len(found) == known:
            dead_ends.add(rest)

    if letters.isascii() and letters.isalpha() and len(letters) <= 60:
        read(letters, "")
    return tuple(dict.fromkeys(found))
