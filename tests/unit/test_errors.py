"""Every error that is raised on purpose says where, what was expected and got, and what to do next."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from pivot import errors
from pivot.errors import ReportError
from pivot.snapshots.transport import SourceError
from tests.conftest import ROOT

CLASSES = {
    name: kind
    for name, kind in {**vars(errors), "SourceError": SourceError}.items()
    if isinstance(kind, type) and issubclass(kind, ReportError)
}
FIELDS = frozenset({"where", "expected", "got"})
UNSAID = {
    "pivot/cli.py": 1,  # a wrong option, in the words of Click, which say all of it
    "pivot/prose/findings.py": 1,  # all of a book's problems: each line of it says its own
    "pivot/revisions/states.py": 1,  # a file that is refused, with the words of that refusal
}
"""How many errors of a module leave out a field, and why."""


def raised() -> Iterator[tuple[str, ast.Call, type[ReportError]]]:
    """Each place where one of our errors is made."""
    for path in (*ROOT.glob("pivot/**/*.py"), *ROOT.glob("analysis/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CLASSES:
                yield path.relative_to(ROOT).as_posix(), node, CLASSES[ast.unparse(node.func)]


def test_no_error_lacks_its_place_its_expectation_or_its_next_step() -> None:
    places = list(raised())
    assert len(places) > 120
    unsaid = Counter[str]()
    for path, call, kind in places:
        said = {word.arg for word in call.keywords if ast.unparse(word.value) != "''"}
        unsaid[path] += not said >= FIELDS
        has_step = kind.next_step != ReportError.next_step  # that of its class, which names what to do
        assert "hint" in said or has_step, f"{path}:{call.lineno} says no next step"
    assert +unsaid == UNSAID
