"""A chart says its values under a pointer and by arrow keys."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import opened, violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [320, 1280])
def test_the_hash_price_of_a_day(browser: Browser, address: str, site: Path, width: int) -> None:
    rows = csv.DictReader((site / "figures/hashprice.csv").read_text("utf-8").splitlines())
    days = [float(row["usd_per_ph_s_day"]) for row in rows if row["series"] == "computed"]
    page = opened(browser, address + "chapters/operations.html", viewport={"width": width, "height": 900})
    slider = page.get_by_role("slider", name="Figure 2.1, its values")
    slider.focus()
    page.locator(".values.shown").wait_for()
    for key, value in (("End", days[-1]), ("ArrowLeft", days[-2]), ("Home", days[0]), ("PageUp", days[10])):
        page.keyboard.press(key)
        assert (slider.get_attribute("aria-valuetext") or "").endswith(f": ${value:.2f}")
    slider.evaluate("one => one.blur()")
    assert page.locator(".values.shown").count() == 0
    values = json.loads((site / "figures/hashprice.json").read_text("utf-8"))
    drawn = values["wide" if width > 640 else "narrow"]
    box = slider.bounding_box()
    assert box
    image = page.locator("#fig-hashprice img:visible").bounding_box()
    assert image
    at = 300
    x, y = (one * image["width"] / drawn["size"][0] for one in drawn["points"][at])
    page.mouse.move(image["x"] + x, image["y"] + y)
    page.locator(".values.shown").wait_for()
    assert values["says"].index(slider.get_attribute("aria-valuetext")) in range(at - 2, at + 3)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()
