"""Reading files that were dropped, and working out what a commit would do. Nothing is changed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from zhibi.errors import ZhibiError
from zhibi.formulas import disarmed
from zhibi.said import Said
from zhibi.web.crm.bringing.accounts import propose_accounts
from zhibi.web.crm.bringing.contacts import propose_contacts
from zhibi.web.crm.bringing.lists import CONTACTS, ListRead, keep_lines, read_list
from zhibi.web.crm.bringing.proposal import Proposal
from zhibi.web.data import seen
from zhibi.web.data.answers import kept
from zhibi.web.data.kinds import LISTS
from zhibi.web.data.models import Import
from zhibi.web.data.models.brought import WAITING
from zhibi.web.data.uploads import lines_of, paths_of, rejected_folder
from zhibi.web.jobs.registry import Running

if TYPE_CHECKING:
    from zhibi.tables.ingest.importing import ImportOptions, ImportPlan
    from zhibi.tables.workspace import Workspace

STEPS_OF_A_FILE = 2


def look(one: Import, running: Running) -> None:
    """Write down on the import what its files hold; why it cannot go on, where it cannot."""
    paths = paths_of(one.uid, one.files)
    try:
        if one.kind in LISTS:
            understood = _look_at_list(one, paths)
        else:
            with planned(one, paths, running) as plan:
                understood = seen.of_report(plan.report)
                understood["rejected_files"] = _write_rejects(one, plan)
    except ZhibiError as problem:
        _keep(one, Import.State.STUCK, _columns_of(one, paths), seen.problem(problem))
    else:
        _keep(one, Import.State.CHECKED, understood, None)


@contextmanager
def planned(one: Import, paths: Sequence[Path], running: Running) -> Iterator[ImportPlan]:
    """An import of facts up to the commit, as `zhibi import` does it."""
    from zhibi import run
    from zhibi.importing import refuse_connected
    from zhibi.tables.ingest.importing import prepare

    workspace = run.open_workspace(settings.WORKSPACE)
    refuse_connected(workspace)
    steps = STEPS_OF_A_FILE * len(paths) + 2
    told = 0

    def progress(step: str, what: str) -> None:
        nonlocal told
        told += 1
        doing = Said("{step} {what}", {"step": Said(step), "what": what})
        running.progress(min(0.95, told / (steps + 1)), doing)

    with prepare(paths, workspace, _options(one, workspace), progress) as plan:
        yield plan


def read_lines(one: Import) -> ListRead:
    """Read a list, and keep its rows for the commit, which does what was shown."""
    path = paths_of(one.uid, one.files)[0]
    with scratch() as staging:
        found = read_list(path, one.kind, staging, given=kept(one.answers).columns)
    keep_lines(found, lines_of(one.uid))
    return found


def proposed(one: Import, lines: Sequence[Mapping[str, Any]]) -> Proposal:
    """What writing the rows of a list would do."""
    propose = propose_contacts if one.kind == CONTACTS else propose_accounts
    return propose(lines, by=one.created_by, overwrite=kept(one.answers).overwrite)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the steps between, on the workspace's own disk."""
    from zhibi import run

    with run.open_workspace(settings.WORKSPACE).scratch() as folder:
        yield folder


def _options(one: Import, workspace: Workspace) -> ImportOptions:
    from zhibi import importing

    answers = kept(one.answers)
    said = importing.Answers(
        kind=one.kind or None,
        columns=answers.columns,
        encoding=answers.encoding or None,
        date_order=answers.date_order or None,
        tax_rate=answers.rate,
        sold=answers.sold or None,
    )
    return importing.options_of(workspace, said)


def _look_at_list(one: Import, paths: Sequence[Path]) -> dict[str, Any]:
    if len(paths) > 1:
        raise ZhibiError("A list of accounts or contacts is one file; bring them in one by one.")
    found = read_lines(one)
    proposal = proposed(one, found.lines)
    understood = seen.of_list(paths[0].name, found, proposal)
    understood["rejected_files"] = _write_refused(one, found, proposal)
    return understood


def _columns_of(one: Import, paths: Sequence[Path]) -> dict[str, Any] | None:
    """The columns of files that lack something, so that the person can name them; None when
    they cannot be read at all."""
    from zhibi.tables.ingest.match import guess
    from zhibi.tables.ingest.read import ReadOptions, read

    reading = ReadOptions(encoding=kept(one.answers).encoding or None)
    table = {"accounts": "customers"}.get(one.kind, one.kind) or None
    found = []
    try:
        with scratch() as staging:
            for path in paths:
                for sheet in read(path, staging, reading):
                    mapping = guess(sheet, table=None if one.kind == CONTACTS else table)
                    known = one.kind if one.kind in LISTS else mapping.table
                    matches = mapping.matches
                    if one.kind == CONTACTS:
                        matches = tuple(replace(match, target=None) for match in matches)
                    found.append((sheet, known, matches))
    except ZhibiError:
        return None
    return seen.of_sheets(found)


def _write_rejects(one: Import, plan: ImportPlan) -> list[str]:
    """The rejected rows as files to be corrected, in the language of the workspace."""
    from zhibi.importing import reason_in
    from zhibi.tables.ingest.rejects import write_rejects

    reason = reason_in(settings.COMPANY.language)
    written = write_rejects(plan.checked, rejected_folder(one.uid), reason)
    return [path.name for path in written]


def _write_refused(one: Import, found: ListRead, proposal: Proposal) -> list[str]:
    """The refused rows of a list as a file: row, name, why."""
    from zhibi.importing import reason_in
    from zhibi.render.plain import in_words

    language = settings.COMPANY.language
    reason = reason_in(language)
    lines = [(line["row"], line["value"] or "", reason(line["reason"])) for line in found.rejected]
    lines += [
        (row.row, row.name, in_words(row.reason, language))
        for row in proposal.of("rejected")
        if row.reason
    ]
    if not lines:
        return []
    folder = rejected_folder(one.uid)
    folder.mkdir(exist_ok=True)
    path = folder / f"{Path(one.files[0]['name']).stem}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows((row, disarmed(name), why) for row, name, why in sorted(lines))
    return [path.name]


def _keep(one: Import, state: Any, understood: Any, problem: Any) -> None:
    waiting = Import.objects.filter(pk=one.pk, state__in=WAITING)
    waiting.update(state=state, seen=understood, problem=problem)
