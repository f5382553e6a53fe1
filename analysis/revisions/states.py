"""A side evaluated: its claims, the texts that prose may use, its tables, its charts and its chapters.

The running code evaluates a side whose code it is. Foreign code evaluates itself, in a process of its own
with its own tree on the path and by its own commands: `numbers --json` gives the ledger and `prepare` what
a plain Quarto would read. So old code can be asked for its answer to new evidence as well.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from analysis import charts
from analysis.claims import ledger as ledgers
from analysis.claims.ledger import SCHEMA_VERSION, Code, Entry, Evidence, Figure, GuardState, Input, Ledger
from analysis.errors import ReportError
from analysis.prose.book import Book
from analysis.prose.variables import variables
from analysis.snapshots import Vintage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from analysis.charts import Plotted
    from analysis.prose.book import Chapter
    from analysis.revisions.sides import Side

    Generated = Callable[[Ledger, Vintage], Mapping[str, str]]
    """Makes the Markdown of the generated blocks."""

_SPAN = re.compile(r"\[((?:\\.|[^\]\\])*)\]\{\.[^{}]*\}")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class State:
    """One side, evaluated.

    Args:
        texts: flat dotted names to plain text, as prose uses them.
        blocks: Markdown of each generated block.
        tables: CSV of each chart.
        chapters: the prose, in reading order.
        vintage: the evidence, where the running code evaluated it.
        plotted: what the charts show, where the running code made it.
        figures: where foreign code has drawn its charts.
        notes: what could not be made.
    """

    side: Side
    ledger: Ledger
    texts: Mapping[str, str]
    blocks: Mapping[str, str]
    tables: Mapping[str, str]
    chapters: tuple[Chapter, ...]
    vintage: Vintage | None = None
    plotted: Mapping[str, Plotted] = field(default_factory=dict)
    figures: Path = Path()
    notes: tuple[str, ...] = ()

    def pictures(self, name: str) -> tuple[str, str]:
        """A chart as SVG, for light and for dark paper; empty where there is none."""
        if name not in self.tables:
            return "", ""
        if not self.plotted:
            return _read(self.figures / f"{name}.svg"), _read(self.figures / f"{name}-dark.svg")
        with tempfile.TemporaryDirectory() as folder:
            charts.draw(name, self.plotted[name], Path(folder))
            return _read(Path(folder) / f"{name}.svg"), _read(Path(folder) / f"{name}-dark.svg")


def evaluate(side: Side, generated: Generated) -> State:
    """Evaluate a side with its own code.

    Raises:
        ReportError: its evidence, claims or prose are wrong.
    """
    chapters = Book.load(side.root).chapters
    if not side.here:
        return _foreign(side, chapters)
    vintage = Vintage(side.store, side.as_of)
    ledger = ledgers.build(vintage)
    plotted = charts.prepare(vintage, ledger)
    return State(
        side=side,
        ledger=ledger,
        texts=variables(ledger, vintage, len(charts.CHARTS)),
        blocks=generated(ledger, vintage),
        tables={name: shown.csv() for name, shown in plotted.items()},
        chapters=chapters,
        vintage=vintage,
        plotted=plotted,
    )


def crossed(code: Side, data: Side) -> Ledger:
    """The ledger that the code of one side makes of the evidence of another.

    Raises:
        ReportError: this code can not read that evidence.
    """
    if code.here:
        return ledgers.build(Vintage(data.store, data.as_of))
    said = json.loads(_run(code, data, "numbers", "--json"))
    if said.get("schema") != SCHEMA_VERSION:
        raise ReportError(
            "the ledger of a revision has another schema",
            where=code.label,
            expected=str(SCHEMA_VERSION),
            got=str(said.get("schema")),
        )
    return Ledger(data.as_of, {id_: _entry(fields) for id_, fields in said["claims"].items()})


def spoken(ledger: Ledger) -> dict[str, str]:
    """What prose may say of the claims of a ledger, without the facts of an edition."""
    texts: dict[str, str] = {}
    for id_, entry in ledger.entries.items():
        texts |= {f"claim.{id_}": entry.display, f"exact.{id_}": entry.exact}
        texts |= {f"cited.{id_}": entry.cited, f"verdict.{id_}": entry.verdict}
        texts |= {f"part.{id_}.{name}": part.display for name, part in entry.parts.items()}
    return texts


def _foreign(side: Side, chapters: tuple[Chapter, ...]) -> State:
    notes: tuple[str, ...] = ()
    with ThreadPoolExecutor(1) as pool:
        prepared = pool.submit(_run, side, side, "prepare")
        ledger = crossed(side, side)
        try:
            prepared.result()
        except ReportError as error:
            notes = (f"tables and charts of {side.label} could not be made: {error.got}",)
    named = _read(side.root / "_variables.yml")
    return State(
        side=side,
        ledger=ledger,
        texts=spoken(ledger) | dict(_flat(yaml.safe_load(named) or {})),
        blocks={path.stem: unspanned(_read(path)) for path in sorted(side.root.glob("_generated/*.md"))},
        tables={path.stem: _read(path) for path in sorted(side.root.glob("figures/*.csv"))},
        chapters=chapters,
        figures=side.root / "figures",
        notes=notes,
    )


def _run(code: Side, data: Side, *words: str) -> str:
    """One command of foreign code, in a process of its own."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "analysis",
        "--root",
        str(data.root),
        *words,
        "--as-of",
        str(data.as_of),
    ]
    environment = {**os.environ, "PYTHONPATH": str(code.code), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(  # noqa: S603 -- our own command, of a commit that the user named
        command, capture_output=True, encoding="utf-8", errors="replace", check=False, env=environment
    )
    if done.returncode:
        raise ReportError(
            f"the code of {code.label} gives no answer to the evidence of {data.label}",
            where=f"pivot {words[0]}",
            got=" ".join(done.stderr.split())[-400:],
        )
    return done.stdout


def _entry(fields: dict[str, Any]) -> Entry:
    kept = {name: value for name, value in fields.items() if name != "sentences"}
    kept["code"] = Code(**kept["code"])
    kept["guard"] = GuardState(**kept["guard"]) if kept["guard"] else None
    kept["inputs"] = tuple(Input(**{**used, "rows": tuple(used["rows"])}) for used in kept["inputs"])
    kept["parts"] = {name: Figure(**part) for name, part in kept["parts"].items()}
    kept["evidence"] = tuple(Evidence(**piece) for piece in kept["evidence"])
    return Entry(**kept)


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", _ESCAPED.sub(r"\1", unspanned(str(value)))


def unspanned(text: str) -> str:
    """Markdown without the spans that turn values into links."""
    return _SPAN.sub(r"\1", text)


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""
