"""What bringing a list in would do, row by row; nothing is written to find out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from zhibi.said import Said

NEW: Final = "new"
CHANGED: Final = "changed"
SAME: Final = "unchanged"
REJECTED: Final = "rejected"


@dataclass(frozen=True, slots=True)
class Proposed:
    """One row of the file: what would become of it. `before` and `after` hold only the fields
    that would change; `kept` those that differ from what is on record and would be left."""

    row: int  # as the person sees it when the file is opened
    state: str
    name: str
    uid: UUID | None = None  # of the record it is about, when there is one
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    reason: Said | None = None
    number: str = ""  # the customer number that a new account is given
    account: UUID | None = None  # of a contact


@dataclass(frozen=True, slots=True)
class Proposal:
    """All rows of a list, in their order."""

    kind: str  # accounts or contacts
    rows: tuple[Proposed, ...]

    def of(self, state: str) -> Iterator[Proposed]:
        return (row for row in self.rows if row.state == state)

    def counts(self) -> dict[str, int]:
        found = Counter(row.state for row in self.rows)
        return {state: found[state] for state in (NEW, CHANGED, SAME, REJECTED)}


@dataclass(frozen=True, slots=True)
class Written:
    """What was done with one record, so that it can be undone: `after` is what was written."""

    uid: UUID
    is_new: bool
    version: int
    before: Mapping[str, str | None]
    after: Mapping[str, str | None]


def differing(
    record: object, said: Mapping[str, Any], *, overwrite: bool
) -> tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]:
    """Before, after and kept: a file fills what is empty, and changes the rest when asked to."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    kept: list[str] = []
    for name, value in said.items():
        held = getattr(record, name)
        if value in (None, "") or held == value:
            continue
        if held not in (None, "") and not overwrite:
            kept.append(name)
            continue
        before[name], after[name] = held, value
    return before, after, tuple(kept)


def chunks(rows: Sequence[Proposed], size: int) -> Iterator[Sequence[Proposed]]:
    return (rows[at : at + size] for at in range(0, len(rows), size))
