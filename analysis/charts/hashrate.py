"""The hash rate as its shortest average, and how its fall in the first quarter depends on the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims.network import QUARTER
from analysis.measures import hashrate
from pivot.charts import style
from pivot.charts.plotted import Plotted
from pivot.words import long_day

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pivot.charts.style import Palette
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

NAME = "hashrate"
WINDOW = hashrate.WINDOWS[0]
DRAWN = f"{WINDOW}-day average"

PARTS = {f"{window}-day average": f"{window}-day" for window in hashrate.WINDOWS} | {"quarter mean": "mean"}
"""For each reading of the measure, the part of the claim that says its fall."""

ROW = 18
TABLE = ROW * (len(PARTS) + 2) + 4
STOPS = (0, 190, 285, style.WIDTH - 4)
"""Where the table's columns stand: the first begins there, the others end there."""


def data(vintage: Vintage, ledger: Ledger) -> Plotted:
    """The shortest average on each day, and each reading's values before and at the end of the quarter.

    Returns:
        Rows by `date` in `eh_s`: those of `series` `each day` are the line; `before` and `after`, with the
        `reading` that they belong to, are dated by the day before the quarter and by its last day.
    """
    daily = hashrate.daily(vintage.data("days").frame, vintage.data("epochs").frame)
    average = hashrate.average(daily, WINDOW).dropna()
    readings = hashrate.quarter_changes(daily, QUARTER)
    ends = {"before": QUARTER.start_time - pd.Timedelta(days=1), "after": QUARTER.end_time.normalize()}
    parts = [
        pd.DataFrame({"series": "each day", "reading": DRAWN, "date": average.index, "eh_s": average}),
        *(
            pd.DataFrame({"series": end, "reading": readings.index, "date": day, "eh_s": readings[end]})
            for end, day in ends.items()
        ),
    ]
    claim = ledger["hashrate-q1-decline"]
    return Plotted(
        pd.concat(parts, ignore_index=True).round({"eh_s": 2}),
        texts={
            "quarter": f"Q{QUARTER.quarter}\n{QUARTER.year}",
            "cited": claim.cited,
            **{reading: claim.parts[name].display for reading, name in PARTS.items()},
        },
        numbers={"start": style.ordinal(QUARTER.start_time), "end": style.ordinal(ends["after"])},
    )


def values(plotted: Plotted) -> list[str]:
    """What each day says."""
    line = plotted.table[plotted.table["series"] == "each day"]
    return [
        f"{long_day(day)}: {value:,.0f} EH/s" for day, value in zip(line["date"], line["eh_s"], strict=True)
    ]


def draw(plotted: Plotted, palette: Palette) -> Figure:
    """The line above, the table of readings below it, as wide as a phone can show both."""
    table = plotted.table
    line = table[table["series"] == "each day"]
    days, levels = style.ordinals(line["date"]), line["eh_s"].tolist()
    start, end = plotted.numbers["start"], plotted.numbers["end"]
    figure = style.sheet(244 + TABLE, palette.width)
    axes = style.panel(figure, left=36, right=12, top=26, bottom=TABLE + 40)
    style.unit(axes, f"hash rate, EH/s, {DRAWN}", palette, left=36)
    axes.axvspan(start, end, color=palette.tint, linewidth=0, zorder=0)
    middle = ((start + end) / 2, 0.0)
    style.label(axes, plotted.texts["quarter"], middle, (0, 6), palette.muted, where="bottom", ha="center")
    axes.plot(days, levels, color=palette.main, linewidth=1.8, gid=style.VALUES)
    low, high = min(levels) - 60, max(levels) + 15
    axes.set_ylim(low, high)
    style.time_axis(axes, days[0], days[-1] + 2, palette)
    style.scale_y(axes, {tick: f"{tick:,.0f}" for tick in style.ticks(low, high)}, palette)
    style.newest(axes, f"{levels[-1]:,.0f}", (days[-1], levels[-1]), palette)
    for series, marker in (("before", "o"), ("after", "s")):
        own = table[(table["series"] == series) & (table["reading"] == DRAWN)]
        axes.plot(style.ordinals(own["date"]), own["eh_s"], marker, color=palette.accent, markersize=7)
    _readings(figure, plotted, palette)
    return figure


def _readings(figure: Figure, plotted: Plotted, palette: Palette) -> None:
    axes = figure.add_axes((0, 0, 1, TABLE / (figure.get_figheight() * 72)))
    axes.set_axis_off()
    axes.set_xlim(0, style.WIDTH)  # the stops are those of the wide drawing, and move together
    axes.set_ylim(TABLE, 0)
    ends = plotted.table[plotted.table["series"] != "each day"].pivot_table("eh_s", "reading", "series")
    head = ("", "before, EH/s \N{BLACK CIRCLE}", "after \N{BLACK SQUARE}", "fall")
    body = [
        (reading, f"{ends['before'][reading]:,.0f}", f"{ends['after'][reading]:,.0f}", plotted.texts[reading])
        for reading in PARTS
    ]
    rows = [head, *body, ("the article", "", "", plotted.texts["cited"])]
    for place, row in enumerate(rows):
        is_head, is_cited = place == 0, place == len(rows) - 1
        colour = palette.muted if is_head else palette.accent if is_cited else palette.ink
        for stop, text in zip(STOPS, row, strict=True):
            bold = is_cited or (stop == STOPS[-1] and not is_head)
            at = (stop, place * ROW + 8)
            style.label(
                axes, text, at, (0, 0), colour, ha="right" if stop else "left", va="center", bold=bold
            )
    lines = [place * ROW + 17 for place in range(len(rows))]
    axes.hlines(lines, 0, style.WIDTH, palette.rule, linewidth=0.8)
