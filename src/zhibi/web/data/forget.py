"""What an import keeps of a person who is erased: the values it wrote, and its file."""

from __future__ import annotations

import shutil
from uuid import UUID

from zhibi.web.data.models import Import, WrittenRecord
from zhibi.web.data.uploads import folder_of


def forget_person(person: UUID) -> None:
    """The record cannot be taken back any more; the rest of the import can."""
    written = WrittenRecord.objects.filter(uid=person)
    imports = Import.objects.filter(pk__in=list(written.values_list("of_import", flat=True)))
    for one in imports:
        shutil.rmtree(folder_of(one.uid), ignore_errors=True)
    imports.update(seen={})  # holds rows of the file as examples
    written.delete()
