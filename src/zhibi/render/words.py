"""What every renderer says around a result: the shapes and words of urgency, and provenance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from zhibi.locale import CHINESE, translate
from zhibi.render.labels import label_of
from zhibi.render.values import UNKNOWN, Formatter
from zhibi.result import Figure, Finding, Identity, Result, Sentence, Severity, Table, Unit, Value

SHAPES: Final[Mapping[Severity, str]] = {
    Severity.NOW: "●",
    Severity.SOON: "◐",
    Severity.GOOD: "✓",
    Severity.INFO: "○",
}
SEVERITY_WORDS: Final[Mapping[Severity, str]] = {
    Severity.NOW: "act now",
    Severity.SOON: "soon",
    Severity.GOOD: "good news",
    Severity.INFO: "to know",
}
_STATED: Final = frozenset({"as_of", "basis", "currency", "level"})  # said by name already


def subtitle_of(result: Result) -> Sentence:
    """The line under the title: the result's own, or what its figures are and up to when."""
    own: Sentence | None = getattr(result, "subtitle", None)
    if own is not None:
        return own
    identity = result.identity
    figures = {
        "basis": Figure(identity.basis, Unit.TERM),
        "currency": Figure(identity.currency, Unit.TERM),
        "level": Figure(identity.level, Unit.TERM),
        "as_of": Figure(identity.as_of, Unit.DATE),
    }
    if identity.among is None:
        return Sentence("Net of tax, {basis}, in {currency}, by {level} · data to {as_of}", figures)
    return Sentence(
        "Net of tax, {basis}, in {currency}, by {level} · data to {as_of} · among the "
        "{among:customer|customers} that you see",
        {**figures, "among": Figure(identity.among, Unit.COUNT)},
    )


def addressed(finding: Finding, language: str) -> str:
    """Whom the action is for, to stand before it; nothing where the data names nobody."""
    if not finding.owner:
        return ""
    return f"{finding.owner}：" if language == CHINESE else f"{finding.owner}: "


def rows_shown(table: Table) -> Sentence | None:
    """How many of the rows are shown, when it is not all."""
    if table.row_count <= len(table.rows):
        return None
    return Sentence(
        "The first {shown} of {count} rows; the workbook has all of them.",
        {
            "shown": Figure(len(table.rows), Unit.COUNT),
            "count": Figure(table.row_count, Unit.COUNT),
        },
    )


def provenance(identity: Identity, formatter: Formatter) -> tuple[tuple[str, str], ...]:
    """(label, text) pairs: what the figures were made from, enough to make them again."""
    language = formatter.language
    pairs = [
        (translate("Analysis", language), translate(identity.method, language)),
        (translate("As of", language), formatter.value(identity.as_of, Unit.DATE)),
        (translate("Currency", language), translate(identity.currency, language)),
        (translate("Basis", language), translate(identity.basis, language)),
        (translate("Level", language), translate(identity.level, language)),
    ]
    pairs += [
        (
            translate(label_of(name, identity.method), language),
            _param(identity.params[name], formatter),
        )
        for name in sorted(identity.params)
        if name not in _STATED
    ]
    if identity.among is not None:
        seen = Sentence(
            "Ranks, classes and shares are among the {among:customer|customers} that you see, not "
            "among all of the company's.",
            {"among": Figure(identity.among, Unit.COUNT)},
        )
        pairs.append((translate("Customers", language), formatter.sentence(seen)))
    pairs.append((translate("Data version", language), identity.data_version))
    if identity.records_version:
        pairs.append((translate("Records version", language), identity.records_version))
    pairs += [
        (translate("Code version", language), identity.code_version),
        (translate("Engine", language), identity.engine),
    ]
    return tuple(pairs)


def _param(value: Value, formatter: Formatter) -> str:
    """Parameters carry no unit: days in words, numbers as given, words translated."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, date):
        return formatter.value(value, Unit.DATE)
    if isinstance(value, bool):
        return translate("yes" if value else "no", formatter.language)
    if isinstance(value, str):
        return translate(value, formatter.language)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        joiner = "、" if formatter.language == CHINESE else ", "
        return joiner.join(str(item) for item in value)
    return str(value)
