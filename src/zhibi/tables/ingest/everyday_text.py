"""How likely some bytes are text that people wrote, when read in a given encoding.

Bytes of one Chinese encoding mostly decode in another, but to characters that hardly occur; so the
share of everyday characters tells them apart, even in a file with two Chinese words.
"""

from __future__ import annotations

from dataclasses import dataclass

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


KANA = 10  # one sign in so many is kana in a Japanese table


@dataclass(frozen=True, slots=True)
class _Standard:
    """A national standard lists the common half of its hanzi first."""

    codec: str
    last_common: int  # lead byte of the last common hanzi
    rare: float  # points for one of the other half; files in GBK are far more frequent


_STANDARDS = {
    "simplified": _Standard("gb2312", 0xD7, 0.2),
    "traditional": _Standard("big5", 0xC6, 0.0),
}


def everyday_share(lines: list[bytes], encoding: str) -> float:
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
        if encoding == "cp932":
            points = _japanese_points(text)
        else:
            is_latin = encoding == "cp1252"
            points = _latin_points(text) if is_latin else _chinese_points(text, encoding)
        good += sum(points)
        total += len(points)
    share = good / total if total else 0.0
    return max(0.0, share * (1 - 2 * failed / len(lines))) if lines else 0.0


def _chinese_points(text: str, encoding: str) -> list[float]:
    standard = _STANDARDS["traditional" if encoding == "big5hkscs" else "simplified"]
    return [_chinese_point(char, standard) for char in text if not char.isascii()]


def _chinese_point(char: str, standard: _Standard) -> float:
    if char in _EVERYDAY or "\u3000" <= char <= "\u301f" or "\uff00" <= char <= "\uff65":
        return 1.0
    if "\u4e00" <= char <= "\u9fff":
        try:
            lead = char.encode(standard.codec)[0]
        except UnicodeEncodeError:
            return -0.4
        return 0.4 if lead <= standard.last_common else standard.rare
    return 0.2 if char in "￥¥·—…“”‘’℃№×±" else -0.5


def _japanese_points(text: str) -> list[float]:
    """Japanese is told by its kana: a text of ideographs alone is left to the Chinese encodings,
    and half-width kana are what other encodings become."""
    letters = [char for char in text if not char.isascii()]
    kana = sum("\u3041" <= char <= "\u30ff" for char in letters)
    half = sum("\uff61" <= char <= "\uff9f" for char in letters)
    is_japanese = kana * KANA >= len(letters) and half * KANA < len(letters)
    return [1.0 if is_japanese else -0.5 for _ in letters]


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
