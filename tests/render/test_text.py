"""Plain text: aligned by what characters take on the screen, and harmless to the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.render.example import EXAMPLE, FINDINGS
from zhibi.locale import CHINESE, ENGLISH, LANGUAGES
from zhibi.render.text import cut_text, render_text, width
from zhibi.result import Figure, Sentence, Unit


def test_findings_stand_first_with_their_action() -> None:
    lines = render_text(EXAMPLE, ENGLISH).splitlines()
    assert lines[0] == "Who the key accounts are"
    assert lines[4] == (
        " 1 ○ [to know] Sales 48.6 M, +6.1 % (+2.80 M). "
        "The top 20 customers hold 81.4 %, +3.5 pts more."
    )
    assert lines[5].startswith(" 2 ● [act now] <script>")
    assert lines[6] == "     → Visit 王敏 this week."


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_are_aligned(language: str) -> None:
    lines = render_text(EXAMPLE, language).splitlines()
    rules = [at for at, line in enumerate(lines) if line.startswith("───") and "  ─" in line]
    assert rules
    at = rules[0]
    money = _ends(lines[at])[2]
    for line in (lines[at - 1], *lines[at + 1 : at + 5]):
        assert _cut_at(line, money)[-1] not in " ─"


def _ends(rule: str) -> list[int]:
    return [at + 1 for at, char in enumerate(rule) if char == "─" and rule[at + 1 : at + 2] != "─"]


def _cut_at(line: str, columns: int) -> str:
    kept = ""
    for char in line:
        if width(kept + char) > columns:
            break
        kept += char
    return kept


def test_control_characters_do_not_reach_the_terminal() -> None:
    said = Sentence("{name}.", {"name": Figure("\x1b[2Jclear\r\n", Unit.NAME)})
    text = render_text(replace(EXAMPLE, findings=(replace(FINDINGS[0], says=said),)), ENGLISH)
    assert "\x1b" not in text
    assert "\r" not in text
    assert "[2Jclear." in text


def test_width_counts_wide_and_combining() -> None:
    assert width("abc") == 3
    assert width("华数") == 4
    assert width("e\u0301") == 1
    assert cut_text("华数机械有限公司", 9) == "华数机械…"
    assert cut_text("short", 9) == "short"


def test_says_how_many_rows_are_not_shown() -> None:
    assert "The first 4 of 312 rows" in render_text(EXAMPLE, ENGLISH)
    assert "共 312 行" in render_text(EXAMPLE, CHINESE)
