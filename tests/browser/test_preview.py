"""The preview in a browser: the page that is open follows what is saved, and says what is wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pivot.publish.preview import preview
from tests.browser.conftest import opened
from tests.conftest import NEWEST
from tests.report import built_before
from tests.site.test_preview import PATIENCE_SECONDS, until

pytestmark = pytest.mark.browser


def test_an_open_page_follows_what_is_saved(browser: Browser, tmp_path: Path) -> None:
    root = built_before(tmp_path / "repository")
    chapter = root / "chapters/security.qmd"
    good = chapter.read_text("utf-8")
    said: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(
        target=preview,
        args=(root, NEWEST, root / ".pivot/preview"),
        kwargs={"port": 0, "say": said.append, "stop": stop},
    )
    thread.start()
    page = opened(browser)
    try:
        until(lambda: any("built in" in line for line in said))
        page.goto(said[0].split()[0] + "chapters/security.html")
        milliseconds = PATIENCE_SECONDS * 1000
        chapter.write_text(good + "\nA sentence that an editor has just saved.\n", "utf-8")
        expect(page.get_by_text("has just saved")).to_be_visible(timeout=milliseconds)
        chapter.write_text(good + "\nA {{< var claim.no-such >}} mistake.\n", "utf-8")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("chapters/security.qmd", timeout=milliseconds)
        expect(page.get_by_text("has just saved")).to_be_visible()
        chapter.write_text(good, "utf-8")
        expect(alert).to_have_count(0, timeout=milliseconds)
        expect(page.get_by_text("has just saved")).to_have_count(0)
    finally:
        page.context.close()
        stop.set()
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
