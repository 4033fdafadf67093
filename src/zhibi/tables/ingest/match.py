"""The match step: which column of a sheet is which field, and which table its rows belong to.

The order of trust: what the user gave, what was confirmed for a file that looks the same, a
preset, the header, and last the values. Nothing here changes data; the guess and its confidence
are shown before anything is committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import replace

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.candidates import (
    TAXED_WORDS,
    Candidate,
    header_candidates,
    says_tax,
    value_candidates,
)
from zhibi.tables.ingest.headers import (
    first_word_kind,
    header_key,
    is_planned,
    is_statement,
    read_header,
    vocabulary,
    words_of,
)
from zhibi.tables.ingest.profile import ColumnProfile, profile_columns
from zhibi.tables.ingest.refusals import missing_fields_error
from zhibi.tables.ingest.stages import Mapping, Match, Sheet, sheet_name
from zhibi.tables.schema import SCHEMAS, Field, Kind
from zhibi.tables.sources.presets import Preset, detect_preset, load_preset

ABOUT_CUSTOMERS = (
    "contracts", "receivables", "receipts", "efforts", "assessments", "surveys", "touches",
)  # fmt: skip
# Tables that a list is taken for only when its name or title says so, or the user: lists of
# customers with a day and a remark are many, and orders must never be taken for visits.
ONLY_WHEN_NAMED = frozenset(SCHEMAS) - {
    "order_lines", "customers", "products", "receivables", "receipts",
}  # fmt: skip
# What a file may say beyond the canonical fields: columns others are computed from, and what an
# order export tells of its customers.
EXTRA_FIELDS: dict[str, tuple[Field, ...]] = {
    "order_lines": (
        Field("unit_price", Kind.MONEY),
        Field("unit_price_incl_tax", Kind.MONEY),
        Field("discount_rate", Kind.RATE),
        Field("tax_amount", Kind.MONEY),
        Field("unit_cost", Kind.MONEY),
        Field("profit", Kind.MONEY),
        Field("scenario", Kind.TEXT),
        Field("status", Kind.TEXT),
        Field("customer_name", Kind.TEXT),
        Field("customer_credit_code", Kind.ID),
        Field("customer_industry", Kind.TEXT),
        Field("customer_region", Kind.TEXT),
        Field("customer_kind", Kind.TEXT),
        Field("customer_parent_id", Kind.ID),
    ),
    **dict.fromkeys(ABOUT_CUSTOMERS, (Field("customer_name", Kind.TEXT),)),
    "receivables": (Field("customer_name", Kind.TEXT), Field("settled_on", Kind.DATE)),
}

# A required field, and the sets of columns that can stand for it.
STAND_INS: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "order_lines": {
        "order_id": (("customer_id", "order_date"), ("customer_name", "order_date")),
        "customer_id": (("customer_name",),),
        "amount": (
            ("amount_incl_tax",),
            ("unit_price", "quantity"),
            ("unit_price_incl_tax", "quantity"),
            ("unit_price",),
        ),
    },
    "customers": {"customer_id": (("name",),), "name": (("customer_id",),)},
    "products": {"product_id": (("product_name",),), "product_name": (("product_id",),)},
    **{table: {"customer_id": (("customer_name",),)} for table in ABOUT_CUSTOMERS},
}
# What numbers a row of these, and the day and amount that stand for a number.
NUMBERED = {
    "receivables": ("receivable_id", "due_date", "amount_due"),
    "receipts": ("receipt_id", "received_on", "amount"),
}
for _table, (_key, _day, _) in NUMBERED.items():
    STAND_INS[_table][_key] = (("customer_id", _day), ("customer_name", _day))
PRESET = 0.97
NET_TITLES = ("不含税", "未税", "无税", "excl", "net of tax")
# A master file names each customer or product once; 1 % of slips allowed.
UNIQUE_KEY = {"customers": ("customer_id", "name"), "products": ("product_id", "product_name")}
UNIQUE = 0.99
TELLING = 4  # fields known of a list without codes that make it a master file all the same
PERSONAL = ("email", "昵称", "账号")
LOCAL = ("本币", "本位币", "localcurrency", "companycurrency")
IN_CURRENCY = (
    "amount", "amount_incl_tax", "tax_amount", "unit_price", "unit_price_incl_tax", "discount",
)  # fmt: skip
NUMBER_WORDS = {"id", "no", "nr", "number", "ref", "reference", "name", "document", "key"}


def fields_of(table: str) -> dict[str, Field]:
    """Everything a column may be mapped to, by name."""
    fields = (*SCHEMAS[table].fields, *EXTRA_FIELDS.get(table, ()))
    return {field.name: field for field in fields}


def missing_fields(table: str, targets: Iterable[str]) -> tuple[str, ...]:
    """The required fields that the targets neither hold nor can stand in for."""
    have = set(targets)
    stand_ins = STAND_INS.get(table, {})
    return tuple(
        field.name
        for field in SCHEMAS[table].fields
        if field.required
        and field.name not in have
        and not any(have.issuperset(each) for each in stand_ins.get(field.name, ()))
    )


def match(
    sheet: Sheet,
    *,
    table: str | None = None,
    preset: str | None = None,
    given: Dict[str, str] | None = None,
    remembered: Mapping | None = None,
) -> Mapping:
    """What the columns of `sheet` are. ZhibiError when a required field cannot be found.

    `given` is header → field ("" leaves the column out), as in `--map 列名=field`; `preset` forces
    one by name.
    """
    mapping = guess(sheet, table=table, preset=preset, given=given, remembered=remembered)
    if needs_values(mapping):
        mapping = complete_by_values(sheet, mapping)
    missing = missing_fields(mapping.table, targets_of(mapping))
    if missing:
        raise missing_fields_error(sheet, mapping, missing)
    return mapping


def guess(
    sheet: Sheet,
    *,
    table: str | None = None,
    preset: str | None = None,
    given: Dict[str, str] | None = None,
    remembered: Mapping | None = None,
) -> Mapping:
    """Like `match`, but what no header names stays missing: for sheets that others may complete."""
    if remembered and not given and _same_headers(sheet, remembered):
        return _recall(remembered)
    profiles = profile_columns(sheet)
    chosen = load_preset(preset) if preset else detect_preset(sheet.headers)
    fixed = _given_columns(sheet, given or {}, table)
    layout = chosen.layout_for(sheet.headers) if chosen else None
    table = table or (layout.table if layout else None)
    tables = [table] if table else _possible_tables(sheet)
    tries = [_assign(sheet, each, chosen, fixed, profiles) for each in tables]
    best = max(tries, key=lambda assigned: _score(sheet, assigned, profiles))
    return replace(best, constants=_constants(sheet, best, chosen))


def _possible_tables(sheet: Sheet) -> list[str]:
    if is_statement(sheet.headers):
        return ["receipts"]
    named = _named_table(sheet)
    return [table for table in SCHEMAS if table not in ONLY_WHEN_NAMED or table == named]


def _named_table(sheet: Sheet) -> str | None:
    """The table that the file's name, the sheet's or a title speaks of."""
    return first_word_kind((sheet.file.name, sheet.member, *sheet.titles), "table_words")


def targets_of(mapping: Mapping) -> tuple[str, ...]:
    return tuple(match.target for match in mapping.matches if match.target)


def _same_headers(sheet: Sheet, mapping: Mapping) -> bool:
    return sheet.headers == tuple(match.header for match in mapping.matches)


def _recall(mapping: Mapping) -> Mapping:
    recalled = (
        replace(match, confidence=1.0, reason="remembered") if match.target else match
        for match in mapping.matches
    )
    return replace(mapping, matches=tuple(recalled))


def _given_columns(sheet: Sheet, given: Dict[str, str], table: str | None) -> dict[int, str]:
    """Column → field, as the user gave them. ZhibiError for a header or field there is not."""
    columns = {}
    known = {name for each in ([table] if table else SCHEMAS) for name in fields_of(each)}
    for header, target in given.items():
        found = find_header(sheet.headers, header)
        if found is None:
            raise ZhibiError(
                "{file} has no column {header}; its headers are {headers}.",
                file=sheet_name(sheet),
                header=header,
                headers=", ".join(text for text in sheet.headers if text),
            )
        if target and target not in known:
            raise ZhibiError(
                "{target} is no field a column can be mapped to; choose one of {known}.",
                target=target,
                known=", ".join(sorted(known)),
            )
        columns[found] = target
    return columns


def find_header(headers: Sequence[str], wanted: str) -> int | None:
    """The column of that header: as written first, then apart from spelling habits."""
    if wanted in headers:
        return headers.index(wanted)
    keys = [header_key(header) for header in headers]
    return keys.index(header_key(wanted)) if header_key(wanted) in keys else None


def _assign(
    sheet: Sheet,
    table: str,
    preset: Preset | None,
    fixed: dict[int, str],
    profiles: Sequence[ColumnProfile],
) -> Mapping:
    """One column per target, the best first; a required field may take a column from another."""
    kinds = {name: field.kind for name, field in fields_of(table).items()}
    candidates = [
        Candidate(column, target, 1.0, "given")
        for column, target in fixed.items()
        if target in kinds
    ]
    by_preset = _preset_candidates(sheet, table, preset)
    settled = set(fixed) | {candidate.column for candidate in by_preset}
    candidates += [each for each in by_preset if each.column not in fixed and each.target]
    headers = header_candidates(sheet.headers, table, kinds, profiles)
    candidates += [each for each in headers if each.column not in settled]
    taken = _best_of_each(candidates)
    for target in missing_fields(table, (each.target for each in taken.values())):
        _take_over(target, table, candidates, taken)
    _drop_empty(table, profiles, taken)
    if table == "order_lines":
        _heed_titles(sheet, taken)
        _prefer_companies(sheet, taken)
        _prefer_local(sheet, taken, headers)
    return _mapping(sheet, table, preset, taken)


def _drop_empty(table: str, profiles: Sequence[ColumnProfile], taken: dict[int, Candidate]) -> None:
    """A column without any value, as of formulas never computed, where others can stand for it."""
    for column, candidate in tuple(taken.items()):
        rest = [each.target for at, each in taken.items() if at != column]
        is_guess = candidate.reason == "header" and not profiles[column].filled
        if is_guess and candidate.target not in missing_fields(table, rest):
            del taken[column]


def _heed_titles(sheet: Sheet, taken: dict[int, Candidate]) -> None:
    """金额 under a title that says 含税 is with tax."""
    used = {candidate.target for candidate in taken.values()}
    titles = header_key(" ".join(sheet.titles))
    is_taxed = any(word in titles for word in TAXED_WORDS)
    if not is_taxed or any(word in titles for word in NET_TITLES) or "amount_incl_tax" in used:
        return
    for column, candidate in taken.items():
        is_guess = candidate.target == "amount" and candidate.reason == "header"
        if is_guess and not says_tax(sheet.headers[column]):
            taken[column] = replace(candidate, target="amount_incl_tax")


def _prefer_companies(sheet: Sheet, taken: dict[int, Candidate]) -> None:
    """A mail address is a person's: it stands for the customer only where no name is given."""
    if not any(candidate.target == "customer_name" for candidate in taken.values()):
        return
    for column, candidate in tuple(taken.items()):
        is_guess = candidate.target == "customer_id" and candidate.reason == "header"
        if is_guess and any(word in header_key(sheet.headers[column]) for word in PERSONAL):
            del taken[column]


