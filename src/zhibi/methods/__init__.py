"""One question = one file. The folder is the registry: a file here is a method, a command, a page.

A method is a module with `TITLE` (the question's name), `Params` (frozen, each field made by
`zhibi.params.param`), a frozen result type, and `analyze(tables, params) -> Result`. It is pure:
no clock, no globals, seeded randomness, ties broken by customer id. Methods do not import each
other: what two of them share is a measure, what combines results is in `zhibi.report`.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, Protocol, cast

from zhibi.errors import ZhibiError
from zhibi.result import Result
from zhibi.tables.tables import Tables


class Method(Protocol):
    """What a method module offers."""

    TITLE: str
    Params: type[Any]

    def analyze(self, tables: Tables, params: Any) -> Result: ...


def names() -> tuple[str, ...]:
    """All methods, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(name: str) -> Method:
    """The module of a method; ZhibiError when there is none of that name."""
    known = names()
    if name.replace("-", "_") not in known:
        raise ZhibiError(
            "There is no method {name}; choose one of {known}.", name=name, known=", ".join(known)
        )
    return cast("Method", importlib.import_module(f"{__name__}.{name.replace('-', '_')}"))
