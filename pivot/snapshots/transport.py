"""Manners and caution on the wire, below the cache of the polite client.

One adapter keeps a pause between requests to a host, tries again with growing waits that honour
`Retry-After`, keeps time-outs and a limit on size, follows no redirect away from a host, and lets only an
answer through that is what it says it is: bad ones never reach the cache.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import DecodeError, HTTPError

from pivot.errors import ReportError
from pivot.snapshots import refusal

JSON = "application/json"
HEX = "text/plain"

_GOOD = frozenset({200, 304})
_AGAIN = frozenset({429, 500, 502, 503, 504})
_CHUNK = 1 << 16
_REDIRECTS = 5
LATER = "Nothing was added. Run `pivot refresh` again later."
_MOVED = "Nothing was added. If the source has moved, change its address in analysis/sources."
_BARRED = (
    "Nothing was added. Look into the source's terms: it may want a key, or another contact in the "
    "User-Agent (`--contact`)."
)
_SLOWER = (
    "Nothing was added. It takes fewer requests than it was asked: run `pivot refresh` again in a minute."
)
_HINTS = {401: _BARRED, 403: _BARRED, 451: _BARRED, 404: _MOVED, 410: _MOVED, 429: _SLOWER}
_UNFIT = "Nothing was added. Hold the request against the source's documentation; it may have changed."


class SourceError(ReportError):
    """A live source did not answer, or not with what its documentation says.

    Attributes:
        status: of HTTP, where the source refused to answer with one; else 0.
        unanswered: whether there was no answer at all, so that a later one may be asked for.
    """

    status = 0
    unanswered = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a source may take of us, and we of it.

    Attributes:
        attempts: requests for one answer, at most.
        backoff: seconds before the second attempt; doubled before each further one.
        crowded: the same where a source has had too many requests (429): most count them by the minute.
        patience: longest wait in seconds that a source may ask for with `Retry-After`.
        pause: seconds between two requests to one host. The sources allow from 10 a second (SEC) to 10 in 6
            seconds (Coin Metrics); one a second suits all of them. A host that has had too many (429) gets
            twice the pause from then on, up to `slowest`.
        slowest: seconds between two requests to a host that takes few; enough for one that takes 10 a minute.
        connect: seconds to connect.
        read: seconds without a byte.
        total: seconds for a whole answer.
        size: bytes of an answer, unpacked. The largest known has 5 MB (SEC company facts).
        skew: how far our clock and the one of a source may be apart.
    """

    attempts: int = 4
    backoff: float = 2.0
    crowded: float = 16.0
    patience: float = 120.0
    pause: float = 1.0
    slowest: float = 8.0
    connect: float = 10.0
    read: float = 30.0
    total: float = 300.0
    size: int = 64 << 20
    skew: dt.timedelta = dt.timedelta(hours=1)


class Clock:
    """The time, and waiting; a test has its own."""

    def now(self) -> dt.datetime:
        """The time of day, in UTC."""
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; never set back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


class StandIn(requests.RequestException):
    """Says to the cache that an answer is not to be had, so that the last one may stand in."""


