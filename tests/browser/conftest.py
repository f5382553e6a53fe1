"""The real report served over loopback under a sub-path."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

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


@pytest.fixture(scope="session")
def site() -> Path:
    return report()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    with served(site) as address:
        yield address
