"""How a method states its parameters, so that the command line, the pages and the docs can ask."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from zhibi.errors import ZhibiError


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter as a person sees it."""

    name: str
    type: type
    default: Any
    unit: str
    help: str
    choices: tuple[str, ...]
    low: float | None
    high: float | None
    is_day: bool


def param(
    default: Any,
    *,
    help: str,  # noqa: A002 - the word every command line uses
    unit: str = "",
    choices: tuple[str, ...] = (),
    within: tuple[float, float] | None = None,
    is_day: bool = False,
) -> Any:
    """A dataclass field with its default, unit and help text (an English msgid).

    `choices` limits a text, `within` a number (both ends allowed), `is_day` asks for a text that
    is a day (2024-12-31) or empty; `check` enforces them.
    """
    low, high = within or (None, None)
    declared = {"unit": unit, "help": help, "choices": choices, "low": low, "high": high}
    return field(default=default, metadata={**declared, "is_day": is_day})


def day_of(text: str) -> date | None:
    """The day that a parameter names; None where it is left empty."""
    return date.fromisoformat(text) if text else None


def params_of(kind: type) -> tuple[Param, ...]:
    """The parameters that a Params class declares, in order."""
    return tuple(
        Param(name=f.name, type=type(f.default), default=f.default, **f.metadata)
        for f in fields(kind)
    )


def check(method: str, params: Any) -> None:
    """Raise ZhibiError for the first value that is not one of its choices or not within limits."""
    for declared in params_of(type(params)):
        value = getattr(params, declared.name)
        if declared.choices and value not in declared.choices:
            raise ZhibiError(
                "{method}: {name} is {value}, which is not one of {choices}; choose one of them.",
                method=method,
                name=declared.name,
                value=value,
                choices=", ".join(declared.choices),
            )
        if declared.is_day and not _is_day(value):
            raise ZhibiError(
                "{method}: {name} is {value}, which is no day; write it as 2024-12-31.",
                method=method,
                name=declared.name,
                value=value,
            )
        if declared.low is not None and not declared.low <= value <= (declared.high or 0):
            raise ZhibiError(
                "{method}: {name} is {value}, but must lie between {low} and {high}; change it.",
                method=method,
                name=declared.name,
                value=value,
                low=declared.low,
                high=declared.high,
            )


def _is_day(text: str) -> bool:
    try:
        day_of(text)
    except ValueError:
        return False
    return True
