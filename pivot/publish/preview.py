"""A preview that follows what an editor saves: prose, evidence and code are built again, and pages reload.

The site is served on loopback. Every page gets a script on its way that listens for builds (server-sent
events) and shows what is wrong; nothing of that is in the files of the site.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import wait
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.article import article_of
from pivot.errors import OutputError
from pivot.folders import files_in
from pivot.names import SNAPSHOTS
from pivot.processes import Resident, background, python
from pivot.publish.build import BOOK_FILES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

HOST = "127.0.0.1"
_PAUSE_SECONDS = 0.1
_BUILD_SECONDS = 600
_BUILDER = "from pivot.publish.preview_worker import main; main()"
_EVENTS, _SCRIPT = "/-/events", "/-/reload.js"
_RELOAD = """"use strict";
(() => {
  const build = document.currentScript.dataset.build;
  new EventSource("/-/events").onmessage = (event) => {
    const state = JSON.parse(event.data);
    document.getElementById("preview-error")?.remove();
    if (state.error) {
      const box = document.createElement("pre");
      box.id = "preview-error";
      box.setAttribute("role", "alert");
      box.textContent = state.error;
      Object.assign(box.style, {
        position: "fixed", inset: "0 0 auto 0", zIndex: 1000, margin: 0, padding: "1rem", maxHeight: "60vh",
        overflow: "auto", whiteSpace: "pre-wrap", background: "#a1281f", color: "#fff",
      });
      document.body.prepend(box);
    } else if (String(state.build) !== build) {
      location.reload();
    }
  };
})();
"""
# The policy of a page lets it connect to nobody; in the preview it may ask for news of the build.
_POLICY = b"default-src 'none';"
_EMPTY = "<!doctype html><title>No site yet</title><body><p>There is no page here yet.</p></body>"


@dataclass(slots=True)
class _State:
    """The last build: its number, and what was wrong with the newest attempt; pages wait for the next."""

    build: int = 0
    error: str = ""
    ended: bool = False
    news: threading.Condition = field(default_factory=threading.Condition)

    def built(self) -> None:
        with self.news:
            self.build, self.error = self.build + 1, ""
            self.news.notify_all()

    def failed(self, error: str) -> None:
        with self.news:
            self.error = error
            self.news.notify_all()

    def end(self) -> None:
        with self.news:
            self.ended = True
            self.news.notify_all()


class _Handler(SimpleHTTPRequestHandler):
    """Files of the site; pages with the script that reloads them."""

    def __init__(self, *arguments: object, state: _State, **options: object) -> None:
        self.state = state
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # as http.server calls it

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        file = Path(self.translate_path(path)) / ("index.html" if path.endswith("/") else "")
        if path == _EVENTS:
            self._events()
        elif path == _SCRIPT:
            self._send(_RELOAD.encode(), "text/javascript")
        elif file.suffix == ".html" and file.is_file():
            self._page(file.read_bytes())
        elif file.suffix == ".html":
            self._page(_EMPTY.encode(), HTTPStatus.NOT_FOUND)
        else:
            super().do_GET()

    def _page(self, page: bytes, status: HTTPStatus = HTTPStatus.OK) -> None:
        script = f'<script src="{_SCRIPT}" data-build="{self.state.build}"></script></body>'.encode()
        page = page.replace(_POLICY, _POLICY + b" connect-src 'self';", 1)
        self._send(script.join(page.rsplit(b"</body>", 1)), "text/html; charset=utf-8", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _events(self) -> None:
        """Tells the state now and at every change, until the page is left or the preview ends."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            with self.state.news:
                while not self.state.ended:
                    content = json.dumps({"build": self.state.build, "error": self.state.error})
                    self.wfile.write(f"data: {content}\n\n".encode())
                    self.state.news.wait()
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """The terminal is for builds."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


class _Builder:
    """The process that builds; it is started anew where the code has changed, or it has stopped."""

    def __init__(self, *arguments: object) -> None:
        self._command, self._environment = python(_BUILDER, *map(str, arguments))
        self._running: Resident | None = None

    def build(self, stop: threading.Event, *, anew: bool) -> float | str:
        """The seconds that a build took, or what is wrong; "" if the preview was stopped meanwhile."""
        if anew or (self._running and self._running.process.poll() is not None):
            self.end()
        self._running = self._running or Resident(self._command, environment=self._environment, shows=True)
        answer = background(partial(self._running.ask, "build", _BUILD_SECONDS))
        while not wait((answer,), _PAUSE_SECONDS).done:
            if stop.is_set():
                return ""
        made = answer.result()
        if "error" in made:
            return f"the builder gave no answer, {made['error']}; what it said stands above in the terminal"
        result: float | str = made["seconds"] if "seconds" in made else made["wrong"]
        return result

    def end(self) -> None:
        """Ends the process: it may finish what it does, but not for long."""
        if self._running:
            self._running.close()
            self._running = None


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

    A change that does not build is told here and on the page, and the last good site stays.

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
    packages = article_of(root).code
    state, builder = _State(), _Builder(root, as_of, out)
    with _server(out, port, state) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say(f"http://{HOST}:{server.server_port}/  evidence as of {as_of}; stop with Ctrl-C")
        inputs: object = None
        code: object = None
        try:
            while not stop.is_set():
                now = _inputs(root), _stamps(files_in(*packages))
                if now != (inputs, code):
                    changed, (inputs, code) = code is not None and now[1] != code, now
                    answer = builder.build(stop, anew=changed)
                    if isinstance(answer, float):
                        state.built()
                        say(f"built in {answer:.2f} s")
                    elif answer:
                        state.failed(answer)
                        say(f"the last good site stays: {answer}")
                stop.wait(_PAUSE_SECONDS)
        finally:
            builder.end()
            state.end()
            server.shutdown()


def _server(out: Path, port: int, state: _State) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(out), state=state))
    except OSError as error:
        raise OutputError(
            "the preview can not listen",
            where=f"{HOST}:{port}",
            expected="a port that is free",
            got=error.strerror or str(error),
            hint="choose another port with --port",
        ) from None


def _inputs(root: Path) -> tuple[tuple[str, int, int], ...]:
    """What an editor may change of prose and evidence."""
    return _stamps(path for pattern in (*BOOK_FILES, f"{SNAPSHOTS}/**/*") for path in root.glob(pattern))


def _stamps(paths: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of each file."""
    stamps = []
    for path in sorted(paths):
        try:
            about = path.stat()
        except FileNotFoundError:  # an editor replaces a file by renaming another
            continue
        if path.is_file():
            stamps.append((str(path), about.st_size, about.st_mtime_ns))
    return tuple(stamps)
