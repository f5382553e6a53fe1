"""The editions of the report, as `editions.toml` lists them."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from pivot.errors import ProseError, ReportError
from pivot.names import EDITIONS_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KINDS = {
    "data": "newer evidence",
    "method": "another way to compute or to judge",
    "correction": "an error of ours, mended",
    "editorial": "words only",
}
"""The kinds of revision, as statistics offices tell them apart, with their meaning."""

_ID = re.compile(r"[0-9a-z][0-9a-z-]*")
_DAYS = ("as_of", "published")


@dataclass(frozen=True, slots=True)
class Revision:
    """Why numbers differ from the edition before.

    Args:
        kind: one of `KINDS`.
        why: one sentence for readers.
        claims: the claims it moved; empty for every moved claim that no other revision names.
    """

    kind: str
    why: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A guard that does not hold, published all the same, with the reason that readers see."""

    claim: str
    reason: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One issue of the report: a name for ever, the day of its evidence, and the day it came out.

    Only editions and revisions from before anybody wrote it down lack `published`.
    """

    id: str
    as_of: dt.date
    title: str
    published: dt.date | None = None
    note: str = ""
    revision: tuple[Revision, ...] = ()
    accepted: tuple[Accepted, ...] = ()

    @property
    def issued(self) -> dt.date:
        """The day to cite: when it came out, or else the day of its evidence, which it said of itself."""
        return self.published or self.as_of

    def kind_of(self, claim: str) -> str | None:
        """The kind of revision that moved a claim; None if no revision accounts for it."""
        named = [one.kind for one in self.revision if claim in one.claims]
        return next(iter(named + [one.kind for one in self.revision if not one.claims]), None)

    def to_dict(self) -> dict[str, Any]:
        """What a manifest holds."""
        published = self.published and self.published.isoformat()
        return asdict(self) | {"as_of": self.as_of.isoformat(), "published": published}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Edition:
        """What `to_dict` gave."""
        days = {key: dt.date.fromisoformat(content[key]) for key in _DAYS if content.get(key)}
        return _edition({**content, **days}, "a manifest")


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
            "there is no list of editions", where=str(path), hint="restore it from git"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ProseError("the list of editions is not TOML", where=EDITIONS_FILE, got=str(error)) from None
    found = [_edition(entry, f"{EDITIONS_FILE}, edition {place}") for place, entry in enumerate(listed, 1)]
    if not found:
        raise ProseError("no edition is listed", where=EDITIONS_FILE, expected="at least one [[edition]]")
    twice = sorted({one.id for one in found if sum(one.id == other.id for other in found) > 1})
    if twice:
        raise ProseError("two editions have one id", where=EDITIONS_FILE, got=", ".join(twice))
    return tuple(sorted(found, key=lambda edition: edition.as_of))


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
            hint="add an [[edition]] with id, as_of, published and title",
        )
    return listed[id_]


def _edition(entry: Mapping[str, Any], where: str) -> Edition:
    found = dict(_checked(Edition, entry, where))
    for key in _DAYS:
        if type(day := found.get(key)) is not dt.date and (key == "as_of" or day is not None):
            raise ProseError(f"{key} is not a day", where=where, expected="YYYY-MM-DD", got=str(day))
    if (found.get("published") or found["as_of"]) < found["as_of"]:
        raise ProseError(
            "an edition is published before the day of its evidence",
            where=where,
            expected=f"{found['as_of']} or later",
            got=str(found["published"]),
        )
    if not _ID.fullmatch(str(found["id"])):
        raise ProseError(
            "the id can not be part of an address",
            where=where,
            expected="small letters, digits and -",
            got=str(found["id"]),
        )
    found["revision"] = tuple(
        Revision(**_checked(Revision, one, where) | {"claims": tuple(one.get("claims", ()))})
        for one in found.get("revision", ())
    )
    found["accepted"] = tuple(Accepted(**_checked(Accepted, one, where)) for one in found.get("accepted", ()))
    for one in found["revision"]:
        if one.kind not in KINDS:
            raise ProseError(
                "no such kind of revision", where=where, expected=" or ".join(KINDS), got=str(one.kind)
            )
    return Edition(**found)


def _checked(kind: type[Any], entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    known = {field.name: field.default is MISSING for field in fields(kind)}
    wrong = [f"missing {name}" for name, needed in known.items() if needed and not entry.get(name)]
    wrong += [f"unknown {name}" for name in sorted(set(entry) - set(known))]
    if wrong:
        raise ProseError(
            f"an entry for {kind.__name__.lower()} has the wrong keys",
            where=where,
            expected=", ".join(sorted(known)),
            got="; ".join(wrong),
        )
    return dict(entry)
