"""The rows behind each finding: the order lines of the account, or the table the finding tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from zhibi.measures.lines_of import lines_of
from zhibi.measures.periods import trailing
from zhibi.reports.cut import about
from zhibi.result import Finding, Table
from zhibi.tables.tables import Tables

MONTHS = 24  # this year and the one before it


def evidence(
    tables: Tables, findings: Sequence[Finding], behind: Mapping[str, Table]
) -> tuple[Table, ...]:
    """One table a finding, in their order. `behind` has by the code of a finding, or by its
    method, the table it was read from."""
    return tuple(_behind(tables, finding, behind, at) for at, finding in enumerate(findings, 1))


def _behind(tables: Tables, finding: Finding, behind: Mapping[str, Table], at: int) -> Table:
    """What tells of many is shown whole; of one customer only its rows, or else its lines."""
    method = finding.code.partition(".")[0]
    table = behind.get(finding.code, behind.get(method))
    if finding.subject is None:
        if table is None:
            raise LookupError(f"no table behind {finding.code}")
        return replace(table, key=f"{at}_{table.key}", number=at)
    if finding.code in behind and table is not None:
        rows = about(table, finding.subject)
        return replace(rows, key=f"{at}_{table.key}", number=at)
    period = trailing(tables.day, MONTHS)
    return replace(lines_of(tables, finding.subject, period=period, level="group"), number=at)
