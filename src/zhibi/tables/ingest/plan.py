"""Several sheets at once: which belong together, and what each resulting sheet holds.

A preset says so for a system it knows. Without one, two files whose headers show order headers
and order lines are joined on the column they share, and master files lend their names to orders
that carry keys only. Every join is a note on the sheet, shown before anything is committed.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zhibi.errors import ZhibiError
from zhibi.said import Said
from zhibi.tables.ingest.continued import OF_THE_ORDER, continue_orders, without_headings
from zhibi.tables.ingest.headers import read_header
from zhibi.tables.ingest.join import Brought, Joined, covers
from zhibi.tables.ingest.match import (
    PRESET,
    complete_by_values,
    find_header,
    guess,
    is_generic,
    lacks_code,
    missing_fields,
    needs_values,
    targets_of,
)
from zhibi.tables.ingest.order_totals import without_repeated_totals
from zhibi.tables.ingest.refusals import (
    missing_fields_error,
    refuse_cross_table,
    refuse_opportunities,
    refuse_people,
)
from zhibi.tables.ingest.stages import Mapping, Match, Sheet, sheet_name
from zhibi.tables.ingest.statements import without_money_out
from zhibi.tables.ingest.taxed_amounts import with_tax_told
from zhibi.tables.schema import SCHEMAS
from zhibi.tables.sources.presets import JoinRule, Layout, Preset, detect_preset, load_preset

OF_A_LINE = {"product_id", "product_name", "quantity"}
# Master table → its key, and what it lends to an order line that has only the key.
LENT = {
    "customers": ("customer_id", {"name": "customer_name"}),
    "products": ("product_id", {"product_name": "product_name", "category": "category"}),
}
FACTS = tuple(name for name in SCHEMAS if name not in ("customers", "products"))


@dataclass(slots=True)
class _Part:
    """One sheet read, what it is taken for, and what came of it."""

    sheet: Sheet
    mapping: Mapping
    layout: Layout | None = None
    joined: Joined | None = None
    is_used: bool = False  # its columns stand in another sheet now
    is_doubtful: bool = False  # has names but no codes: suppliers and carriers look like that too

    @property
    def targets(self) -> set[str]:
        brought = set(self.joined.targets.values()) if self.joined else set()
        return {*targets_of(self.mapping), *brought} - {""}

    @property
    def missing(self) -> tuple[str, ...]:
        return missing_fields(self.mapping.table, self.targets)

    def column(self, target: str) -> int | None:
        found = self.mapping.column_of(target)
        if found:
            return found.column
        brought = self.joined.targets if self.joined else {}
        return next((column for column, filled in brought.items() if filled == target), None)

    def bring(self, other: _Part, on: int, key: int, columns: Sequence[tuple[int, str]]) -> None:
        self.joined = self.joined or Joined(self.sheet)
        self.joined.brought.append(Brought(other.sheet, key, on, tuple(columns)))


def plan_sheets(
    sheets: Sequence[Sheet],
    *,
    staging: Path,
    preset: str | None = None,
    table: str | None = None,
    given: Dict[str, str] | None = None,
    remembered: Sequence[Mapping] = (),
) -> list[tuple[Sheet, Mapping]]:
    """The sheets to import, joined where they belong together, each with its mapping.

    `given` is header → field, `remembered` are mappings confirmed earlier. ZhibiError when a
    sheet of facts lacks a required field, or nothing in the files can be imported.
    """
    given = given or {}
    _refuse_unknown(sheets, given)
    sheets = [without_headings(sheet, staging) for sheet in sheets]
    parts = [_part(sheet, preset, table, given, remembered) for sheet in sheets]
    for part in parts:
        part.sheet, part.mapping = with_tax_told(part.sheet, part.mapping)
    _join_by_preset(parts)
    _join_lines_to_orders(parts)
    _lend_names(parts)
    _complete_by_values(parts)
    for part in parts:
        part.sheet, part.mapping = continue_orders(part.sheet, part.mapping, staging)
        part.sheet = without_money_out(part.sheet, part.mapping, staging)
        if part.joined is None:
            part.sheet, part.mapping = without_repeated_totals(part.sheet, part.mapping, staging)
    open_parts = [part for part in parts if not part.is_used]
    for part in open_parts if table is None else ():
        refuse_cross_table(part.sheet, part.mapping)
        refuse_opportunities(part.sheet, part.mapping)
        if not given and len(parts) == 1:
            refuse_people(part.sheet, part.mapping)
    _refuse_incomplete(parts, len(sheets))
    wanted = [part for part in open_parts if not (part.missing or part.is_doubtful)]
    wanted = wanted or [part for part in open_parts if not part.missing]
    results = [_result(part, staging, given, remembered) for part in wanted]
    left = [sheet_name(part.sheet) for part in open_parts if part not in wanted]
    return _with_notes(results, left)


def _with_notes(
    results: list[tuple[Sheet, Mapping]], left: Sequence[str]
) -> list[tuple[Sheet, Mapping]]:
    """Says on each sheet what its preset has to say, and on the first what was left out."""
    noted = []
    for sheet, mapping in results:
        preset = load_preset(mapping.preset) if mapping.preset else None
        notes = [*sheet.notes]
        if preset and not preset.tested:
            untested = "The layout of {preset} is untested: check the columns."
            notes.append(Said(untested, {"preset": preset.title}))
        notes += [Said(preset.note)] if preset and preset.note else []
        notes += [
            Said("{name} was left out: it holds no table of ours.", {"name": name}) for name in left
        ]
        left = ()
        noted.append((replace(sheet, notes=tuple(notes)), mapping))
    return noted


def _refuse_unknown(sheets: Sequence[Sheet], given: Dict[str, str]) -> None:
    for header in given:
        named = header.rpartition("›")[2].strip()
        if all(find_header(sheet.headers, named) is None for sheet in sheets):
            raise ZhibiError(
                "{file} has no column {header}; its headers are {headers}.",
                file=", ".join(sheet_name(sheet) for sheet in sheets),
                header=header,
                headers=", ".join(text for sheet in sheets for text in sheet.headers if text),
            )


def _part(
    sheet: Sheet,
    preset: str | None,
    table: str | None,
    given: Dict[str, str],
    remembered: Sequence[Mapping],
) -> _Part:
    mine = {
        header: field
        for header, field in given.items()
        if find_header(sheet.headers, header) is not None
    }
    known = None if mine else _remembered(sheet, remembered)
    mapping = guess(sheet, table=table, preset=preset, given=mine, remembered=known)
    chosen = _preset_of(sheet, preset)
    layout = chosen.layout_for(sheet.headers) if chosen else None
    is_doubtful = (
        table is None
        and layout is None
        and not mine
        and (lacks_code(mapping) or is_generic(sheet, mapping))
    )
    return _Part(sheet, mapping, layout, is_doubtful=is_doubtful)


def _preset_of(sheet: Sheet, preset: str | None) -> Preset | None:
    return load_preset(preset) if preset else detect_preset(sheet.headers)


def _remembered(sheet: Sheet, remembered: Sequence[Mapping]) -> Mapping | None:
    for mapping in remembered:
        if sheet.headers == tuple(match.header for match in mapping.matches):
            return mapping
    return None


def _join_by_preset(parts: Sequence[_Part]) -> None:
    """The joins a preset names, for those of its files that are here."""
    for part in parts:
        if part.layout is None:
            continue
        for rule in part.layout.joins:
            other = _with_layout(parts, part.mapping.preset, rule.file)
            if other is None:
                continue
            on, key = _key_columns(part, other, rule)
            if on is None or key is None:
                continue
            part.bring(other, on, key, _wanted(other, rule))
            other.is_used = other.is_used or other.layout is None or other.layout.table is None


def _with_layout(parts: Sequence[_Part], preset: str | None, name: str) -> _Part | None:
    return next(
        (
            part
            for part in parts
            if part.layout and part.layout.name == name and part.mapping.preset == preset
        ),
        None,
    )


def _key_columns(part: _Part, other: _Part, rule: JoinRule) -> tuple[int | None, int | None]:
    headers = part.joined.headers if part.joined else part.sheet.headers
    keys = [read_header(header.rpartition("›")[2]).key for header in headers]
    others = [read_header(header).key for header in other.sheet.headers]
    on = keys.index(rule.left) if rule.left in keys else None
    return on, others.index(rule.right) if rule.right in others else None


def _wanted(other: _Part, rule: JoinRule) -> list[tuple[int, str]]:
    names = rule.columns or (other.layout.columns if other.layout else {})
    keys = [read_header(header).key for header in other.sheet.headers]
    return [(keys.index(key), target) for key, target in names.items() if key in keys]


def _join_lines_to_orders(parts: Sequence[_Part]) -> None:
    """Lines without a date or a customer take them from the file of order headers."""
    orders = [part for part in parts if part.mapping.table == "order_lines"]
    for lines in orders:
        if lines.joined or not lines.targets & OF_A_LINE:
            continue
        for header in orders:
            if header is lines or header.targets & OF_A_LINE or header.is_used:
                continue
            shared = _shared_key(lines, header)
            if shared is None:
                continue
            columns = [
                (column, target)
                for target in OF_THE_ORDER
                if target not in lines.targets and (column := header.column(target)) is not None
            ]
            if columns:
                lines.bring(header, *shared, columns)
            header.is_used = True


def _shared_key(lines: _Part, header: _Part) -> tuple[int, int] | None:
    """The order's number in both files: unique in one, and nearly always found from the other. A
    column of the same name is asked first: invoices have the number of their order too."""
    on = lines.column("order_id")
    if on is None:
        return None
    named = find_header(header.sheet.headers, lines.sheet.headers[on])
    for key in (named, header.column("order_id")):
        if key is not None and covers(lines.sheet, on, header.sheet, key):
            return on, key
    return None


def _lend_names(parts: Sequence[_Part]) -> None:
    """Orders that carry keys only take names from a file of customers or products."""
    for part in parts:
        if part.mapping.table != "order_lines" or part.is_used:
            continue
        for master in parts:
            if master.mapping.table not in LENT:
                continue
            key, lent = LENT[master.mapping.table]
            columns = [
                (column, ours)
                for theirs, ours in lent.items()
                if ours not in part.targets and (column := master.column(theirs)) is not None
            ]
            there, origin = master.column(key), _origin(part, key)
            if there is None or origin is None or not columns:
                continue
            if covers(*origin, master.sheet, there):
                on = part.column(key)
                assert on is not None
                part.bring(master, on, there, columns)


def _origin(part: _Part, target: str) -> tuple[Sheet, int] | None:
    """The sheet and column a field comes from: the part's own, or one that was brought in."""
    found = part.mapping.column_of(target)
    if found:
        return part.sheet, found.column
    for one in part.joined.brought if part.joined else ():
        for column, filled in one.columns:
            if filled == target:
                return one.sheet, column
    return None


