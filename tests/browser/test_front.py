"""The front page tells the verdict: a square for every claim, named, linked, in groups that can be chosen."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from playwright.sync_api import Browser, expect

from pivot.claims.model import Group, Verdict
from tests.browser.conftest import opened
from tests.editions import FIRST, published

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("folder", ["", f"editions/{FIRST}/"])
def test_every_claim_has_a_square_with_its_statement_and_the_way_to_it(
    browser: Browser, archive: str, folder: str
) -> None:
    ledger = json.loads((published() / folder / "ledger.json").read_text("utf-8"))["claims"]
    page = opened(browser, f"{archive}{folder}index.html")
    squares = {
        link.get_attribute("href").partition("#claim-")[2]: link  # type: ignore[union-attr]
        for link in page.locator("#verdict-map a.square").all()
    }
    assert squares.keys() == ledger.keys()
    for id_, link in squares.items():
        assert ledger[id_]["statement"] in (link.text_content() or "")
        assert f"{ledger[id_]['verdict']}: {ledger[id_]['reason']}." in (link.text_content() or "")
    squares["mara-btc-sold"].click()
    expect(page).to_have_url(f"{archive}{folder}chapters/ledger.html#claim-mara-btc-sold")
    expect(page.locator("h3:target")).to_be_visible()
    page.context.close()


def test_a_group_is_chosen_without_scripts_and_read_as_a_list(browser: Browser, archive: str) -> None:
    ledger = json.loads((published() / "ledger.json").read_text("utf-8"))["claims"]
    counts = Counter(Verdict(entry["verdict"]).group for entry in ledger.values())
    page = opened(
        browser, archive + "index.html", java_script_enabled=False, viewport={"width": 320, "height": 700}
    )
    shown = page.locator("#verdict-map a.square:visible")
    assert shown.count() == len(ledger)
    for group, words in {Group.DIFFERS: "differ", Group.OVERTAKEN: "were overtaken"}.items():
        page.get_by_label(f"{words} ({counts[group]})").check()
        assert shown.count() == counts[group] > 0
        box = shown.first.locator(".square-name").bounding_box()
        assert box
        assert box["width"] > 150
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_the_page_says_the_counts_and_the_article_in_words(browser: Browser, archive: str) -> None:
    ledger = json.loads((published() / "ledger.json").read_text("utf-8"))["claims"]
    counts = Counter(Verdict(entry["verdict"]).group for entry in ledger.values())
    page = opened(browser, archive + "index.html")
    words = page.locator("article > p").nth(1).inner_text()
    assert f"Of its {len(ledger)} numbers and checkable statements" in words
    for group, verb in (
        (Group.HOLDS, "hold"),
        (Group.FOLLOWS, "follow from its own figures"),
        (Group.DIFFERS, "differ"),
        (Group.OVERTAKEN, "have been overtaken"),
        (Group.OPEN, "cannot be known"),
    ):
        assert f"{counts[group]} {verb}" in words
    assert page.locator("#sec-article ~ p a[href^='https://']").count() >= 5
    page.context.close()
