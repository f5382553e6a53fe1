"""One vintage, evaluated: what the analysis gives to the book, and the claims that are published with it.

All of it follows from evidence, code and libraries; no sentence changes it. So it is kept under the hash of
those three, and a build after a change of prose neither imports pandas nor draws.
"""

from __future__ import annotations

import json
import platform
import shutil
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pivot import code
from pivot.files import write_atomic
from pivot.publish.folders import CACHE, SNAPSHOTS, digest, files_in, fill
from pivot.publish.render import Inputs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pivot.charts import Plotted
    from pivot.publish.render import Progress

_LIBRARIES = ("matplotlib", "numpy", "pandas")
_KEPT = "evaluated.json"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One vintage, evaluated.

    Args:
        inputs: for the renderer; the figures are there once they are drawn.
        ledger: as JSON has it, without the sentences.
        key: hash of all that it follows from.
        plotted: works out what each chart shows; None where all of them were drawn before.
    """

    inputs: Inputs
    ledger: Mapping[str, Any]
    key: str
    plotted: Callable[[], Mapping[str, Plotted]] | None = None

    @property
    def broken(self) -> tuple[str, ...]:
        """The claims whose guard does not hold."""
        return tuple(id_ for id_, holds in self.inputs.guards.items() if not holds)

    def published(self, root: Path) -> str:
        """The ledger with the sentences of the book in `root`, as canonical JSON."""
        from pivot.claims.stored import canonical
        from pivot.prose.sentences import by_claim

        return canonical(self.ledger, by_claim(root, self.inputs.variables))


def evaluate(root: Path, as_of: dt.date, progress: Progress) -> Evaluated:
    """Evaluate the claims of one vintage, and write the generated Markdown; `draw` goes on from there.

    Args:
        root: the repository.
        as_of: the day on which the evidence is read.
        progress: told what is being done.

    Raises:
        ReportError: evidence or claims are wrong.
    """
    work = root / CACHE / "build" / str(as_of)
    key = _key(root, as_of)
    if kept := _kept(work, key):
        return kept
    # pandas takes a third of a second to import; a build that finds its evaluation must not pay it.
    from pivot import charts
    from pivot.claims import ledger as ledgers
    from pivot.prose.variables import guards, variables
    from pivot.publish.generated import generated
    from pivot.snapshots import Store, Vintage

    progress("evaluate the claims", 0, 1)
    vintage = Vintage(Store(root / SNAPSHOTS), as_of)
    ledger = ledgers.build(vintage)
    inputs = _inputs(work, variables(ledger, vintage, len(charts.CHARTS)), guards(ledger))
    fill(inputs.generated, {f"{name}.md": text for name, text in generated(ledger, vintage).items()})
    return Evaluated(inputs, ledger.content(), key, partial(charts.prepare, vintage, ledger))


def draw(root: Path, evaluated: Evaluated, progress: Progress) -> None:
    """Draw the charts of a vintage, and keep it now that it is whole.

    A chart whose data and code were drawn before is copied.
    """
    if evaluated.plotted is None:
        return
    from pivot import charts

    drawn: dict[str, str] = {}
    for done, (name, plotted) in enumerate(evaluated.plotted().items()):
        progress(f"chart {name}", done, len(charts.CHARTS))
        place = root / CACHE / "charts" / charts.key(name, plotted)
        if not place.is_dir():
            new = place.with_name(f".{place.name}.new")
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(parents=True)
            charts.draw(name, plotted, new)
            new.rename(place)
        drawn |= {path.name: path.read_text("utf-8") for path in place.iterdir()}
    inputs = evaluated.inputs
    fill(inputs.figures, drawn)
    content = {
        "key": evaluated.key,
        "files": _digest(inputs),
        "variables": dict(inputs.variables),
        "guards": dict(inputs.guards),
        "ledger": evaluated.ledger,
    }
    write_atomic(inputs.figures.parent / _KEPT, json.dumps(content).encode())


def _inputs(work: Path, variables: Mapping[str, str], guards: Mapping[str, bool]) -> Inputs:
    return Inputs(variables, guards, figures=work / "figures", generated=work / "generated")


def _kept(work: Path, key: str) -> Evaluated | None:
    """The evaluation of that key, if it was kept and its files are as they were."""
    try:
        content = json.loads((work / _KEPT).read_text("utf-8"))
        inputs = _inputs(work, content["variables"], content["guards"])
        if content["key"] == key and content["files"] == _digest(inputs):
            return Evaluated(inputs, content["ledger"], key)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or not one of ours
    return None


def _digest(inputs: Inputs) -> str:
    return digest((), files_in(inputs.figures, inputs.generated), inputs.figures.parent)


def _key(root: Path, as_of: dt.date) -> str:
    return digest((str(as_of), *_code()), files_in(root / SNAPSHOTS), root)


@cache
def _code() -> tuple[str, ...]:
    """The running code and its libraries; read once, because what is edited later is not what runs."""
    libraries = (f"{name} {version(name)}" for name in _LIBRARIES)
    return (code.digest(), platform.python_version(), *libraries)