def _prefer_local(sheet: Sheet, taken: dict[int, Candidate], headers: Iterable[Candidate]) -> None:
    """本币 beside 原币: the amounts in the company's own currency are summed as they are, so the
    currency of the document, and money in it, is left out."""
    local = {
        each.target: each
        for each in sorted(headers, key=lambda each: each.order, reverse=True)
        if each.target in IN_CURRENCY and _is_local(sheet.headers[each.column])
    }
    if not local.keys() & {"amount", "amount_incl_tax"}:
        return
    if any(each.reason == "given" and each.target in IN_CURRENCY for each in taken.values()):
        return
    for column, candidate in tuple(taken.items()):
        if candidate.target in (*IN_CURRENCY, "currency"):
            del taken[column]
    taken.update({each.column: each for each in local.values()})


def _is_local(header: str) -> bool:
    return any(word in header_key(header) for word in LOCAL)


def _preset_candidates(sheet: Sheet, table: str, preset: Preset | None) -> list[Candidate]:
    """Columns a preset names, of the layout that fits; a target of "" leaves a column out."""
    if preset is None:
        return []
    layout = preset.layout_for(sheet.headers)
    layouts = [layout] if layout else [each for each in preset.layouts if each.table == table]
    names = {key: target for each in layouts for key, target in each.columns.items()}
    known = {"", *fields_of(table)}
    keys = [read_header(header).key for header in sheet.headers]
    return [
        Candidate(column, names[key], PRESET, "preset")
        for column, key in enumerate(keys)
        if key in names and names[key] in known
    ]


