"""One frame around every kind of page: side bar, search, contents that follow, and a 404 anywhere."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SUB_PATH, opened, served, violations
from tests.editions import FIRST, NEWEST, SECOND, published

pytestmark = pytest.mark.browser

CLAIM = f"editions/{NEWEST}/claims/difficulty-drop.html"
DIFFERENCE = f"revisions/{FIRST}--{SECOND}.html"
KINDS = (
    "index.html", "chapters/overview.html", f"editions/{FIRST}/chapters/revenue.html", CLAIM,
    "revisions.html", "editions/index.html", DIFFERENCE, "404.html",
)  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_page_has_side_bar_and_search(browser: Browser, archive: str, name: str) -> None:
    page = opened(browser, archive + name, viewport={"width": 1440, "height": 900})
    side = page.locator("nav.side")
    assert side.get_by_role("link", name="The ledger").is_visible()
    assert side.get_by_role("link", name="What moved, and why").is_visible()
    page.get_by_role("searchbox").fill("epoch before")
    link = page.locator("#frame-results a").last
    link.wait_for()
    to = link.evaluate("one => one.href")
    link.click()
    page.wait_for_url(to)
    assert page.locator("h1").count() == 1
    page.context.close()


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1440, "light")])
def test_no_kind_of_page_has_a_violation(
    browser: Browser, archive: str, name: str, width: int, scheme: str
) -> None:
    page = opened(browser, archive + name, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize(
    ("typed", "claim"),
    [("13210", "mara-btc-sold"), ("13,210", "mara-btc-sold"), ("hashprice range", "hashprice-range")],
)
def test_search_leads_to_the_page_of_a_claim(browser: Browser, archive: str, typed: str, claim: str) -> None:
    page = opened(browser, archive + "index.html")
    page.get_by_role("searchbox").fill(typed)
    link = page.locator(f"#frame-results a[href$='editions/{NEWEST}/claims/{claim}.html']")
    link.first.wait_for()
    if typed[0].isdigit():  # who seeks a number is led to its claim before all else
        assert link.first.evaluate("(one) => one === document.querySelector('#frame-results a')")
    link.first.click()
    assert page.url == f"{archive}editions/{NEWEST}/claims/{claim}.html"
    page.context.close()


def test_the_contents_follow_the_text(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + "chapters/overview.html", viewport={"width": 1440, "height": 900})
    current = page.locator(".toc [aria-current]")
    first = current.inner_text()
    page.locator("#sec-coins-sold").evaluate("one => one.scrollIntoView()")
    expect(current).to_have_attribute("href", "#sec-coins-sold")
    assert current.count() == 1
    assert current.inner_text() != first
    page.context.close()


def test_a_claim_leads_to_the_next_one(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + CLAIM, java_script_enabled=False)
    assert page.locator("[rel='prev']").count() <= 2
    page.locator(".turn [rel='next']").click()
    assert page.url.endswith(f"editions/{NEWEST}/claims/difficulty-drop-rank-year.html")
    page.locator(".turn [rel='prev']").click()
    assert page.url == archive + CLAIM
    page.context.close()


class _Host(SimpleHTTPRequestHandler):
    """A host that shows 404.html where there is nothing, as those of static sites do."""

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""

    def translate_path(self, path: str) -> str:
        return super().translate_path("/" + path.removeprefix(SUB_PATH))

    def send_error(self, code: int, *_: Any, **__: Any) -> None:  # noqa: ANN401
        assert code == HTTPStatus.NOT_FOUND
        body = (published() / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.parametrize(
    "path", ["nothing", "chapters/nothing.html", f"editions/{FIRST}/claims/nothing.html"]
)
def test_what_is_not_here_is_said_in_the_frame_at_any_depth(browser: Browser, path: str) -> None:
    with served(published(), partial(_Host, directory=str(published()))) as host:
        page = opened(browser, host + path)
        assert page.locator("h1").inner_text() == "This page is not here"
        assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"
        page.locator("nav.side").get_by_role("link", name="The ledger").click()
        assert page.url == f"{host}chapters/ledger.html"
        page.context.close()
