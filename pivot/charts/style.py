"""One look for all charts: two palettes, a page measured in points, and the bytes of an SVG.

Charts are 390 points wide, and 290 where the screen is narrow; their text is 10 points high in both. Nothing
is laid out by trial: every rectangle is set, which keeps drawing fast and its bytes the same everywhere. A
chart is drawn once, in the light palette; the dark one is that drawing recoloured.

On paper letters are outlines. On screens they are letters, which makes a drawing a quarter as large: the
reader's own font is set where the outlines would begin, stand centred or end.
"""

from __future__ import annotations

import math
import re
from dataclasses import astuple, dataclass
from functools import cache
from io import StringIO
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, NARROW = 390, 290
"""Points across, on a desk and on a phone; 72 points are an inch."""

TEXT = 10
"""Size of all text, in points."""

VALUES = "values"
"""The `gid` of the line whose points say their values to those who point at them."""

DASHES = (4, 2)
DOTS = (1, 2)

Where = Literal["data", "corner", "left", "bottom"]
Side = Literal["left", "center", "right"]
Rectangle = tuple[float, float, float, float]
"""Left, top, width and height."""

Height = Literal["baseline", "bottom", "center", "center_baseline", "top"]

_SCREEN = '"DejaVu Sans",Verdana,system-ui,sans-serif'
"""Fonts of a screen: the one that the charts are laid out in, its sister, and what any system has."""

