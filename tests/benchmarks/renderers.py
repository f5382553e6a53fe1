"""How long the report takes, beside pandoc called plainly, chapter by chapter: `make bench`.

Whole processes on a copy of the repository, the median of a few runs each. The rows are: everything from
nothing; the same with the charts drawn before; one changed row of evidence; one changed chapter; nothing
changed. Beside them the plain way on the same chapters, without numbers, cross-references, a sidebar, search
or charts: `pandoc --citeproc` for each chapter, once more over all of them for Typst, and Typst.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from analysis.data import DATA_SETS
from pivot.names import CACHE, SITE
from pivot.snapshots import Store
from tests.conftest import NEWEST
from tests.report import copy_repository

RUNS = 5


def timed(work: Callable[[], object], before: Callable[[int], object]) -> float:
    """Median seconds of `work`, each run after `before(run)`, which is not counted."""
    seconds = []
    for run in range(RUNS):
        before(run)
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def pivot(root: Path) -> None:
    command = [sys.executable, "-m", "analysis", "--root", str(root), "build"]
    command += ["--renderer", "embedded", "--as-of", str(NEWEST)]
    subprocess.run(command, check=True, capture_output=True)


def forget(root: Path, *, charts: bool) -> None:
    shutil.rmtree(root / SITE, ignore_errors=True)
    for name in ("build", "objects", "stamps", *(("charts",) if charts else ())):
        shutil.rmtree(root / CACHE / name, ignore_errors=True)
    if charts:
        (root / CACHE / "contracts").unlink(missing_ok=True)


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


def plain_pandoc(root: Path, out: Path) -> None:
    """The plain way: one pandoc a chapter to HTML, one over all chapters to Typst, then Typst."""
    spec = importlib.util.find_spec("pypandoc")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    pandoc = Path(spec.submodule_search_locations[0]) / "files" / "pandoc"
    chapters = [root / "index.qmd", *sorted((root / "chapters").glob("*.qmd"))]
    common: list[str | Path] = [
        pandoc,
        "--standalone",
        "--citeproc",
        "--bibliography",
        root / "references.bib",
    ]
    for chapter in chapters:
        page = out / f"{chapter.stem}.html"
        subprocess.run([*common, "--mathml", "-o", page, chapter], check=True, capture_output=True)
    main = out / "main.typ"
    subprocess.run([*common, "-t", "typst", "-o", main, *chapters], check=True, capture_output=True)
    typst.compile(str(main), output=str(out / "report.pdf"), root=str(out))


def main() -> None:
    with TemporaryDirectory() as folder:
        root = copy_repository(Path(folder) / "report")
        plain = Path(folder) / "plain"
        plain.mkdir()
        pivot(root)
        shutil.copytree(root / SITE / "figures", plain / "figures")
        rows = [
            ("site and PDF from nothing", timed(lambda: pivot(root), lambda _: forget(root, charts=True))),
            (
                "the same, charts drawn before",
                timed(lambda: pivot(root), lambda _: forget(root, charts=False)),
            ),
            ("one changed row of evidence", timed(lambda: pivot(root), lambda run: change_row(root, run))),
            ("one changed chapter", timed(lambda: pivot(root), lambda run: change_chapter(root, run))),
            ("nothing changed", timed(lambda: pivot(root), lambda _: None)),
            ("pandoc called plainly, no charts", timed(lambda: plain_pandoc(root, plain), lambda _: None)),
        ]
    for name, seconds in rows:
        print(f"{name:<34}{seconds:6.2f} s")


if __name__ == "__main__":
    main()
