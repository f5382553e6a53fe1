"""The house: each floor imports only floors above it; `publish` and `revisions` do not know each other."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.conftest import ROOT

FLOORS = (
    "errors",
    "names",
    "words",
    "text",
    "records",
    "files",
    "folders",
    "kept",
    "templates",
    "code",
    "snapshots",
    "claims",
    "prose",
    "charts",
    "article",
    "accounts",
    "blocks",
    "editions",
    "evaluation",
    "timeline",
    "revisions",
    "publish",
)
PACKAGE = ROOT / "pivot"


def _imports(path: Path) -> set[str]:
    """The floors of our package that a module imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        found |= {name.split(".")[1] for name in names if name.startswith("pivot.")}
    return found & set(FLOORS)


def _floor(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_each_floor_imports_only_floors_above() -> None:
    modules = [path for path in sorted(PACKAGE.rglob("*.py")) if _floor(path) in FLOORS]
    assert len(modules) > 30
    wrong = [
        f"{path.relative_to(ROOT)} imports {other}"
        for path in modules
        for other in sorted(_imports(path))
        if FLOORS.index(other) > FLOORS.index(_floor(path))
        or {other, _floor(path)} == {"publish", "revisions"}
    ]
    assert wrong == []


def test_the_engine_knows_no_article() -> None:
    modules = sorted(PACKAGE.rglob("*.py"))
    assert len(modules) > 90
    for path in modules:
        named = {
            name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not {name for name in named if name.split(".")[0] in {"analysis", "tests"}}, path


def test_measures_know_no_claims_and_no_store() -> None:
    for path in sorted((ROOT / "analysis" / "measures").glob("*.py")):
        assert _imports(path) <= {"errors"}, path


def test_modules_are_of_a_readable_size() -> None:
    sizes = {
        path: len(path.read_text("utf-8").splitlines())
        for package in ("analysis", "pivot")
        for path in sorted((ROOT / package).rglob("*.py"))
    }
    assert {str(path): size for path, size in sizes.items() if size > 450} == {}
