"""The code that an edition publishes: the modules that make numbers, and the function of each claim."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.article import Article

_FLOORS = ("claims", "measures")  # what makes numbers; the other floors only read, draw and publish them


@dataclass(frozen=True, slots=True)
class Function:
    """A function as it stands in its module.

    Args:
        text: its lines, decorators and all.
        measures: the modules of measures that it names, as paths in the repository.
    """

    text: str
    measures: tuple[str, ...]


def modules(article: Article) -> Mapping[str, bytes]:
    """The modules that make numbers: path in the repository to content."""
    files = sorted(path for floor in _FLOORS for path in (article.folder / floor).glob("*.py"))
    return {path.relative_to(article.folder.parent).as_posix(): path.read_bytes() for path in files}


def function(modules: Mapping[str, bytes], path: str, name: str) -> Function | None:
    """A function of one of the modules; None where there is none of that name."""
    text = modules.get(path, b"").decode()
    measures = f"{path.split('/', maxsplit=1)[0]}.measures"
    tree = ast.parse(text)
    imported = {
        alias.asname or alias.name: f"{measures.replace('.', '/')}/{alias.name}.py"
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == measures
        for alias in node.names
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            named = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            used = sorted(file for word, file in imported.items() if word in named and file in modules)
            return Function("\n".join(text.splitlines()[first - 1 : node.end_lineno]), tuple(used))
    return None
