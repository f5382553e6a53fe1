"""Colours of the site and of the PDF have the contrast that WCAG AA asks for, in light and in dark."""

from __future__ import annotations

import re
from itertools import product

import pytest

from pivot.publish.embedded.engine import ASSETS
from tests.unit.test_charts_style import contrast

CSS = (ASSETS / "site.css").read_text("utf-8")
TYPST = (ASSETS / "report.typ").read_text("utf-8")
ON_PAPER = ("ink", "soft", "link", "accent", "good", "fair", "bad", "cool", "none")


def schemes() -> dict[str, dict[str, str]]:
    found = {}
    for name, opening in (
        ("light", ":root {"),
        ("dark, by the system", '  :root:not([data-theme="light"]) {'),
        ("dark, by choice", '  :root[data-theme="dark"] {'),
    ):
        block = CSS.split(opening, 1)[1].split("}", 1)[0]
        found[name] = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    return found


@pytest.mark.parametrize(("scheme", "colour"), list(product(schemes(), ON_PAPER)))
def test_text_can_be_read_on_every_ground_it_stands_on(scheme: str, colour: str) -> None:
    colours = schemes()[scheme]
    for ground in ("paper", "raised"):
        assert contrast(colours[colour], colours[ground]) >= 4.5, ground
    if f"{colour}-paper" in colours:
        assert contrast(colours[colour], colours[f"{colour}-paper"]) >= 4.5


@pytest.mark.parametrize("scheme", schemes())
def test_frames_of_controls_and_marked_text_can_be_seen(scheme: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours["strong-line"], colours["paper"]) >= 3
    assert contrast(colours["ink"], colours["mark"]) >= 4.5
    assert contrast(colours["bad"], colours["mark"]) >= 4.5


def test_both_dark_schemes_are_the_same() -> None:
    light, system, choice = schemes().values()
    assert system == choice
    assert system.keys() == light.keys()
    assert len(light) > 15


def test_colours_of_the_pdf() -> None:
    tones = re.findall(r'(\w+): \(rgb\("(#\w{6})"\), rgb\("(#\w{6})"\)\)', TYPST)
    assert len(tones) == 5
    for name, tone, tint in tones:
        assert contrast(tone, tint) >= 4.5, name
        assert contrast(tone, "#f7f5f0") >= 4.5, name
    for name in ("ink", "soft", "accent", "link-colour"):
        found = re.search(rf'#let {name} = rgb\("(#\w{{6}})"\)', TYPST)
        assert found
        assert contrast(found[1], "#ffffff") >= 4.5
