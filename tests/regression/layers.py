"""A chart in three layers, so that a drift is named by where it happened: plotted data, description, picture.

The description is read from the finished figure: size, axes with limits and scales, every series and mark
with its extent and look, every text with its anchor. It is what a reader with the picture before them could
say of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import font_manager, ft2font
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text

DATA, DESCRIPTION, PICTURE = "plotted data", "description", "picture"


@contextmanager
def layer(chart: str, name: str) -> Iterator[None]:
    """Says which layer of a chart drifted, before how."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError(f"the chart {chart} drifted in its layer: {name}\n{error}") from None


def environment() -> dict[str, str]:
    """What a picture depends on besides our code: Matplotlib, FreeType, and the fonts by their bytes."""
    fonts = {weight: font_manager.findfont(f"DejaVu Sans:{weight}") for weight in ("regular", "bold")}
    return {
        "matplotlib": version("matplotlib"),
        "freetype": ft2font.__freetype_version__,
    } | {
        f"{weight} font": f"{Path(file).name}, SHA-256 {hashlib.sha256(Path(file).read_bytes()).hexdigest()}"
        for weight, file in fonts.items()
    }


def incomparable(recorded: dict[str, str], here: dict[str, str], names: tuple[str, ...] = ()) -> str:
    """Why a baseline can not be compared here; empty if it can.

    Args:
        recorded: the environment of the baselines.
        here: this one.
        names: the parts that matter; all if none.
    """
    return "; ".join(
        f"{name} is {here.get(name, 'absent')}, the baseline's was {recorded.get(name, 'absent')}"
        for name in names or sorted({*recorded, *here})
        if recorded.get(name) != here.get(name)
    )


def describe(figure: Figure) -> dict[str, object]:
    """The second layer."""
    return {
        "size in points": [_number(inches * 72) for inches in figure.get_size_inches()],
        "texts": [_text(text) for text in figure.texts],
        "axes": [_axes(axes) for axes in figure.axes],
    }


def _axes(axes: Axes) -> dict[str, object]:
    legend = axes.get_legend()
    drawn = sorted(_marks(axes), key=lambda artist: artist.get_zorder())
    return {
        "place": [_number(side) for side in axes.get_position().bounds],
        "axis shown": bool(axes.axison),
        "x": _axis(axes, "x"),
        "y": _axis(axes, "y"),
        "title": axes.get_title(),
        "legend": [text.get_text() for text in legend.get_texts()] if legend else [],
        "marks": [_mark(artist) for artist in drawn],
        "texts": [_text(text) for text in axes.texts],
    }


def _axis(axes: Axes, name: str) -> dict[str, object]:
    axis = getattr(axes, f"{name}axis")
    shown = axes.axison and axis.get_visible()
    return {
        "limits": [_number(limit) for limit in getattr(axes, f"get_{name}lim")()],
        "scale": axis.get_scale(),
        "label": axis.get_label_text(),
        "ticks": [label.get_text() for label in axis.get_ticklabels()] if shown else [],
    }


def _marks(axes: Axes) -> Iterator[Artist]:
    yield from (*axes.lines, *axes.collections, *axes.patches, *axes.images)


def _mark(artist: Artist) -> dict[str, object]:
    look = {"kind": type(artist).__name__, "series": _series(artist), "layer": _number(artist.get_zorder())}
    if isinstance(artist, Line2D):
        points = np.asarray(artist.get_xydata())
        return look | {
            "points": len(points),
            "extent": _extent(points),
            "colour": _colour(artist.get_color()),
            "line": f"{artist.get_linestyle()} {_number(artist.get_linewidth())}",
            "marker": f"{artist.get_marker()} {_number(artist.get_markersize())}",
        }
    if isinstance(artist, Patch):
        path = artist.get_path().transformed(artist.get_patch_transform())
        return look | {
            "points": len(np.asarray(path.vertices)),
            "extent": _extent(path.vertices),
            "face": _colour(artist.get_facecolor()),
            "edge": _colour(artist.get_edgecolor()),
            "hatch": artist.get_hatch() or "",
        }
    if isinstance(artist, Collection):
        vertices = [corner for path in artist.get_paths() for corner in np.asarray(path.vertices)]
        places = np.asarray(artist.get_offsets())
        return look | {
            "points": max(len(artist.get_paths()), len(places)),
            "extent": _extent(vertices),
            "offsets": _extent(places),
            "faces": sorted({_colour(colour) for colour in artist.get_facecolor()}),
            "edges": sorted({_colour(colour) for colour in artist.get_edgecolor()}),
            "hatch": artist.get_hatch() or "",
        }
    assert isinstance(artist, AxesImage)
    return look | {"extent": [_number(side) for side in artist.get_extent()]}


def _series(artist: Artist) -> str:
    label = str(artist.get_label())
    return "" if label.startswith("_") else label


def _text(text: Text) -> dict[str, object]:
    said = {
        "text": text.get_text(),
        "colour": _colour(text.get_color()),
        "size": _number(text.get_fontsize()),
        "weight": str(text.get_fontweight()),
        "side": f"{text.get_horizontalalignment()} {text.get_verticalalignment()}",
    }
    if isinstance(text, Annotation):
        read = (
            " and ".join(map(str, text.xycoords)) if isinstance(text.xycoords, tuple) else str(text.xycoords)
        )
        return said | {
            "at": [_number(place) for place in text.xy],
            "read as": read,
            "moved by": [_number(place) for place in text.xyann],
        }
    return said | {"at": [_number(place) for place in text.get_position()]}


def _extent(points: object) -> list[float]:
    """Left, bottom, right, top; of nothing, nothing."""
    table = np.ma.masked_invalid(np.asarray(points, dtype=float).reshape(-1, 2))
    if not table.count():
        return []
    return [_number(side) for side in (*table.min(axis=0), *table.max(axis=0))]


def _colour(colour: Any) -> str:  # noqa: ANN401 - Matplotlib takes colours in many forms
    return str(to_hex(colour, keep_alpha=True))


def _number(value: object) -> float:
    """Six significant digits: what lies beyond can not be seen."""
    return float(f"{float(str(value)):.6g}")
