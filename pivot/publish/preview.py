"""A preview that stays warm: build once, serve on loopback, build again when prose or evidence changes."""

from __future__ import annotations

import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from pivot.errors import OutputError, ReportError
from pivot.names import CACHE, SNAPSHOTS
from pivot.publish.build import BOOK_FILES, make
from pivot.publish.embedded import EmbeddedRenderer
from pivot.publish.render import silent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

HOST = "127.0.0.1"
_PAUSE_SECONDS = 0.1


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """The terminal is for builds."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def preview(
    root: Path,
    as_of: dt.date,
    out: Path,
    *,
    port: int,
    say: Callable[[str], None],
    stop: threading.Event,
) -> None:
    """Serve the site of one vintage on loopback and keep it current until `stop` is set.

    A change that does not build is reported, and the last good site stays. Changed code needs a restart.

    Args:
        root: the repository.
        as_of: the day on which the evidence is read.
        out: the folder of the site.
        port: where to listen; 0 for any free one.
        say: told each address, build and error.
        stop: ends the preview.

    Raises:
        OutputError: the port is taken.
    """
    with EmbeddedRenderer(root / CACHE / "objects") as renderer, _server(out, port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say(f"http://{HOST}:{server.server_port}/  evidence as of {as_of}; stop with Ctrl-C")
        seen: object = None
        while not stop.is_set():
            state = _state(root)
            if state != seen:
                seen, start = state, time.perf_counter()
                try:
                    make(root, as_of, renderer, out, silent)
                    say(f"built in {time.perf_counter() - start:.2f} s")
                except ReportError as error:
                    say(f"the last good site stays: {error}")
            stop.wait(_PAUSE_SECONDS)
        server.shutdown()


def _server(out: Path, port: int) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(out)))
    except OSError as error:
        raise OutputError(
            "the preview can not listen",
            where=f"{HOST}:{port}",
            got=error.strerror or str(error),
            hint="choose another port with --port",
        ) from None


def _state(root: Path) -> tuple[tuple[str, int, int], ...]:
    """What an editor may change: name, size and time of every file of prose and evidence."""
    files = [path for pattern in (*BOOK_FILES, f"{SNAPSHOTS}/**/*") for path in root.glob(pattern)]
    return tuple(
        (str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files) if path.is_file()
    )
