"""How a number is cut before it is written: significant figures, scales, grouping.

All on Decimals, half to even, so that the same amount reads the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

MINUS: Final = "−"


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit large amounts are counted in: `divisor` to one, used below `limit`."""

    divisor: Decimal
    suffix: str
    limit: Decimal | None
    keeps_zeros: bool = False  # 2.80 M, but 2.8 亿


CHINESE_SCALES: Final = (
    Scale(Decimal(1), "", Decimal(10**4)),
    Scale(Decimal(10**4), "万", Decimal(10**8)),
    Scale(Decimal(10**8), "亿", None),
)
ENGLISH_SCALES: Final = (
    Scale(Decimal(1), "", Decimal(10**4)),
    Scale(Decimal(10**3), "k", Decimal(10**6)),
    Scale(Decimal(10**6), "M", Decimal(10**9), keeps_zeros=True),
    Scale(Decimal(10**9), "bn", None, keeps_zeros=True),
)


def to_decimal(number: Decimal | float) -> Decimal | None:
    """The number as written; None for NaN and infinities, which say nothing."""
    exact = number if isinstance(number, Decimal) else Decimal(str(number))
    return exact if exact.is_finite() else None


def cut(number: Decimal, decimals: int) -> Decimal:
    """Rounded half to even, never to a negative zero."""
    rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    return abs(rounded) if rounded == 0 else rounded


def digits(number: Decimal, decimals: int, *, strip: bool = False, signed: bool = False) -> str:
    """With thousands separators and a true minus sign; `signed` writes the plus as well."""
    rounded = cut(number, decimals)
    text = f"{abs(rounded):,f}"
    if strip and "." in text:
        text = text.rstrip("0").rstrip(".")
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if signed and rounded > 0 else text


def three_figures(number: Decimal) -> int:
    """The decimals that leave three significant figures, or none from a hundred on."""
    size = abs(number)
    if size < 10:
        return 2
    return 1 if size < 100 else 0


def scaled(number: Decimal, scales: tuple[Scale, ...]) -> tuple[Decimal, int, Scale]:
    """The number in the scale that fits it, the decimals to show, and the scale.

    The scale is chosen after rounding: 99,999,600 is 1 亿, not 10,000 万.
    """
    for scale in scales:
        part = number / scale.divisor
        decimals = 0 if scale.suffix == "k" else three_figures(part)
        rounded = cut(part, decimals)
        if scale.limit is None or abs(rounded) * scale.divisor < scale.limit:
            return part, min(decimals, three_figures(rounded)), scale
    raise AssertionError("the last scale has no limit")


def two_figures(number: Decimal) -> str:
    """Two significant figures, for what is not known better."""
    if number == 0:
        return "0"
    decimals = max(0, 1 - number.adjusted())
    rounded = cut(number, 1 - number.adjusted())
    return digits(rounded, decimals, strip=True)
