"""Reading on small screens, by keyboard, on paper, and searching as a keyboard writes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import opened, violations

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("-7.7557", "\N{MINUS SIGN}7.7557"),
        ("3.5-7.4", "3.5\N{EN DASH}7.4"),
        ("21 August", "21\N{NO-BREAK SPACE}August"),
        ("the year's", "the year\N{RIGHT SINGLE QUOTATION MARK}s"),
    ],
)
def test_search_finds_what_a_keyboard_writes(browser: Browser, address: str, typed: str, set_: str) -> None:
    page = opened(browser, address + "index.html")
    found = []
    for words in (typed, set_):
        page.get_by_role("searchbox").fill(words)
        page.locator("#frame-results mark").first.wait_for()
        found.append(page.locator("#frame-results a").all_inner_texts())
        page.get_by_role("searchbox").fill("")
    assert found[0]
    assert found[0] == found[1]
    page.context.close()


def test_search_says_how_many_of_its_hits_it_shows(browser: Browser, address: str) -> None:
    page = opened(browser, address + "index.html")
    page.get_by_role("searchbox").fill("difficulty")
    page.locator("#frame-results a").first.wait_for()
    shown = page.locator("#frame-results a").count()
    said = page.locator("#frame-results > p").inner_text()
    assert shown == 12
    assert said.endswith(f" found, the first {shown} shown")
    assert page.locator("#frame-found").inner_text() == said
    page.get_by_role("searchbox").fill("zzzz")
    page.get_by_text("Nothing found").first.wait_for()
    page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", ["revenue", "ledger", "sources", "methods"])
def test_no_date_is_broken(browser: Browser, address: str, name: str, size: Any) -> None:  # noqa: ANN401
    page = opened(browser, f"{address}chapters/{name}.html", viewport=size)
    counts = page.evaluate(
        """[...document.querySelectorAll("main time")].filter(one => one.checkVisibility())
            .map(one => one.getClientRects().length)"""
    )
    assert len(counts) >= 10
    assert set(counts) == {1}
    page.context.close()


def test_a_figure_is_seen_whole_on_a_phone(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}chapters/overview.html", viewport=PHONE)
    pictures = page.locator(".picture-scroll img:visible")
    assert pictures.count() >= 4
    for picture in pictures.all():
        box = picture.bounding_box()
        assert box
        assert 290 <= box["width"] <= 320
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["revenue", "security", "ledger", "limits"])
def test_a_row_of_a_table_is_a_card_on_a_phone(
    browser: Browser, address: str, name: str, scheme: str
) -> None:
    page = opened(browser, f"{address}chapters/{name}.html", viewport=PHONE, color_scheme=scheme)
    cards = page.locator("table.cards")
    assert cards.count() >= 1
    outside = cards.evaluate_all(
        """tables => tables.flatMap(one => [...one.querySelectorAll("td, tbody th")]).filter(cell => {
            const box = cell.getBoundingClientRect();
            return box.left < 0 || box.right > 320 || cell.scrollWidth > cell.clientWidth + 1;
        }).map(cell => cell.textContent)"""
    )
    assert outside == []
    cell = cards.first.locator("td[data-column]").first
    assert cell.evaluate("one => getComputedStyle(one, '::before').content").strip('"')
    assert cell.get_attribute("role") == "cell"
    assert violations(page, scheme) == []
    page.context.close()


def test_a_verdict_in_a_table_has_a_cell_of_its_own(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}chapters/revenue.html")
    cells = page.locator("table td:has(.verdict)")
    assert cells.count() >= 5
    assert [text for text in cells.all_inner_texts() if "(" in text] == []
    page.context.close()


def test_a_stop_for_the_keyboard_only_where_something_scrolls(browser: Browser, address: str) -> None:
    for size in (PHONE, DESK):
        page = opened(browser, f"{address}chapters/methods.html", viewport=size)
        wrong = page.evaluate(
            """[...document.querySelectorAll("main [role='group']")].filter(one =>
                one.scrollWidth > one.clientWidth + 1 !== (one.tabIndex === 0)).length"""
        )
        assert page.locator(".math-scroll").count() > 10
        assert wrong == 0
        page.context.close()
    page = opened(browser, f"{address}chapters/methods.html", viewport=PHONE)
    assert page.locator(".math-scroll[tabindex='0']").count() > 0
    page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", ["index.html", "chapters/ledger.html"])
def test_targets_are_large_enough(browser: Browser, address: str, name: str, size: Any) -> None:  # noqa: ANN401
    page = opened(browser, address + name, viewport=size)
    heights = page.evaluate(
        """[...document.querySelectorAll("summary, button, input, .brand, .button, nav a, .foot li a")]
            .filter(one => one.checkVisibility())
            .map(one => [one.textContent.trim(), one.getBoundingClientRect().height])"""
    )
    assert len(heights) > 8
    assert [(text, height) for text, height in heights if height < 24] == []
    page.context.close()


def test_a_note_stands_in_the_margin_or_opens_and_is_at_the_end_on_paper(
    browser: Browser, address: str
) -> None:
    page = opened(browser, f"{address}chapters/overview.html", java_script_enabled=False)
    marks, notes, end = (page.locator(one) for one in (".footnote-ref", ".note[popover]", "#footnotes"))
    count = page.locator("#footnotes > ol > li").count()
    assert (marks.count(), notes.count()) == (count, count)
    assert page.locator("li .note[popover]").count() > 0  # an item of a list has its notes as a paragraph has
    for width in (1250, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for one in (*notes.all(), page.locator("article > p .note").nth(0)):
            margin = one.bounding_box()
            text = one.locator("xpath=ancestor::*[self::p or self::li][1]").bounding_box()
            assert margin
            assert text
            assert margin["x"] >= text["x"] + text["width"]
            assert margin["x"] + margin["width"] <= width
        assert not end.is_visible()
    page.set_viewport_size({"width": 320, "height": 640})
    for mark, note in zip(marks.all(), notes.all(), strict=True):
        assert not note.is_visible()
        mark.click()
        assert note.is_visible()
        page.keyboard.press("Escape")
        assert not note.is_visible()
    page.emulate_media(media="print")
    assert end.is_visible()
    assert not [one for one in notes.all() if one.is_visible()]
    page.context.close()


def test_on_paper_a_page_names_its_report_and_its_links(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}chapters/ledger.html")
    page.emulate_media(media="print")
    assert page.locator(".brand").is_visible()
    assert page.locator(".edition").is_visible()
    assert not page.locator(".tools").is_visible()
    after = "one => getComputedStyle(one, '::after').content"
    links = page.locator("article a[href^='http']")
    assert links.count() > 50
    assert links.first.evaluate(after) != "none"
    assert page.locator("article a[href^='../']").first.evaluate(after) == "none"
    for name, written_out in (("sources", "a.uri"), ("references", ".csl-entry a")):
        page.goto(f"{address}chapters/{name}.html")
        assert page.locator(f"article {written_out}").first.evaluate(after) == "none"
    page.context.close()
