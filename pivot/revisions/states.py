"""A side evaluated: its claims, the texts that prose may use, its tables, its charts and its chapters.

The running code evaluates a side whose code it is. Foreign code evaluates itself, in a process of its own
with its own tree on the path, and hands over what it found as JSON; so old code can be asked for its answer
to new evidence as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot import charts
from pivot.claims import ledger as ledgers
from pivot.claims import stored
from pivot.claims.ledger import Code, Entry, Evidence, Figure, GuardState, Input, Ledger
from pivot.errors import ReportError
from pivot.prose.book import Book
from pivot.prose.variables import variables
from pivot.snapshots import Vintage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pivot.charts import Plotted
    from pivot.prose.book import Chapter
    from pivot.revisions.sides import Side

    Generated = Callable[[Ledger, Vintage], Mapping[str, str]]
    """Makes the Markdown of the generated blocks."""


@dataclass(frozen=True, slots=True)
class State:
    """One side, evaluated.

    Args:
        texts: flat dotted names to plain text, as prose uses them.
        blocks: Markdown of each generated block.
        tables: CSV of each chart.
        labels: the texts on each chart, by name.
        chapters: the prose, in reading order.
        vintage: the evidence, where the running code evaluated it.
        plotted: what the charts show, where the running code made it.
        drawn: SVG of each chart for light and for dark paper, where foreign code made it.
        notes: what could not be made.
    """

    side: Side
    ledger: Ledger
    texts: Mapping[str, str]
    blocks: Mapping[str, str]
    tables: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    chapters: tuple[Chapter, ...]
    vintage: Vintage | None = None
    plotted: Mapping[str, Plotted] = field(default_factory=dict)
    drawn: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def picture(self, name: str) -> tuple[str, str]:
        """A chart as SVG, for light and for dark paper; empty where there is none."""
        return _draw(name, self.plotted[name]) if name in self.plotted else self.drawn.get(name, ("", ""))


def _draw(name: str, plotted: Plotted) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        charts.draw(name, plotted, Path(folder))
        light, dark = (Path(folder, f"{name}{palette}.svg").read_text("utf-8") for palette in ("", "-dark"))
    return light, dark


def evaluate(side: Side, generated: Generated, *, pictures: bool = False) -> State:
    """Evaluate a side with its own code.

    Args:
        side: the side.
        generated: makes its generated blocks.
        pictures: have foreign code draw its charts.

    Raises:
        ReportError: its evidence, claims or prose are wrong.
    """
    if side.refused:
        raise ReportError(side.refused, where=side.label)
    chapters = Book.load(side.root).chapters
    if not side.here:
        return _foreign(side, chapters, generated, pictures=pictures)
    vintage = Vintage(side.store, side.as_of)
    ledger = ledgers.build(vintage)
    plotted = charts.prepare(vintage, ledger)
    return State(
        side=side,
        ledger=ledger,
        texts=variables(ledger, vintage, len(charts.CHARTS)),
        blocks=generated(ledger, vintage),
        tables={name: shown.csv() for name, shown in plotted.items()},
        labels={name: dict(shown.texts) for name, shown in plotted.items()},
        chapters=chapters,
        vintage=vintage,
        plotted=plotted,
    )


def hand_over(side: Side, generated: Generated, *, pictures: bool) -> str:
    """What foreign code is asked for: everything of a state that the prose does not say, as JSON."""
    state = evaluate(side, generated)
    made = {name: getattr(state, name) for name in ("texts", "blocks", "tables", "labels")}
    drawn = {name: _draw(name, shown) for name, shown in state.plotted.items() if pictures}
    return json.dumps({**made, "drawn": drawn, "ledger": json.loads(state.ledger.to_json({}))})


def crossed(code: Side, data: Side) -> Ledger:
    """The ledger that the code of one side makes of the evidence of another.

    Raises:
        ReportError: this code can not read that evidence.
    """
    if code.here:
        return ledgers.build(Vintage(data.store, data.as_of))
    words = ("--root", str(data.root), "numbers", "--json", "--as-of", str(data.as_of))
    return _ledger(_run(code, data, "-m", "analysis", *words), data)


def spoken(ledger: Ledger) -> dict[str, str]:
    """What prose may say of the claims of a ledger, without the facts of an edition."""
    texts: dict[str, str] = {}
    for id_, entry in ledger.entries.items():
        texts |= {f"claim.{id_}": entry.display, f"exact.{id_}": entry.exact}
        texts |= {f"cited.{id_}": entry.cited, f"verdict.{id_}": entry.verdict}
        texts |= {f"part.{id_}.{name}": part.display for name, part in entry.parts.items()}
    return texts


_ASKED = """
import sys
from pathlib import Path
from {module} import {name}
from {package}.revisions.sides import here
from {package}.revisions.states import hand_over
sys.stdout.write(hand_over(here(Path(sys.argv[1]), sys.argv[2]), {name}, pictures=bool(sys.argv[3])))
"""


def _foreign(side: Side, chapters: tuple[Chapter, ...], generated: Generated, *, pictures: bool) -> State:
    # Before the engine stood apart, the article's package was the whole.
    package = "pivot" if (side.code / "pivot").is_dir() else "analysis"
    module = generated.__module__.replace("pivot", package, 1)
    asked = _ASKED.format(package=package, module=module, name=generated.__name__)
    try:
        said = _run(side, side, "-c", asked, str(side.root), str(side.as_of), "yes" * pictures)
    except ReportError as error:  # it may be older than this question; every version knows `numbers`
        ledger = crossed(side, side)
        note = f"tables and charts of {side.label} could not be compared: {error.got}"
        return State(side, ledger, spoken(ledger), {}, {}, {}, chapters, notes=(note,))
    ledger = _ledger(said.pop("ledger"), side)
    drawn = {name: (light, dark) for name, (light, dark) in said.pop("drawn").items()}
    return State(side=side, ledger=ledger, chapters=chapters, drawn=drawn, **said)


def _run(code: Side, data: Side, *words: str) -> dict[str, Any]:
    """Ask foreign code, in a process of its own; the answer is JSON."""
    environment = {**os.environ, "PYTHONPATH": str(code.code), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(  # noqa: S603 -- our own code, of a commit that the user named
        [sys.executable, "-P", *words],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env=environment,
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise ReportError(
            f"the code of {code.label} gives no answer to the evidence of {data.label}",
            got=(done.stderr.strip().splitlines() or ["nothing"])[-1].replace(f"{code.code}/", ""),
        ) from None
    return answer


def _ledger(said: Mapping[str, Any], side: Side) -> Ledger:
    claims = stored.read(said, side.label)
    return Ledger(side.as_of, {id_: _entry(fields) for id_, fields in claims.items()})


def _entry(fields: dict[str, Any]) -> Entry:
    kept = {name: value for name, value in fields.items() if name != "sentences"}
    kept["code"] = Code(**kept["code"])
    kept["guard"] = GuardState(**kept["guard"]) if kept["guard"] else None
    kept["inputs"] = tuple(
        Input(**{**used, "rows": tuple(used["rows"]), "cells": tuple(used["cells"])})
        for used in kept["inputs"]
    )
    kept["parts"] = {part.pop("name"): Figure(**part) for part in map(dict, kept["parts"])}
    if kept["value"] is None:
        kept["value"] = (kept["low"] + kept["high"]) / 2
    kept["evidence"] = tuple(Evidence(**piece) for piece in kept["evidence"])
    return Entry(**kept)
