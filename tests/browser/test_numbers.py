"""A number opens where it stands: the very value, by pointer, keyboard and touch; a link without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opened, violations
from tests.editions import FIRST, NEWEST, published

pytestmark = pytest.mark.browser

OVERVIEW = "chapters/overview.html"
NUMBERED = (OVERVIEW, "index.html", "chapters/revenue.html")
PART = 'main a.claim[data-var="part.hashrate-q1-decline.7-day"]'
OPEN = ".opened:popover-open"
SAID = f"{OPEN} [data-key]:not([hidden])"

PRESS_ALL = """() => [...document.querySelectorAll("main a.claim[data-var]")].map((link) => {
    link.click();
    const open = [...document.querySelectorAll(".opened:popover-open")];
    const said = open.flatMap((one) => [...one.querySelectorAll("[data-key]:not([hidden])")]);
    return [link.dataset.var, link.textContent.trim(), open.length,
            said.map((one) => one.querySelector("strong").textContent),
            said.map((one) => one.querySelector("a").getAttribute("href")), link.getAttribute("href")];
})"""


def box(page: Page) -> dict[str, Any]:
    found = page.locator(OPEN).bounding_box()
    assert found
    return dict(found)


def test_every_number_of_every_page_opens_on_its_own_value(browser: Browser, archive: str) -> None:
    names = sorted(
        path.relative_to(published()).as_posix()
        for path in (*published().glob("chapters/*.html"), published() / "index.html")
    )
    names += [f"editions/{FIRST}/{OVERVIEW}", f"editions/{NEWEST}/index.html"]
    page = opened(browser)
    total = 0
    for name in names:
        page.goto(archive + name)
        for key, text, count, said, rows, row in page.evaluate(PRESS_ALL):
            assert (count, said, rows) == (1, [text], [row]), f"{name}: {key}"
            total += 1
    assert total > 300
    page.context.close()


def test_a_pointer_opens_it_goes_into_it_and_leaves_it(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OVERVIEW, viewport={"width": 1440, "height": 900})
    page.locator(PART).first.hover()
    page.locator(OPEN).wait_for()
    assert page.locator(SAID).inner_text().startswith("3.5%")
    at = box(page)
    page.mouse.move(at["x"] + 40, at["y"] + at["height"] - 12, steps=4)
    page.wait_for_timeout(500)
    assert page.locator(OPEN).count() == 1
    page.mouse.move(5, 5)
    page.locator(OPEN).wait_for(state="detached")
    page.locator(PART).first.hover()
    page.locator(OPEN).wait_for()
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    assert page.locator(OPEN).count() == 0
    page.context.close()


def test_a_press_keeps_it_and_a_second_one_closes_it(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OVERVIEW)
    number = page.locator(PART).first
    number.click()
    page.mouse.move(5, 5)
    page.wait_for_timeout(500)
    assert page.locator(OPEN).count() == 1
    assert number.get_attribute("aria-expanded") == "true"
    number.click()
    page.wait_for_timeout(400)
    assert page.locator(OPEN).count() == 0
    number.click()
    page.mouse.click(5, 5)
    expect(page.locator(OPEN)).to_have_count(0)
    expect(number).to_have_attribute("aria-expanded", "false")  # the browser tells of a closing a task later
    page.context.close()


def test_the_keyboard_opens_enters_leaves_and_goes_on(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OVERVIEW)
    numbers = page.locator("main a.claim[data-var]")
    page.locator("#frame-main").focus()
    while not page.evaluate("document.activeElement.matches('main a.claim')"):
        page.keyboard.press("Tab")
    assert page.locator(SAID).inner_text().startswith(numbers.first.inner_text())
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.opened') !== null")
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    assert page.locator(OPEN).count() == 0
    assert numbers.first.evaluate("one => one === document.activeElement")
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.matches('main a.claim')"):
        page.keyboard.press("Tab")
    assert page.locator(OPEN).count() == 1
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    assert page.locator(OPEN).count() == 0
    assert page.evaluate("document.activeElement.matches('main a.claim')")
    page.context.close()


def test_its_ways_are_followed(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OVERVIEW)
    page.locator(PART).first.click()
    page.locator(SAID).get_by_role("link", name="Its row in the ledger").click()
    row = page.locator("tr:has(:target)")
    assert "3.5%" in row.inner_text()
    assert row.evaluate("one => getComputedStyle(one).backgroundColor") != "rgba(0, 0, 0, 0)"
    page.go_back()
    page.locator(PART).first.click()
    page.locator(OPEN).get_by_role("link", name="Its own page").click()
    assert page.url.endswith(f"editions/{NEWEST}/claims/hashrate-q1-decline.html")
    page.context.close()


def test_its_citation_is_copied(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OVERVIEW, permissions=["clipboard-read", "clipboard-write"])
    page.locator(PART).first.click()
    page.get_by_role("button", name="Copy its citation").click()
    page.get_by_text("Copied", exact=True).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"editions/{NEWEST}/claims/hashrate-q1-decline.html" in copied
    page.context.close()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_a_number_in_a_note_opens_and_the_note_stays(browser: Browser, archive: str, width: int) -> None:
    page = opened(browser, archive + OVERVIEW, viewport={"width": width, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    number = page.locator(".note a.claim[data-var]").first
    if not number.is_visible():
        page.locator("li button.footnote-ref").first.click()
    number.click()
    expect(page.locator(OPEN)).to_have_count(1)
    assert number.is_visible()
    assert page.locator(SAID).inner_text().startswith(number.inner_text())
    page.keyboard.press("Escape")
    expect(page.locator(OPEN)).to_have_count(0)
    assert number.is_visible()
    assert errors == []
    page.context.close()


@pytest.mark.parametrize("size", [(320, 568), (390, 844), (768, 900), (1440, 700)])
def test_it_is_never_clipped(browser: Browser, archive: str, size: tuple[int, int]) -> None:
    width, height = size
    page = opened(
        browser, archive + OVERVIEW, viewport={"width": width, "height": height}, has_touch=width < 700
    )
    numbers = page.locator("main p a.claim[data-var]:visible")  # notes at the end are for paper
    for place in (0, 7, 20, numbers.count() - 1):
        number = numbers.nth(place)
        number.scroll_into_view_if_needed()
        number.tap() if width < 700 else number.click()
        page.wait_for_timeout(50)
        at, mark = box(page), number.bounding_box()
        assert at["x"] >= 0
        assert at["x"] + at["width"] <= width
        assert at["y"] >= 0
        assert at["y"] + at["height"] <= height + 1
        assert page.locator(OPEN).evaluate("one => one.scrollWidth <= one.clientWidth")
        assert mark
        assert mark["y"] + mark["height"] <= at["y"] + 1 or mark["y"] >= at["y"] + at["height"] - 1
        page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("name", NUMBERED)
def test_it_has_no_violation(browser: Browser, archive: str, name: str, width: int, scheme: str) -> None:
    page = opened(browser, archive + name, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.wait_for_load_state("networkidle")
    page.locator("main p a.claim[data-var], main li a.claim[data-var]").first.click()
    assert page.locator(OPEN).count() == 1
    assert violations(page, scheme) == []
    page.context.close()


def test_without_scripts_it_lands_on_its_row(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OVERVIEW, java_script_enabled=False)
    page.locator(PART).first.click()
    expect(page).to_have_url(f"{archive}chapters/ledger.html#part.hashrate-q1-decline.7-day")
    assert "3.5%" in page.locator("tr:has(:target)").inner_text()
    at = page.locator("tr:has(:target)").bounding_box()
    assert at
    assert 0 <= at["y"] < 720
    page.context.close()


def test_only_what_does_not_hold_is_marked(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OVERVIEW)
    marked = page.locator("main a.claim.disputed")
    assert 0 < marked.count() < page.locator("main a.claim").count() / 4
    keys = marked.evaluate_all("all => all.map((one) => one.dataset.var.split('.')[0])")
    assert set(keys) == {"cited"}
    line = "one => getComputedStyle(one).textDecorationColor"
    assert marked.first.evaluate(line) != page.locator(PART).first.evaluate(line)
    page.context.close()


def test_no_page_scrolls_smoothly(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OVERVIEW, reduced_motion="no-preference")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    page.context.close()
