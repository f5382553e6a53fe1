"""How long the report takes, beside its budgets and beside others on the same chapters: `make bench`.

Whole processes on a copy of the repository, the median of a few runs each with the fastest and the slowest.
Others get the chapters as they stand, without numbers, generated tables and charts: pandoc called plainly
(`--citeproc` for each chapter, once more over all of them for Typst, and Typst); Sphinx with MyST and
mkdocs-material, each in a virtual environment that is thrown away, without a PDF. Quarto, where it is
installed, renders the whole book.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import typst

from analysis.data import DATA_SETS
from pivot.names import CACHE, SITE
from pivot.processes import Resident, python
from pivot.prose.book import Book
from pivot.publish.embedded.engine import find_pandoc
from pivot.publish.preview import _BUILDER
from pivot.snapshots import Store
from tests.conftest import NEWEST
from tests.report import copy_repository

RUNS = 5
PEERS = {
    "Sphinx with MyST": (("sphinx", "myst-parser", "sphinx-book-theme"), ("sphinx-build", "-q", "docs")),
    "mkdocs-material": (("mkdocs-material",), ("mkdocs", "build", "-q", "-d")),
}
"""Packages, and the command that makes a site, the folder of the site being its last word."""
DAYS = tuple(str(one["as_of"]) for one in tomllib.loads(Path("editions.toml").read_text("utf-8"))["edition"])


class Row(NamedTuple):
    """What was timed: the budget, and the seconds of each run."""

    what: str
    budget: float | None
    seconds: Sequence[float]

    def __str__(self) -> str:
        median = f"{statistics.median(self.seconds):.2f}"
        spread = f"{min(self.seconds):.2f} to {max(self.seconds):.2f}"
        return f"| {self.what} | {self.budget or ''} | {median} | {spread} |"


def timed(
    work: Callable[[], object], before: Callable[[int], object] = lambda _: None, runs: int = RUNS
) -> list[float]:
    """Seconds of `work`, each run after `before(run)`, which is not counted."""
    seconds = []
    for run in range(runs):
        before(run)
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


def pivot(root: Path, *words: str) -> None:
    command = [sys.executable, "-m", "pivot", "--root", str(root), *words]
    ended = subprocess.run(command, check=False, capture_output=True)
    assert ended.returncode in {0, 1}, ended.stderr.decode()  # 1: a difference, a finding


def build(root: Path, renderer: str = "embedded") -> None:
    pivot(root, "build", "--renderer", renderer, "--as-of", str(NEWEST))


def forget(root: Path, *, charts: bool = True) -> None:
    """Everything but the charts, where those stay; what was evaluated goes with everything."""
    kept = set() if charts else {"charts", "contracts"}
    shutil.rmtree(root / SITE, ignore_errors=True)
    for path in (root / CACHE).iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def change_row(root: Path, run: int) -> None:
    """A new vintage of the contracts in which one lease is worth another sum: a claim and its chart move."""
    store = Store(root / "data-snapshots", DATA_SETS)
    newest = store.snapshots("ai-contracts")[-1]
    day = newest.vintage + dt.timedelta(days=1)
    lease = r"(hut-8-fluidstack-river-bend,Hut 8,Fluidstack,)\d"
    rows = re.sub(lease, rf"\g<1>{8 + run % 2}", store.read(newest).decode())
    changed = root / "changed.csv"
    changed.write_text(rows, "utf-8")
    store.add(
        "ai-contracts",
        changed,
        vintage=day,
        retrieved=day,
        publisher="benchmark",
        url=["https://example.org"],
        licence="none",
        method="derived",
    )


def change_chapter(root: Path, run: int) -> None:
    chapter = root / "chapters/overview.qmd"
    chapter.write_text(chapter.read_text("utf-8") + f"\nRun {'x' * (run + 1)} was here.\n", "utf-8")


def builds(root: Path) -> Iterator[Row]:
    """One edition, then all."""
    yield Row("one edition from nothing", 3.0, timed(lambda: build(root), lambda _: forget(root)))
    before = timed(lambda: build(root), lambda _: forget(root, charts=False))
    yield Row("the same, charts drawn before", None, before)
    yield Row(
        "one changed row of evidence", 1.2, timed(lambda: build(root), lambda run: change_row(root, run))
    )
    changed = timed(lambda: build(root), lambda run: change_chapter(root, run))
    yield Row("one changed chapter", 0.6, changed)
    yield Row("nothing changed", 0.08, timed(lambda: build(root)))
    every = ("build", "--renderer", "embedded")
    seconds = timed(lambda: pivot(root, *every), lambda _: forget(root))
    yield Row(f"all {len(DAYS)} editions from nothing", None, seconds)


def commands(root: Path) -> Iterator[Row]:
    """Commands, once they were asked before; a difference also the first time."""
    asked = {
        ("--help",): 0.1,
        ("numbers",): 0.6,
        ("explain", "difficulty-drop"): 0.6,
        ("diff", DAYS[0], DAYS[1]): 1.5,
        ("check",): None,
    }
    for words, budget in asked.items():
        pivot(root, *words)
        yield Row(f"`pivot {' '.join(words)}`", budget, timed(partial(pivot, root, *words)))


def preview(root: Path) -> Iterator[Row]:
    """A changed chapter in the process of the preview, which stays: pages and PDF."""
    command, environment = python(_BUILDER, str(root), str(NEWEST), str(root / CACHE / "preview"))
    builder = Resident(command, environment=environment)
    try:
        for _ in range(2):
            assert "seconds" in builder.ask("build", 600)
        seconds = timed(lambda: builder.ask("build", 600), lambda run: change_chapter(root, run))
    finally:
        builder.close()
    yield Row("`pivot preview`, one changed chapter, with the PDF", 0.5, seconds)


def chapters(root: Path) -> list[Path]:
    return [root / chapter.source for chapter in Book.load(root).chapters]


def plain_pandoc(root: Path, out: Path) -> None:
    """The plain way: one pandoc a chapter to HTML, one over all chapters to Typst, then Typst."""
    pandoc: list[str | Path] = [
        find_pandoc(),
        "--standalone",
        "--citeproc",
        "--bibliography",
        root / "references.bib",
    ]
    for chapter in chapters(root):
        page = out / f"{chapter.stem}.html"
        subprocess.run([*pandoc, "--mathml", "-o", page, chapter], check=True, capture_output=True)
    main = out / "main.typ"
    subprocess.run([*pandoc, "-t", "typst", "-o", main, *chapters(root)], check=True, capture_output=True)
    typst.compile(str(main), output=str(out / "report.pdf"), root=str(out))


def peers(root: Path, folder: Path) -> Iterator[tuple[Row, str]]:
    """Each peer on the chapters from nothing, and which versions it has."""
    source = folder / "docs"
    source.mkdir()
    for chapter in chapters(root):
        shutil.copy(chapter, source / f"{chapter.stem}.md")
    names = "\n".join(chapter.stem for chapter in chapters(root) if chapter.stem != "index")
    (source / "contents.md").write_text(f"# Contents\n\n```{{toctree}}\n{names}\n```\n", "utf-8")
    (source / "conf.py").write_text(
        "extensions = ['myst_parser']\nhtml_theme = 'sphinx_book_theme'\nroot_doc = 'contents'\n", "utf-8"
    )
    settings = {"site_name": "Report", "theme": {"name": "material", "font": False}}
    (folder / "mkdocs.yml").write_text(json.dumps(settings), "utf-8")
    made = folder / "made"
    for name, (packages, words) in PEERS.items():
        tools = folder / packages[0]
        subprocess.run([sys.executable, "-m", "venv", tools], check=True)
        pip: list[str | Path] = [tools / "bin/python", "-m", "pip"]
        subprocess.run([*pip, "install", *packages], check=True, capture_output=True)
        listed = subprocess.run([*pip, "list", "--format", "json"], check=True, capture_output=True).stdout
        versions = {one["name"].lower().replace("_", "-"): one["version"] for one in json.loads(listed)}
        command = [tools / "bin" / words[0], *words[1:], made]
        run = partial(subprocess.run, command, check=True, capture_output=True, cwd=folder)
        seconds = timed(run, lambda _: shutil.rmtree(made, ignore_errors=True))
        shutil.rmtree(made)
        yield Row(f"{name}, no PDF", None, seconds), ", ".join(f"{one} {versions[one]}" for one in packages)


def others(root: Path, folder: Path) -> Iterator[tuple[Row, str]]:
    """Others on the same chapters, with their versions."""
    plain = folder / "plain"
    plain.mkdir()
    build(root)
    shutil.copytree(root / SITE / "figures", plain / "figures")
    pandoc = subprocess.run([find_pandoc(), "--version"], check=True, capture_output=True, text=True).stdout
    row = Row("pandoc called plainly, with Typst", None, timed(lambda: plain_pandoc(root, plain)))
    yield row, f"{pandoc.splitlines()[0]}, typst {version('typst')}"
    yield from peers(root, folder)
    if shutil.which("quarto"):
        quarto = subprocess.run(["quarto", "--version"], check=True, capture_output=True, text=True).stdout
        seconds = timed(lambda: build(root, "quarto"), lambda _: forget(root), runs=3)
        yield Row("the same book by Quarto", None, seconds), f"quarto {quarto.strip()}"


def main() -> None:
    """Print the table as Markdown, a row as soon as it is measured."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| what | budget | median of five, s | fastest and slowest |\n|---|---:|---:|---:|")
    with TemporaryDirectory() as folder:
        root = copy_repository(Path(folder) / "report")
        build(root)
        for row in chain(builds(root), commands(root), preview(root)):
            print(row, flush=True)
        used = []
        for row, versions in others(root, Path(folder)):
            print(row, flush=True)
            used.append(versions)
    print(f"\n{'; '.join(used)}; load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