def _best_of_each(candidates: Iterable[Candidate]) -> dict[int, Candidate]:
    """Column → candidate, greedily, so that no column and no target is used twice."""
    taken: dict[int, Candidate] = {}
    used: set[str] = set()
    for candidate in sorted(candidates, key=lambda each: each.order):
        if candidate.column not in taken and candidate.target not in used:
            taken[candidate.column] = candidate
            used.add(candidate.target)
    return taken


def _take_over(
    target: str, table: str, candidates: Iterable[Candidate], taken: dict[int, Candidate]
) -> None:
    """A file whose only date is 发货日期 has its order date there, not its delivery date."""
    for candidate in sorted(candidates, key=lambda each: each.order):
        if candidate.target != target:
            continue
        holder = taken.get(candidate.column)
        if holder is None or not _is_required(table, holder.target):
            taken[candidate.column] = candidate
            return


def _is_required(table: str, target: str) -> bool:
    stand_ins = STAND_INS.get(table, {}).values()
    if any(target in each for sets in stand_ins for each in sets):
        return True
    return any(field.name == target and field.required for field in SCHEMAS[table].fields)


def _mapping(
    sheet: Sheet, table: str, preset: Preset | None, taken: Dict[int, Candidate]
) -> Mapping:
    matches = []
    for column, header in enumerate(sheet.headers):
        found = taken.get(column)
        if found:
            matches.append(Match(column, header, found.target, found.confidence, found.reason))
        else:
            matches.append(Match(column, header, None, 0.0, "unknown"))
    return Mapping(table, tuple(matches), preset.name if preset else None)


