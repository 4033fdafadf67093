"""The kinds of work the worker knows. Each app names its own in its module `work`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Protocol

from zhibi.said import Said

PLACES: Final = ("zhibi.web.crm.work", "zhibi.web.insight.work", "zhibi.web.data.work")


class Running(Protocol):
    """What a piece of work is given: its parameters, for whom, and where it tells how far it is."""

    @property
    def params(self) -> dict[str, Any]: ...
    @property
    def by(self) -> Any: ...
    def progress(self, done: float, doing: Said | None = None) -> None: ...


Work = Callable[[Running], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """`may_resume`: doing it a second time after a killed first one does no harm."""

    name: str
    work: Work
    may_resume: bool


_kinds: dict[str, Kind] = {}


def work(name: str, *, may_resume: bool = True) -> Callable[[Work], Work]:
    """Make a function a kind of job: `@work("analysis")`."""

    def known(function: Work) -> Work:
        _kinds[name] = Kind(name, function, may_resume)
        return function

    return known


def kind(name: str) -> Kind:
    """The kind of that name. KeyError when there is none."""
    for place in PLACES:
        import_module(place)
    return _kinds[name]
