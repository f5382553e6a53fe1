"""The real report served over loopback under a sub-path."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.editions import published
from tests.report import report

SUB_PATH = "/some/sub/path/"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Tests print nothing."""

    def translate_path(self, path: str) -> str:
        return super().translate_path("/" + path.removeprefix(SUB_PATH))


@contextmanager
def served(folder: Path, handler: Callable[..., SimpleHTTPRequestHandler] | None = None) -> Iterator[str]:
    """The address of a folder on loopback, under a sub-path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler or partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
    server.shutdown()
    server.server_close()
    thread.join()


def opened(browser: Browser, address: str = "", **options: object) -> Page:
    """A page in a context of its own; the test closes that."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    page = context.new_page()
    if address:
        page.goto(address)
    return page


def violations(page: Page, scheme: str = "light") -> list[tuple[str, str]]:
    """What axe has against a page: each rule, and where it is first broken.

    A page that is seen in the light too is asked in the dark for its contrast alone; all else is the same.
    """
    dark = {"runOnly": {"type": "rule", "values": ["color-contrast"]}} if scheme == "dark" else None
    found = Axe().run(page, options=dark).response
    assert len(found["passes"]) > (0 if dark else 10)
    return [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]]


@pytest.fixture(scope="session")
def site() -> Path:
    return report()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    with served(site) as address:
        yield address


@pytest.fixture(scope="session")
def archive() -> Iterator[str]:
    with served(published()) as address:
        yield address
