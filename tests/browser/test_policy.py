"""The pages' policy in a browser: it stops what is not theirs, and nothing of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pivot.publish.policy import with_policy
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
    assert len([text for text in wrong if REFUSED in text]) == 2
    page.context.close()


REFUSED = "Content Security Policy"
FRAMED = """<!DOCTYPE html>
<html lang="en"><head>
<meta charset="utf-8"><title>A page with a frame of its own</title>
<script>window.own = "ran";</script>
<script id="options" type="application/json">{"location": "sidebar"}</script>
<script type="application/javascript">window.quartoToggle = () => { window.toggled = true; };</script>
</head><body><main style="color: rgb(1, 2, 3)">
<a href="#" id="first" onclick="window.quartoToggle(); return false;">own</a>
<a href="#" id="strange" onclick="window.taken = 'ran'">strange</a>
</main></body></html>
"""


def test_a_page_with_a_frame_of_its_own_runs_its_own_scripts_alone(browser: Browser, tmp_path: Path) -> None:
    late = with_policy(FRAMED).replace("</main>", "<script>window.late = 'ran'</script></main>")
    (tmp_path / "index.html").write_text(late, "utf-8")
    with served(tmp_path) as address:
        page, wrong = watched(browser)
        page.goto(f"{address}index.html")
        page.locator("#first").click()
        assert page.evaluate("[window.own, window.toggled]") == ["ran", True]
        assert page.evaluate("getComputedStyle(document.querySelector('main')).color") == "rgb(1, 2, 3)"
        page.locator("#strange").click()
        assert page.evaluate("[window.taken, window.late]") == [None, None]
        assert len([text for text in wrong if REFUSED in text]) == 2
        page.context.close()