class Transport(HTTPAdapter):
    """Sends one request with manners, and gives back a whole, sane answer or an error.

    Attributes:
        trouble: what was wrong with the request before, if something was.
    """

    def __init__(self, limits: Limits, clock: Clock) -> None:
        super().__init__()
        self.trouble: SourceError | None = None
        self._limits = limits
        self._clock = clock
        self._next: dict[str, float] = {}
        self._pauses: dict[str, float] = {}

    def send(  # type: ignore[override]  # requests' own options, of which the time-outs are ours
        self,
        request: requests.PreparedRequest,
        **options: Any,  # noqa: ANN401
    ) -> requests.Response:
        """Sends a request; redirects within a host are followed here.

        Raises:
            StandIn: if there is no good answer; `trouble` says why.
        """
        options |= {"stream": True, "timeout": (self._limits.connect, self._limits.read)}
        try:
            return self._followed(request, options)
        except SourceError as error:
            error.unanswered = True
            self.trouble = error
            raise StandIn(error.what, request=request) from None

    def _followed(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        seen = [request.url or ""]
        while True:
            response = self._patient(request, options)
            if response.status_code in _GOOD:
                return response
            if not response.is_redirect:
                status = response.status_code
                hint = _HINTS.get(status, _UNFIT)
                what = "A source refuses to answer."
                raise _error(what, seen[-1], "HTTP 200", _refused(response), hint, status)
            there = urljoin(seen[-1], response.headers["Location"])
            if urlsplit(there)[:2] != urlsplit(seen[0])[:2]:
                raise _error("A source sends us elsewhere.", seen[0], "the same host", there, _MOVED)
            if there in seen or len(seen) > _REDIRECTS:
                raise _error("A source sends us in a circle.", seen[0], "an answer", there, _MOVED)
            seen.append(there)
            request = copy.copy(request)
            request.url = there

    def _patient(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        """Asks until there is an answer, a refusal, or no attempt left."""
        url, problem, status = request.url or "", "", 0
        host = urlsplit(url).netloc
        for attempt in range(self._limits.attempts):
            asked, wait = None, self._limits.backoff
            try:
                response = self._once(request, options)
                if response.status_code not in _AGAIN:
                    return response
                problem, status = _refused(response), response.status_code
                asked = self._retry_after(response)
                if status == requests.codes.too_many_requests:
                    wait = self._limits.crowded
                    self._pauses[host] = min(2 * self._pause(host), self._limits.slowest)
            except requests.exceptions.SSLError as error:
                hint = "Check the clock of this machine; else wait until the source renews it. " + LATER
                what = "The certificate of a source is not good."
                raise _error(what, url, "a valid certificate", reason(error), hint) from None
            except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
                problem, status = reason(error), 0
            if asked is not None and asked > self._limits.patience:
                got = f"{problem}, Retry-After {asked:.0f} seconds"
                again = self._clock.now() + dt.timedelta(seconds=asked)
                hint = f"Nothing was added. Run `pivot refresh` again after {again:%Y-%m-%d %H:%M} UTC."
                most = f"at most {self._limits.patience:.0f} seconds"
                raise _error("A source asks us to wait.", url, most, got, hint, status)
            if attempt + 1 < self._limits.attempts:
                self._clock.sleep(wait * 2**attempt if asked is None else asked)
        times = f"{problem}, {self._limits.attempts} times"
        hint = _HINTS.get(status, LATER)
        raise _error("A source does not answer.", url, "an answer", times, hint, status)

    def _once(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        host = urlsplit(request.url or "").netloc
        early = self._next.get(host, 0.0) - self._clock.monotonic()
        if early > 0:
            self._clock.sleep(early)
        try:
            response = super().send(request, **options)
            body = self._body(response)
        finally:
            self._next[host] = self._clock.monotonic() + self._pause(host)
        if response.status_code in _GOOD:
            self._timely(response)
        if response.status_code == requests.codes.ok:
            _sane(response, body)
        return response

    def _pause(self, host: str) -> float:
        return self._pauses.get(host, self._limits.pause)

    def _body(self, response: requests.Response) -> bytes:
        """Reads the whole body, unpacked, in bounded steps; then gives requests a body at rest."""
        raw, url, limit = response.raw, response.url, self._limits.size
        until = self._clock.monotonic() + self._limits.total
        body = bytearray()
        try:
            while part := raw.read1(_CHUNK, decode_content=True):
                body += part
                if len(body) > limit:
                    hint = "Nothing was kept of it. Look at the address in a browser: it has changed."
                    raise _error("An answer is too large.", url, f"at most {limit:,} bytes", "more", hint)
                if self._clock.monotonic() > until:
                    raise requests.Timeout(f"not whole after {self._limits.total:g} seconds")
            raw.release_conn()
        except DecodeError as error:
            packing = response.headers.get("Content-Encoding", "")
            raise _error("An answer is not packed as it says.", url, packing, reason(error), LATER) from None
        finally:
            raw.close()
        for name in ("Content-Encoding", "Content-Length", "Transfer-Encoding"):
            response.headers.pop(name, None)
        response.raw = HTTPResponse(
            bytes(body),
            headers=dict(response.headers),
            status=response.status_code,
            reason=response.reason,
            preload_content=False,
            request_url=url,
        )
        response._content, response._content_consumed = bytes(body), True  # noqa: SLF001 - as requests does it
        return bytes(body)

    def _timely(self, response: requests.Response) -> None:
        stated, now = _date(response.headers.get("Date")), self._clock.now()
        if stated and abs(stated - now) > self._limits.skew:
            raise _error(
                "The clock of this machine and that of a source differ.",
                response.url,
                f"{now:%Y-%m-%d %H:%M} UTC, as here",
                f"{stated:%Y-%m-%d %H:%M} UTC",
                "Nothing was added: a snapshot is dated by the clock. Set it right and repeat the command.",
            )

    def _retry_after(self, response: requests.Response) -> float | None:
        """Seconds that a source asks us to wait: given as such, or as a date."""
        text = response.headers.get("Retry-After", "").strip()
        if text.isdecimal():
            return float(text)
        date = _date(text)
        return max(0.0, (date - self._clock.now()).total_seconds()) if date else None


def parsed(body: bytes, url: str) -> Any:  # noqa: ANN401 - any JSON there is
    """A JSON body, fractions as `Decimal`, so that no digit is lost.

    Raises:
        SourceError: if it is not JSON, or has NaN or an infinity in it.
    """
    try:
        return json.loads(body.decode(), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        got = f"{error}; it starts with {_start(body)}"
        raise _error("An answer is not JSON, or not all of it.", url, "JSON", got, LATER) from None


def reason(error: BaseException) -> str:
    """The innermost message of an error that wraps others, on one line."""
    inner: BaseException | None = error
    while inner is not None:
        error = inner
        candidates = (getattr(error, "reason", None), *error.args)
        inner = next((each for each in candidates if isinstance(each, BaseException)), None)
    return " ".join(str(error).split()) or type(error).__name__


def _sane(response: requests.Response, body: bytes) -> None:
    """An answer is what was asked for: JSON that says so, or nothing but hexadecimal digits."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    what = "A source answers with something else than data."
    if response.request.headers["Accept"] == JSON:
        if kind != JSON:
            got = f"{kind or 'no type'}, {_start(body)}"
            raise _error(what, response.url, JSON, got, LATER)
        parsed(body, response.url)
    elif not re.fullmatch(rb"[0-9a-f]+\s*", body):
        raise _error(what, response.url, "hexadecimal digits", _start(body), LATER)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _error(  # noqa: PLR0917 - the fields of every error, and the status
    what: str, where: str, expected: str, got: str, hint: str, status: int = 0
) -> SourceError:
    error = SourceError(what, where=where, expected=expected, got=got, hint=hint)
    error.status = status
    return error


def _refused(response: requests.Response) -> str:
    """The status, and what the publisher says about it."""
    words = f"HTTP {response.status_code} {response.reason}"
    said = refusal.message(response.content)
    return f"{words}: {said}" if said else words


def _date(text: str | None) -> dt.datetime | None:
    with suppress(ValueError, TypeError):
        date = parsedate_to_datetime(text or "")
        return date if date.tzinfo else date.replace(tzinfo=dt.UTC)
    return None


def _start(body: bytes) -> str:
    return repr(" ".join(body[:200].decode(errors="replace").split())[:60])
