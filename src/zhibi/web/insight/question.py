"""What can be asked: every method and every report of the core, under one kind of name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from zhibi.errors import ZhibiError

if TYPE_CHECKING:
    from zhibi.result import Result
    from zhibi.tables.tables import Tables

REPORTS: Final = "reports/"


@dataclass(frozen=True, slots=True)
class Question:
    """`name` is the one in addresses and records: purchase_rhythm, reports/key_accounts."""

    name: str
    title: str  # an English msgid
    params: type[Any]
    answer: Callable[[Tables, Any], Result]

    @property
    def is_report(self) -> bool:
        return self.name.startswith(REPORTS)


@cache
def question(name: str) -> Question:
    """The question of that name, words joined by - or _. ZhibiError when there is none."""
    name = name.replace("-", "_")
    return _report(name) if name.startswith(REPORTS) else _method(name)


def is_question(name: str) -> bool:
    try:
        question(name)
    except ZhibiError:
        return False
    return True


def _method(name: str) -> Question:
    from zhibi import methods

    method = methods.load(name)
    return Question(name, method.TITLE, method.Params, method.analyze)


def _report(name: str) -> Question:
    from zhibi import reports
    from zhibi.reports.document import NoParams

    report = reports.load(name.removeprefix(REPORTS))

    def answer(tables: Tables, params: Any) -> Result:
        return report.compose(tables)

    return Question(name, report.TITLE, NoParams, answer)
