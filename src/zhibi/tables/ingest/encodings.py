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

BLOCK = 1 << 20
_SAMPLE_LINES = 400
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("gb18030", "big5hkscs", "cp1252")
_CLOSE = 0.15  # two readings nearer than this are said to be ambiguous
_PLAUSIBLE = 0.3

# Everyday characters of Chinese business tables and company names, simplified and traditional.
_EVERYDAY = frozenset(
    "的一是不了在人有我他这中大来上国和地到说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只"
    "从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手"
    "应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海"
    "通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才"
    "结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼"
    "书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉"
    "术领共确传师观清今切院让识候带导争运笔另单户订货购销售价格税额编号码称客联系话地址省市县区有限"
    "责任股份集团贸易科技实业发展上海北京广州深圳天津重庆江苏浙江山东河南湖北四川福建辽宁备注规格型"
    "号仓库批次折扣含率未不含元合计总计小计数量期间状态已审核完成取消退货红字发票合同交付负责业务员"
    "門東車馬風時會來個們這國後發對經過現當動還進樣實軍無長機關點產業間將見與號碼單據戶訂貨購銷賣"
    "價稅額編稱聯絡電話縣區責團貿科技實業發展廣灣臺備註規倉庫折扣計數量狀態審核發票約負責務員總"
    "李王张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛"
    "叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊陆郝孔白崔康毛邱秦江史顾侯邵孟龙段章钱汤尹黎易常武乔"
    "賀賴龔張劉陳楊趙黃吳孫羅鄭謝韓馮蕭鄧許蘇盧蔣賈葉閻鐘譚鄒陸顧龍錢湯黎喬東華電器機械設備材料"
    "华东华南华北西南厂商店店超市医院学校银行保险建筑工程设备机械电器材料化工食品药服装纸塑胶钢铁"
)


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str  # a codec of Python
    note: str | None = None


def find_encoding(path: Path, given: str | None = None) -> Encoding:
    """The encoding of a text file, or an error that names the line at which it cannot be told."""
    if given:
        return Encoding(_known_codec(given))
    with path.open("rb") as file:
        head = file.read(BLOCK)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name)
    if wide := _utf16_without_mark(head):
        return Encoding(wide, f"Taken for {wide.upper()}, though it has no byte-order mark.")
    bad_line = first_undecodable_line(path, "utf-8")
    lines = _foreign_lines(path)
    if bad_line is None:
        return _utf8_unless_gbk(lines)
    return _legacy(path, lines, bad_line)


def first_undecodable_line(path: Path, encoding: str) -> int | None:
    """The first line (from 1) that is not valid in an encoding; None when all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, "replace")
                return line + _line_ends(good)
            _refuse_nul(text, path, line)
            if not block:
                return None
            line += _line_ends(text)


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")


def _refuse_nul(text: str, path: Path, line: int) -> None:
    if "\0" in text:
        raise ZhibiError(
            "Line {line} of {file} holds NUL bytes, which no text has: the file is damaged or "
            "is no text; export it again",
            line=line + _line_ends(text[: text.index("\0")]),
            file=path.name,
        )


def text_blocks(path: Path, encoding: str) -> Iterator[str]:
    """The text of a file, block by block; an error names the line that cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                raise _undecodable(path, first_undecodable_line(path, encoding), encoding) from None
            _refuse_nul(text, path, line)
            yield text
            if not block:
                return
            line += _line_ends(text)


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
    if strange and len(strange) * 2 > foreign and _score(lines, "gb18030") > 0.6:
        return Encoding("gb18030", "Taken for GB18030, though its bytes are valid UTF-8 too.")
    return Encoding("utf-8")


