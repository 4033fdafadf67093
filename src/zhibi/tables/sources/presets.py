"""Presets: what a known system calls its columns, and which of its files belong together.

One TOML file a system in this folder; adding a file adds a preset. `tested` says whether we have
held it against a real export. A layout is one kind of file of that system:

    [files.lines]
    table = "order_lines"             # left out when the file only completes another
    signature = ["DocNum", "CardCode"]  # headers that give the layout away
    columns = { DocNum = "order_id" }   # header → field, "" for a column that is to be left out
    join = [{ file = "orders", on = "DocNum" }]

A join brings the mapped columns of the other layout (or those of its own `columns`) into this one;
`on` is the shared header, or `left=right` where the two names differ.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.headers import read_header

DETECTABLE = 2  # a signature of fewer headers says too little


@dataclass(frozen=True, slots=True)
class JoinRule:
    """Bring columns of the layout `file` in, where `left` here equals `right` there."""

    file: str
    left: str
    right: str
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file: header key → field."""

    name: str
    table: str | None
    signature: frozenset[str]
    columns: Mapping[str, str]
    joins: tuple[JoinRule, ...] = ()

    def fits(self, headers: Iterable[str]) -> bool:
        return self.signature <= {read_header(header).key for header in headers}


@dataclass(frozen=True, slots=True)
class Preset:
    """What one system's exports look like."""

    name: str
    title: str
    tested: bool
    note: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    layouts: tuple[Layout, ...] = ()

    def layout_for(self, headers: Iterable[str]) -> Layout | None:
        """The layout whose signature the headers hold; of several the most telling."""
        headers = tuple(headers)
        fitting = [layout for layout in self.layouts if layout.signature and layout.fits(headers)]
        return max(fitting, key=lambda layout: len(layout.signature), default=None)

    def layout(self, name: str) -> Layout:
        return next(layout for layout in self.layouts if layout.name == name)


@cache
def preset_names() -> tuple[str, ...]:
    """Every preset there is, by name."""
    folder = resources.files(__package__)
    names = (entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in names))


@cache
def load_preset(name: str) -> Preset:
    """The preset of that name. ZhibiError, with the names there are, when there is none."""
    if name not in preset_names():
        raise ZhibiError(
            "There is no preset {preset}; choose one of {known}.",
            preset=name,
            known=", ".join(preset_names()),
        )
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    given = tomllib.loads(text)
    layouts = tuple(_layout(key, entry) for key, entry in given.get("files", {}).items())
    return Preset(
        name=name,
        title=given["title"],
        tested=given["tested"],
        note=given.get("note", ""),
        constants=given.get("constants", {}),
        layouts=layouts,
    )


def _layout(name: str, given: dict[str, Any]) -> Layout:
    return Layout(
        name=name,
        table=given.get("table"),
        signature=frozenset(read_header(header).key for header in given.get("signature", ())),
        columns={read_header(header).key: target for header, target in given["columns"].items()},
        joins=tuple(_join_rule(rule) for rule in given.get("join", ())),
    )


def _join_rule(given: dict[str, Any]) -> JoinRule:
    left, _, right = given["on"].partition("=")
    columns = given.get("columns")
    keyed = columns and {read_header(header).key: target for header, target in columns.items()}
    return JoinRule(
        given["file"], read_header(left).key, read_header(right or left).key, keyed or None
    )


def detect_preset(headers: Iterable[str]) -> Preset | None:
    """The preset one of whose signatures the headers hold; the most telling signature wins."""
    headers = tuple(headers)
    found = []
    for name in preset_names():
        preset = load_preset(name)
        layout = preset.layout_for(headers)
        if layout and len(layout.signature) >= DETECTABLE:
            found.append((-len(layout.signature), name, preset))
    return min(found)[2] if found else None
