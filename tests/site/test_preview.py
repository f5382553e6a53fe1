"""The preview: what an editor saves is on the page a moment later, and a mistake takes nothing away."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from pivot.errors import OutputError
from pivot.publish.preview import HOST, preview
from tests.conftest import NEWEST
from tests.report import copy_repository

PATIENCE_SECONDS = 60


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, "the preview did not get there"
        time.sleep(0.05)


def test_what_is_saved_is_served_and_a_mistake_is_told(tmp_path: Path) -> None:
    root = copy_repository(tmp_path / "repository")
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
    try:
        until(lambda: any("built in" in line for line in said))
        address = said[0].split()[0] + "chapters/security.html"
        assert address.startswith(f"http://{HOST}:")

        def page() -> str:
            with urlopen(address, timeout=10) as answer:  # noqa: S310 -- loopback
                text: str = answer.read().decode()
                return text

        chapter.write_text(good + "\nA sentence that an editor has just saved.\n", "utf-8")
        until(lambda: "just saved" in page())
        chapter.write_text(good + "\nA {{< var claim.no-such >}} mistake.\n", "utf-8")
        until(lambda: any("last good site stays" in line for line in said))
        assert "chapters/security.qmd" in said[-1]
        assert "just saved" in page()
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def test_a_taken_port_is_one_clear_error(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with pytest.raises(OutputError, match="can not listen"):
            preview(
                copy_repository(tmp_path / "repository"),
                NEWEST,
                tmp_path / "site",
                port=taken.getsockname()[1],
                say=lambda _: None,
                stop=threading.Event(),
            )
