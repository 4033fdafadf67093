"""What the local engine may take."""

from __future__ import annotations

import pytest

from zhibi.errors import ZhibiError
from zhibi.tables.engines import local_duckdb


def limits() -> tuple[str, int]:
    engine = local_duckdb()
    asked = "SELECT current_setting('memory_limit'), current_setting('threads')"
    ((memory, threads),) = engine.con.execute(asked).fetchall()
    engine.disconnect()
    return memory, threads


def test_limits_by_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIBI_MEMORY", "1GiB")
    monkeypatch.setenv("ZHIBI_THREADS", "1")
    assert limits() == ("1.0 GiB", 1)


def test_without_limits_it_is_three_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIBI_MEMORY", "")
    assert limits()[0] == "2.7 GiB"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ZHIBI_MEMORY", "much"), ("ZHIBI_MEMORY", "1GB'; x"), ("ZHIBI_THREADS", "0")],
)
def test_a_wrong_limit_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ZhibiError, match=variable):
        local_duckdb()
