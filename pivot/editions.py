"""The editions of the report, as `editions.toml` lists them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from pivot.errors import ProseError, ReportError
from pivot.names import EDITIONS_FILE
from pivot.records import Record, convert, one_of

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "data": "newer evidence",
    "method": "another way to compute or to judge",
    "correction": "an error of ours, mended",
    "editorial": "words only",
}
"""The kinds of revision, as statistics offices tell them apart, with their meaning."""

OURS = ("method", "correction")
"""Kinds that only another code shows: where one code builds two editions, it moves nothing between them."""

_HINT = (
    "rename or remove a key that is unknown, fill in one that is missing; a day is written without quotes, "
    f"a revision is {', '.join(KINDS)}"
)

_SHOWN = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*$"
"""No control characters, which a page would hide and the feed can not hold."""

Text = Annotated[str, Meta(min_length=1, pattern=_SHOWN)]


class Revision(Record, frozen=True):
    """Why numbers differ from the edition before.

    Args:
        kind: one of `KINDS`.
        why: one sentence for readers.
        claims: the claims it moved; empty for every moved claim that no other revision names.
    """

    kind: Annotated[str, one_of(*KINDS)]
    why: Text
    claims: tuple[str, ...] = ()


class Accepted(Record, frozen=True):
    """A guard that does not hold, published all the same, with the reason that readers see."""

    claim: Text
    why: Text


class Erratum(Record, frozen=True):
    """A number of ours that was wrong in editions that are out, which keep their bytes.

    Args:
        claim: on which it stands.
        what: which number it is, in a few words.
        was: by edition what it says there: a number, a verdict or words.
        now: by edition what it says where that edition is built with the code that mends it.
        why: one sentence for readers.
    """

    claim: Text
    what: Text
    was: Annotated[Mapping[str, Text], Meta(min_length=1)]
    now: Annotated[Mapping[str, Text], Meta(min_length=1)]
    why: Text

    def __post_init__(self) -> None:
        """Refuse one that mends another edition than it names as wrong."""
        if self.was.keys() != self.now.keys():
            raise ValueError(f"{self.claim}: was names {', '.join(self.was)}, now {', '.join(self.now)}")

    @property
    def mended(self) -> str:
        """What is said with what is right, by edition, those with the same together; and why."""
        ids: dict[tuple[str, str], list[str]] = {}
        for id_, was in self.was.items():
            ids.setdefault((was, self.now[id_]), []).append(id_)
        cases = [f"{was} instead of {now} in {_listed(names)}" for (was, now), names in ids.items()]
        return f"{self.what}: {'; '.join(cases)}. {self.why}"


def _listed(ids: list[str]) -> str:
    *most, last = ids
    return f"editions {', '.join(most)} and {last}" if most else f"edition {last}"


class Edition(Record, frozen=True):
    """One issue of the report: a name for ever, the day of its evidence, and the day it came out.

    Only editions and revisions from before anybody wrote it down lack `published`.
    """

    id: Annotated[str, Meta(pattern="^[0-9a-z][0-9a-z-]*$")]
    as_of: dt.date
    title: Text
    published: dt.date | None = None
    note: Annotated[str, Meta(pattern=_SHOWN)] = ""
    revision: tuple[Revision, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    errata: tuple[Erratum, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an edition that came out before the day of its evidence."""
        if self.issued < self.as_of:
            raise ValueError(f"published {self.published}, before the day of its evidence, {self.as_of}")

    @property
    def issued(self) -> dt.date:
        """The day to cite: when it came out, or else the day of its evidence, which it said of itself."""
        return self.published or self.as_of

    def reasons(self, *, same_code: bool) -> tuple[Revision, ...]:
        """Its revisions, less those of our own code where the edition before is built with the same."""
        return tuple(one for one in self.revision if not same_code or one.kind not in OURS)

    def kind_of(self, claim: str, *, same_code: bool = False) -> str | None:
        """The kind of revision that moved a claim; None if no revision accounts for it."""
        reasons = self.reasons(same_code=same_code)
        named = [one.kind for one in reasons if claim in one.claims]
        return next(iter(named + [one.kind for one in reasons if not one.claims]), None)


def editions(root: Path) -> tuple[Edition, ...]:
    """Every edition, oldest first.

    Raises:
        ProseError: the file is missing, is not TOML, or an edition lacks a key or has one too many.
    """
    path = root / EDITIONS_FILE
    try:
        listed = tomllib.loads(path.read_text("utf-8")).get("edition", [])
    except FileNotFoundError:
        raise ProseError(
            "there is no list of editions",
            where=str(path),
            expected="a file with an [[edition]] for each",
            got="no such file",
            hint="restore it from git",
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ProseError(
            "the list of editions is not TOML",
            where=EDITIONS_FILE,
            expected="TOML",
            got=str(error),
            hint="mend the line; `git diff editions.toml` shows what changed in it",
        ) from None
    what = "an edition is not written as it must be"
    entries = [
        convert(entry, Edition, what, f"{EDITIONS_FILE}, edition {place}", ProseError, hint=_HINT)
        for place, entry in enumerate(listed, 1)
    ]
    if not entries:
        raise ProseError(
            "no edition is listed",
            where=EDITIONS_FILE,
            expected="at least one [[edition]]",
            got="none",
            hint="add one with id, as_of, published and title",
        )
    twice = sorted({one.id for one in entries if sum(one.id == other.id for other in entries) > 1})
    if twice:
        raise ProseError(
            "two editions have one id",
            where=EDITIONS_FILE,
            expected="an id of its own for each",
            got=", ".join(twice),
            hint="rename the one that is not released yet",
        )
    return tuple(sorted(entries, key=lambda edition: edition.as_of))


def edition(root: Path, id_: str) -> Edition:
    """The edition of that id.

    Raises:
        ReportError: `editions.toml` does not list it.
        ProseError: as `editions`.
    """
    listed = {one.id: one for one in editions(root)}
    if id_ not in listed:
        raise ReportError(
            f"there is no edition {id_}",
            where=EDITIONS_FILE,
            expected=" or ".join(listed),
            got=id_,
            hint="add an [[edition]] with id, as_of, published and title",
        )
    return listed[id_]
