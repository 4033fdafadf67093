"""How good the data is: what there is, what is missing, who may be one company."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.models import Job
from zhibi.web.team.models import User

KIND = "look_at_quality"


def quality() -> dict[str, Any]:
    """The quality of the lake as JSON, with the version of the data it speaks of."""
    from zhibi import run
    from zhibi.tables.quality import describe

    workspace = run.open_workspace(settings.WORKSPACE)
    version = data_version()
    with workspace.scratch() as staging:
        found = describe(workspace, staging)
    return {
        "data_version": version,
        "tables": [{"table": table, "rows": rows} for table, rows in found.tables],
        "first_day": found.first_day.isoformat() if found.first_day else None,
        "last_day": found.last_day.isoformat() if found.last_day else None,
        "orders": found.orders,
        "customers": found.customers,
        "bases": [{"basis": basis, "rows": rows} for basis, rows in found.bases],
        "months": [
            {"month": one.month, "rows": one.rows, "orders": one.orders, "amount": str(one.amount)}
            for one in found.months
        ],
        "missing": [
            {"column": one.column, "empty": one.empty, "of": one.of} for one in found.missing
        ],
        "alike": [
            [{"number": number, "name": name} for number, name in one.customers]
            for one in found.proposals[:50]
        ],
    }


def data_version() -> str:
    """The version of what the lake holds now."""
    from zhibi.tables.workspace import Workspace

    return str(Workspace.open(settings.WORKSPACE).lake.manifest().version)


def latest(user: User) -> tuple[dict[str, Any] | None, Job | None]:
    """What is known of the data as it is now, else the job that finds it out."""
    version = data_version()
    done = Job.objects.filter(kind=KIND, state=Job.State.DONE).order_by("-pk").first()
    if done and done.result["data_version"] == version:
        return done.result, None
    return None, ask(KIND, by=user, same_as=f"{KIND} {version}")
