"""The lake: Delta tables on disk behind one manifest. See `Lake`."""

from zhibi.tables.lake.backup import backup, restore
from zhibi.tables.lake.lake import Lake
from zhibi.tables.lake.link import Link
from zhibi.tables.lake.manifest import Change, Commit, Manifest

__all__ = ["Change", "Commit", "Lake", "Link", "Manifest", "backup", "restore"]
