"""Real HTTP on loopback: answers as each live source does, and badly where a test asks for it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Self

Fault = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request; keeps a record of it, then answers well or badly."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, which a delayed acknowledgement would part
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        for part, faults in self.server.faults.items():
            if part in self.path and faults:
                fault = faults.pop(0) if len(faults) > 1 or faults[0] is None else faults[0]
                if fault:
                    fault(self)
                    return
        content = self.server.content(self.path)
        if content is None:
            self.send(b'{"error": "not found"}', status=404)
        elif isinstance(content, str):
            self.send(content.encode(), kind="text/plain")
        else:
            self.send(json.dumps(content).encode())

    def send(
        self,
        body: bytes,
        *,
        status: int = 200,
        kind: str = "application/json; charset=utf-8",
        length: int | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Sends a body with an ETag, or 304 where the client has it."""
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and self.headers.get("If-None-Match") == tag:
            status, body = 304, b""
            self.server.unchanged += 1
        self.send_response(status)
        if status == 200:
            self.send_header("Content-Type", kind)
        if status in {200, 304}:
            self.send_header("ETag", tag)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header: that of the pretended present."""
        del timestamp
        return format_datetime(self.server.now.replace(microsecond=0), usegmt=True)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """Answers from `content`, a function of the path, unless a fault is due.

    Attributes:
        faults: by a part of the path, what goes wrong: one after the other, the last one for ever; None is no
            fault.
        asked: path and headers of every request.
        unchanged: how many were answered with 304.
        now: the time that it believes it is.
    """

    daemon_threads = True
    request_queue_size = 50

    def __init__(self, content: Callable[[str], object], now: dt.datetime) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.now = now
        self.faults: dict[str, list[Fault | None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.unchanged = 0
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""
