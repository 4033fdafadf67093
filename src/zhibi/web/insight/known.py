"""What the facts of the company are today, read once for each import and day.

Opening the facts takes a database engine; a page that was seen before must not wait for that. Still
less for a warehouse: the worker looks at it once a day, and when somebody asks it to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.tables.warehouse import Connection
from zhibi.tables.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Known:
    """`as_of` is the day that is looked from where nobody names one, None without orders;
    `filled` are the tables that hold any row, each with its columns that hold any value."""

    version: str
    as_of: date | None
    filled: Mapping[str, tuple[str, ...]]
    looked_at: datetime | None = None  # at the warehouse, where there is one

    def holds(self, table: str, column: str = "") -> bool:
        return table in self.filled and (not column or column in self.filled[table])


def known() -> Known:
    """The facts of the workspace as they are now."""
    workspace = run.open_workspace(settings.WORKSPACE)
    today = datetime.now(ZoneInfo(workspace.settings.timezone)).date()
    if connection := Connection.load(workspace.folder):
        return _of_warehouse(workspace, connection, today)
    version = str(workspace.lake.manifest().version)
    kept = settings.RESULTS / "known" / f"{version}-{today}.json"
    try:
        return _again(json.loads(kept.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, KeyError):
        found = _looked_up(workspace, version, today)
        kept.parent.mkdir(parents=True, exist_ok=True)
        run.write_whole(kept, json.dumps(asdict(found), default=str))
        return found


def _of_warehouse(workspace: Workspace, connection: Connection, today: date) -> Known:
    """As it was when it was last looked at."""
    look = run.kept_look(workspace, connection)
    if look is None:
        raise ZhibiError(
            "The warehouse has not been read yet; the page “Data” says how far that is."
        )
    filled = {name: tuple(sorted(source.columns)) for name, source in connection.tables.items()}
    if not look.lines:
        del filled["order_lines"]
    last = look.last_past_day
    as_of = run.usual_day(last, today) if last else None
    return Known(look.version, as_of, filled, looked_at=look.at)


def _looked_up(workspace: Workspace, version: str, today: date) -> Known:
    facts = run.facts_of(workspace)
    try:
        as_of = run.default_as_of(facts, today) if facts.last_day else None
    except ZhibiError:  # all orders lie after today: a day must be named
        as_of = None
    own = {"customers": sorted(facts.filled)}
    if facts.last_day:
        own["order_lines"] = sorted(facts.filled)
    further = {name: sorted(one.filled) for name, one in facts.further.items()}
    facts.close()
    return Known(version, as_of, {k: tuple(v) for k, v in {**own, **further}.items()})


def _again(kept: dict[str, object]) -> Known:
    as_of, filled = kept["as_of"], kept["filled"]
    assert isinstance(filled, dict)
    return Known(
        version=str(kept["version"]),
        as_of=date.fromisoformat(str(as_of)) if as_of else None,
        filled={name: tuple(columns) for name, columns in filled.items()},
    )
