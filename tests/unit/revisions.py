"""What the tests of differences share: a repository to be changed, and ways to change it."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from analysis.report import ARTICLE
from pivot.revisions.report import Report, diff
from pivot.revisions.sides import Side
from pivot.revisions.states import evaluate
from tests.conftest import ROOT

CLOSES = "data-snapshots/btc-price/2026-10-08.csv"
NEWEST_DAY = "2026-08-21"


def difference(root: Path, a: str, b: str, *, pictures: bool = False, data_only: bool = False) -> Report:
    return diff(root, (a, b), pictures=pictures, data_only=data_only)


@cache
def shipped(a: str, b: str) -> Report:
    """A difference of the real repository, made once; nobody may change it."""
    return difference(ROOT, a, b)


def copy(folder: Path, *, code: bool = False) -> Path:
    """A copy of the repository; with its code only where that is to be changed."""
    for name in ("_quarto.yml", "index.qmd", "references.bib", "editions.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    names = ["chapters", "data-snapshots", "_extensions", *(["analysis", "pivot"] if code else [])]
    for name in names:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def linked(root: Path, folder: Path) -> Path:
    """The prose of a repository to be changed, beside its data as they are."""
    for path in root.iterdir():
        if path.name == "data-snapshots":
            (folder / path.name).symlink_to(path)
        else:
            (shutil.copytree if path.is_dir() else shutil.copy)(path, folder / path.name)
    return folder


def side(root: Path, as_of: str = NEWEST_DAY) -> Side:
    return Side(as_of, "day", ARTICLE, root, dt.date.fromisoformat(as_of))


def evaluated(root: Path, as_of: str = NEWEST_DAY) -> Side:
    return evaluate(side(root, as_of))


def edit(root: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a file; a snapshot gets the hashes that it would have if it had landed so."""
    path = root / name
    before = path.read_text("utf-8")
    path.write_text(change(before), "utf-8")
    assert path.read_text("utf-8") != before
    if name.startswith("data-snapshots/"):
        rehash(root, name)


def rehash(root: Path, name: str) -> None:
    data, store = root / name, root / "data-snapshots"
    sidecar = data.with_suffix(".toml")
    lines = sidecar.read_text("utf-8").splitlines()
    new = {"sha256": f"'{hashlib.sha256(data.read_bytes()).hexdigest()}'", "bytes": str(data.stat().st_size)}
    lines = [f"{key} = {new[key]}" if (key := line.split(" ")[0]) in new else line for line in lines]
    sidecar.write_text("\n".join(lines) + "\n", "utf-8")
    sums = store / "SHA256SUMS"
    listed = [line.split("  ", 1)[1] for line in sums.read_text("utf-8").splitlines()]
    sums.write_text(
        "".join(f"{hashlib.sha256((store / path).read_bytes()).hexdigest()}  {path}\n" for path in listed),
        "utf-8",
    )


def git(root: Path, *words: str) -> str:
    named = ("-c", "user.name=A Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", "-C", str(root), *named, *words], capture_output=True, text=True, check=True
    ).stdout


def commit(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
