"""The palettes can be read and told apart, and the small helpers of drawing do what charts rest on."""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations

import pandas as pd
import pytest

from pivot.charts import style

PALETTES = pytest.mark.parametrize("palette", [style.LIGHT, style.DARK], ids=["light", "dark"])
TEXT_COLOURS = ("ink", "muted", "accent", "other")
MARK_COLOURS = ("quiet", "main", "accent", "other")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@PALETTES
@pytest.mark.parametrize("name", TEXT_COLOURS)
def test_text_can_be_read_on_paper_and_tint(palette: style.Palette, name: str) -> None:
    colours = asdict(palette)
    assert contrast(colours[name], palette.paper) >= 4.5
    assert contrast(colours[name], palette.tint) >= 4.5


@PALETTES
@pytest.mark.parametrize("name", MARK_COLOURS)
def test_marks_can_be_seen_on_paper_and_tint(palette: style.Palette, name: str) -> None:
    colours = asdict(palette)
    assert contrast(colours[name], palette.paper) >= 3
    assert contrast(colours[name], palette.tint) >= 3


@PALETTES
def test_text_in_a_bar_can_be_read(palette: style.Palette) -> None:
    assert contrast(palette.paper, palette.muted) >= 4.5


def test_papers_are_those_of_the_pages() -> None:
    assert (style.LIGHT.paper, style.DARK.paper) == ("#ffffff", "#14171c")


@PALETTES
def test_colours_differ_so_that_palettes_can_be_exchanged(palette: style.Palette) -> None:
    colours = [value for value in asdict(palette).values() if isinstance(value, str)]
    assert len(colours) == 9
    assert all(one != other for one, other in combinations(colours, 2))


def test_recolouring_exchanges_whole_palettes_and_nothing_else() -> None:
    drawing = f'<path id="i0" style="fill: {style.LIGHT.main}; stroke: #123456"/><use href="#i0"/>'
    expected = f'<path id="i0" style="fill: {style.DARK.main}; stroke: #123456"/><use href="#i0"/>'
    assert style.recoloured(drawing, style.DARK) == expected


def test_text_is_at_least_nine_points_when_seven_inches_wide() -> None:
    assert style.TEXT * 7 * 72 / style.WIDTH >= 9


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (102, 160, 5, [120, 140, 160]),
        (0, 100, 5, [0, 20, 40, 60, 80, 100]),
        (-12.0, 71.0, 5, [0, 20, 40, 60]),
        (14.7, 65.9, 6, [20, 30, 40, 50, 60]),
        (0, 0.9, 5, [0, 0.2, 0.4, 0.6, 0.8]),
    ],
)
def test_ticks_are_round_and_inside(low: float, high: float, most: int, expected: list[float]) -> None:
    assert style.ticks(low, high, most) == pytest.approx(expected)


def test_spread_pushes_labels_apart_in_their_order() -> None:
    assert style.spread([10, 12, 100], 16) == [10, 26, 100]
    assert style.spread([100, 12, 10], 16) == [100, 26, 10]


def test_days_are_counted_from_1970() -> None:
    days = pd.Series(pd.to_datetime(["1970-01-02", "2026-05-08"]))
    assert style.ordinals(days) == [1, 20_581]
    assert style.ordinal(pd.Timestamp("2026-05-08")) == 20_581


def test_signs_are_typographic() -> None:
    assert style.signed(-7.7557) == "\N{MINUS SIGN}7.76%"
    assert style.signed(14.7252) == "+14.73%"
    assert style.short_day(pd.Timestamp("2026-06-14")) == "14\N{NO-BREAK SPACE}Jun"
