"""The small report as `pivot new` writes it, once a run, and copies of it to be changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pivot.cli import main
from pivot.names import SITE
from pivot.new import new

Pivot = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pivot new` wrote; nobody may change it."""
    folder = tmp_path_factory.mktemp("new") / "gauge report"
    new(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def importable(written: Path) -> None:
    """The article's package, as an environment of its own would have it."""
    sys.path.insert(0, str(written))


@pytest.fixture(scope="session")
def published(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of its editions, in the repository that it was built in; nobody may change either."""
    root = tmp_path_factory.mktemp("published") / "report"
    shutil.copytree(written, root, ignore=shutil.ignore_patterns("pivot"))
    assert main(["--root", str(root), "build", "--renderer", "embedded"]) == 0
    return root / SITE


@pytest.fixture
def small(written: Path, tmp_path: Path) -> Path:
    """A copy of the small report without the engine, which the tests run from here."""
    return Path(shutil.copytree(written, tmp_path / "report", ignore=shutil.ignore_patterns("pivot")))


@pytest.fixture
def pivot(small: Path, capsys: pytest.CaptureFixture[str]) -> Pivot:
    """Runs a command on the copy: exit code and all that was printed."""

    def run(*words: str) -> tuple[int, str]:
        code = main(["--root", str(small), *words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


@pytest.fixture
def make(written: Path, tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs `make` in a copy with its own engine, in the environment of these tests in place of a new one."""
    folder = Path(shutil.copytree(written, tmp_path / "whole"))
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])

    def run(target: str) -> subprocess.CompletedProcess[str]:
        words = ["make", "--old-file", ".venv/.ready", target]
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        return subprocess.run(words, cwd=folder, env=environment, check=False, capture_output=True, text=True)

    return run
