"""What an account is found by: any part of its names, their pinyin, and the initials of that.

From each letter of a name on, its next three are kept (`terms_of`): three letters are rare, and one
or two are found by those that begin with them. A search asks for the pieces of what was typed
(`pieces_of`), and looks at the accounts that have them all. A plain table does that alike on every
database. Pieces of whole pinyin are not kept: each stands in every third name.
`crm.listing.search` finds pinyin by its initials.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from django.db import connection, transaction

from zhibi.web.crm.models import Account, SearchTerm

SEARCHED: Final = ("name_key", "pinyin", "initials")
LENGTHS: Final = {name: Account._meta.get_field(name).max_length for name in SEARCHED}
CALLED: Final = ("name_key", "former_names", "initials")  # what terms are made of
LENGTH: Final = 3  # of a term
# What nearly every company has in its legal form, in characters and initials.
IN_EVERY_NAME: Final = frozenset(("有限公", "限公司", "公司", "yxg", "xgs", "gs"))


def key_of(text: str) -> str:
    """Text as it is compared: full width as half, in lower case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def pinyin_of(text: str) -> tuple[str, str]:
    """The text as it is spoken, and the first letters of its syllables and words: 华数 A1 gives
    huashua1 and hsa."""
    from pypinyin.core import Pinyin

    parts = Pinyin().seg(unicodedata.normalize("NFKC", text).casefold())
    words = [word for part in parts for word in (_words(part) if part.isascii() else _spoken(part))]
    return "".join(words), "".join(word[0] for word in words)


@lru_cache(maxsize=20_000)
def _spoken(part: str) -> tuple[str, ...]:
    """The syllables and words of one part of a name. Names are made of few: kept, ten thousand
    take a quarter of the time."""
    from pypinyin import lazy_pinyin

    return tuple(word for syllable in lazy_pinyin([part]) for word in _words(syllable))


def terms_of(text: str) -> set[str]:
    """From each letter on the next three; at the end they are fewer."""
    return {text[at : at + LENGTH] for at in range(len(text))} - IN_EVERY_NAME


def pieces_of(text: str) -> set[str]:
    """What the terms of every name with this text in it are or, of one that is shorter than a term,
    begin with. What may be a piece of a legal form leads to nobody and is left out."""
    pieces = {text[at : at + LENGTH] for at in range(max(1, len(text) - LENGTH + 1))}
    return {piece for piece in pieces if not any(one.startswith(piece) for one in IN_EVERY_NAME)}


def keys_of_name(name: str) -> dict[str, str]:
    """The columns that follow from the name of an account."""
    found = zip(SEARCHED, (key_of(name), *pinyin_of(name)), strict=True)
    return {column: text[: LENGTHS[column]] for column, text in found}


def name_for_search(account: Account) -> None:
    """Set the columns that follow from the name; saving them is the caller's."""
    for column, text in keys_of_name(account.name).items():
        setattr(account, column, text)


def index_accounts(accounts: Sequence[Account]) -> None:
    """To be called for accounts that are saved and new, or have another name than before."""
    for account in accounts:
        name_for_search(account)
    with transaction.atomic():
        Account.objects.bulk_update(accounts, SEARCHED, batch_size=100)
        write_terms(accounts)


def write_terms(accounts: Iterable[Account]) -> None:
    """Put the terms of these accounts in the place of what was there."""
    chosen = list(accounts)
    SearchTerm.objects.filter(account__in=[account.pk for account in chosen]).delete()
    add_terms((one.pk, {name: getattr(one, name) for name in CALLED}) for one in chosen)


def add_terms(accounts: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Write the terms of accounts that have none, given by key and columns.

    In plain SQL, forty rows an account: through model instances it takes six times as long.
    """
    rows = sorted((term, pk) for pk, columns in accounts for term in _terms(columns))
    table = SearchTerm._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [list(column) for column in zip(*rows, strict=True)] or [[], []]
            cursor.execute(
                f"INSERT INTO {table} (term, account_id) "
                "SELECT * FROM unnest(%s::varchar[], %s::bigint[])",
                columns,
            )
        else:
            cursor.execute(
                f"INSERT INTO {table} (term, account_id) "
                "SELECT value ->> 0, value ->> 1 FROM json_each(%s)",
                [json.dumps(rows)],
            )


def _terms(account: Mapping[str, Any]) -> set[str]:
    formers = map(key_of, account.get("former_names", "").split(";"))
    called = (account["name_key"], *formers, account["initials"])
    return {term for text in called for term in terms_of(text)}


def _words(text: str) -> list[str]:
    """The runs of letters and digits in a text."""
    return "".join(letter if letter.isalnum() else " " for letter in text).split()
