"""Editions as readers meet them: the banner, the switch, a number's own page, with and without scripts."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import opened, violations
from tests.editions import FIRST, IDS, NEWEST, SECOND, THIRD, published

pytestmark = pytest.mark.browser

OLD = f"editions/{FIRST}/chapters/overview.html"
NUMBER = f"editions/{FIRST}/claims/difficulty-drop-rank-year.html"
PAGES = (
    OLD,
    NUMBER,
    "revisions.html",
    "editions/index.html",
    "index.html",
    f"editions/{NEWEST}/claims/hashprice-range.html",
    f"revisions/{FIRST}--{SECOND}.html",
    "404.html",
)
DIFFERENCE = PAGES[6]


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        (OLD, "light"),
        (NUMBER, "dark"),
        ("revisions.html", "light"),
        ("revisions.html", "dark"),
        (PAGES[3], "dark"),
        (PAGES[5], "light"),
        (DIFFERENCE, "light"),
        (DIFFERENCE, "dark"),
        ("404.html", "light"),
    ],
)
def test_no_violation_of_wcag(browser: Browser, archive: str, name: str, scheme: str) -> None:
    page = opened(browser, archive + name, color_scheme=scheme)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    seen_in_the_light = name in {"revisions.html", DIFFERENCE}
    assert violations(page, scheme if seen_in_the_light else "light") == []
    page.context.close()


@pytest.mark.parametrize("start", ["served", "folder"])
def test_an_old_page_says_that_its_numbers_have_moved(browser: Browser, archive: str, start: str) -> None:
    base = archive if start == "served" else f"{published().as_uri()}/"
    page = opened(browser, base + OLD)
    news = page.locator(".edition-news")
    news.wait_for()
    assert re.search(
        rf"A newer edition, {NEWEST}, is out\. Of the \d+ numbers .* have moved since", news.inner_text()
    )
    page.get_by_text("Which ones").click()
    assert "second-largest, now third-largest" in news.inner_text()
    page.context.close()


def test_a_page_whose_numbers_stand_says_so(browser: Browser, archive: str) -> None:
    page = opened(browser, f"{archive}editions/{FIRST}/claims/block-interval.html")
    assert "None of the numbers" in page.locator(".edition-news").inner_text()
    assert "No: it is 10.8\N{NO-BREAK SPACE}minutes" in page.locator(".moved-since").inner_text()
    page.context.close()


def test_a_number_says_whether_it_has_moved(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + NUMBER)
    page.locator(".edition-news").wait_for()
    says = page.locator(".moved-since").inner_text()
    assert (
        f"Yes: it is third-largest in edition {NEWEST}; the verdict changed from reproduced to superseded"
        in says
    )
    page.locator(".moved-since a").click()
    page.wait_for_url(f"**/editions/{NEWEST}/claims/difficulty-drop-rank-year.html")
    assert "No: this is the newest edition" in page.locator(".moved-since").inner_text()
    assert page.locator(".edition-news").count() == 0
    page.context.close()


def test_the_switch_stays_on_the_same_page(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OLD)
    page.locator(".edition-bar > details > summary").click()
    page.get_by_text("This page in every edition").click()
    links = page.locator(".edition-switch li a")
    newest_first = list(reversed(IDS))
    assert [text[:10] for text in links.all_inner_texts()] == newest_first
    assert links.nth(newest_first.index(FIRST)).get_attribute("aria-current") == "page"
    links.nth(newest_first.index(SECOND)).click()
    page.wait_for_url(f"**/editions/{SECOND}/chapters/overview.html")
    page.locator(".edition-bar > details > summary").click()
    page.get_by_role("link", name=f"Next edition, {THIRD}").click()
    page.wait_for_url(f"**/editions/{THIRD}/chapters/overview.html")
    page.context.close()


def test_without_scripts_the_same_places_are_reached(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OLD, java_script_enabled=False)
    assert f"Edition {FIRST}" in page.locator(".edition-bar").inner_text()
    page.locator(".edition-bar > details > summary").click()
    page.get_by_role("link", name="Newest edition").click()
    assert page.url == f"{archive}chapters/overview.html"
    page.locator(".edition-bar > details > summary").click()
    page.get_by_role("link", name="This page in every edition").click()
    row = page.locator("tr:target")
    assert row.locator("a").count() == len(IDS)
    row.locator("a").nth(IDS.index(SECOND)).click()
    assert page.url == f"{archive}editions/{SECOND}/chapters/overview.html"
    page.goto(f"{archive}revisions.html")
    shown = page.locator("tr[data-kinds]:visible")
    assert shown.count() == 58
    page.get_by_label("those whose verdict changed").check()
    assert 0 < shown.count() < 10
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_at_320_pixels(browser: Browser, archive: str, name: str) -> None:
    page = opened(browser, archive + name, viewport={"width": 320, "height": 640})
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(LETTERS) >= 12
    page.context.close()


LETTERS = """Math.min(...[...document.querySelectorAll("main *")]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
PRESSED = "main :is(input, summary, button, tbody a, .account a, .parts a, .place a)"
SMALL = """(pressed) => [...document.querySelectorAll(pressed)]
    .filter((one) => one.getClientRects().length)
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.height < 24 || box.width < 24))
    .map(([one, box]) => `${one.outerHTML.slice(0, 80)} ${box.width} x ${box.height}`)"""


@pytest.mark.parametrize("name", ["revisions.html", "editions/index.html", NUMBER, DIFFERENCE])
@pytest.mark.parametrize("width", [320, 1200])
def test_what_is_pressed_is_large_enough(browser: Browser, archive: str, name: str, width: int) -> None:
    page = opened(browser, archive + name, viewport={"width": width, "height": 700})
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SMALL, PRESSED) == []
    page.context.close()


