"""The preview: what an editor saves is on the page a moment later, and a mistake takes nothing away."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from pivot.errors import OutputError
from pivot.publish.preview import HOST, preview
from tests.conftest import NEWEST, ROOT
from tests.report import built_before

PATIENCE_SECONDS = 60


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, "the preview did not get there"
        time.sleep(0.05)


def test_what_is_saved_is_served_and_a_mistake_is_told(tmp_path: Path) -> None:
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
        # What the page listens to is of the preview and not of the site.
        assert '<script src="/-/reload.js" data-build="' in page()
        site = root / ".pivot/preview"
        assert [path for path in site.rglob("*.html") if "/-/" in path.read_text("utf-8")] == []
        assert "connect-src 'self'" in page()
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def states(address: str, seen: list[dict[str, Any]]) -> None:
    """What a page is told, until the preview ends."""
    with urlopen(f"{address}-/events", timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 -- loopback
        seen.extend(json.loads(line.removeprefix(b"data: ")) for line in answer if line.strip())


def test_changed_code_is_built_and_a_broken_line_is_told_on_the_page_until_it_is_mended(
    tmp_path: Path,
) -> None:
    """In a copy of the code, run as an editor runs it."""
    root = built_before(tmp_path / "repository")
    for package in ("analysis", "pivot"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    module = root / "analysis/claims/network.py"
    good = module.read_text("utf-8")
    command = [sys.executable, "-m", "analysis", "preview", "--as-of", str(NEWEST)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            said = iter(process.stdout.readline, "")
            address = next(said).split()[0]
            assert next(said).startswith("built in")
            seen: list[dict[str, Any]] = []
            listener = threading.Thread(target=states, args=(address, seen), daemon=True)
            listener.start()
            until(lambda: len(seen) == 1)
            module.write_text(good + "\nthis is no Python\n", "utf-8")
            until(lambda: len(seen) == 2)
            assert "SyntaxError" in seen[1]["error"]
            assert "claims/network.py" in seen[1]["error"]
            assert next(said).startswith("the last good site stays: ")
            module.write_text(good.replace("Change of difficulty at", "The change of difficulty at"), "utf-8")
            until(lambda: len(seen) == 3)
            assert (seen[2]["build"], seen[2]["error"]) == (seen[0]["build"] + 1, "")
            ledger = json.loads((root / ".pivot/preview/ledger.json").read_text("utf-8"))
            assert "The change of difficulty at" in json.dumps(ledger)
        finally:
            process.send_signal(signal.SIGINT)
    listener.join(PATIENCE_SECONDS)
    assert not listener.is_alive()


def test_a_taken_port_is_one_clear_error(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with pytest.raises(OutputError, match="can not listen"):
            preview(
                ROOT,
                NEWEST,
                tmp_path / "site",
                port=taken.getsockname()[1],
                say=lambda _: None,
                stop=threading.Event(),
            )
