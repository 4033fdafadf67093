"""The samples that ship with the code, imported as a user would."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from zhibi.tables.ingest.importing import ImportOptions, prepare
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace

SAMPLES = Path(__file__).parent.parent / "samples"
AT = datetime(2026, 11, 22, tzinfo=UTC)


def imported(folder: Path, name: str, settings: Settings) -> Workspace:
    """A new workspace with every data file of one sample."""
    workspace = Workspace.create(folder, settings)
    files = sorted(
        path for path in (SAMPLES / name).iterdir() if path.suffix in {".csv", ".gz", ".xlsx"}
    )
    options = ImportOptions(today=AT.date(), at=AT)
    with prepare(files, workspace, options) as plan:
        plan.commit()
    return workspace


def today() -> date:
    return AT.date()