def test_the_account_stands_in_one_column_on_a_narrow_screen(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + NUMBER, viewport={"width": 320, "height": 640})
    row = page.locator(".account > div").filter(has_text="Made in").first
    label, said = (row.locator(part).bounding_box() for part in ("dt", "dd"))
    assert label
    assert said
    assert said["y"] >= label["y"] + label["height"]
    inner = page.locator(".account").evaluate("(one) => one.scrollWidth - one.clientWidth")
    assert inner <= 0
    page.set_viewport_size({"width": 1200, "height": 640})
    label, said = (row.locator(part).bounding_box() for part in ("dt", "dd"))
    assert label
    assert said
    assert said["x"] > label["x"]
    page.context.close()


def test_the_chosen_colours_stay_on_every_page(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + NUMBER, color_scheme="light")
    page.get_by_label("Colours").select_option("dark")
    dark = "rgb(22, 23, 26)"
    for name in (NUMBER, DIFFERENCE, "revisions.html", "editions/index.html", "404.html"):
        page.goto(archive + name)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark, name
        assert page.get_by_label("Colours").input_value() == "dark"
    page.context.close()


def test_a_difference_leads_to_the_place_that_changed(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + DIFFERENCE, java_script_enabled=False)
    page.get_by_role("link", name="Section 1.2, How rare such a cut is").first.click()
    expect(page).to_have_url(f"{archive}editions/{SECOND}/chapters/overview.html#sec-rank")
    page.go_back()
    page.get_by_role("link", name=f"edition {FIRST}", exact=True).click()
    assert page.url == f"{archive}editions/{FIRST}/index.html"
    page.context.close()


def test_a_difference_starts_in_plain_words_and_folds_the_rest(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + DIFFERENCE, java_script_enabled=False)
    plain = page.locator(".summary").all_inner_texts()
    assert len(plain) == 3
    assert re.fullmatch(r"Of 58 claims \d+ comes? out otherwise than before(, and .*)?\.", plain[0])
    assert page.locator("details[open]").count() == 0
    folded = page.locator("#sentences ~ details > summary").all_inner_texts()
    assert any(words.startswith("The overview, number by number (") for words in folded)
    assert not any(".html" in words for words in page.locator("summary, h2, h3").all_inner_texts())
    page.context.close()


def test_a_chart_that_changed_is_shown_before_and_after(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + DIFFERENCE, java_script_enabled=False)
    cards = page.locator(".changed-charts .card")
    assert cards.count() >= 8
    for card in cards.all():
        pictures = card.locator("img:visible")
        assert pictures.count() == 2
        before, after = (picture.get_attribute("src") for picture in pictures.all())
        assert before != after
    page.locator(".changed-charts").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.changed-charts img').naturalWidth > 100")
    page.context.close()


def test_a_difference_prints_on_at_most_eight_pages(browser: Browser, archive: str) -> None:
    for pair in pairwise(IDS):
        page = opened(browser, f"{archive}revisions/{'--'.join(pair)}.html")
        sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
        assert 2 <= sheets <= 8
        page.context.close()


def test_a_table_that_fits_is_no_tab_stop(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + "revisions.html", viewport={"width": 1400, "height": 640})
    assert page.locator(".table-scroll").count() > 0
    for width in (1400, 320):  # there is room for it, or each row is a card
        page.set_viewport_size({"width": width, "height": 640})
        page.wait_for_function("!document.querySelector('.table-scroll[tabindex]')")
    page.context.close()
