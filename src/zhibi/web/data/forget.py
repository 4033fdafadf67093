"""What imports keep of a person who is erased: the values they wrote, and files that name them,
whether these were committed or wait for it."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from functools import partial
from typing import Final

from django.db import transaction

from zhibi.errors import ZhibiError
from zhibi.web.crm.models import Contact
from zhibi.web.data.models import Import, WrittenRecord
from zhibi.web.data.models.brought import WAITING
from zhibi.web.data.search import holds
from zhibi.web.data.seen import problem
from zhibi.web.data.uploads import folder_of

SHORTEST: Final = {"name": 2, "phone": 6, "email": 6, "message_id": 5}  # else it is in every file


def forget_person(person: Contact) -> None:
    """A record of theirs cannot be taken back any more; the rest of an import can. Files go as a
    whole, and who brought one that waits reads why."""
    written = WrittenRecord.objects.filter(uid=person.uid)
    _throw_away(Import.objects.filter(pk__in=list(written.values_list("of_import", flat=True))))
    written.delete()
    said = {name: getattr(person, name) for name in SHORTEST}
    words = [text for name, text in said.items() if len(text) >= SHORTEST[name]]
    # Files may be large: nobody's writing waits while they are searched.
    transaction.on_commit(partial(_search, words))


def _search(words: Collection[str]) -> None:
    _throw_away(one for one in Import.objects.all() if _holds(one, words))


def _throw_away(imports: Iterable[Import]) -> None:
    for one in imports:
        shutil.rmtree(folder_of(one.uid), ignore_errors=True)
        _say(one)


def _holds(one: Import, words: Collection[str]) -> bool:
    files = (path for path in folder_of(one.uid).rglob("*") if path.is_file())
    return any(holds(path, words) for path in files)


def _say(one: Import) -> None:
    """What was seen of the files holds rows of them as examples."""
    known = Import.objects.filter(pk=one.pk)
    if one.state not in WAITING:
        known.update(seen={})
        return
    gone = ZhibiError(
        "This file named a person who has been erased, or could not be searched for them; it was "
        "thrown away. Take the person out of it and bring it in again."
    )
    known.update(state=Import.State.STUCK, seen=None, problem=problem(gone))
