"""`--help` in Chinese: the texts of commands and options, and the words Click writes around them.

English help is what the source says, and costs nothing; the catalogue is read only for Chinese.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import ClassVar

import click

from zhibi.locale import translate

EXTRA = "  ["  # behind a help text: [days], [default: 365], [required]


def speak(command: click.Command, language: str) -> None:
    """Let a command, and all below it, explain itself in a language."""
    command.context_class = type("Context", (click.Context,), {"formatter_class": _in(language)})
    command.help = translate(inspect.cleandoc(command.help or ""), language)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            speak(below, language)


class _Formatter(click.HelpFormatter):
    language: ClassVar[str]

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, translate(prefix or "Usage: ", self.language))

    def write_heading(self, heading: str) -> None:
        colon = translate(": ", self.language).rstrip()
        self.write(f"{'':>{self.current_indent}}{translate(heading, self.language)}{colon}\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl([(name, self._said(text)) for name, text in rows], col_max, col_spacing)

    def _said(self, text: str) -> str:
        said, *extras = text.split(EXTRA)
        for at, extra in enumerate(extras):
            word, separator, value = extra.removesuffix("]").partition(": ")
            extras[at] = f"{translate(word, self.language)}{separator}{value}]"
        return EXTRA.join((translate(said, self.language), *extras))


def _in(language: str) -> type[_Formatter]:
    return type("Formatter", (_Formatter,), {"language": language})
