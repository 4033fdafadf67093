"""Finds every English text in the source that a person may read: the keys of the translations.

By the places that take such texts (labels, titles, templates, errors), and by the look of a
sentence wherever else one is written down.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "zhibi"

# Name of what is called → (place, keyword) of its texts.
TAKES = {
    "Sentence": (0, "template"),
    "Figure": (2, "label"),
    "Column": (1, "label"),
    "Table": (1, "title"),
    "Chart": (1, "title"),
    "tabulate": (2, "title"),
    "table_of_rows": (2, "title"),
    "_summary": (2, "title"),
    "Section": (0, "title"),
    "ZhibiError": (0, "template"),
    "Notice": (1, "template"),
    "Cause": (0, "template"),
    "Said": (0, "template"),
    "param": (None, "help"),
    "option": (None, "help"),
    "Option": (None, "help"),
    "translate": (0, "msgid"),
    "word": (0, "text"),
    "t": (0, "msgid"),
    "say": (0, "template"),
    "line": (0, "template"),
    "sentence": (0, "template"),
}
LISTS = {"param": "choices", "table": 0}  # what takes several words at once
IN_PAGE = re.compile(r"""\{% t (?:"([^"]+)"|'([^']+)')""")
IN_TEMPLATE = re.compile(r"""page\.t\((?:"([^"]+)"|'([^']+)')\)""")
SENTENCE = re.compile(r"[A-Z{][^\n]* [^\n]*[.?!…]\Z")
NOT_READ = ("execute",)  # SQL
NOT_FOR_READERS = ("stats", "worlds", "web/management")  # texts there go to programmers


def messages() -> dict[str, str]:
    """Each text → where it stands."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE)
        if name.as_posix().startswith(NOT_FOR_READERS):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for text, number in (*_taken(tree), *_sentences(tree)):
            if re.search("[A-Za-z]", text):
                found.setdefault(text, f"{name}:{number}")
    for path in sorted(SOURCE.rglob("*.j2")):
        for match in IN_TEMPLATE.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(match[1] or match[2], path.name)
    for path in sorted(SOURCE.rglob("*.html")):
        for match in IN_PAGE.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(match[1] or match[2], path.name)
    return found


def literals() -> str:
    """All that is written between quotation marks, and the data and templates beside it."""
    found = [path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.j2"))]
    found += [path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.toml"))]
    found += [path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.html"))]
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(inspect.cleandoc(node.value))
    return "\n".join(found)


def _taken(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_named(node.targets[0], "TITLE"):
            yield from _texts(node.value)
        if isinstance(node, ast.ClassDef) and any(map(_is_choices, node.bases)):
            for choice in node.body:
                if isinstance(choice, ast.Assign) and isinstance(choice.value, ast.Tuple):
                    yield from _texts(choice.value.elts[1])
        if not isinstance(node, ast.Call):
            continue
        called = _called(node)
        place, keyword = TAKES.get(called, (None, None))
        if place is not None and len(node.args) > place:
            yield from _texts(node.args[place])
        for given in node.keywords:
            if given.arg == keyword or given.arg == LISTS.get(called):
                yield from _texts(given.value)
        if LISTS.get(called) == 0 and node.args and isinstance(node.args[0], ast.Tuple):
            yield from _texts(node.args[0])
        if called == "Figure" and len(node.args) > 1 and _is_term(node.args[1]):
            yield from _texts(node.args[0])


def _texts(node: ast.expr) -> Iterator[tuple[str, int]]:
    """The literal texts an argument can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, node.lineno
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Tuple | ast.List):
        for item in node.elts:
            yield from _texts(item)


def _sentences(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Texts that look like a sentence and are neither documentation nor part of another text."""
    skipped = set(_not_read(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) not in skipped and SENTENCE.match(node.value):
            yield node.value, node.lineno


def _not_read(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield id(node.value)  # documentation
        is_command = isinstance(node, ast.Call) and _called(node) in NOT_READ
        if is_command or isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in ast.walk(node))


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_choices(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "TextChoices"


def _is_term(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "TERM"
