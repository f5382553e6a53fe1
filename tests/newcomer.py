"""A repository as a newcomer has it, in which printed steps are run as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from pivot.names import CACHE
from tests.conftest import ROOT
from tests.editions import repository

_COPIED = (
    *("analysis", "pivot", "tests", "chapters", "data-snapshots", "_extensions"),
    *("_quarto.yml", "index.qmd", "references.bib", "editions.toml", "requirements.lock", "pyproject.toml"),
    *("Makefile", "LICENSE", "README.md"),
)
_BLOCK = re.compile(r"(?:^ {7}\S?.*\n|^\n(?=\n* {7}))+", re.MULTILINE)


def blocks(file: str, section: str) -> list[str]:
    """The indented blocks of a section: code, prose and commands."""
    text = (ROOT / file).read_text("utf-8").split(f"## {section}\n")[1].split("\n## ")[0] + "\n"
    return [textwrap.dedent(block).strip("\n") for block in _BLOCK.findall(text)]


def copy_whole(root: Path) -> Path:
    """A repository with the environment in which the tests run, its own code, and what a build has kept."""
    root.mkdir()
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, root / name)
    (root / ".venv").symlink_to(sys.prefix)
    shutil.copytree(repository() / CACHE, root / CACHE)
    return root


def run(root: Path, command: str) -> subprocess.CompletedProcess[str]:
    """One printed command. `make` is kept from making the environment anew, which is that of the tests."""
    return subprocess.run(
        ["bash", "-c", re.sub(r"^make", "make -o .venv/.ready", command)],
        cwd=root,
        env={key: value for key, value in os.environ.items() if key != "CI"} | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
