"""The one kind of failure a user sees: a sentence that says what, where and what to do."""

from __future__ import annotations

from zhibi.said import Said, spoken


class ZhibiError(Exception):
    """A failure the user can put right.

    `template` is the English sentence with named fields, and the key under which the other
    languages find theirs; `fields` are the values, those that are words as `Said`. Renderers
    translate, so raise it with a literal template.
    """

    def __init__(self, template: str, **fields: object) -> None:
        super().__init__(template, fields)
        self.template = template
        self.fields = fields

    def __str__(self) -> str:
        return str(spoken(Said(self.template, self.fields), str))
