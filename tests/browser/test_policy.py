"""The pages' policy in a browser: it stops what is not theirs, and nothing of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import opened, served
from tests.editions import FIRST, NEWEST, SECOND, published

pytestmark = pytest.mark.browser

PAGES = (
    "index.html",
    "chapters/overview.html",
    "chapters/ledger.html",
    f"editions/{FIRST}/chapters/overview.html",
    f"editions/{FIRST}/claims/difficulty-drop.html",
    f"editions/{NEWEST}/claims/difficulty-drop.html",
    "editions/index.html",
    "revisions.html",
    "latest/claims/difficulty-drop.html",
    f"revisions/{FIRST}--{SECOND}.html",
    "404.html",
)


@pytest.fixture(scope="module", params=["served", "folder"])
def archive(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "folder":
        yield f"{published().as_uri()}/"
        return
    with served(published()) as address:
        yield address


def watched(browser: Browser) -> tuple[Page, list[str]]:
    page, wrong = opened(browser), []
    page.on(
        "console", lambda said: wrong.append(f"{page.url}: {said.text}") if said.type == "error" else None
    )
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    return page, wrong


def test_nothing_of_a_page_is_refused(browser: Browser, archive: str) -> None:
    page, wrong = watched(browser)
    for name in PAGES:
        page.goto(archive + name)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.classList.contains('js')")
        assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"
    # A page that is shown at any depth seeks its style in several places, and finds it in one.
    assert [one for one in wrong if not one.startswith(f"{archive}404.html: Failed to load")] == []
    assert not any("Content Security" in one for one in wrong)
    page.context.close()


def test_search_and_colours_work_under_it(browser: Browser, archive: str) -> None:
    page, wrong = watched(browser)
    page.goto(archive + "chapters/overview.html")
    page.get_by_role("searchbox").fill("hash price")
    page.locator("#frame-results a").first.wait_for()
    page.locator("#frame-theme").select_option("dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert wrong == []
    page.context.close()


def test_what_is_not_its_own_is_refused(browser: Browser, archive: str) -> None:
    page, wrong = watched(browser)
    page.goto(archive + "chapters/overview.html")
    page.evaluate(
        """() => {
            const script = document.createElement("script"), picture = document.createElement("img");
            script.textContent = "window.strange = true";
            picture.src = "https://example.org/pixel.png";
            document.body.append(script, picture);
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.strange") is None
    assert len([text for text in wrong if "Content Security Policy" in text]) == 2
    page.context.close()
