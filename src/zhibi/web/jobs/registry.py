"""The kinds of work the worker knows. Each app names its own in its module `work`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings

from zhibi.said import Said


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
    """`may_resume`: doing it a second time after a killed first one does no harm. `is_quick`: it
    does not wait behind an analysis. `after`: the kind of work it follows whenever that is done."""

    name: str
    work: Work
    may_resume: bool = True
    is_quick: bool = False
    after: str | None = None


_kinds: dict[str, Kind] = {}


def work(
    name: str, *, may_resume: bool = True, is_quick: bool = False, after: str | None = None
) -> Callable[[Work], Work]:
    """Make a function a kind of job: `@work("analysis")`."""

    def known(function: Work) -> Work:
        _kinds[name] = Kind(name, function, may_resume, is_quick, after)
        return function

    return known


def kinds() -> Mapping[str, Kind]:
    """Every kind of work there is, by its name."""
    for place in settings.PLACES_OF_WORK:
        import_module(place)
    return _kinds


def kind(name: str) -> Kind:
    """The kind of that name. KeyError when there is none."""
    return kinds()[name]
