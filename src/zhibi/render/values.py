"""The only place where a value becomes text, in Chinese or English.

Sentences round to three significant figures and count money in 万 / 亿 or k / M; `exact=True`
gives what exports and hovers show. Columns of money share one scale, named in their heading.
"""

from __future__ import annotations

import string
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, cast

from zhibi.locale import CHINESE, translate
from zhibi.render.rounding import (
    CHINESE_SCALES,
    ENGLISH_SCALES,
    MINUS,
    Scale,
    cut,
    digits,
    scaled,
    three_figures,
    to_decimal,
    two_figures,
)
from zhibi.result import Estimate, Figure, Sentence, Unit, Value

UNKNOWN: Final = "–"
MONEY_UNITS: Final = frozenset({Unit.MONEY, Unit.MONEY_CHANGE})
TEXT_UNITS: Final = frozenset({Unit.NAME, Unit.NAMES, Unit.TERM, Unit.TERMS})
SIGNED_UNITS: Final = frozenset({Unit.MONEY_CHANGE, Unit.CHANGE, Unit.POINTS})

_SYMBOLS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
_CURRENCY_WORDS: Final = {"CNY": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "HKD": "港元"}
_WITHOUT_CENTS: Final = frozenset({"JPY", "KRW", "VND"})
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_BARS: Final = "▁▂▃▄▅▆▇█"
_NAMES_SHOWN: Final = 3
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence: plain text, or the text of a figure."""

    text: str
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Formatter:
    """Writes values in one language; amounts are in `currency` (an ISO code)."""

    language: str
    currency: str

    def value(
        self, value: Value, unit: Unit, *, exact: bool = False, is_short: bool = False
    ) -> str:
        """The text of one value. `is_short` leaves out what a column heading already says."""
        if value is None:
            return UNKNOWN
        if isinstance(value, Estimate):
            return self._estimate(value, unit, is_short=is_short)
        if isinstance(value, Decimal | int | float):
            number = to_decimal(value)
            return UNKNOWN if number is None else self._number(number, unit, exact, is_short)
        if isinstance(value, date):
            return self._date(value, unit, is_short or exact)
        if isinstance(value, tuple):
            if unit is Unit.TREND:
                return sparkline(cast("tuple[float | None, ...]", value))
            names = cast("tuple[str, ...]", value)
            if unit is Unit.TERMS:
                return self.names(tuple(translate(word, self.language) for word in names))
            if is_short and not names:
                return ""
            return self.names(names, shown=None if exact else _NAMES_SHOWN)
        return translate(value, self.language) if unit is Unit.TERM else value

    def sentence(self, sentence: Sentence) -> str:
        """The sentence in this language, with its figures filled in."""
        return "".join(part.text for part in self.parts(sentence))

    def parts(self, sentence: Sentence) -> tuple[Part, ...]:
        """The sentence in pieces, so that a page can mark its figures."""
        parts: list[Part] = []
        template = translate(sentence.template, self.language)
        for literal, name, spec, _ in string.Formatter().parse(template):
            if literal:
                parts.append(Part(literal))
            if name is None:
                continue
            figure = sentence.figures[name]
            if spec and figure.unit is Unit.NAMES:
                text = self.names(cast("tuple[str, ...]", figure.value), counter=spec)
                parts.append(Part(text, figure))
                continue
            parts.append(Part(self.value(figure.value, figure.unit), figure))
            if spec:
                one, _, many = spec.partition("|")
                parts.append(Part(f" {one if figure.value == 1 else many}"))
        return tuple(_without_gaps(parts) if self.language == CHINESE else parts)

    def alone(self, figure: Figure) -> str:
        """The value where nothing around it says the currency."""
        if isinstance(figure.value, Estimate):
            return self._estimate(figure.value, figure.unit, is_alone=True)
        text = self.value(figure.value, figure.unit)
        if figure.unit not in MONEY_UNITS or figure.value is None:
            return text
        return self._with_currency(text)

    def hover(self, figure: Figure) -> str:
        """The exact value, standing alone; for an estimate also how many observations."""
        if isinstance(figure.value, Estimate):
            return f"{self.alone(figure)}, n = {figure.value.n:,}"
        if isinstance(figure.value, date):
            return self.value(figure.value, figure.unit)
        text = self.value(figure.value, figure.unit, exact=True)
        if figure.unit in MONEY_UNITS and figure.value is not None:
            return self._with_currency(text)
        return text

    def names(
        self, names: tuple[str, ...], *, shown: int | None = _NAMES_SHOWN, counter: str = "项"
    ) -> str:
        """Names joined; past one more than `shown` the rest is only counted."""
        if not names:
            return translate("none", self.language)
        is_cut = shown is not None and len(names) > shown + 1
        listed = names[:shown] if is_cut else names
        if self.language == CHINESE:
            rest = f" 等 {len(names)} {counter}" if is_cut else ""
            return "、".join(listed) + rest
        if is_cut:
            return f"{', '.join(listed)} and {len(names) - len(listed)} others"
        return " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))

    @property
    def scales(self) -> tuple[Scale, ...]:
        return CHINESE_SCALES if self.language == CHINESE else ENGLISH_SCALES

    @property
    def currency_word(self) -> str:
        return _CURRENCY_WORDS.get(self.currency, f" {self.currency}")

    @property
    def symbol(self) -> str:
        return _SYMBOLS.get(self.currency, f"{self.currency} ")

    @property
    def _gap(self) -> str:
        """Between a number and its sign: "81.4 %", but "81.4%" in Chinese."""
        return "" if self.language == CHINESE else " "

    def unit_word(self, unit: Unit) -> str:
        """What a column heading or a number says after values of this unit."""
        if unit is Unit.DAYS:
            return translate("days", self.language)
        return translate("pts", self.language) if unit is Unit.POINTS else ""

    def _with_currency(self, text: str) -> str:
        if self.language == CHINESE:
            word = self.currency_word
            if text.endswith(word):
                return text
            return text + word if text.endswith(("万", "亿")) else f"{text} {word.strip()}"
        if self.symbol in text:
            return text
        sign = text[0] if text[0] in f"+{MINUS}" else ""
        return f"{sign}{self.symbol}{text[len(sign) :]}"

    def _number(self, number: Decimal, unit: Unit, exact: bool, is_short: bool) -> str:
        signed = unit in SIGNED_UNITS
        if unit in MONEY_UNITS:
            return self._exact_money(number, signed) if exact else self._money(number, signed)
        if unit is Unit.SHARE:
            return self._share(number, exact)
        if unit is Unit.CHANGE:
            decimals = 4 if exact else int(abs(number) < 1)
            return digits(number * _HUNDRED, decimals, strip=exact, signed=True) + f"{self._gap}%"
        if unit is Unit.POINTS:
            text = digits(number * _HUNDRED, 4 if exact else 1, strip=exact, signed=True)
            return text if is_short else f"{text} {self.unit_word(unit)}"
        if unit is Unit.DAYS:
            text = digits(number, 1, strip=True)
            word = translate("day", self.language) if number == 1 else self.unit_word(unit)
            return text if is_short else f"{text} {word}"
        if unit is Unit.RATIO:
            return digits(number, 4 if exact else 2, strip=exact)
        if unit is Unit.QUANTITY:
            return digits(number, 4 if exact else three_figures(number), strip=True)
        return digits(number, 4 if exact else 1, strip=True)

    def _exact_money(self, number: Decimal, signed: bool) -> str:
        return digits(number, 0 if self.currency in _WITHOUT_CENTS else 2, signed=signed)

    def _money(self, number: Decimal, signed: bool) -> str:
        part, decimals, scale = scaled(number, self.scales)
        text = digits(part, decimals, strip=not scale.keeps_zeros, signed=signed)
        if scale.suffix:
            return f"{text} {scale.suffix}"
        return text if number == 0 else self._with_currency(text)

    def _share(self, number: Decimal, exact: bool) -> str:
        percent = number * _HUNDRED
        if exact:
            return digits(percent, 4, strip=True) + f"{self._gap}%"
        if 0 < percent < Decimal("0.05"):
            return f"<0.1{self._gap}%"
        is_whole = percent in (0, _HUNDRED)
        return digits(percent, 0 if is_whole else 1) + f"{self._gap}%"

    def _estimate(
        self, estimate: Estimate, unit: Unit, *, is_short: bool = False, is_alone: bool = False
    ) -> str:
        divisor, suffix, prefix = Decimal(1), "", ""
        if unit in MONEY_UNITS:
            size = max(abs(estimate.value), abs(estimate.low), abs(estimate.high))
            _, _, scale = scaled(to_decimal(size) or Decimal(0), self.scales)
            divisor = scale.divisor
            suffix = f" {scale.suffix}" if scale.suffix else ""
            if is_alone and self.language == CHINESE:
                suffix = f"{suffix or ' '}{self.currency_word.strip()}"
            elif is_alone:
                prefix = self.symbol
        elif unit in (Unit.SHARE, Unit.CHANGE):
            divisor, suffix = 1 / _HUNDRED, f"{self._gap}%"
        elif unit is Unit.POINTS:
            divisor, suffix = 1 / _HUNDRED, "" if is_short else f" {self.unit_word(unit)}"
        elif unit is Unit.DAYS and not is_short:
            suffix = f" {self.unit_word(unit)}"
        return prefix + self.interval(estimate, unit, divisor, suffix)

    def interval(self, estimate: Estimate, unit: Unit, divisor: Decimal, suffix: str) -> str:
        """The value and its range in parentheses, two significant figures each."""
        value, low, high = (
            _two_figures(number, divisor, unit)
            for number in (estimate.value, estimate.low, estimate.high)
        )
        is_signed = low.startswith((MINUS, "+"))
        until = translate(" to ", self.language) if is_signed else "–"
        inside = f"{low}{until}{high}{suffix}"
        if self.language == CHINESE:
            return f"{value}{suffix}（{inside}）"
        return f"{value}{suffix} ({inside})"

    def _date(self, day: date, unit: Unit, is_short: bool) -> str:
        if is_short:
            return f"{day:%Y-%m}" if unit is Unit.MONTH else day.isoformat()
        if self.language == CHINESE:
            month = f"{day.year} 年 {day.month} 月"
            return month if unit is Unit.MONTH else f"{month} {day.day} 日"
        name = _MONTHS[day.month - 1]
        if unit is Unit.MONTH:
            return f"{name[:3]} {day.year}"
        return f"{day.day} {name} {day.year}"


def sparkline(numbers: tuple[float | None, ...]) -> str:
    """Bars from zero (or the lowest, when below) to the highest; a gap where nothing is known."""
    known = [float(number) for number in numbers if number is not None]
    low, high = min(0.0, *known, 0.0), max(0.0, *known, 0.0)
    step = (high - low) / (len(_BARS) - 1)
    return "".join(
        " " if number is None else _BARS[round((float(number) - low) / step) if step else 0]
        for number in numbers
    )


def _without_gaps(parts: list[Part]) -> list[Part]:
    """Chinese sets a space beside figures and Latin names, and none between its own characters."""
    closed = list(parts)
    for at in range(1, len(closed)):
        left, right = closed[at - 1], closed[at]
        if left.figure is None and left.text.endswith(" "):
            if _is_wide(left.text[-2:-1]) and _is_wide(right.text[:1]):
                closed[at - 1] = Part(left.text[:-1])
            continue
        opens = right.figure is None and right.text.startswith(" ")
        if opens and _is_wide(left.text[-1:]) and _is_wide(right.text[1:2]):
            closed[at] = Part(right.text[1:])
    return closed


def _is_wide(char: str) -> bool:
    return bool(char) and unicodedata.east_asian_width(char) in "WF"


def _two_figures(number: float, divisor: Decimal, unit: Unit) -> str:
    exact = to_decimal(number)
    if exact is None:
        return UNKNOWN
    text = two_figures(exact / divisor)
    is_plus = unit in SIGNED_UNITS and cut(exact, 12) > 0
    return f"+{text}" if is_plus else text
