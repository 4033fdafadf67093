"""A sentence with its figures, put into a language only when somebody reads it.

What the import notices is found deep below the terminal, which alone knows the language; so it
travels up as template and figures, never as finished text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """An English template, the key of its translations, and its figures."""

    template: str
    fields: Mapping[str, object] = field(default_factory=dict)


def spoken(value: object, word: Callable[[str], str]) -> object:
    """The value with whatever is `Said` in it put into words; `word` translates a template."""
    if isinstance(value, Said):
        fields = {name: spoken(one, word) for name, one in value.fields.items()}
        return word(value.template).format(**fields)
    if isinstance(value, tuple):
        return word(", ").join(str(spoken(one, word)) for one in value)
    return value
