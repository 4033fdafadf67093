"""A workspace that somebody has damaged: a sentence that names the file, from every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.faults.shell import refused_here

COMMANDS = {
    "import": ["import", "{more}", "--yes"],
    "check": ["check"],
    "report": ["report", "-o", "r.html"],
}


def _only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def _wrong_table(workspace: Path) -> None:
    path = workspace / "mappings.json"
    kept = json.loads(path.read_text())
    kept[0]["mapping"]["table"] = "no_such"
    path.write_text(json.dumps(kept))


DAMAGE = {
    "settings": (lambda w: (w / "zhibi.toml").write_text("currency CNY"), "zhibi.toml"),
    "bytes in settings": (lambda w: (w / "zhibi.toml").write_bytes(b"\xff\0"), "zhibi.toml"),
    "language": (lambda w: (w / "zhibi.toml").write_text('language = "fr"'), "zh-CN, en"),
    "timezone": (lambda w: (w / "zhibi.toml").write_text('timezone = "X"'), "Asia/Shanghai"),
    "calendar": (lambda w: (w / "zhibi.toml").write_text('calendar = "no.csv"'), "no.csv"),
    "manifest": (lambda w: (w / "lake/manifests/1.json").write_text("{}"), "manifests/1.json"),
    "lines gone": (lambda w: _only(w, "lake/order_lines/*.parquet").unlink(), "order_lines"),
    "lines cut": (lambda w: _cut(_only(w, "lake/order_lines/*.parquet")), "order_lines"),
    "customers gone": (lambda w: _only(w, "lake/customers/*.parquet").unlink(), "customers"),
    "log gone": (lambda w: _only(w, "lake/order_lines/_delta_log/*1.json").unlink(), "order_lines"),
    "mappings": (lambda w: (w / "mappings.json").write_text("[{}]"), "mappings.json"),
    "wrong mapping": (_wrong_table, "mappings.json"),
}
ONLY = {"calendar": {"report"}, "mappings": {"import"}, "wrong mapping": {"import"}}
CASES = [
    pytest.param(command, damage, id=f"{command}: {damage}")
    for place, damage in enumerate(DAMAGE)
    for number, command in enumerate(COMMANDS)
    # Each damage with one command: all of them with each would take a minute.
    if command in ONLY.get(damage, {list(COMMANDS)[place % 3]}) and number >= 0
]


@pytest.mark.parametrize(("command", "damage"), CASES)
def test_damage_is_named(workspace: Path, more: Path, command: str, damage: str) -> None:
    break_it, part = DAMAGE[damage]
    break_it(workspace)

    said = refused_here(
        *(word.format(more=more) for word in COMMANDS[command]), workspace=workspace
    )

    assert part in said
    assert not (workspace / "r.html").exists()


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("damage", sorted(set(DAMAGE) - set(ONLY)))
def test_damage_is_named_by_every_command(
    workspace: Path, more: Path, command: str, damage: str
) -> None:
    test_damage_is_named(workspace, more, command, damage)
