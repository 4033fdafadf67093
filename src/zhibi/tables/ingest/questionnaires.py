"""Questionnaires as their tools export them: a row an answer, a column a question.

    贵公司名称 | 产品质量（1-10分） | 交付（1-10分）  →  a row for each score, with its question

The scale is what the question says, else ten for how likely one recommends us, else the smallest of
5, 10 and 100 that holds all answers. Questions answered in words stay a remark of the answer.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from zhibi.said import Said
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.headers import first_word_kind
from zhibi.tables.ingest.match import guess
from zhibi.tables.ingest.profile import profile_columns
from zhibi.tables.ingest.stages import Sheet
from zhibi.tables.ingest.wide import Across, Kept, in_rows

SCALES = (5, 10, 100)
NUMBERS = 0.9
_NUMBERED = re.compile(r"^\s*(?:[qQ]?\d+\s*[、.．:：)]|第\d+题)\s*")
_ASKS = re.compile(
    r"满意|评分|打分|评价|推荐|分\)|nps|how (likely|would you)|satisf|\b(rate|rating|score)\b|recom"
)
_SPAN = re.compile(r"\d+\s*分?\s*[-~—–至到]\s*(\d+)")
_BEST = re.compile(r"(?:满分|out of|/)\s*(\d+)")
_OF_TEN = re.compile(r"推荐|nps|how likely|recommend")


def scores_in_rows(sheet: Sheet, staging: Path, table: str | None) -> Sheet:
    """A row for each score of a questionnaire; any other sheet as it is."""
    names = (sheet.file.name, sheet.member, *sheet.titles)
    if (table or first_word_kind(names, "table_words")) != "surveys":
        return sheet
    matches = guess(sheet, table="surveys").matches
    targets = {one.target for one in matches}
    if {"dimension", "score"} <= targets or "answered_on" not in targets:
        return sheet
    questions = _questions(sheet)
    if not questions:
        return sheet
    kept = [
        Kept(one.column, one.header, once=one.target == "comment")
        for one in matches
        if one.column not in questions and one.target in _OF_AN_ANSWER
    ]
    across = [
        Across(at, (_question(sheet.headers[at]), None, str(scale)))
        for at, scale in questions.items()
    ]
    note = Said(
        "A questionnaire with {count:question|questions} answered by a score: each score became a "
        "row.",
        {"count": len(across)},
    )
    headers = ("评价维度", "评分", "满分")
    return in_rows(sheet, staging, kept, across, headers=headers, note=note)


_OF_AN_ANSWER = ("customer_id", "customer_name", "answered_on", "respondent", "comment")


def _questions(sheet: Sheet) -> dict[int, int]:
    """Column of scores → the best score there can be."""
    profiles = profile_columns(sheet)
    found = {}
    for at, header in enumerate(sheet.headers):
        plain = unicodedata.normalize("NFKC", header).casefold()
        if _ASKS.search(plain) and profiles[at].filled and profiles[at].numbers >= NUMBERS:
            found[at] = _scale(plain, _highest(sheet, at))
    return found


def _scale(question: str, highest: float) -> int:
    said = _SPAN.search(question) or _BEST.search(question)
    if said and int(said[1]) >= highest:
        return int(said[1])
    if _OF_TEN.search(question) and highest <= SCALES[1]:
        return SCALES[1]
    return next((scale for scale in SCALES if highest <= scale), int(highest))


def _highest(sheet: Sheet, column: int) -> float:
    with connect(sheet.staged.parent) as connection:
        ((highest,),) = connection.execute(
            f"SELECT max(try_cast(c{column} AS DOUBLE)) FROM read_parquet({literal(sheet.staged)})"
        ).fetchall()
    return highest or 0


def _question(header: str) -> str:
    return _NUMBERED.sub("", header).strip(" ：:")
