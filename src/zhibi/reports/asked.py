"""The methods a report asks, and why some of them could not answer.

A method that lacks its data is left out, and what would have to be imported for it is said at the
end of the report; every other failure stays one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from zhibi.errors import ZhibiError
from zhibi.result import Figure, Note, Section, Sentence, Unit
from zhibi.said import Said
from zhibi.tables.tables import Tables

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Asked:
    """Asks methods about `tables`. `why_not` holds for each question that stayed open the
    sentence that says what to import; several parts of the customers may share it."""

    tables: Tables
    why_not: dict[str, Sentence] = field(default_factory=dict)

    def of(
        self, title: str, analyze: Callable[[Tables], R], *, needs: tuple[str, ...] = ()
    ) -> R | None:
        """The answer; None when there is no data for it, or none of the tables it `needs`."""
        try:
            for name in needs:
                self.tables.table(name)
            return analyze(self.tables)
        except ZhibiError as problem:
            self.why_not.setdefault(title, _sentence(problem))
            return None

    def about(self, tables: Tables) -> Asked:
        """The same list of open questions, asked about other tables."""
        return Asked(tables, self.why_not)

    def left_out(self) -> tuple[Section, ...]:
        """The questions that stayed open, each with what would answer it."""
        if not self.why_not:
            return ()
        open_questions = tuple(Section(title, (Note(why),)) for title, why in self.why_not.items())
        return (Section("What is not in this report, and what would answer it", open_questions),)


def _sentence(problem: ZhibiError) -> Sentence:
    return Sentence(
        problem.template, {name: _figure(value) for name, value in problem.fields.items()}
    )


def _figure(value: object) -> Figure:
    if isinstance(value, date):
        return Figure(value, Unit.DATE)
    if isinstance(value, Said):
        return Figure(value.template, Unit.TERM)
    return Figure(str(value), Unit.NAME)