def _legacy(path: Path, lines: list[bytes], bad_line: int) -> Encoding:
    _refuse_mixed(path, lines, bad_line)
    scores = sorted(((_score(lines, name), name) for name in _CANDIDATES), reverse=True)
    (best, name), (second, other) = scores[0], scores[1]
    if best < _PLAUSIBLE:
        raise ZhibiError(
            "{file} is in an encoding that cannot be told from its text (line {line} is not "
            "UTF-8): save it as UTF-8, or give its encoding",
            file=path.name,
            line=bad_line,
        )
    bad = first_undecodable_line(path, name)
    if bad is not None:
        raise _undecodable(path, bad, name)
    if best - second >= _CLOSE:
        return Encoding(name)
    return Encoding(
        name,
        f"Taken for {name.upper()}, which fits its few foreign characters little better than "
        f"{other.upper()}: look at the names, and give the encoding if they are wrong.",
    )


def _undecodable(path: Path, line: int | None, encoding: str) -> ZhibiError:
    return ZhibiError(
        "Line {line} of {file} is not valid {encoding} as the lines above it are: save the file "
        "in one encoding, or give the right one",
        line=line,
        file=path.name,
        encoding=encoding.upper(),
    )


def _refuse_mixed(path: Path, lines: list[bytes], bad_line: int) -> None:
    """Lines in good UTF-8 with Chinese in them beside lines that are not: two files in one."""
    chinese = sum(_is_chinese_utf8(line) for line in lines)
    if (
        chinese * 3 >= len(lines)
        and _score([x for x in lines if _is_chinese_utf8(x)], "utf-8") > 0.5
    ):
        raise _undecodable(path, bad_line, "utf-8")
    first_chinese = next((x for x in lines if _is_chinese_utf8(x)), None)
    if first_chinese is not None and _score([first_chinese], "utf-8") > 0.8:
        others = [x for x in lines if not _is_chinese_utf8(x)]
        best = max(_CANDIDATES, key=lambda name: _score(others, name))
        raise _undecodable(path, _line_of(path, first_chinese), best)


def _line_of(path: Path, wanted: bytes) -> int:
    with path.open("rb") as file:
        return next((n for n, line in enumerate(file, 1) if wanted in line), 1)


def _is_chinese_utf8(line: bytes) -> bool:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def _score(lines: list[bytes], encoding: str) -> float:
    """The share of everyday characters among those beyond ASCII, 0 if a line does not decode.

    A rare but proper hanzi counts a little, one beyond the common tables or a symbol less than
    nothing; in cp1252 a letter counts beside an ASCII letter, as in Müller.
    """
    good = total = 0.0
    failed = 0
    for line in lines:
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            failed += 1
            continue
        points = _latin_points(text) if encoding == "cp1252" else _chinese_points(text)
        good += sum(points)
        total += len(points)
    share = good / total if total else 0.0
    return max(0.0, share * (1 - 2 * failed / len(lines))) if lines else 0.0


def _chinese_points(text: str) -> list[float]:
    return [_chinese_point(char) for char in text if not char.isascii()]


def _chinese_point(char: str) -> float:
    if char in _EVERYDAY or "\u3000" <= char <= "\u301f" or "\uff00" <= char <= "\uff65":
        return 1.0
    if "\u4e00" <= char <= "\u9fff":
        return 0.4 if _is_common(char) else -0.4
    return 0.2 if char in "￥¥·—…“”‘’℃№×±" else -0.5


def _is_common(char: str) -> bool:
    """In the first, frequent half of the simplified or of the traditional national standard."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        pass
    try:
        return 0xA4 <= char.encode("big5")[0] <= 0xC6
    except UnicodeEncodeError:
        return False


def _latin_points(text: str) -> list[float]:
    """Letters with an accent stand among ASCII letters; mojibake stands in long runs."""
    points = []
    for place, char in enumerate(text):
        if char.isascii():
            continue
        near = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        beside = any(other.isascii() and other.isalpha() for other in near)
        if char.isalpha():
            points.append(1.0 if beside else -0.5)
        else:
            alone = all(other.isascii() for other in near)
            points.append(0.6 if alone and char in "€£°–—‘’“”•…™®©«»§\xa0½¼¾²³µ" else -0.5)
    return points
