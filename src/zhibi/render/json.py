"""A result as JSON: stable keys, amounts as text, days in ISO form.

Amounts are strings because JSON numbers are binary fractions to most readers. Tables carry the
rows shown and `row_count`; who needs all rows takes the workbook or the CSV.
"""

from __future__ import annotations

import json
import math
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from zhibi.locale import translate
from zhibi.render.values import Formatter
from zhibi.result import (
    Block,
    Chart,
    Column,
    Estimate,
    Figure,
    Finding,
    Note,
    Result,
    Section,
    Sentence,
    Table,
)


def render_json(result: Result, language: str = "en") -> str:
    """The result as a JSON document; `text`, `title` and `label` are in `language`."""
    return json.dumps(to_data(result, language), ensure_ascii=False, indent=2, allow_nan=False)


def to_data(result: Result, language: str) -> dict[str, Any]:
    """The same as plain dicts and lists, for an API that has its own encoder."""
    writer = _Writer(Formatter(language, result.identity.currency))
    data: dict[str, Any] = {"title": translate(result.title, language), "language": language}
    subtitle: Sentence | None = getattr(result, "subtitle", None)
    if subtitle is not None:
        data["subtitle"] = writer.sentence(subtitle)
    data["identity"] = {
        field.name: _plain(getattr(result.identity, field.name))
        for field in fields(result.identity)
        if getattr(result.identity, field.name) is not None
    }
    data["findings"] = [writer.finding(finding) for finding in result.findings]
    data["blocks"] = [writer.block(block) for block in result.blocks()]
    return data


class _Writer:
    def __init__(self, formatter: Formatter) -> None:
        self.formatter = formatter

    def translate(self, msgid: str) -> str:
        return translate(msgid, self.formatter.language)

    def sentence(self, sentence: Sentence) -> dict[str, Any]:
        return {
            "text": self.formatter.sentence(sentence),
            "template": sentence.template,
            "figures": {name: _figure(figure) for name, figure in sentence.figures.items()},
        }

    def finding(self, finding: Finding) -> dict[str, Any]:
        subject = finding.subject
        return {
            "id": finding.id,
            "code": finding.code,
            "severity": finding.severity.value,
            "subject": subject and {"customer_id": subject.customer_id, "name": subject.name},
            "says": self.sentence(finding.says),
            "action": finding.action and self.sentence(finding.action),
            "owner": finding.owner,
            "stake": _plain(finding.stake),
            "cause_on": _plain(finding.cause_on),
        }

    def block(self, block: Block) -> dict[str, Any]:
        match block:
            case Figure():
                return {"kind": "figure", "label": self.translate(block.label), **_figure(block)}
            case Note():
                return {"kind": "note", **self.sentence(block.says)}
            case Table():
                return self.table(block)
            case Chart():
                return self.chart(block)
            case Section():
                inside = [self.block(inner) for inner in block.blocks]
                return {"kind": "section", "title": self.translate(block.title), "blocks": inside}

    def table(self, table: Table) -> dict[str, Any]:
        return {
            "kind": "table",
            "key": table.key,
            "title": self.translate(table.title),
            "columns": [self.column(column) for column in table.columns],
            "rows": [_plain(row) for row in table.rows],
            "row_count": table.row_count,
            "totals": _plain(table.totals),
        }

    def chart(self, chart: Chart) -> dict[str, Any]:
        return {
            "kind": "chart",
            "key": chart.key,
            "title": self.translate(chart.title),
            "mark": chart.mark.value,
            "columns": [self.column(column) for column in chart.columns],
            "rows": [_plain(row) for row in chart.rows],
            "x": chart.x,
            "y": list(chart.y),
            "series": chart.series,
            "highlight": list(chart.highlight),
            **self.sentence(chart.text),
        }

    def column(self, column: Column) -> dict[str, Any]:
        label = self.translate(column.label)
        return {"key": column.key, "label": label, "unit": column.unit.value, "total": column.total}


def _figure(figure: Figure) -> dict[str, Any]:
    return {"value": _plain(figure.value), "unit": figure.unit.value}


def _plain(value: object) -> Any:
    """The value in the types JSON knows; a float that is no number is unknown."""
    if isinstance(value, Decimal):
        return _digits(value) if value.is_finite() else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Estimate):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(value[key]) for key in sorted(value)}
    return value


def _digits(value: Decimal) -> str:
    """Exact, without zeros at the end: how many of them there are depends on the engine."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