def _complete_by_values(parts: Sequence[_Part]) -> None:
    """The values are asked last, of a file that is alone or lacks a single field: a freight column
    in a list of order headers is no amount."""
    for part in parts:
        is_near = len(part.missing) <= 1 or len(parts) == 1
        if needs_values(part.mapping) and is_near and not (part.is_used or part.joined):
            part.mapping = complete_by_values(part.sheet, part.mapping)


def _refuse_incomplete(parts: Sequence[_Part], count: int) -> None:
    """A sheet of facts that lacks one field is a mistake to put right, not one to pass over."""
    left = [part for part in parts if not part.is_used and part.missing]
    near = [part for part in left if part.mapping.table in FACTS and len(part.missing) == 1]
    if count == len(left) and not near:
        near = sorted(left, key=lambda part: len(part.missing))
    if near:
        first = near[0]
        raise missing_fields_error(first.sheet, first.mapping, first.missing, is_alone=count == 1)


def _result(
    part: _Part, staging: Path, given: Dict[str, str], remembered: Sequence[Mapping]
) -> tuple[Sheet, Mapping]:
    """The sheet with what was brought into it, and the mapping of both."""
    if part.joined is None:
        return part.sheet, part.mapping
    sheet = part.joined.write(staging)
    known = None if given else _remembered(sheet, remembered)
    if known:
        return sheet, guess(sheet, remembered=known)
    reason = "preset" if part.layout else "header"
    brought = part.joined.targets
    taken = set(brought.values())
    own = (
        replace(one, target=None, confidence=0.0, reason="unknown") if one.target in taken else one
        for one in part.mapping.matches
    )
    more = (
        Match(column, sheet.headers[column], target or None, PRESET if target else 0.0, reason)
        for column, target in brought.items()
    )
    return sheet, replace(part.mapping, matches=(*own, *more))
