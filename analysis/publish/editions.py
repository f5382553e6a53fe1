"""The editions of the report, as `editions.toml` lists them."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from analysis.errors import ProseError

if TYPE_CHECKING:
    from pathlib import Path

EDITIONS_FILE = "editions.toml"


@dataclass(frozen=True, slots=True)
class Edition:
    """One issue of the report: a name for ever, and the day on which its evidence is read."""

    id: str
    as_of: dt.date
    title: str
    note: str = ""


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
    names = {field.name for field in fields(Edition)}
    found = []
    for place, entry in enumerate(listed, 1):
        where = f"{EDITIONS_FILE}, edition {place}"
        missing, unknown = names - {"note"} - set(entry), set(entry) - names
        if missing or unknown:
            raise ProseError(
                "an edition has the wrong keys",
                where=where,
                expected=", ".join(sorted(names)),
                got="; ".join(
                    [f"missing {name}" for name in sorted(missing)]
                    + [f"unknown {name}" for name in sorted(unknown)]
                ),
            )
        if type(entry["as_of"]) is not dt.date:
            raise ProseError(
                "as_of is not a day", where=where, expected="YYYY-MM-DD", got=str(entry["as_of"])
            )
        found.append(Edition(**entry))
    if not found:
        raise ProseError("no edition is listed", where=EDITIONS_FILE, expected="at least one [[edition]]")
    return tuple(sorted(found, key=lambda edition: edition.as_of))
