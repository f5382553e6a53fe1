"""Editions as readers meet them: the banner, the switch, a number's own page, with and without scripts."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import SUB_PATH, _Quiet
from tests.browser.test_pages import WCAG
from tests.editions import FIRST, IDS, NEWEST, SECOND, published

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
)


@pytest.fixture(scope="session")
def archive() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(published())))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
    server.shutdown()
    server.server_close()
    thread.join()


def opened(browser: Browser, address: str, **options: object) -> Page:
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        (OLD, "light"),
        (NUMBER, "dark"),
        ("revisions.html", "light"),
        ("revisions.html", "dark"),
        (PAGES[3], "dark"),
    ],
)
def test_no_violation_of_wcag(browser: Browser, archive: str, name: str, scheme: str) -> None:
    page = opened(browser, archive + name, color_scheme=scheme)
    page.wait_for_load_state("networkidle")
    for summary in page.locator(".edition-bar summary").all():
        summary.click()
    found = Axe().run(page, options=WCAG).response
    assert len(found["passes"]) > 10
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]] == []
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
    assert "No: it is 10\N{NO-BREAK SPACE}minutes" in page.locator(".moved-since").inner_text()
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
    page.get_by_text("This page in every edition").click()
    links = page.locator(".edition-switch li a")
    assert [text[:10] for text in links.all_inner_texts()] == list(reversed(IDS))
    assert links.nth(2).get_attribute("aria-current") == "page"
    links.nth(1).click()
    page.wait_for_url(f"**/editions/{SECOND}/chapters/overview.html")
    page.get_by_role("link", name=f"Next edition, {NEWEST}").click()
    page.wait_for_url(f"**/editions/{NEWEST}/chapters/overview.html")
    page.context.close()


def test_without_scripts_the_same_places_are_reached(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + OLD, java_script_enabled=False)
    assert f"Edition {FIRST}" in page.locator(".edition-bar").inner_text()
    page.get_by_role("link", name="Newest edition").click()
    assert page.url == f"{archive}chapters/overview.html"
    page.get_by_role("link", name="This page in every edition").click()
    row = page.locator("tr:target")
    assert row.locator("a").count() == 3
    row.locator("a").nth(1).click()
    assert page.url == f"{archive}editions/{SECOND}/chapters/overview.html"
    page.goto(f"{archive}revisions.html")
    shown = page.locator("tr[data-kinds]:visible")
    assert shown.count() == 42
    page.get_by_label("those whose verdict changed").check()
    assert 0 < shown.count() < 10
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_at_320_pixels(browser: Browser, archive: str, name: str) -> None:
    page = opened(browser, archive + name, viewport={"width": 320, "height": 640})
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()
