"""What a side makes: its claims, the texts that prose may use, its tables, its charts, and all that is read.

The running code evaluates a side whose code it is. Foreign code evaluates itself and hands over what it made
as JSON; so old code can be asked for its answer to new evidence as well.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.article import article_of
from pivot.charts.draw import draw
from pivot.claims import ledger as ledgers
from pivot.claims import stored
from pivot.claims.ledger import Ledger
from pivot.errors import ClaimError, ReportError
from pivot.evaluation import evaluate as evaluate_day
from pivot.prose.presence import present
from pivot.prose.variables import ledger_texts
from pivot.records import Record, convert
from pivot.revisions import foreign, lacking
from pivot.revisions.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.article import Article
    from pivot.charts.draw import Chart
    from pivot.charts.plotted import Plotted
    from pivot.evaluation import Evaluation
    from pivot.revisions.sides import Side
    from pivot.snapshots import Vintage


@dataclass(frozen=True, slots=True)
class State:
    """What a side makes.

    Args:
        texts: flat dotted names to plain text, as prose uses them.
        blocks: Markdown of each generated block.
        tables: CSV of each chart.
        labels: the texts on each chart, by name.
        prose: what is read besides.
        vintage: the evidence, where the running code evaluated it.
        charts: how each chart is drawn, where the running code does.
        plotted: what the charts show, likewise.
        drawn: SVG of each chart for light and for dark screens, where foreign code made it.
        notes: what could not be made.
        left: what was left out because its data set is not there yet, with the folder of that.
    """

    ledger: Ledger
    texts: Mapping[str, str]
    blocks: Mapping[str, str]
    tables: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    prose: Prose
    vintage: Vintage | None = None
    charts: Mapping[str, Chart] = field(default_factory=dict)
    plotted: Mapping[str, Plotted] = field(default_factory=dict)
    drawn: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages the book has."""
        return len(self.prose.chapters)

    def with_prose(self, prose: Prose) -> State:
        """The same with this prose, but for what speaks of claims that the article has no row for yet."""
        chapters = present(prose.chapters, self.texts)
        return replace(self, prose=replace(prose, chapters=chapters))

    def picture(self, name: str) -> tuple[str, str]:
        """A chart as SVG, for light and for dark screens; empty where there is none."""
        if name in self.plotted:
            return _draw(self.charts[name], self.plotted[name])
        return self.drawn.get(name, ("", ""))


def _draw(chart: Chart, plotted: Plotted) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        draw(chart, plotted, Path(folder))
        light, dark = (
            Path(folder, f"{chart.NAME}{palette}.svg").read_text("utf-8") for palette in ("-light", "-dark")
        )
    return light, dark


def evaluate(side: Side, *, pictures: bool = False) -> Side:
    """The side with its state, made by its own code.

    Args:
        side: the side.
        pictures: have foreign code draw its charts.

    Raises:
        ReportError: its evidence, claims or prose are wrong.
    """
    if side.refused:
        raise ReportError(
            side.refused,
            where=side.revision,
            expected="a snapshot that `pivot add` would take",
            got="",
            hint="mend the file, and compare it again",
        )
    text = prose(side)
    state = (
        _foreign(side, text, pictures=pictures)
        if side.code
        else _own(side.article, side.root, side.as_of, text)
    )
    return replace(side, state=state.with_prose(text))


def evaluated(side: Side) -> State:
    """The state of a side that was evaluated."""
    assert side.state is not None  # noqa: S101 -- it is the caller's part to have it evaluated
    return side.state


def prose(side: Side) -> Prose:
    """What a side says besides its data.

    Raises:
        ProseError: its book is wrong.
    """
    article, engine = side.article.code
    if side.code:
        article = side.code / side.article.package
        engine = side.code / engine.name if (side.code / engine.name).is_dir() else engine
    return Prose.load(side.root, (article, engine))


def _own(article: Article, root: Path, as_of: dt.date, prose: Prose) -> State:
    try:
        return _state(evaluate_day(article, root, as_of), prose)
    except ReportError:  # the same again where nothing is lacking but all else that may be wrong
        return _state(lacking.evaluate(article, root, as_of), prose)


def _state(made: Evaluation | lacking.Made, prose: Prose) -> State:
    return State(
        ledger=made.ledger,
        texts=made.texts,
        blocks=made.blocks,
        tables={name: shown.csv() for name, shown in made.plotted.items()},
        labels={name: dict(shown.texts) for name, shown in made.plotted.items()},
        prose=prose,
        vintage=made.vintage,
        charts=made.article.drawings,
        plotted=made.plotted,
        left=made.left if isinstance(made, lacking.Made) else {},
    )


def hand_over(root: Path, as_of: str, *, pictures: bool) -> str:
    """What foreign code is asked for: everything of a state that the prose does not say, as JSON."""
    article = article_of(root)
    state = _own(article, root, dt.date.fromisoformat(as_of), Prose.load(root, article.code))
    made = {name: getattr(state, name) for name in ("texts", "blocks", "tables", "labels")}
    drawn = {name: state.picture(name) for name in state.plotted if pictures}
    return json.dumps({**made, "drawn": drawn, "ledger": json.loads(state.ledger.to_json({}))})


class _Answer(Record, frozen=True):
    """A state as foreign code hands it over."""

    texts: dict[str, str]
    blocks: dict[str, str]
    tables: dict[str, str]
    labels: dict[str, dict[str, str]]
    drawn: dict[str, tuple[str, str]]
    ledger: dict[str, Any]


def _foreign(side: Side, prose: Prose, *, pictures: bool) -> State:
    try:
        what = f"the code of {side.revision} gives no state"
        answer = convert(foreign.state(side, pictures=pictures), _Answer, what, side.revision)
        ledger = _ledger(answer.ledger, side)
    except ReportError as error:  # it may be older than this question; every version knows `numbers`
        ledger = crossed(side, side)
        note = f"tables and charts of {side.revision} could not be compared: {error.got}"
        return State(ledger, ledger_texts(ledger), {}, {}, {}, prose, notes=(note,))
    made = (answer.texts, answer.blocks, answer.tables, answer.labels)
    return State(ledger, *made, prose, drawn=answer.drawn)


def crossed(reader: Side, data: Side) -> Ledger:
    """The ledger that the code of one side makes of the evidence of another.

    Raises:
        ReportError: this code can not read that evidence.
    """
    if reader.code:
        return _ledger(foreign.ledger(reader, data), data)
    try:
        return ledgers.build(data.vintage, reader.article.claims)
    except (LookupError, TypeError, ValueError) as error:  # as of a claim that the evidence has no row of
        raise ClaimError(
            f"the code of {reader.revision} can not read the evidence of {data.revision}",
            where=data.revision,
            expected="the rows that this code asks for",
            got=f"{type(error).__name__}: {error}",
            hint="compare without --data-only: then each side's code reads its own evidence",
        ) from error


def _ledger(content: Mapping[str, Any], side: Side) -> Ledger:
    return Ledger(side.as_of, stored.read(content, side.revision))
