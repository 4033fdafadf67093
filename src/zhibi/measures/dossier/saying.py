"""What it says when asked, beside what it buys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhibi.measures.answers import RECOMMEND, Answer, answers
from zhibi.measures.contentment import BUYING_LESS, DISCONTENT, contentment
from zhibi.measures.contentment_told import buying_less_told, discontent_told
from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.parts import Part, known_figures, unknown
from zhibi.measures.rows import table_of_rows
from zhibi.result import Block, Column, Figure, Finding, Note, Sentence, Table, Unit

SAYS = "What it says"
COMMENTS = 5
TOLD = {BUYING_LESS: buying_less_told, DISCONTENT: discontent_told}


def saying(account: Account) -> Part:
    """Its latest answers by dimension and the ones before, its comments, whether it is content."""
    tables = account.tables
    every = answers(tables, level=account.level) if tables.holds("surveys") else []
    asked = [one for one in every if one.account_key == account.key and one.is_possible]
    if not asked:
        return unknown(SAYS, account.why_no_rows("surveys"), "surveys")
    given = [one for one in asked if one.score is not None]
    if not given:
        said = Sentence(
            "Asked on {on}, it did not answer.", {"on": Figure(asked[-1].answered_on, Unit.DATE)}
        )
        return Part(SAYS, (Note(said),))
    blocks: list[Block] = [_by_dimension(given)]
    if comments := _comments(account):
        blocks.append(comments)
    # As satisfaction sees it: by the answers of the last twelve months.
    lately = [one for one in given if one.answered_on in account.period]
    found = contentment(tables, lately, level=account.level)
    told: list[Finding] = []
    for one in found:
        blocks[:0] = known_figures(
            Figure(one.content_share, Unit.SHARE, "Content"),
            Figure(one.quadrant if account.standing else None, Unit.TERM, "Content and loyal"),
        )
        if one.quadrant in TOLD and account.standing:
            told.append(TOLD[one.quadrant](one, account.period.month_on))
    return Part(SAYS, tuple(blocks), tuple(told))


def _by_dimension(given: Sequence[Answer]) -> Table:
    """The mean of the last day each dimension was answered, and of the day before that."""
    rows: list[dict[str, Any]] = []
    for name in sorted(
        {one.dimension for one in given}, key=lambda name: (name == RECOMMEND, name)
    ):
        own = [one for one in given if one.dimension == name]
        days = sorted({one.answered_on for one in own})
        rows.append(
            {
                "dimension": name,
                "mark": _mean(own, days[-1]),
                "before": _mean(own, days[-2]) if len(days) > 1 else None,
                "scale": int(own[-1].scale),
                "n": sum(one.times for one in own if one.answered_on == days[-1]),
                "on": days[-1],
            }
        )
    columns = (
        Column("dimension", "Dimension", Unit.TERM),
        Column("mark", "Score", Unit.SCORE),
        Column("before", "Score before", Unit.SCORE),
        Column("scale", "Out of", Unit.COUNT),
        Column("n", "Answers", Unit.COUNT),
        Column("on", "Answered on", Unit.DATE),
    )
    return table_of_rows(rows, "answers", "Its latest answers", columns)


def _mean(own: Sequence[Answer], day: Any) -> float:
    then = [(one.score or 0.0, one.times) for one in own if one.answered_on == day]
    return sum(score * times for score, times in then) / sum(times for _, times in then)


def _comments(account: Account) -> Table | None:
    said = [row for row in account.rows_of("surveys", "answered_on") if row["comment"]]
    if not said:
        return None
    columns = (
        Column("answered_on", "Answered on", Unit.DATE),
        Column("respondent", "Respondent", Unit.NAME),
        Column("dimension", "About", Unit.NAME),
        Column("comment", "Comment", Unit.NAME),
    )
    return table_of_rows(said[: -COMMENTS - 1 : -1], "comments", "What it wrote", columns)
