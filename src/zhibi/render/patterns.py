"""Number patterns by unit, for what a spreadsheet or a native chart writes itself.

Cells keep every digit. The axes and labels of charts count money as sentences do, in 万 / 亿 or
k / M, while the numbers behind them stay exact: a comma behind a pattern leaves out three digits,
and a literal point before the last ones makes 万 of thousands.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from zhibi.locale import CHINESE
from zhibi.render.rounding import to_decimal
from zhibi.render.values import MONEY_UNITS, SIGNED_UNITS
from zhibi.result import Unit, Value

CELLS: Final[dict[Unit, str]] = {
    Unit.MONEY: "#,##0.00",
    Unit.MONEY_CHANGE: "+#,##0.00;-#,##0.00;0.00",
    Unit.COUNT: "#,##0",
    Unit.QUANTITY: "#,##0.00",
    Unit.SHARE: "0.0%",
    Unit.CHANGE: "+0.0%;-0.0%;0.0%",
    Unit.POINTS: "+0.0%;-0.0%;0.0%",
    Unit.DAYS: "#,##0.0",
    Unit.DATE: "yyyy-mm-dd",
    Unit.MONTH: "yyyy-mm",
    Unit.SCORE: "0.0",
    Unit.RATIO: "0.00",
}
_CHINESE_SCALES: Final = (
    (Decimal(10**8), r'0\.00,,"亿"'),
    (Decimal(10**5), r'0\.0,"万"'),
)
_ENGLISH_SCALES: Final = (
    (Decimal(10**9), '#,##0.00,,," bn"'),
    (Decimal(10**6), '#,##0.0,," M"'),
    (Decimal(10**5), '#,##0," k"'),
)


def axis_pattern(unit: Unit, values: Iterable[Value], language: str) -> str:
    """How the axis of a chart over these values writes its numbers: a step is a round number."""
    if unit in MONEY_UNITS:
        return _money(values, language)
    if unit in (Unit.SHARE, Unit.CHANGE, Unit.POINTS):
        return "0%"
    return CELLS.get(unit, "General") if unit in (Unit.DATE, Unit.MONTH) else "General"


def label_pattern(unit: Unit, values: Iterable[Value], language: str) -> str:
    """How a chart writes one of these values beside its mark."""
    if unit in MONEY_UNITS:
        pattern = _money(values, language)
        return f"+{pattern};-{pattern};0" if unit in SIGNED_UNITS else pattern
    return CELLS.get(unit, "General")


def _money(values: Iterable[Value], language: str) -> str:
    """Money in the one scale that fits the largest amount."""
    numbers = (to_decimal(v) for v in values if isinstance(v, Decimal | int | float))
    largest = max((abs(number) for number in numbers if number is not None), default=Decimal(0))
    scales = _CHINESE_SCALES if language == CHINESE else _ENGLISH_SCALES
    return next((pattern for least, pattern in scales if largest >= least), "#,##0")
