"""Bringing in what was looked at, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from zhibi.errors import ZhibiError
from zhibi.web.crm.bringing.accounts import write_accounts
from zhibi.web.crm.bringing.contacts import write_contacts
from zhibi.web.crm.bringing.lists import CONTACTS, kept_lines
from zhibi.web.crm.bringing.proposal import Written
from zhibi.web.crm.bringing.undo import take_back
from zhibi.web.data.actions.look import planned, proposed, read_lines
from zhibi.web.data.kinds import LISTS
from zhibi.web.data.models import Import, WrittenRecord
from zhibi.web.data.uploads import lines_of, paths_of
from zhibi.web.jobs.actions.ask import ask
from zhibi.web.jobs.registry import Running
from zhibi.web.rows import insert_rows


def commit(one: Import, running: Running) -> dict[str, Any]:
    """Do what the preview showed. Interrupted and done again, it goes on from there."""
    if one.state == Import.State.COMMITTED:
        return {}
    if one.kind in LISTS:
        _commit_list(one, running)
        import_id = ""
    else:
        import_id = _commit_facts(one, running)
    Import.objects.filter(pk=one.pk).update(
        state=Import.State.COMMITTED, import_id=import_id, committed_at=timezone.now()
    )
    lines_of(one.uid).unlink(missing_ok=True)
    if one.kind not in LISTS:
        ask("take_figures", by=running.by, same_as="take_figures")
    return {"import_id": import_id}


def undo(one: Import, running: Running) -> dict[str, Any]:
    """Take the import back: the lake as before it, or each record as before it."""
    if one.state != Import.State.COMMITTED:
        return {}
    counted: dict[str, Any] = {}
    if one.kind in LISTS:
        rows = one.written.values_list("uid", "is_new", "version", "before", "after")
        taken = take_back(one.kind, [Written(*row) for row in rows], by=running.by)
        counted = {"deleted": taken.deleted, "restored": taken.restored, "kept": taken.kept}
    elif one.import_id:
        _undo_facts(one)
    Import.objects.filter(pk=one.pk).update(state=Import.State.UNDONE)
    if one.kind not in LISTS:
        ask("take_figures", by=running.by, same_as="take_figures")
    return counted


def _commit_facts(one: Import, running: Running) -> str:
    from zhibi import run

    with planned(one, paths_of(one.uid, one.files), running) as plan:
        if plan.report.is_nothing_new:
            return _own_commit(run.open_workspace(settings.WORKSPACE).lake.imports(), one)
        commit, _ = plan.commit()
        return commit.import_id


def _own_commit(imports: Sequence[Any], one: Import) -> str:
    """The commit of this import, when it was killed after it and before writing that down."""
    names = [file["name"] for file in one.files]
    taken = set(Import.objects.exclude(import_id="").values_list("import_id", flat=True))
    for done in reversed(imports):
        told = [file["name"] for file in done.about.get("files", ())]
        if done.import_id not in taken and not done.undone_by and set(names) & set(told):
            return str(done.import_id)
    return ""


def _undo_facts(one: Import) -> None:
    from zhibi import importing, run

    workspace = run.open_workspace(settings.WORKSPACE)
    done = {commit.import_id: commit for commit in importing.history(workspace)}
    if one.import_id in done and not done[one.import_id].undone_by:
        importing.undo(workspace, one.import_id)


def _commit_list(one: Import, running: Running) -> None:
    path = lines_of(one.uid)
    # A list that was looked at before its rows were kept is read again.
    lines = kept_lines(path) if path.exists() else read_lines(one).lines
    write = write_contacts if one.kind == CONTACTS else write_accounts
    write(
        proposed(one, lines),
        by=one.created_by,
        done=lambda written: _remember(one, written),
        progress=lambda share: running.progress(min(0.95, share)),
    )


def _remember(one: Import, written: list[Written]) -> None:
    insert_rows(
        WrittenRecord,
        (
            {
                "of_import_id": one.pk,
                "uid": row.uid,
                "is_new": row.is_new,
                "version": row.version,
                "before": dict(row.before),
                "after": dict(row.after),
            }
            for row in written
        ),
    )


def refuse_unready(one: Import) -> None:
    """ZhibiError for an import that cannot be committed as it stands."""
    if one.state in (Import.State.UPLOADED, Import.State.STUCK):
        raise ZhibiError("These files are not understood yet; answer what is asked first.")
    if one.state != Import.State.CHECKED:
        raise ZhibiError("This import was committed already; look at it in the history.")
