"""Mappings a person has confirmed, kept in the workspace for files that look the same.

`mappings.json` holds them by headers: the same export of next month needs no questions.
What the user had to say for parsing (day before month, a tax rate) is kept beside them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.columns import ParseOptions
from zhibi.tables.ingest.stages import Mapping, Match
from zhibi.tables.schema import SCHEMAS

FILE_NAME = "mappings.json"
SAID = ("date_order", "decimal", "tax_rate", "currency")


@dataclass(frozen=True, slots=True)
class Remembered:
    """One confirmed mapping, and what else the user said of that file."""

    mapping: Mapping
    said: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(match.header for match in self.mapping.matches)


def load(folder: Path) -> tuple[Remembered, ...]:
    """What the workspace remembers; nothing when it was never told anything."""
    path = folder / FILE_NAME
    if not path.exists():
        return ()
    try:
        return tuple(_from_json(one) for one in json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as problem:
        raise ZhibiError(
            "{file} in {folder} cannot be read; delete it, and name the columns once more.",
            file=FILE_NAME,
            folder=folder,
        ) from problem


def save(folder: Path, confirmed: Iterable[Remembered]) -> None:
    """Add confirmed mappings; one for the same headers takes the place of the one before."""
    kept = {one.headers: one for one in load(folder)}
    kept |= {one.headers: one for one in confirmed}
    text = json.dumps([asdict(one) for one in kept.values()], ensure_ascii=False, indent=1)
    temporary = folder / f".{FILE_NAME}.tmp"
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(folder / FILE_NAME)


def completed(options: ParseOptions, mapping: Mapping, known: Sequence[Remembered]) -> ParseOptions:
    """The parse options with what was said of such a file before, where nothing is said now."""
    headers = tuple(match.header for match in mapping.matches)
    said = next((dict(one.said) for one in known if one.headers == headers), {})
    rate = said.get("tax_rate")
    return replace(
        options,
        date_order=options.date_order or said.get("date_order"),
        decimal=options.decimal or said.get("decimal"),
        currency=options.currency or said.get("currency"),
        tax_rate=Decimal(rate) if rate and options.tax_rate is None else options.tax_rate,
    )


def said_of(options: ParseOptions) -> tuple[tuple[str, str], ...]:
    """What is worth remembering of parse options."""
    return tuple(
        (key, str(getattr(options, key))) for key in SAID if getattr(options, key) is not None
    )


def _from_json(kept: dict[str, Any]) -> Remembered:
    mapping = kept["mapping"]
    SCHEMAS[mapping["table"]]  # a KeyError, as for all that is missing
    matches = tuple(Match(**match) for match in mapping["matches"])
    said = tuple((key, value) for key, value in kept["said"] if key in SAID)
    Decimal(dict(said).get("tax_rate", 0))
    return Remembered(Mapping(**{**mapping, "matches": matches}), said)
