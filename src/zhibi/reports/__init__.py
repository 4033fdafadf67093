"""What combines several methods into one document. One report = one file, as with methods."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from zhibi.errors import ZhibiError
from zhibi.reports.document import Report
from zhibi.result import Section
from zhibi.tables.tables import Tables

# What reports are made with, beside the reports.
SHARED = frozenset(
    {"asked", "cut", "document", "evidence", "largest_accounts", "proposals", "sources"}
)


class ReportModule(Protocol):
    """What a report module offers. `sources` says where the data came from; it stands last."""

    TITLE: str
    ANSWERS: str  # in one sentence, for who chooses among the reports

    def compose(self, tables: Tables, sources: Section | None = None) -> Report: ...


def names() -> tuple[str, ...]:
    """All reports, in alphabetical order."""
    found = {module.name for module in pkgutil.iter_modules(__path__)}
    return tuple(sorted(found - SHARED))


def load(name: str) -> ReportModule:
    """The module of a report; ZhibiError when there is none of that name."""
    module = name.replace("-", "_")
    if module not in names():
        raise ZhibiError(
            "There is no report {name}; choose one of {known}.",
            name=name,
            known=", ".join(known.replace("_", "-") for known in names()),
        )
    return cast("ReportModule", importlib.import_module(f"{__name__}.{module}"))
