"""The polite client: how `pivot refresh` asks live sources. No build imports it.

requests-cache keeps the last good answer of every address, asks with its ETag or its date, and gives it back
where a source fails (stale-if-error). `transport` keeps the manners below it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import requests
from requests_cache import CachedSession
from requests_cache.backends.sqlite import SQLiteCache

from pivot.snapshots import transport
from pivot.snapshots.transport import Clock, Limits, SourceError, Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said.

    Attributes:
        url: what was asked for.
        data: the body, unpacked.
        read: when the source said so, in UTC.
        new: whether it came now, and is not the last answer confirmed or standing in.
        trouble: why the last answer stands in for a new one; None if the source answered.
    """

    url: str
    data: bytes
    read: dt.datetime
    new: bool
    trouble: SourceError | None

    @property
    def sha256(self) -> str:
        """SHA-256 of the body, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


class Client:
    """Asks sources; a context manager that closes its cache.

    Args:
        cache: the SQLite file of last answers, usually `.pivot/http.sqlite`.
        contact: a mail or web address at which a source reaches the one who asks; SEC EDGAR requires it.
        limits: what one may take of the other.
        clock: the time.

    Attributes:
        answers: everything that was read, in order; whoever needs it apart clears it.
        watch: is told each address before it is asked.

    Raises:
        SourceError: if `contact` is no address.
    """

    def __init__(
        self, cache: Path, contact: str, limits: Limits | None = None, clock: Clock | None = None
    ) -> None:
        if "@" not in contact and "://" not in contact:
            raise SourceError(
                "Sources want to know whom to write to.",
                where="option --contact, or PIVOT_CONTACT in the environment",
                expected="a mail or web address",
                got=repr(contact),
                hint="Name one; it goes into the User-Agent of every request and nowhere else.",
            )
        self.answers: list[Answer] = []
        self.watch: Callable[[str], None] = lambda _: None
        self.clock = clock or Clock()
        self._transport = Transport(limits or Limits(), self.clock)
        # What goes wrong is said once and in our words; requests-cache would log a traceback for it.
        logging.getLogger("requests_cache").setLevel(logging.CRITICAL)
        _mend(cache)
        self._session = CachedSession(
            backend=SQLiteCache(cache, serializer="json", wal=True),
            # An answer is old at once, so that it is asked for again, yet kept, so that it can stand in.
            expire_after=dt.timedelta(microseconds=1),
            stale_if_error=True,
            autoclose=True,
        )
        # A name and an address with nothing around them, the form that the SEC asks for and shows:
        # https://www.sec.gov/search-filings/edgar-search-assistance/accessing-edgar-data
        self._session.headers["User-Agent"] = f"miner-pivot-report {contact}"
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()  # type: ignore[no-untyped-call]  # requests-cache leaves it untyped

    def json(self, url: str) -> Any:  # noqa: ANN401 - any JSON there is
        """A JSON answer, fractions as `Decimal`.

        Raises:
            SourceError: if there is no good answer and never was one.
        """
        return transport.parsed(self._get(url, transport.JSON).data, url)

    def hexadecimal(self, url: str) -> str:
        """An answer that is nothing but hexadecimal digits.

        Raises:
            SourceError: if there is no good answer and never was one.
        """
        return self._get(url, transport.HEX).data.decode().strip()

    def _get(self, url: str, kind: str) -> Answer:
        self._transport.trouble = None
        self.watch(url)
        try:
            response = self._session.get(url, headers={"Accept": kind}, allow_redirects=False)
        except requests.RequestException as error:
            lost = SourceError(
                "A source can not be asked.",
                where=url,
                expected="an answer",
                got=transport.reason(error),
                hint=transport.LATER,
            )
            raise self._transport.trouble or lost from None
        trouble = self._transport.trouble
        answer = Answer(
            url=url,
            data=response.content,
            read=response.created_at if trouble else self.clock.now(),
            new=not response.from_cache,
            trouble=trouble,
        )
        self.answers.append(answer)
        return answer


def _mend(cache: Path) -> None:
    """Drops a cache that is no database any more: it holds nothing that could not be read again."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(cache)) as database:
            database.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.DatabaseError:
        for file in cache.parent.glob(f"{cache.name}*"):
            file.unlink()
