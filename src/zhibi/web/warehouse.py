"""What the pages say of the warehouse that the facts lie in: which, and when it was last read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings

from zhibi.tables.engines import shown
from zhibi.tables.look import Look
from zhibi.tables.warehouse import FILE_NAME, Connection, mark_of

# A look is taken every day: an older one means that the warehouse did not answer.
BEHIND_AFTER: Final = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """`look` is None before the first one."""

    url: str
    tables: tuple[str, ...]
    look: Look | None

    @property
    def is_behind(self) -> bool:
        return bool(self.look and datetime.now(UTC) - self.look.at > BEHIND_AFTER)


def is_connected() -> bool:
    """Whether the facts lie in a warehouse: quick, as every page asks."""
    return (settings.WORKSPACE / FILE_NAME).is_file()


def warehouse() -> Warehouse | None:
    """The one that the workspace is connected to; None where it has a lake."""
    connection = Connection.load(settings.WORKSPACE) if is_connected() else None
    if connection is None:
        return None
    look = Look.load(settings.WORKSPACE)
    is_of_it = look is not None and look.of == mark_of(connection)
    return Warehouse(
        url=shown(connection.url),
        tables=tuple(connection.tables),
        look=look if is_of_it else None,
    )