def _score(sheet: Sheet, mapping: Mapping, profiles: Sequence[ColumnProfile]) -> float:
    """How well a sheet fits a table: sure required fields, few missing, and what its name says."""
    required = {field.name for field in SCHEMAS[mapping.table].fields if field.required}
    missing = missing_fields(mapping.table, targets_of(mapping))
    score = len(required) - 2.5 * len(missing)
    for match in mapping.matches:
        if match.target:
            score += match.confidence - 1 if match.target in required else 0.2 * match.confidence
    if mapping.table == "order_lines":
        score -= 2.5 * _stood_in(mapping, missing)
    if mapping.table in ("order_lines", "receipts") and _is_owed(sheet, mapping):
        score -= 6
    if mapping.table in NUMBERED:
        score -= 3 * (mapping.column_of(NUMBERED[mapping.table][0]) is None)
        score -= 10 * (mapping.table == "receipts" and _is_plan(mapping))
    if mapping.table in UNIQUE_KEY and not _is_master(mapping, profiles):
        score -= 5
    if mapping.table in UNIQUE_KEY and _named_table(sheet) in NUMBERED:
        score -= 10  # 应收余额表 names each customer once, and is no list of them
    return score + (1 if _named_table(sheet) == mapping.table else 0)


def _is_plan(mapping: Mapping) -> bool:
    found = (mapping.column_of(target) for target in ("received_on", "amount"))
    return any(one is not None and is_planned(one.header) for one in found)


def _is_owed(sheet: Sheet, mapping: Mapping) -> bool:
    """True for invoices of which the file says what is still open, and nothing of products."""
    keys = {read_header(header).key for header in sheet.headers}
    is_line = set(targets_of(mapping)) & {"product_id", "product_name", "quantity", "unit_price"}
    return bool(keys & words_of("open")) and not is_line


def _stood_in(mapping: Mapping, missing: Sequence[str]) -> int:
    """How many of order number and amount something else stands for. Most lists have a customer, a
    date or a price somewhere; that does not make them orders."""
    targets = set(targets_of(mapping))
    has_amount = targets & {"amount", "amount_incl_tax", "quantity"}
    is_numbered = "order_id" in targets or "order_id" in missing
    return (not is_numbered) + (not has_amount and "amount" not in missing)


