"""What a single column may be, judged by its header, by a preset, or by its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zhibi.tables.ingest.headers import (
    Header,
    Synonym,
    header_key,
    read_header,
    synonyms,
    vocabulary,
)
from zhibi.tables.ingest.profile import ColumnProfile
from zhibi.tables.schema import Kind

EXACT = 0.95
LAST_PART = 0.85
BY_VALUES = 0.4
# A code column is told from a name column by this share of code-like values, and so on.
MOSTLY = 0.8

TAXED_WORDS = ("含税", "税后", "价税", "gross", "incltax", "inclvat", "brutto")
NET_WORDS = ("不含税", "未税", "无税", "net", "excl", "exvat", "extax")
TAXED_TARGET = {"amount": "amount_incl_tax", "unit_price": "unit_price_incl_tax"}
# Two readings of one header, and the share of values that speaks for the first.
EITHER = {
    ("customer_id", "customer_name"): "codes",
    ("customer_id", "name"): "codes",
    ("product_id", "product_name"): "codes",
    ("discount_rate", "discount"): "fractions",
    ("tax_rate", "tax_amount"): "fractions",
}
YES_OR_NO = {"is", "has"}  # is_won, has_line_items: no amounts, dates or names
DAYS_OF_MONTH = 31  # a column of numbers below holds months or days, no dates
NUMERIC = {Kind.MONEY, Kind.QUANTITY, Kind.RATE}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One column for one target; of equal confidence the lower rank wins, then the left column."""

    column: int
    target: str
    confidence: float
    reason: str
    rank: int = 0

    @property
    def order(self) -> tuple[float, int, int]:
        return (-self.confidence, self.rank, self.column)


def header_candidates(
    headers: Sequence[str], table: str, kinds: dict[str, Kind], profiles: Sequence[ColumnProfile]
) -> list[Candidate]:
    """Every target a header is a synonym of, less those its values contradict."""
    found = []
    for column, text in enumerate(headers):
        header = read_header(text)
        if not header.key:
            continue
        exact = [_exact(column, entry) for entry in synonyms(table) if entry.key == header.key]
        options = _one_each(exact or _last_part(column, header, table))
        options = options or _one_each(_partial(column, header, table))
        profile = profiles[column]
        options = [option for option in options if _fits(kinds[option.target], profile)]
        if not profile.filled:
            options = [replace(option, confidence=option.confidence / 2) for option in options]
        found.extend(_told_apart(options, profile))
    return found


def _exact(column: int, entry: Synonym) -> Candidate:
    return Candidate(column, entry.target, EXACT, "header", entry.rank)


def _one_each(candidates: list[Candidate]) -> list[Candidate]:
    """The best candidate of each target."""
    best: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda each: each.order):
        best.setdefault(candidate.target, candidate)
    return list(best.values())


def _last_part(column: int, header: Header, table: str) -> list[Candidate]:
    """The second row of a two-row header: 订单信息 单据编号 is 单据编号; and the field of a record:
    Order Lines/Quantity is a quantity."""
    *above, last = header.text.split("/") if "/" in header.text else header.text.split()
    key = read_header(last).key
    has_cjk = any(ord(letter) > 0x2E80 for letter in key)
    if not above or not (has_cjk or "/" in header.text):
        return []
    return [
        Candidate(column, entry.target, LAST_PART, "header", entry.rank)
        for entry in synonyms(table)
        if entry.key == key
    ]


def _partial(column: int, header: Header, table: str) -> list[Candidate]:
    """Synonyms the header ends in; the longer the part, the surer."""
    rules = vocabulary()["partial"]
    if any(word.replace(" ", "") in header.key for word in rules["stop_words"]):
        return []
    if header.words[:1] and header.words[0] in YES_OR_NO:
        return []
    is_taxed = any(word in header.key for word in TAXED_WORDS) and "不含税" not in header.key
    targets = {entry.target for entry in synonyms(table)}
    found = []
    for entry in synonyms(table):
        if not _ends_in(header, entry, rules["single_words"]):
            continue
        target = "unit_price" if _is_a_price(header, entry) else entry.target
        taxed = TAXED_TARGET.get(target, target)  # receipts, say, have but one amount
        target = taxed if is_taxed and taxed in targets else target
        confidence = round(0.45 + 0.4 * len(entry.key) / len(header.key), 2)
        found.append(Candidate(column, target, confidence, "header", entry.rank))
    return found


def _is_a_price(header: Header, entry: Synonym) -> bool:
    """`Unit Price Excl. VAT` is a price, although `excl vat` alone is an amount."""
    if entry.target not in {"amount", "amount_incl_tax"}:
        return False
    return "单价" in header.key or {"unit", "price"} <= set(header.words)


def _ends_in(header: Header, entry: Synonym, single_words: list[str]) -> bool:
    if any(ord(letter) > 0x2E80 for letter in entry.key):
        return len(entry.key) > 1 and header.key.endswith(entry.key)
    if len(entry.words) == 1 and entry.key not in single_words:
        return False
    return header.words[-len(entry.words) :] == entry.words


def _fits(kind: Kind, profile: ColumnProfile) -> bool:
    """False when the values contradict the header; an empty column contradicts nothing."""
    if not profile.filled:
        return True
    is_number = profile.numbers >= MOSTLY and profile.dates < MOSTLY
    if kind is Kind.DATE and is_number and not profile.serials:
        return profile.digits >= 0.2 and profile.total > DAYS_OF_MONTH * profile.filled
    return profile.digits >= 0.2 if kind in NUMERIC or kind is Kind.DATE else True


def _told_apart(options: list[Candidate], profile: ColumnProfile) -> list[Candidate]:
    """Keeps one of two readings of a header, by its values."""
    targets = {option.target for option in options}
    for (first, second), share in EITHER.items():
        if first in targets and second in targets:
            dropped = second if getattr(profile, share) >= MOSTLY else first
            options = [option for option in options if option.target != dropped]
            targets.discard(dropped)
    return options


def value_candidates(
    target: str, kind: Kind, free: Sequence[int], profiles: Sequence[ColumnProfile]
) -> list[Candidate]:
    """Columns without a known header whose values look like a required field."""
    ranked = sorted(free, key=lambda column: _value_rank(target, kind, profiles[column]))
    return [
        Candidate(column, target, BY_VALUES, "values", rank)
        for rank, column in enumerate(ranked)
        if _looks_like(target, kind, profiles[column])
    ]


def _looks_like(target: str, kind: Kind, profile: ColumnProfile) -> bool:
    if not profile.filled:
        return False
    if kind is Kind.DATE:
        return profile.dates >= 0.9
    if kind is Kind.MONEY:
        is_date = profile.dates > 0.5 or profile.serials > 0.9
        return profile.numbers >= 0.9 and not is_date and profile.decimals > 0.1
    if target in {"customer_name", "name"}:
        return profile.companies >= 0.3
    if kind is Kind.ID and target != "customer_id":
        is_amount = profile.decimals > 0.1
        return profile.codes >= 0.9 and profile.distinct >= 0.2 and not is_amount
    return False


def _value_rank(target: str, kind: Kind, profile: ColumnProfile) -> float:
    """Smaller is likelier: the greatest money, the most company names, the most distinct codes."""
    if kind is Kind.MONEY:
        return -float(profile.total)
    return -profile.companies if target in {"customer_name", "name"} else -profile.distinct


def says_tax(header: str) -> bool:
    """True when a header itself says whether its amounts are net or with tax."""
    key = header_key(header)
    return any(word in key for word in (*NET_WORDS, *TAXED_WORDS))
