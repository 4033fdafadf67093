"""A table as CSV that Excel shows rightly: UTF-8 with a mark at its head, formulas disarmed.

Amounts are plain numbers with a point and unknown is empty, for machines to read. A text that a
spreadsheet would take for a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Final

from zhibi.formulas import disarmed
from zhibi.render.grid import table_grid
from zhibi.render.values import Formatter
from zhibi.result import Table, Unit, Value

BOM: Final = "\ufeff"


def render_csv(table: Table, language: str, currency: str) -> str:
    """All rows of a table, then its totals; the text begins with the byte order mark."""
    formatter = Formatter(language, currency)
    data = table_grid(table, formatter)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([disarmed(label) for label in data.headings])
    for row in (*data.rows, *((data.totals,) if data.totals else ())):
        writer.writerow(
            [_cell(value, unit, formatter) for value, unit in zip(row, data.units, strict=True)]
        )
    return BOM + stream.getvalue()


def _cell(value: Value, unit: Unit, formatter: Formatter) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    return disarmed(formatter.value(value, unit, exact=True) if value else "")
