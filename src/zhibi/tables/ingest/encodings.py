"""Which encoding a text file is in: found from its bytes, and checked against what people write.

A byte-order mark decides, then UTF-8 if the whole file is valid UTF-8, since no other text of any
length happens to be. What is left in practice is GBK (GB18030), Big5 and cp1252, and each of them
accepts most bytes of the others. So the lines with bytes beyond ASCII are read in each, and the
reading with the most everyday characters wins: mojibake is made of rare ones.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest.everyday_text import everyday_share

BLOCK = 1 << 20
_SAMPLE_LINES = 400
_MAX_LINE = 32_000_000  # characters; longer ones would have to be held in memory
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("gb18030", "big5hkscs", "cp1252", "cp932")
_CLOSE = 0.15  # two readings nearer than this are said to be ambiguous
_PLAUSIBLE = 0.15
_DOUBTFUL = 0.3
_NO_MARK = "Taken for {encoding}, though it has no byte-order mark."
_ALSO_UTF8 = Said("Taken for GB18030, though its bytes are valid UTF-8 too.")
_CERTAIN = 0.6


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str  # a codec of Python
    note: Said | None = None


def find_encoding(path: Path, given: str | None = None) -> Encoding:
    """The encoding of a text file, or an error that names the line at which it cannot be told."""
    if given:
        return _checked(path, _known_codec(given))
    with path.open("rb") as file:
        head = file.read(BLOCK)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _checked(path, name)
    if wide := _utf16_without_mark(head):
        return Encoding(wide, Said(_NO_MARK, {"encoding": wide.upper()}))
    bad_line = _first_undecodable_line(path, "utf-8")
    lines = _foreign_lines(path)
    if bad_line is None:
        return _utf8_unless_gbk(lines)
    return _legacy(path, lines, bad_line)


def _checked(path: Path, name: str) -> Encoding:
    """UTF-8 is read in place; other encodings are checked when the file is turned into it."""
    if name == "utf-8-sig" and (bad := _first_undecodable_line(path, name)) is not None:
        raise _undecodable(path, bad, name)
    return Encoding(name)


class _BadLine(Exception):  # noqa: N818
    def __init__(self, line: int) -> None:
        self.line = line


def text_blocks(path: Path, encoding: str) -> Iterator[str]:
    """The text of a file, block by block; an error names the line that cannot be decoded."""
    try:
        yield from _decoded(path, encoding)
    except _BadLine as bad:
        raise _undecodable(path, bad.line, encoding) from None


def _first_undecodable_line(path: Path, encoding: str) -> int | None:
    try:
        for _ in _decoded(path, encoding):
            pass
    except _BadLine as bad:
        return bad.line
    return None


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    line, unbroken = 1, 0
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, "replace")
                raise _BadLine(line + _line_ends(good)) from None
            if b"\0" in block:  # found in bytes a hundred times as fast as in text
                _refuse_nul(text, path, line)
            ends = _line_ends(text)
            unbroken = 0 if ends else unbroken + len(text)
            if unbroken > _MAX_LINE:
                raise _endless(path, line)
            yield text
            if not block:
                return
            line += ends


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")


def _endless(path: Path, line: int) -> ZhibiError:
    return ZhibiError(
        "Line {line} of {file} is longer than {limit} million characters, so the file is no table "
        "of rows: export it again",
        line=line,
        file=path.name,
        limit=_MAX_LINE // 1_000_000,
    )


def _refuse_nul(text: str, path: Path, line: int) -> None:
    if "\0" in text:
        raise ZhibiError(
            "Line {line} of {file} holds NUL bytes, which no text has: the file is damaged or "
            "is no text; export it again",
            line=line + _line_ends(text[: text.index("\0")]),
            file=path.name,
        )


def _known_codec(name: str) -> str:
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except LookupError:
        raise ZhibiError(
            "{encoding} is no known encoding: give one such as utf-8, gbk, big5, utf-16 or cp1252",
            encoding=name,
        ) from None
    # GB18030 holds all of GB2312 and GBK, and files said to be those often go beyond them.
    wider = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "utf-8": "utf-8-sig"}
    return wider.get(found, found)


def _utf16_without_mark(head: bytes) -> str | None:
    """ASCII in UTF-16 has a NUL in every other byte; no other text has any."""
    if len(head) < 4 or b"\0" not in head:
        return None
    pairs = len(head) // 2
    for name, zeros, others in (
        ("utf-16-le", head[1::2], head[::2]),
        ("utf-16-be", head[::2], head[1::2]),
    ):
        is_wide = zeros.count(0) > pairs * 0.1 and others.count(0) < pairs * 0.02
        if is_wide and not _is_odd_text(head[: pairs * 2].decode(name, "replace")):
            return name
    return None


def _is_odd_text(text: str) -> bool:
    odd = sum(not char.isprintable() and char not in "\t\r\n" for char in text)
    return odd > len(text) * 0.02 or not any(end in text for end in "\r\n")


def _foreign_lines(path: Path) -> list[bytes]:
    """The first lines that hold more than ASCII: they decide, wherever in the file they stand."""
    found: list[bytes] = []
    with path.open("rb") as file:
        while len(found) < _SAMPLE_LINES:
            block = file.read(BLOCK) + file.readline(BLOCK)
            if not block:
                break
            if not block.isascii():
                found += [line for line in block.splitlines() if not line.isascii()]
    return found[:_SAMPLE_LINES]


def _utf8_unless_gbk(lines: list[bytes]) -> Encoding:
    """A few GBK words (联通) are valid UTF-8 by chance; read so, they are letters nobody writes."""
    text = b"\n".join(lines).decode("utf-8", "replace")
    strange = [char for char in text if "\u0180" <= char < "\u0800"]
    foreign = sum(not char.isascii() for char in text)
    if strange and len(strange) * 2 > foreign and everyday_share(lines, "gb18030") > _CERTAIN:
        return Encoding("gb18030", _ALSO_UTF8)
    return Encoding("utf-8")


def _legacy(path: Path, lines: list[bytes], bad_line: int) -> Encoding:
    _refuse_mixed(path, lines, bad_line)
    scores = sorted(((everyday_share(lines, name), name) for name in _CANDIDATES), reverse=True)
    (best, name), (second, other) = scores[0], scores[1]
    if best < _PLAUSIBLE:
        raise ZhibiError(
            "{file} is in an encoding that cannot be told from its text (line {line} is not "
            "UTF-8): save it as UTF-8, or give its encoding",
            file=path.name,
            line=bad_line,
        )
    bad = _first_undecodable_line(path, name)
    if bad is not None:
        raise _undecodable(path, bad, name)
    if best - second >= _CLOSE and best >= _DOUBTFUL:
        return Encoding(name)
    return Encoding(
        name,
        Said(
            "Taken for {encoding}, which fits its few foreign characters little better than "
            "{other}: look at the names, and give the encoding if they are wrong.",
            {"encoding": name.upper(), "other": other.upper()},
        ),
    )


def _undecodable(path: Path, line: int | None, encoding: str) -> ZhibiError:
    return ZhibiError(
        "Line {line} of {file} is not valid {encoding} as the lines above it are: save the file "
        "in one encoding, or give the right one",
        line=line,
        file=path.name,
        encoding=encoding.removesuffix("-sig").upper(),
    )


def _refuse_mixed(path: Path, lines: list[bytes], bad_line: int) -> None:
    """Lines in good UTF-8 with Chinese in them beside lines that are not: two files in one."""
    utf8 = [line for line in lines if _is_chinese_utf8(line)]
    if not utf8 or everyday_share(utf8, "utf-8") < _CERTAIN:
        return
    if len(utf8) * 2 > len(lines):
        raise _undecodable(path, bad_line, "utf-8")
    others = [line for line in lines if not _is_chinese_utf8(line)]
    encoding = max(_CANDIDATES, key=lambda name: everyday_share(others, name))
    raise _undecodable(path, _line_of(path, utf8[0]), encoding)


def _line_of(path: Path, wanted: bytes) -> int:
    with path.open("rb") as file:
        return next((n for n, line in enumerate(file, 1) if wanted in line), 1)


def _is_chinese_utf8(line: bytes) -> bool:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any("\u4e00" <= char <= "\u9fff" for char in text)
