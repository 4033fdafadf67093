"""Whether a file that was brought in holds certain words, whatever its encoding.

The bytes are searched, those of a workbook or an archive member by member. What cannot be searched
so (Parquet, a locked archive, an archive within one) counts as holding them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

ENCODINGS: Final = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be")
PACKED: Final = (b"PAR1", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"PK\x03\x04")
PART: Final = 1 << 20  # bytes looked at together


def holds(path: Path, words: Iterable[str]) -> bool:
    """Whether any of the words stands in the file."""
    spelled = sorted({one for word in words for one in _spelled(word)})
    if not spelled:
        return False
    sought = re.compile(b"|".join(map(re.escape, spelled)))
    longest = max(map(len, spelled))
    try:
        return any(_found(part, sought, longest) for part in _parts(path))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return True


def _spelled(word: str) -> Iterator[bytes]:
    for encoding in ENCODINGS:
        try:
            yield word.encode(encoding)
        except UnicodeEncodeError:
            continue


def _parts(path: Path) -> Iterator[IO[bytes]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as part:
                    yield part
    else:
        with path.open("rb") as file:
            yield file


def _found(part: IO[bytes], sought: re.Pattern[bytes], longest: int) -> bool:
    seen = part.read(PART)
    if seen.startswith(PACKED):
        return True
    while seen:
        if sought.search(seen):
            return True
        more = part.read(PART)
        seen = seen[-longest:] + more if more else b""
    return False
