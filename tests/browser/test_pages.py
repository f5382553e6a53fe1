"""The pages as readers meet them: in light and dark, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opened, served, violations
from tests.browser.test_numbers import NUMBERED
from tests.editions import published

pytestmark = pytest.mark.browser

PAGES = (
    "index.html",
    "chapters/overview.html",
    "chapters/operations.html",
    "chapters/security.html",
    "chapters/revenue.html",
    "chapters/monitors.html",
    "chapters/ledger.html",
    "chapters/sources.html",
    "chapters/methods.html",
    "chapters/references.html",
)
BUDGET = 100_000  # bytes of a chapter page with everything it loads, compressed as servers do


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(color_scheme=request.param, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


# Those whose numbers open are looked at with one open, by the tests of numbers.
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", sorted(set(PAGES) - set(NUMBERED)))
def test_no_violation_of_wcag(browser: Browser, address: str, name: str, scheme: str) -> None:
    page = opened(browser, address + name, color_scheme=scheme)
    assert violations(page, scheme) == []
    page.context.close()


def test_every_page_loads_from_its_own_folder_without_errors(
    browser: Browser, address: str, site: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    # A lazy picture that is still under way when the next page is opened was not refused, only left.
    page.on(
        "requestfailed",
        lambda request: wrong.append(request.url) if request.failure != "net::ERR_ABORTED" else None,
    )
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    assert len(names) >= 15
    for name in names:
        page.goto(address + name)
    assert wrong == []
    assert len(asked) > len(names)
    assert [url for url in asked if not url.startswith(address)] == []
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(browser: Browser, address: str, name: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(address + name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_a_page_of_an_edition_is_light_with_all_that_it_loads_and_search_used(browser: Browser) -> None:
    weights: dict[str, int] = {}
    with served(published()) as archive:
        for name in ("index.html", *(f"chapters/{path.name}" for path in published().glob("chapters/*"))):
            page = opened(browser)
            sizes = _sizes(page)
            page.goto(archive + name, wait_until="networkidle")
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            page.get_by_role("searchbox").fill("hash price")
            page.locator("#frame-results a").first.wait_for()
            page.wait_for_load_state("networkidle")
            weights[name] = sum(sizes.values())
            assert len(sizes) >= 6, sizes
            page.context.close()
    assert len(weights) >= 15
    assert {name: weight for name, weight in weights.items() if weight >= BUDGET} == {}


def _sizes(page: Page) -> dict[str, int]:
    """What a page will have loaded, by address, as a server sends it."""
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))}))
    return sizes


def test_it_reads_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(address + "chapters/overview.html")
    page.get_by_text("Chapters", exact=True).first.click()
    page.get_by_role("link", name="The ledger").first.click()
    assert page.url.endswith("chapters/ledger.html")
    assert page.locator("#claim-difficulty-drop").count() == 1
    context.close()


@pytest.mark.parametrize("which", ["cited", "claim"])
def test_a_number_leads_to_its_account(page: Page, address: str, which: str) -> None:
    page.goto(address + "chapters/overview.html")
    page.locator(f"a.claim[data-var='{which}.difficulty-drop']", has_text="7.7%").first.click()
    page.get_by_role("link", name="Its row in the ledger").click()
    expect(page).to_have_url(re.compile(rf"ledger\.html#{which}\.difficulty-drop$"))
    assert "−7.7557%" in page.locator("main").inner_text()


def test_the_first_tab_stop_skips_to_the_text(page: Page, address: str) -> None:
    page.goto(address + "chapters/overview.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") != ""


def test_search_finds_a_chapter_by_keyboard(page: Page, address: str) -> None:
    page.goto(address + "index.html")
    page.get_by_role("searchbox").first.focus()
    page.keyboard.type("hash price")
    link = page.locator("#frame-results a").first
    link.wait_for()
    assert "hash price" in link.inner_text().lower()


def test_the_colours_are_chosen_remembered_and_given_back_to_the_system(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(address + "index.html")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("Colours").select_option("dark")
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    page.goto(address + "chapters/overview.html")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after
    page.get_by_label("Colours").select_option("System")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == before
    page.reload()
    assert page.get_by_label("Colours").input_value() == ""
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == before
    context.close()


def test_one_picture_of_a_figure_is_loaded_and_it_has_words(page: Page, address: str) -> None:
    page.goto(address + "chapters/overview.html")
    seen = page.evaluate(
        "[...document.querySelectorAll('figure img')].filter(i => i.offsetParent !== null).map(i => i.alt)"
    )
    assert len(seen) >= 4
    assert all(len(alt) > 60 for alt in seen)
    assert any("7.76%" in alt for alt in seen)
