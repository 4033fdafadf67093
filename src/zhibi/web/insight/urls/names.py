"""Names of questions within addresses."""

from __future__ import annotations

from zhibi.web.insight.question import Question, is_question, question


class QuestionConverter:
    """purchase_rhythm, or reports/key-accounts; a name that asks nothing is no address."""

    regex = r"(?:reports/)?[a-z][a-z_-]*"

    def to_python(self, value: str) -> Question:
        if not is_question(value):
            raise ValueError(value)
        return question(value)

    def to_url(self, value: Question | str) -> str:
        return value if isinstance(value, str) else value.name
