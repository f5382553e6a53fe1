"""JSON with a memory of where each value stood, so that a changed shape is one clear error."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from pivot.snapshots.refusal import clean
from pivot.snapshots.source import WRONG
from pivot.snapshots.transport import SourceError

if TYPE_CHECKING:
    from pivot.snapshots.client import Client


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an answer.

    Attributes:
        content: as JSON has it, fractions as `Decimal`.
        url: of the answer.
        path: of the value in it.

    Every method raises SourceError if the value is not of the kind that is asked for.
    """

    content: object
    url: str
    path: str = ""

    def __getitem__(self, name: str | int) -> Value:
        """A field of an object, or a place in a list."""
        content = self.content
        if isinstance(name, int):
            if isinstance(content, list) and name < len(content):
                return Value(content[name], self.url, f"{self.path}[{name}]")
            raise self._other(f"a list of {name + 1} or more")
        if isinstance(content, dict) and name in content:
            return Value(content[name], self.url, f"{self.path}.{name}".lstrip("."))
        raise self._other(f"an object with {name!r}")

    def has(self, name: str) -> bool:
        """Whether an object has a field that is not null."""
        return isinstance(self.content, dict) and self.content.get(name) is not None

    def each(self, *, some: bool = True) -> list[Value]:
        """The values of a list; unless told otherwise it must not be empty."""
        if not isinstance(self.content, list) or (some and not self.content):
            raise self._other("a list that is not empty" if some else "a list")
        return [self[number] for number in range(len(self.content))]

    def names(self) -> list[str]:
        """The names of an object's fields."""
        if not isinstance(self.content, dict):
            raise self._other("an object")
        return list(self.content)

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.content, str) or not self.content.strip():
            raise self._other("a text")
        return self.content.strip()

    def number(self) -> Decimal:
        """A finite number, also one written as a text, as exchanges do."""
        if isinstance(self.content, int | Decimal | str) and not isinstance(self.content, bool):
            try:
                number = Decimal(self.content)
            except InvalidOperation:
                raise self._other("a number") from None
            if number.is_finite():
                return number
        raise self._other("a number")

    def positive(self) -> Decimal:
        """A number above 0."""
        number = self.number()
        if number <= 0:
            raise self._other("a number above 0")
        return number

    def whole(self) -> int:
        """A whole number of 0 or more."""
        number = self.number()
        if number < 0 or number != number.to_integral_value():
            raise self._other("a whole number of 0 or more")
        return int(number)

    def moment(self) -> dt.datetime:
        """Seconds since 1970 as a time in UTC."""
        try:
            return dt.datetime.fromtimestamp(self.whole(), dt.UTC)
        except (OverflowError, OSError, ValueError):
            raise self._other("seconds since 1970") from None

    def day(self) -> dt.date:
        """The day of an ISO date, or of an ISO date and time."""
        text = self.text()
        try:
            return dt.date.fromisoformat(text[:10])
        except ValueError:
            raise self._other("a date such as 2026-05-08") from None

    def _other(self, expected: str) -> SourceError:
        return SourceError(
            "An answer has another shape than documented.",
            where=f"{self.url}, at {self.path or 'its top'}",
            expected=expected,
            got=clean(repr(self.content), 60),
            hint=WRONG,
        )


def ask(client: Client, url: str, *, now: bool = False) -> Value:
    """A JSON answer.

    Args:
        client: asks.
        url: what is asked for.
        now: whether the last answer may not stand in for a new one.

    Raises:
        SourceError: if there is none.
    """
    content = client.json(url)
    if now and (trouble := client.answers[-1].trouble):
        client.answers.pop()  # it was not used
        raise trouble
    return Value(content, url)
