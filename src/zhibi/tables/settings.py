"""What a workspace is set to: currency, language, calendar; `zhibi.toml`, for people to edit."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from zhibi.errors import ZhibiError

FILE_NAME = "zhibi.toml"
LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class Settings:
    """One value a line in `zhibi.toml`; what is not there keeps its default."""

    name: str = ""
    currency: str = "CNY"
    language: str = "zh-CN"
    timezone: str = "Asia/Shanghai"
    calendar: str = "china"  # shutdown calendar: china, none, or a CSV file beside zhibi.toml
    basis: str = ""  # ordered, shipped or invoiced; empty = the one basis the data has
    today: str = ""  # a day at which a demo company stands still, as 2026-09-30; empty: the clock
    connect: str = ""  # URL of a warehouse that holds the facts, instead of the lake

    @classmethod
    def load(cls, folder: Path) -> Settings:
        """The settings of a workspace folder. ZhibiError when the file cannot be understood."""
        path = folder / FILE_NAME
        if not path.exists():
            return cls()
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise ZhibiError(
                "{file} cannot be read as TOML ({problem}); correct it, or delete it.",
                file=path.name,
                problem=problem,
            ) from problem
        known = {field.name for field in fields(cls)}
        for key, value in given.items():
            if key not in known or not isinstance(value, str):
                raise ZhibiError(
                    "{file} has the setting {key}, which is not one of {known} with a text value; "
                    "correct that line.",
                    file=path.name,
                    key=key,
                    known=", ".join(sorted(known)),
                )
        loaded = cls(**given)
        loaded._refuse_unknown()
        return loaded

    def _refuse_unknown(self) -> None:
        """A language or a time zone there is not, before a command is in the middle of its work."""
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        if self.language not in LANGUAGES:
            raise ZhibiError(
                "{file} has the language {language}; choose one of {known}.",
                file=FILE_NAME,
                language=self.language,
                known=", ".join(LANGUAGES),
            )
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
            raise ZhibiError(
                "{file} has the timezone {timezone}, which there is not; write one as "
                "Asia/Shanghai.",
                file=FILE_NAME,
                timezone=self.timezone,
            ) from problem

    def save(self, folder: Path) -> None:
        lines = []
        for field in fields(self):
            value = str(getattr(self, field.name)).replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'{field.name} = "{value}"\n')
        # In one piece: a full disk must not leave a workspace without its currency.
        part = folder / f".{FILE_NAME}.part"
        try:
            part.write_text("".join(lines), encoding="utf-8")
            part.replace(folder / FILE_NAME)
        finally:
            part.unlink(missing_ok=True)
