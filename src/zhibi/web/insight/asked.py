"""Who asks what of which facts: what makes an analysis the one it is, and its key.

Two people with the same scope share a result; nobody else's is ever found under their key.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from zhibi import __version__
from zhibi.errors import ZhibiError
from zhibi.tables.settings import Settings
from zhibi.web.crm.facts import records_version
from zhibi.web.insight.known import known
from zhibi.web.insight.question import Question
from zhibi.web.insight.scope import accounts_mark, scope_of
from zhibi.web.team.models import User


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its parameters, and the state of everything its answer depends on.

    `day` is the day somebody named, None for the usual one, which is then `as_of`."""

    question: Question
    params: Any
    day: date | None
    as_of: date
    data_version: str
    records_version: str
    scope: str
    accounts: str  # how many and which the scope holds

    @property
    def key(self) -> str:
        made_of = {
            "question": self.question.name,
            "params": self.values,
            "as_of": str(self.as_of),
            "data": self.data_version,
            "records": self.records_version,
            "code": __version__,
            "settings": _settings(),
            "scope": self.scope,
            "accounts": self.accounts,
        }
        return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()

    @property
    def values(self) -> dict[str, Any]:
        """The parameters by name, as they are kept with the result."""
        return {**asdict(self.params), "as_of": str(self.day or "")}


def asked(user: User, question: Question, params: Any, *, day: date | None = None) -> Asked:
    """The question as this person asks it now. ZhibiError where there are no orders to look at."""
    now = known()
    as_of = day or now.as_of
    if as_of is None:
        raise ZhibiError("There are no orders yet; bring some in on the page “Data”.")
    return Asked(
        question=question,
        params=params,
        day=day,
        as_of=as_of,
        data_version=now.version,
        records_version=records_version(),
        scope=scope_of(user),
        accounts=accounts_mark(user),
    )


def _settings() -> dict[str, Any]:
    """Those of the workspace, and when a calendar of its own was last changed."""
    chosen = Settings.load(settings.WORKSPACE)
    calendar = Path(settings.WORKSPACE) / chosen.calendar
    changed = calendar.stat().st_mtime_ns if calendar.is_file() else 0
    return {**asdict(chosen), "calendar changed": changed}
