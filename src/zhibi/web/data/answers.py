"""What the person says of files: which column is what, and how to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.http import QueryDict

from zhibi.web.data.kinds import fields_of

DATE_ORDERS: Final = ("dmy", "mdy", "ymd")
ENCODINGS: Final = ("utf-8", "gb18030", "big5", "utf-16", "cp1252")

LONGEST: Final = 100  # of an answer in words


@dataclass(frozen=True, slots=True)
class Answers:
    """`columns` is header → field, "" for a column that is left out; empty texts mean: find out."""

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    date_order: str = ""
    tax_rate: str = ""
    overwrite: bool = False
    sold: str = ""  # what a column with budgets too calls what was sold

    @property
    def rate(self) -> Decimal | None:
        """13, 13% and 0.13 are one rate. ZhibiError for what is none."""
        if not self.tax_rate:
            return None
        from zhibi.importing import tax_rate_of

        return tax_rate_of(self.tax_rate)

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def posted(form: QueryDict, seen: Mapping[str, Any] | None, before: Answers) -> Answers:
    """The answers of the page's form. Of the columns only those are kept that differ from what
    was found, now or `before`, so that what was found goes on being found."""
    columns = dict(before.columns)
    for at, sheet in enumerate((seen or {}).get("sheets", ())):
        known = ("", *fields_of(sheet["table"])) if sheet["table"] else ("",)
        for place, column in enumerate(sheet["columns"]):
            wanted = form.get(f"column-{at}-{place}", column["field"])
            if wanted in known and wanted != column["field"]:
                columns[column["header"]] = wanted
    return Answers(
        columns=columns,
        encoding=_one_of(form.get("encoding", ""), ENCODINGS),
        date_order=_one_of(form.get("date_order", ""), DATE_ORDERS),
        tax_rate=form.get("tax_rate", "").strip()[:20],
        overwrite=form.get("overwrite") == "on",
        sold=form.get("sold", "").strip()[:LONGEST],
    )


def kept(answers: Mapping[str, Any]) -> Answers:
    """The answers as an import keeps them."""
    return Answers(**answers)


def _one_of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else ""
