"""Pictures: a module for each chart, one style; of each chart an SVG for paper, two for screens, and a CSV.

The module of a chart has a `NAME`, `data`, which says what is plotted at a vintage and needs pandas only, and
`draw`, a pure function of that and a palette. Matplotlib is imported by the first drawing and not before.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pivot.charts import style
from pivot.claims.ledger import no_value
from pivot.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from pivot.charts.plotted import Plotted
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage


class Chart(Protocol):
    """What the module of a chart is."""

    NAME: str
    __file__: str | None

    def data(self, vintage: Vintage, ledger: Ledger) -> Plotted:
        """What is plotted."""

    def draw(self, plotted: Plotted, palette: style.Palette) -> Figure:
        """How it is drawn."""


def prepare(charts: Mapping[str, Chart], vintage: Vintage, ledger: Ledger) -> Mapping[str, Plotted]:
    """What every chart shows as the evidence stood on a day.

    Args:
        charts: by name.
        vintage: the evidence.
        ledger: all claims, evaluated at the same vintage.
    """
    shown = {}
    for name, chart in charts.items():
        with no_value(f"the chart {name}", vintage.as_of, where=str(chart.__file__)):
            shown[name] = chart.data(vintage, ledger)
    return shown


def key(chart: Chart, plotted: Plotted) -> str:
    """SHA-256 of all that a chart's files depend on: what it shows, its code, the version of Matplotlib."""
    return hashlib.sha256(_running(code(chart)) + plotted.digest().encode()).hexdigest()


@cache
def _running(modules: tuple[Path, ...]) -> bytes:
    """The code of a chart, as it runs: what is edited after it was loaded draws nothing."""
    return b"".join((version("matplotlib").encode(), *(module.read_bytes() for module in modules)))


def code(chart: Chart) -> tuple[Path, ...]:
    """The modules that draw a chart, its own first."""
    return Path(str(chart.__file__)), Path(style.__file__), Path(__file__)


def texts(chart: Chart, plotted: Plotted) -> frozenset[str]:
    """Every text in the drawing of a chart: what a reader of the picture reads."""
    from matplotlib.text import Text

    figure = chart.draw(plotted, style.LIGHT)
    found = (artist for artist in figure.findobj(Text) if isinstance(artist, Text))
    return frozenset(filter(None, (text.get_text() for text in found)))


def files(chart: Chart, plotted: Plotted) -> dict[str, str]:
    """The files of one chart, by name.

    `NAME.svg` is for paper, `NAME-light.svg`, `NAME-dark.svg` and their `-narrow` twins are for screens, and
    `NAME.csv` is what they show. Where its module has `values`, `NAME.json` says them with their places.
    """
    figure = chart.draw(plotted, style.LIGHT)
    narrow = chart.draw(plotted, replace(style.LIGHT, width=style.NARROW))
    screen, phone = (style.svg(one, letters=True) for one in (figure, narrow))
    drawn = {
        ".svg": style.svg(figure),
        "-light.svg": screen,
        "-dark.svg": style.recoloured(screen, style.DARK),
        "-light-narrow.svg": phone,
        "-dark-narrow.svg": style.recoloured(phone, style.DARK),
        ".csv": plotted.csv(),
    }
    if says := getattr(chart, "values", None):
        drawn[".json"] = _values(says(plotted), {"wide": figure, "narrow": narrow})
    return {f"{chart.NAME}{suffix}": text for suffix, text in drawn.items()}


def draw(chart: Chart, plotted: Plotted, directory: Path) -> None:
    """Draw one chart into an existing directory.

    Raises:
        OutputError: a file could not be written; a file of that name stays as it was.
    """
    for name, text in files(chart, plotted).items():
        write_atomic(directory / name, text.encode())


def _values(says: Sequence[str], figures: Mapping[str, Figure]) -> str:
    """What each point of a line says, and where it stands in each drawing."""
    places: dict[str, object] = {"says": list(says)}
    for name, figure in figures.items():
        points = style.points(figure)
        if len(points) != len(says):
            raise ValueError(f"{len(says)} values for {len(points)} points")
        size = [figure.get_figwidth() * 72, figure.get_figheight() * 72]
        places[name] = {"size": size, "points": points}
    return json.dumps(places, ensure_ascii=False, separators=(",", ":"))
