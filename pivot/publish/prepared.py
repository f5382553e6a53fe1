"""What the analysis gives to the book at one vintage, and the ledger that is published with it.

All of it follows from evidence, code and libraries; no sentence changes it. So it is kept under the hash of
those three, and a build after a change of prose neither imports pandas nor draws.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pivot.article import article_of
from pivot.evaluation import evaluate, key
from pivot.files import digest, write_atomic
from pivot.folders import files_in, fill
from pivot.kept import kept
from pivot.names import ACCOUNTS, CACHE
from pivot.publish.render import Inputs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from pivot.evaluation import Evaluation
    from pivot.publish.render import Progress

_KEPT = "evaluated.json"


@dataclass(frozen=True, slots=True)
class Prepared:
    """One vintage, ready for a renderer.

    Args:
        inputs: for the renderer; the figures are there once they are drawn.
        ledger: as JSON has it, without the sentences.
        key: hash of all that it follows from.
        evaluation: what it was made from; None where all of it was kept from a build before.
    """

    inputs: Inputs
    ledger: Mapping[str, Any]
    key: str
    evaluation: Evaluation | None = None

    @property
    def accounts(self) -> Path:
        """The folder of the accounts of its claims, there once the charts are drawn."""
        return self.inputs.figures.parent / ACCOUNTS

    @property
    def broken(self) -> tuple[str, ...]:
        """The claims whose guard does not hold."""
        return tuple(id_ for id_, holds in self.inputs.guards.items() if not holds)

    def published(self, root: Path) -> bytes:
        """The ledger with the sentences of the book in `root`, as canonical JSON."""
        from pivot.claims.stored import published
        from pivot.prose.sentences import by_claim

        return published(self.ledger, by_claim(root, self.inputs.variables))


def prepare(root: Path, as_of: dt.date, progress: Progress) -> Prepared:
    """Evaluate the claims of one vintage, and write the generated Markdown; `draw` goes on from there.

    Args:
        root: the repository.
        as_of: the day on which the evidence is read.
        progress: told what is being done.

    Raises:
        ReportError: evidence or claims are wrong.
    """
    work = root / CACHE / "build" / str(as_of)
    article = article_of(root)
    state = key(article, root, as_of)
    if kept := _kept(work, state):
        return kept
    from pivot.prose.variables import guards

    progress("evaluate the claims", 0, 1)
    evaluation = evaluate(article, root, as_of)
    inputs = _inputs(work, evaluation.texts, guards(evaluation.ledger))
    fill(inputs.generated, {f"{name}.md": text for name, text in evaluation.blocks.items()})
    return Prepared(inputs, evaluation.ledger.content(), state, evaluation)


def draw(root: Path, prepared: Prepared, progress: Progress) -> None:
    """Draw the charts of a vintage, and keep it now that it is whole.

    A chart whose data and code were drawn before is copied.
    """
    if prepared.evaluation is None:
        return
    from pivot.charts import draw as charts
    from pivot.claims.account import published

    drawn: dict[str, str] = {}
    drawings = prepared.evaluation.article.drawings
    for done, (name, plotted) in enumerate(prepared.evaluation.plotted.items()):
        progress(f"chart {name}", done, len(drawings))
        place = root / CACHE / "charts" / f"{charts.key(drawings[name], plotted)}.json"
        drawn |= kept(place, dict[str, str], partial(charts.files, drawings[name], plotted))
    inputs = prepared.inputs
    fill(inputs.figures, drawn)
    fill(prepared.accounts, published(prepared.evaluation.accounts))
    content = {
        "key": prepared.key,
        "files": _digest(inputs),
        "variables": dict(inputs.variables),
        "guards": dict(inputs.guards),
        "ledger": prepared.ledger,
    }
    write_atomic(inputs.figures.parent / _KEPT, json.dumps(content).encode())


def _inputs(work: Path, variables: Mapping[str, str], guards: Mapping[str, bool]) -> Inputs:
    return Inputs(variables, guards, figures=work / "figures", generated=work / "generated")


def _kept(work: Path, state: str) -> Prepared | None:
    """What was kept under that key, if its files are as they were."""
    try:
        content = json.loads((work / _KEPT).read_text("utf-8"))
        inputs = _inputs(work, content["variables"], content["guards"])
        if content["key"] == state and content["files"] == _digest(inputs):
            return Prepared(inputs, content["ledger"], state)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or not one of ours
    return None


def _digest(inputs: Inputs) -> str:
    return digest(
        (),
        files_in(inputs.figures, inputs.generated, inputs.figures.parent / ACCOUNTS),
        inputs.figures.parent,
    )