def lacks_code(mapping: Mapping) -> bool:
    """True for customers or products that have a name and no code, or a code and no name."""
    wanted = UNIQUE_KEY.get(mapping.table, ())
    return not all(mapping.column_of(target) for target in wanted)


def is_generic(sheet: Sheet, mapping: Mapping) -> bool:
    """True for a list of any kind: only its ID and Name are known, and nothing says of whom."""
    wanted = UNIQUE_KEY.get(mapping.table, ())
    keys = [header_key(found.header) for name in wanted if (found := mapping.column_of(name))]
    is_named = _named_table(sheet) == mapping.table
    return bool(keys) and not is_named and words_of("generic").issuperset(keys)


def _is_master(mapping: Mapping, profiles: Sequence[ColumnProfile]) -> bool:
    """True when each row is another customer (or product), with its code and its name: a list of
    suppliers or carriers has a company name too."""
    code = mapping.column_of(UNIQUE_KEY[mapping.table][0])
    name = mapping.column_of(UNIQUE_KEY[mapping.table][1])
    if code is None and name and len(targets_of(mapping)) >= TELLING:
        return profiles[name.column].distinct >= UNIQUE
    if code is None or lacks_code(mapping):
        return False
    return profiles[code.column].distinct >= UNIQUE


def needs_values(mapping: Mapping) -> bool:
    """Whether the headers leave something open that the values may tell."""
    is_numbered = mapping.table != "order_lines" or mapping.column_of("order_id")
    return not is_numbered or bool(missing_fields(mapping.table, targets_of(mapping)))


def complete_by_values(sheet: Sheet, mapping: Mapping) -> Mapping:
    """Looks for required fields that no header named among the columns no header placed."""
    profiles = profile_columns(sheet)
    fields = fields_of(mapping.table)
    matches = list(mapping.matches)
    missing = missing_fields(mapping.table, targets_of(mapping))
    has_no_number = mapping.table == "order_lines" and not mapping.column_of("order_id")
    for target in missing if not has_no_number else dict.fromkeys((*missing, "order_id")):
        names = {"customer_id": "customer_name"}
        wanted = names.get(target, target) if mapping.table != "customers" else target
        free = [each.column for each in matches if each.target is None and _is_open(each)]
        if target == "order_id" and target not in missing:
            free = [column for column in free if _may_number(matches[column].header)]
        for found in value_candidates(wanted, fields[wanted].kind, free, profiles)[:1]:
            header = matches[found.column].header
            matches[found.column] = Match(
                found.column, header, wanted, found.confidence, found.reason
            )
    return replace(mapping, matches=tuple(matches))


def _may_number(header: str) -> bool:
    """Whether a header may be that of a number given to orders; any integers look like one."""
    read = read_header(header)
    return bool(set(read.words) & NUMBER_WORDS) or any(word in read.key for word in "号单")


def _is_open(match: Match) -> bool:
    """False for a column left out on purpose, and one whose header speaks of something else."""
    stop_words = vocabulary()["partial"]["stop_words"]
    key = header_key(match.header)
    return match.reason == "unknown" and not any(header_key(word) in key for word in stop_words)


def _constants(sheet: Sheet, mapping: Mapping, preset: Preset | None) -> dict[str, str]:
    """Values for every row that the sheet says once: the basis, and the currency of a header."""
    constants = dict(preset.constants) if preset else {}
    if mapping.table == "order_lines":
        constants.setdefault("basis", _basis(sheet, mapping))
    amount = mapping.column_of("amount") or mapping.column_of("amount_incl_tax")
    currency = read_header(amount.header).currency if amount else None
    if currency and not mapping.column_of("currency"):
        constants.setdefault("currency", currency)
    return constants


def _basis(sheet: Sheet, mapping: Mapping) -> str:
    """Ordered, shipped or invoiced: as the title says, else the key headers, else the file name."""
    keys = (mapping.column_of(target) for target in ("order_id", "order_date"))
    headers = tuple(match.header for match in keys if match)
    said = first_word_kind((sheet.member, *sheet.titles), "basis_words")
    said = said or first_word_kind(headers, "basis_words")
    return said or first_word_kind((sheet.file.name,), "basis_words") or "ordered"
