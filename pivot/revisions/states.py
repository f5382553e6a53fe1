"""A side evaluated: its claims, the texts that prose may use, its tables, its charts and its chapters.

The running code evaluates a side whose code it is. Foreign code evaluates itself, in a process of its own
with its own tree on the path, and hands over what it found as JSON; so old code can be asked for its answer
to new evidence as well.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot import code
from pivot.article import article_of
from pivot.charts.draw import draw
from pivot.claims import ledger as ledgers
from pivot.claims import stored
from pivot.claims.ledger import Ledger
from pivot.errors import ReportError
from pivot.evaluation import evaluate as evaluate_day
from pivot.prose.book import Book
from pivot.prose.presence import present
from pivot.revisions.sides import Side
from pivot.snapshots import Vintage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.charts.draw import Chart
    from pivot.charts.plotted import Plotted
    from pivot.prose.book import Chapter


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
        if name in self.plotted:
            return _draw(self.side.article.drawings[name], self.plotted[name])
        return self.drawn.get(name, ("", ""))


def _draw(chart: Chart, plotted: Plotted) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        draw(chart, plotted, Path(folder))
        light, dark = (
            Path(folder, f"{chart.NAME}{palette}.svg").read_text("utf-8") for palette in ("", "-dark")
        )
    return light, dark


def evaluate(side: Side, *, pictures: bool = False) -> State:
    """Evaluate a side with its own code.

    Args:
        side: the side.
        pictures: have foreign code draw its charts.

    Raises:
        ReportError: its evidence, claims or prose are wrong.
    """
    if side.refused:
        raise ReportError(side.refused, where=side.label)
    chapters = Book.load(side.root).chapters
    if side.code:
        return _foreign(side, chapters, pictures=pictures)
    made = evaluate_day(side.article, side.root, side.as_of)
    chapters = present(chapters, made.texts)
    return State(
        side=side,
        ledger=made.ledger,
        texts=made.texts,
        blocks=made.blocks,
        tables={name: shown.csv() for name, shown in made.plotted.items()},
        labels={name: dict(shown.texts) for name, shown in made.plotted.items()},
        chapters=chapters,
        vintage=made.vintage,
        plotted=made.plotted,
    )


def hand_over(root: Path, as_of: str, *, pictures: bool) -> str:
    """What foreign code is asked for: everything of a state that the prose does not say, as JSON."""
    article = article_of(root)
    state = evaluate(Side(as_of, "day", article, root, dt.date.fromisoformat(as_of)))
    made = {name: getattr(state, name) for name in ("texts", "blocks", "tables", "labels")}
    drawn = {name: state.picture(name) for name in state.plotted if pictures}
    return json.dumps({**made, "drawn": drawn, "ledger": json.loads(state.ledger.to_json({}))})


def crossed(reader: Side, data: Side) -> Ledger:
    """The ledger that the code of one side makes of the evidence of another.

    Raises:
        ReportError: this code can not read that evidence.
    """
    if not reader.code:
        return ledgers.build(Vintage(data.store, data.as_of), reader.article.claims)
    words = ("--root", str(data.root), "numbers", "--json", "--as-of", str(data.as_of))
    return _ledger(_run(reader, data, "-m", _engine(reader), *words), data)


_ASKED = """
import sys
from pathlib import Path
from pivot.revisions.states import hand_over
sys.stdout.write(hand_over(Path(sys.argv[1]), sys.argv[2], pictures=bool(sys.argv[3])))
"""

# Of code from before the engine stood apart from the article.
_ASKED_BEFORE = """
import sys
from pathlib import Path
from {package}.publish.generated import generated
from {package}.revisions.sides import here
from {package}.revisions.states import hand_over
sys.stdout.write(hand_over(here(Path(sys.argv[1]), sys.argv[2]), generated, pictures=bool(sys.argv[3])))
"""


def _engine(side: Side) -> str:
    """The package that has the commands: the article's own in code from before the engine stood apart."""
    package = side.article.package
    whole = side.code is not None and (side.code / package / "cli.py").is_file()
    return package if whole else code.ENGINE.name


def _foreign(side: Side, chapters: tuple[Chapter, ...], *, pictures: bool) -> State:
    package = _engine(side)
    asked = _ASKED if package == code.ENGINE.name else _ASKED_BEFORE.format(package=package)
    try:
        said = _run(side, side, "-c", asked, str(side.root), str(side.as_of), "yes" * pictures)
    except ReportError as error:  # it may be older than this question; every version knows `numbers`
        ledger = crossed(side, side)
        note = f"tables and charts of {side.label} could not be compared: {error.got}"
        return State(side, ledger, stored.texts(ledger.entries), {}, {}, {}, chapters, notes=(note,))
    ledger = _ledger(said.pop("ledger"), side)
    drawn = {name: (light, dark) for name, (light, dark) in said.pop("drawn").items()}
    return State(side=side, ledger=ledger, chapters=chapters, drawn=drawn, **said)


def _run(reader: Side, data: Side, *words: str) -> dict[str, Any]:
    """Ask foreign code, in a process of its own; the answer is JSON."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (reader.code, code.ENGINE.parent))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
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
            f"the code of {reader.label} gives no answer to the evidence of {data.label}",
            got=(done.stderr.strip().splitlines() or ["nothing"])[-1].replace(f"{reader.code}/", ""),
        ) from None
    return answer


def _ledger(said: Mapping[str, Any], side: Side) -> Ledger:
    return Ledger(side.as_of, stored.read(said, side.label))
