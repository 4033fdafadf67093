"""What a warehouse held when it was last looked at: who bought, and lines of which days.

One pass over the order lines, added up by customer, and one over the list of customers; all else
is read when an analysis asks. Kept in a workspace, a look spares every analysis these two passes,
and is what its data version speaks of: the lines themselves are always read as they are.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = Path("cache", "warehouse")
FILE_NAME = "look.json"


@dataclass(frozen=True, slots=True)
class Look:
    """`customers` are those of the list and those that only order lines name, in the columns of
    the schema, else the file that holds them. `last_past_day` is the last order day that was not
    in the future. `of` is a mark of the connection."""

    at: datetime
    of: str
    lines: int
    first_day: date | None
    last_day: date | None
    last_past_day: date | None
    bases: tuple[str, ...]
    version: str
    customers: pa.Table | Path

    @classmethod
    def load(cls, folder: Path) -> Look | None:
        """The look that was kept in a workspace; None when there is none that can be read."""
        try:
            kept = json.loads((folder / FOLDER / FILE_NAME).read_text(encoding="utf-8"))
            return cls(
                at=datetime.fromisoformat(kept["at"]),
                of=kept["of"],
                lines=kept["lines"],
                **{name: _day(kept[name]) for name in DAYS},
                bases=tuple(kept["bases"]),
                version=kept["version"],
                customers=folder / FOLDER / kept["customers"],
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def save(self, folder: Path) -> None:
        """Keep it instead of the one before, whose customers somebody may be reading still."""
        import pyarrow.parquet as pq

        kept = folder / FOLDER
        kept.mkdir(parents=True, exist_ok=True)
        before = Look.load(folder)
        customers = f"customers-{self.version}.parquet"
        if not isinstance(self.customers, Path):
            pq.write_table(self.customers, kept / f".{customers}")
            (kept / f".{customers}").replace(kept / customers)
        said: dict[str, Any] = {
            "at": self.at.isoformat(),
            "of": self.of,
            "lines": self.lines,
            **{name: str(getattr(self, name) or "") for name in DAYS},
            "bases": self.bases,
            "version": self.version,
            "customers": customers,
        }
        (kept / f".{FILE_NAME}").write_text(json.dumps(said), encoding="utf-8")
        (kept / f".{FILE_NAME}").replace(kept / FILE_NAME)
        needed = {customers}
        if before and isinstance(before.customers, Path):
            needed.add(before.customers.name)
        for file in kept.glob("customers-*.parquet"):
            if file.name not in needed:
                file.unlink(missing_ok=True)


DAYS = ("first_day", "last_day", "last_past_day")


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def version_of(*said: object) -> str:
    """Another one whenever anything that is said here is another."""
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]
