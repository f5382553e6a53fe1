"""How time and memory grow with a report: `python -m tests.benchmarks.scale [CHAPTERS …]`.

A report of each number of chapters is generated from the start that `pivot new` writes, ten claims a chapter,
and built from nothing, once, in a process of its own: its seconds, the most memory that one of its processes
held, and the weight of what it made.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from pivot.claims.data import CITED
from pivot.names import SITE
from pivot.new import new
from pivot.snapshots import Store

CLAIMS = 10
"""In each chapter."""
DAY = dt.date(2026, 11, 25)
FIRST = 1871

_HEAD = '''"""Means of the record over spans of years, one claim each."""

from gauge import measures
from gauge.data import Discharge
from pivot.claims.model import Kind, Result
from pivot.claims.quantities import nearest
from pivot.claims.registry import claim
'''
_CLAIM = '''

@claim("mean-{n}", kind=Kind.COMPUTED, section="river", rounding=nearest(1), formula="mean of {last} years")
def mean_{n}(years):
    """Mean discharge of {length} years from {first} on, as claim {n} has it."""
    flow = measures.discharge(years).loc[{first}:{last}]
    return Result(Discharge(flow.mean()), rows={{"years": flow.index}})
'''
_SENTENCES = """
The text gives {{{{< var cited.mean-{n} >}}}} for span {n} [@cobb1978]; it was {{{{< var claim.mean-{n} >}}}}.
It is held against the river as a whole in @sec-river, and against what came before in @sec-made-{before}.
"""


def generate(root: Path, chapters: int) -> None:
    """Write a report of so many chapters."""
    new(root)
    shutil.rmtree(root / "pivot")  # the one that runs is ours
    spans = [(FIRST + n % 80, 5 + n % 15) for n in range(chapters * CLAIMS)]
    code = "".join(
        _CLAIM.format(n=n, first=first, last=first + length, length=length)
        for n, (first, length) in enumerate(spans)
    )
    (root / "gauge/claims/made.py").write_text(_HEAD + code, "utf-8")
    _replace(root / "gauge/report.py", '("river",)', '("river", "made")')
    for place in range(chapters):
        claims = range(place * CLAIMS, (place + 1) * CLAIMS)
        text = "".join(_SENTENCES.format(n=n, before=max(place - 1, 0)) for n in claims)
        title = f"# Spans of chapter {place} {{#sec-made-{place}}}\n"
        (root / f"chapters/made-{place}.qmd").write_text(title + text, "utf-8")
    listed = "".join(f"    - chapters/made-{place}.qmd\n" for place in range(chapters))
    _replace(root / "_quarto.yml", "    - chapters/river.qmd\n", f"    - chapters/river.qmd\n{listed}")
    sys.path.insert(0, str(root))
    store = Store(root / "data-snapshots", importlib.import_module("gauge.data").DATA_SETS)
    sys.path.remove(str(root))
    newest = store.snapshots(store.data_sets[CITED].folder)[-1]
    rows = store.read(newest).decode().splitlines()
    rows += [f"mean-{n},about 90,90,90,km3/year,1,about,river,1" for n in range(len(spans))]
    table = root / "article.csv"
    table.write_text("\n".join([rows[0], *sorted(rows[1:])]) + "\n", "utf-8")
    facts = {"publisher": "made", "url": ["https://example.org/"], "licence": "none", "method": "derived"}
    store.add(newest.source, table, vintage=newest.vintage, retrieved=DAY, **facts)
    table.unlink()


def _replace(path: Path, old: str, text: str) -> None:
    before = path.read_text("utf-8")
    assert old in before, f"{old!r} is not in {path}"
    path.write_text(before.replace(old, text), "utf-8")


def measured(command: list[str], log: Path) -> tuple[float, float]:
    """The seconds that a program took, and the most megabytes that it or one of its programs held."""
    start = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, log.read_text("utf-8", "replace")
    return time.perf_counter() - start, used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def report(chapters: int) -> str:
    """A row on a report of so many chapters."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "report"
        generate(root, chapters)
        command = [sys.executable, "-m", "pivot", "--root", str(root), "build", "--renderer", "embedded"]
        seconds, most = measured([*command, "--as-of", str(DAY)], Path(folder) / "log")
        site = root / SITE
        pages = [path.stat().st_size for path in site.rglob("*.html")]
        search = sum(path.stat().st_size for path in (site / "assets").glob("search*"))
        return (
            f"{chapters:>8,} {chapters * CLAIMS:>8,} {seconds:>8.1f} {most:>8,.0f} "
            f"{sum(pages) / 1e6:>8.1f} {sorted(pages)[len(pages) // 2] / 1e3:>8.0f} {max(pages) / 1e3:>8.0f} "
            f"{search / 1e3:>8.0f} {(site / 'report.pdf').stat().st_size / 1e6:>8.1f}"
        )


def main() -> None:
    """Print the table."""
    print("chapters   claims  seconds       MB  pages MB  median kB  max kB  search kB  PDF MB", flush=True)
    for chapters in map(int, sys.argv[1:] or ("15", "100")):
        print(report(chapters), flush=True)


if __name__ == "__main__":
    main()
