"""Where the figures come from: the files that were imported, and what was left out of them."""

from __future__ import annotations

from collections.abc import Iterable

from zhibi.result import Column, Figure, Note, Section, Sentence, Table, Unit
from zhibi.tables.lake import Commit

COLUMNS = (
    Column("import_id", "Import", Unit.NAME),
    Column("file", "File", Unit.NAME),
    Column("table", "Table", Unit.TERM),
    Column("rows", "Rows", Unit.COUNT, total=True),
    Column("kept", "Taken", Unit.COUNT, total=True),
    Column("rejected", "Rejected", Unit.COUNT, total=True),
    Column("left_out", "Left out by rule", Unit.COUNT, total=True),
)


def sources(commits: Iterable[Commit]) -> Section:
    """The imports that stand, file by file: rows = taken + rejected + left out."""
    rows = tuple(
        (commit.import_id, *(file[key] for key in ("name", "table", "rows")), file["kept"],
         file["rejected"], file["left_out"])
        for commit in commits
        if commit.action == "import" and commit.undone_by is None
        for file in commit.about.get("files", ())
    )  # fmt: skip
    sums = [sum(row[at] for row in rows) for at in range(3, len(COLUMNS))]
    table = Table(
        key="sources",
        title="What was imported",
        columns=COLUMNS,
        rows=rows,
        row_count=len(rows),
        totals=(None, None, None, *sums),
    )
    taken, rejected = sums[1], sums[2]
    said = Sentence(
        "{taken:row|rows} taken, {rejected} rejected with a reason each, {left_out} left out by "
        "rule (titles, totals, cancelled orders, repeats).",
        {
            "taken": Figure(taken, Unit.COUNT),
            "rejected": Figure(rejected, Unit.COUNT),
            "left_out": Figure(sums[3], Unit.COUNT),
        },
    )
    return Section("Where the data came from", (Note(said), table))
