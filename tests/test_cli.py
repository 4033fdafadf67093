"""What a command does with a fault that is not the user's."""

from __future__ import annotations

import sys

import pytest

from zhibi import cli, methods


def test_a_fault_of_ours_is_a_sentence_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks() -> tuple[str, ...]:
        raise RuntimeError("the engine is gone\nand more")

    monkeypatch.setattr(methods, "names", breaks)
    monkeypatch.setattr(sys, "argv", ["zhibi", "--lang", "en", "methods"])
    monkeypatch.delenv(cli.TRACEBACK, raising=False)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == cli.OWN_FAULT
    said = capsys.readouterr().err
    assert "RuntimeError: the engine is gone" in said
    assert "Traceback" not in said


def test_the_fault_is_shown_whole_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> tuple[str, ...]:
        raise RuntimeError("the engine is gone")

    monkeypatch.setattr(methods, "names", breaks)
    monkeypatch.setattr(sys, "argv", ["zhibi", "methods"])
    monkeypatch.setenv(cli.TRACEBACK, "1")
    with pytest.raises(RuntimeError):
        cli.main()


def test_ctrl_c_in_the_midst_of_a_query_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stops() -> tuple[str, ...]:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(methods, "names", stops)
    monkeypatch.setattr(sys, "argv", ["zhibi", "--lang", "en", "methods"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 130
    assert "Stopped; nothing was changed." in capsys.readouterr().err