_NO_FONT = re.compile(rf"font-size: {TEXT}px; font-family: '[^']*'; | transform=\"rotate\(-0[^\"]*\"")
_SAVING = Lock()
_QUARTERS = {1: "Jan", 4: "Apr", 7: "Jul", 10: "Oct"}
_COORDINATES: dict[Where, str | tuple[str, str]] = {
    "data": "data",
    "corner": "axes fraction",
    "left": ("axes fraction", "data"),
    "bottom": ("data", "axes fraction"),
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for, each different, so that one palette can be exchanged for the other.

    How wide the paper is comes with them: all that a drawing has to know of where it will be seen.

    Hues come from Okabe and Ito, "Color Universal Design" (2008), darkened or lightened until text reaches a
    contrast of 4.5 and marks reach 3 against the paper and the tint.
    """

    paper: str  # the page behind; the drawing itself is transparent
    ink: str  # text that says the finding
    muted: str  # text of axes and of context
    rule: str  # grid, which nobody needs to see
    tint: str  # the area of a range
    quiet: str  # marks of context
    main: str  # marks of what we computed
    accent: str  # marks and text of what the article says
    other: str  # marks and text of what others publish
    width: float = WIDTH  # of the drawing, in points

    @property
    def narrow(self) -> bool:
        """Whether the drawing is for a narrow screen."""
        return self.width < WIDTH


LIGHT = Palette(
    paper="#ffffff",
    ink="#1b1f24",
    muted="#57606a",
    rule="#d0d7de",
    tint="#e6ebf0",
    quiet="#79828c",
    main="#0069a5",
    accent="#a64500",
    other="#00704f",
)
DARK = Palette(
    paper="#14171c",
    ink="#e6edf3",
    muted="#a5afba",
    rule="#3a414b",
    tint="#262d36",
    quiet="#7f8893",
    main="#56b4e9",
    accent="#f5934a",
    other="#2fc295",
)


@cache
def _figure_class() -> type[Figure]:
    """Matplotlib's figure, loaded and set when first needed: the import costs as much as drawing all charts.

    The settings replace those of the machine's matplotlibrc for the whole process; to set them around each
    drawing would not be safe where two threads draw.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcdefaults()
    mpl.rcParams["font.family"] = "DejaVu Sans"  # the one that comes with Matplotlib
    mpl.rcParams["font.size"] = TEXT
    mpl.rcParams["text.parse_math"] = False  # "$28–$30" is money
    mpl.rcParams["svg.hashsalt"] = "charts"
    mpl.rcParams["hatch.linewidth"] = 1.0
    mpl.rcParams["path.simplify_threshold"] = 0.25
    return Figure


def sheet(height: float, width: float = WIDTH) -> Figure:
    """An empty transparent figure; height and width in points."""
    figure = _figure_class()(figsize=(width / 72, height / 72), dpi=72)
    figure.patch.set_visible(False)
    return figure


def panel(figure: Figure, *, left: float, right: float, top: float, bottom: float) -> Axes:
    """Bare axes; the four margins in points.

    Matplotlib's own axis is switched off: its ticks cost more time than all else in these charts.
    """
    width, height = figure.get_figwidth() * 72, figure.get_figheight() * 72
    axes = figure.add_axes(
        (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    )
    axes.set_axis_off()
    return axes


def label(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    by: tuple[float, float],
    colour: str,
    *,
    where: Where = "data",
    ha: Side = "left",
    va: Height = "baseline",
    bold: bool = False,
) -> None:
    """Text at a place, moved by some points.

    Args:
        axes: where to write.
        text: what to write.
        at: the place, as `where` reads it.
        by: points to the right and upwards.
        colour: of the text.
        where: `data`; `corner`, in fractions of the axes; `left` or `bottom`, only the first or the second.
        ha: which side of the text is at the place.
        va: the same for its height.
        bold: whether the weight is bold.
    """
    axes.annotate(
        text,
        at,
        by,
        xycoords=_COORDINATES[where],
        textcoords="offset points",
        color=colour,
        ha=ha,
        va=va,
        weight="bold" if bold else "normal",
    )


def newest(axes: Axes, text: str, at: tuple[float, float], palette: Palette) -> None:
    """A dot at the end of a line, and over it what it says; the text ends there, since the axis does."""
    axes.plot(*at, "o", color=palette.main, markersize=5, clip_on=False)
    label(axes, text, at, (4, 7), palette.main, ha="right", bold=True)


def rectangles(
    axes: Axes, boxes: Sequence[Rectangle], face: str, edge: str, *, hatch: str | None = None
) -> None:
    """Many rectangles of one look, as one path, which keeps the drawing small."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    corners = [
        corner
        for left, top, wide, high in boxes
        for corner in (
            (left, top),
            (left + wide, top),
            (left + wide, top + high),
            (left, top + high),
            (left, top),
        )
    ]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(boxes)
    path = Path(corners, codes)
    axes.add_patch(PathPatch(path, facecolor=face, edgecolor=edge, linewidth=0.8, hatch=hatch))


def unit(axes: Axes, text: str, palette: Palette, *, left: float, above: float = 10) -> None:
    """What the vertical axis measures, above it and level with the left edge of the figure."""
    label(axes, text, (0, 1), (-left, above), palette.muted, where="corner")


def unit_x(axes: Axes, text: str, palette: Palette) -> None:
    """What the horizontal axis measures, below it."""
    label(axes, text, (0.5, 0), (0, -22), palette.muted, where="corner", ha="center", va="top")


def scale_y(axes: Axes, labels: Mapping[float, str], palette: Palette, *, rules: bool = True) -> None:
    """Labels to the left of the axes, each with a rule across if wanted."""
    for place, text in labels.items():
        label(axes, text, (0, place), (-5, 0), palette.muted, where="left", ha="right", va="center_baseline")
    if rules:
        across = axes.get_yaxis_transform()
        axes.hlines(list(labels), 0, 1, palette.rule, linewidth=0.8, transform=across, zorder=0.5)


def scale_x(axes: Axes, labels: Mapping[float, str], palette: Palette, *, rules: bool = False) -> None:
    """Labels under the axes and the line above them, each label with a rule upwards if wanted."""
    for place, text in labels.items():
        label(axes, text, (place, 0), (0, -5), palette.muted, where="bottom", ha="center", va="top")
    axes.hlines(0, 0, 1, palette.quiet, linewidth=1, transform=axes.transAxes, clip_on=False)
    if rules:
        upwards = axes.get_xaxis_transform()
        axes.vlines(list(labels), 0, 1, palette.rule, linewidth=0.8, transform=upwards, zorder=0.5)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """About `most` round numbers from low to high: multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [place * step for place in range(math.ceil(low / step), math.floor(high / step) + 1)]


def time_axis(axes: Axes, first: float, last: float, palette: Palette) -> None:
    """Quarters on the horizontal axis, with the year under each January and under the first quarter."""
    starts = pd.date_range(pd.Timestamp(first, unit="D"), pd.Timestamp(last, unit="D"), freq="QS")
    years = [str(start.year) if start.month == 1 or start == starts[0] else "" for start in starts]
    named = [f"{_QUARTERS[start.month]}\n{year}" for start, year in zip(starts, years, strict=True)]
    axes.set_xlim(first, last)
    scale_x(axes, dict(zip(ordinals(starts.to_series()), named, strict=True)), palette)


def ordinal(day: pd.Timestamp) -> float:
    """A day as a place on the time axis: days since 1 January 1970."""
    return float((day - pd.Timestamp(0)) / pd.Timedelta(days=1))


def ordinals(days: pd.Series[pd.Timestamp]) -> list[float]:
    """Days as places on the time axis."""
    return [float(place) for place in (days - pd.Timestamp(0)) / pd.Timedelta(days=1)]


def short_day(day: pd.Timestamp) -> str:
    """Day and month, for labels whose year is plain from the axis."""
    return f"{day.day}\N{NO-BREAK SPACE}{day:%b}"


def signed(value: float, digits: int = 2) -> str:
    """A change in percent with its sign, the minus as long as a digit; two decimals, as prose tells it."""
    return f"{value:+.{digits}f}%".replace("-", "\N{MINUS SIGN}")


def points(figure: Figure) -> list[tuple[float, float]]:
    """Where the points of the line called `VALUES` stand, in points from the upper left corner."""
    from matplotlib.lines import Line2D

    (line,) = (one for one in figure.findobj(Line2D) if one.get_gid() == VALUES)
    assert isinstance(line, Line2D)  # noqa: S101 -- that is what was looked for
    assert line.axes is not None  # noqa: S101 -- it was drawn
    height = figure.get_figheight() * 72
    return [
        (round(float(x), 1), round(height - float(y), 1))
        for x, y in line.axes.transData.transform(line.get_xydata())
    ]


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Places for labels: where they belong, or pushed upwards until each is `gap` from the one below it."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda i: places[i])
    for below, above in pairwise(order):
        moved[above] = max(moved[above], moved[below] + gap)
    return moved


def svg(figure: Figure, *, letters: bool = False) -> str:
    """The figure as an SVG without date, version and comments, with short ids and hundredths of a point.

    Args:
        figure: what was drawn.
        letters: leave letters to the fonts of a screen.
    """
    import matplotlib as mpl

    buffer = StringIO()
    with _SAVING:  # the setting is the process's
        mpl.rcParams["svg.fonttype"] = "none" if letters else "path"
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    drawing = re.sub(r"<!DOCTYPE.*?>\s*|<!--.*?-->\s*", "", buffer.getvalue(), flags=re.DOTALL)
    drawing = re.sub(r"\n(?!\s*<)", " ", drawing.replace('\n"', '"'))
    if letters:
        font = f"text{{font: {TEXT}px {_SCREEN}; white-space: pre}}"
        drawing = _NO_FONT.sub("", drawing).replace("</style>", f"{font}</style>", 1)
    # The scale of glyphs is a small number in which every digit counts.
    drawing = re.sub(r"scale\([^)]*\)|-?\d+\.\d{3,}", _hundredths, drawing)
    ids = dict.fromkeys(re.findall(r'id="([^"]+)"', drawing))
    short = {long: f"i{place:x}" for place, long in enumerate(ids)}
    return re.sub(
        r'(?<=id=")[^"]+|(?<=#)[A-Za-z][\w.-]*(?=["\)])', lambda found: short.get(found[0], found[0]), drawing
    )


def _hundredths(found: re.Match[str]) -> str:
    # numeral: "0" is stripped from a coordinate and written nowhere
    return found[0] if found[0].startswith("scale") else f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def recoloured(drawing: str, palette: Palette) -> str:
    """A light drawing in another palette."""
    other = dict(zip(astuple(LIGHT), astuple(palette), strict=True))
    return re.sub(r"#[0-9a-f]{6}\b", lambda found: other.get(found[0], found[0]), drawing)
