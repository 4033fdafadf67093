"""The lake: Delta tables on disk behind one manifest. See `Lake`."""

from zhibi.tables.lake.lake import Lake
from zhibi.tables.lake.manifest import Change, Commit, Manifest

__all__ = ["Change", "Commit", "Lake", "Manifest"]
