"""How a method states its parameters, so that the command line, the pages and the docs can ask."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
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


def param(
    default: Any,
    *,
    help: str,  # noqa: A002 - the word every command line uses
    unit: str = "",
    choices: tuple[str, ...] = (),
    within: tuple[float, float] | None = None,
) -> Any:
    """A dataclass field with its default, unit and help text (an English msgid).

    `choices` limits a text, `within` a number (both ends allowed); `check` enforces them.
    """
    low, high = within or (None, None)
    return field(
        default=default,
        metadata={"unit": unit, "help": help, "choices": choices, "low": low, "high": high},
    )


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
        if declared.low is not None and not declared.low <= value <= (declared.high or 0):
            raise ZhibiError(
                "{method}: {name} is {value}, but must lie between {low} and {high}; change it.",
                method=method,
                name=declared.name,
                value=value,
                low=declared.low,
                high=declared.high,
            )
