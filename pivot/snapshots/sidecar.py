"""The sidecar beside every snapshot: where a file came from, under which terms, and its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from pivot import text
from pivot.errors import SnapshotError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.snapshots.datasets import Spec

METHODS = ("http", "transcribed", "derived")

RESTATED = "Restated rows, accepted by a person: "
"""How the note begins that lets a snapshot of an append-only series differ from its vintage before."""

UNLIKELY = "Unlikely numbers, accepted by a person: "
"""How the note begins that lets a snapshot go beyond the bounds of its data set."""

# Every field of a sidecar, in the order in which it is written.
_KINDS: Mapping[str, tuple[type, str]] = MappingProxyType(
    {
        "title": (str, "a text"),
        "publisher": (str, "a text"),
        "url": (list, "a list of texts"),
        "licence": (str, "a text"),
        "vintage": (dt.date, "a date such as 2026-05-08, without quotes"),
        "retrieved": (dt.date, "a date such as 2026-05-08, without quotes"),
        "method": (str, "a text"),
        "media_type": (str, "a text"),
        "bytes": (int, "a whole number"),
        "sha256": (str, "64 hexadecimal digits"),
        "key": (list, "a list of texts"),
        "append_only": (bool, "true or false"),
        "dated": (str, "a text, empty if no column dates a row"),
        "notes": (list, "a list of texts"),
    }
)
FIELDS = tuple(_KINDS)
# What only the one who adds a file can know.
_ASKED = ("publisher", "url", "licence", "vintage", "method")
_PLAIN_ADDRESSES = "addresses of the web, http or https, with all but plain characters percent-encoded"
_MAY_BE_EMPTY = frozenset({"dated", "notes"})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable file of what a source said, described by its sidecar.

    Attributes:
        source: folder in the store.
        path: of the data file, relative to the folder that holds the store, with `/`.
        title: one line for readers.
        publisher: who said it, with the attribution that the licences ask for.
        url: one or more addresses.
        licence: the terms, in words.
        vintage: the day on which the source stood so.
        retrieved: the day on which it was read.
        method: `http`, `transcribed` or `derived`.
        media_type: of the data file.
        bytes: size of the data file.
        sha256: of the data file, in hexadecimal.
        key: the columns that name a row.
        append_only: whether later snapshots of the source only add rows.
        dated: the column that says since when a row was public; empty if the file has one date.
        notes: caveats, one sentence or two each.
    """

    source: str
    path: str
    title: str
    publisher: str
    url: tuple[str, ...]
    licence: str
    vintage: dt.date
    retrieved: dt.date
    method: str
    media_type: str
    bytes: int
    sha256: str
    key: tuple[str, ...]
    append_only: bool
    dated: str
    notes: tuple[str, ...]

    @property
    def order(self) -> tuple[str, int]:
        """Its place among the snapshots of its source."""
        return order(self.path)


def stem(vintage: object, ordinal: int = 1) -> str:
    """The name of a snapshot without its kind: the day, and from the second of a day on its ordinal."""
    return f"{vintage}.{ordinal}" if ordinal > 1 else f"{vintage}"


def order(path: str) -> tuple[str, int]:
    """What snapshots of one source are sorted by: the day, then the ordinal on it.

    Names do not sort so by themselves: `2026-11-22.2.csv` stands before `2026-11-22.csv` in a listing.
    """
    vintage, _, ordinal = path.rpartition("/")[2].rpartition(".")[0].partition(".")
    return vintage, int(ordinal) if ordinal.isdecimal() else 1


def beside(path: str) -> str:
    """The path of the sidecar of a data file."""
    return path.removesuffix(".csv") + ".toml"


def parse(data: bytes, where: str) -> dict[str, object]:
    """Fields of a sidecar as TOML has them, unchecked.

    Raises:
        SnapshotError: if the bytes are not TOML; with the line.
    """
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise SnapshotError(
            "A sidecar is not UTF-8 text.",
            where=f"{where}, line {data.count(10, 0, error.start) + 1}",
            expected="UTF-8 text",
            got=repr(data[error.start : error.start + 1]),
        ) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        raise SnapshotError(
            "A sidecar is not TOML.",
            where=f"{where}, line {found[1]}, column {found[2]}" if found else f"{where}, at its end",
            expected="TOML",
            got=re.sub(r" \(at .*\)$", "", str(error)),
            hint="Restore it from version control; a landed sidecar does not change.",
        ) from None


def snapshot(fields: Mapping[str, object], *, source: str, path: str, content: str = "") -> Snapshot:
    """Checks the fields of one sidecar.

    Args:
        fields: name to value, as TOML or `Store.add` gives them.
        source: folder in the store.
        path: of the data file, relative to the folder that holds the store.
        content: of the sidecar, to name the line of a wrong field.

    Raises:
        SnapshotError: on an unknown or missing field, a wrong type or an impossible value.
    """
    where = beside(path)
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise SnapshotError(
            "A sidecar has a field that is not known.",
            where=_line(where, content, unknown[0]),
            expected=", ".join(FIELDS),
            got=", ".join(unknown),
        )
    absent = [name for name in FIELDS if name not in fields]
    if absent:
        raise SnapshotError(
            "A sidecar lacks a field.", where=where, expected=", ".join(absent), got="nothing under that name"
        )
    for name, value in fields.items():
        problem = _problem(name, value)
        if problem:
            raise SnapshotError(
                f"Field {name} of a sidecar is wrong.",
                where=_line(where, content, name),
                expected=problem,
                got=repr(str(value) if isinstance(value, dt.date) else value),
            )
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    made = Snapshot(source=source, path=path, **values)  # type: ignore[arg-type]  # checked above
    if made.vintage > made.retrieved:
        raise SnapshotError(
            "A snapshot was read before its vintage.",
            where=_line(where, content, "vintage"),
            expected=f"a vintage not after the day of retrieval, {made.retrieved}",
            got=str(made.vintage),
        )
    return made


def agree(snapshot: Snapshot, spec: Spec | None) -> None:
    """Holds a sidecar against its file name and the data set of its folder.

    Raises:
        SnapshotError: if the folder belongs to no data set, or a field tells another story.
    """
    where = beside(snapshot.path)
    if not spec:
        raise SnapshotError(
            "A folder of the snapshot store belongs to no data set.",
            where=where,
            expected="a folder that a data set of the article names",
            got=snapshot.source,
        )
    name = where.rpartition("/")[2].removesuffix(".toml")
    vintage, ordinal = snapshot.order
    for field, wanted, got in (
        ("vintage", vintage if name == stem(vintage, ordinal) else name, str(snapshot.vintage)),
        ("key", spec.key, ", ".join(snapshot.key)),
        ("append_only", spec.append_only, snapshot.append_only),
        ("dated", spec.dated, snapshot.dated),
    ):
        if wanted != got:
            raise SnapshotError(
                f"Field {field} of a sidecar does not fit.", where=where, expected=repr(wanted), got=repr(got)
            )


def completed(given: Mapping[str, object], data: bytes, spec: Spec, file: str) -> dict[str, object]:
    """The fields of a sidecar: those given, those worked out, and the few that have a default.

    Args:
        given: name to value.
        data: the file to add.
        spec: its data set.
        file: its name, for errors.

    Raises:
        SnapshotError: if a field is missing, or one that is given does not fit the file.
    """
    absent = [name for name in _ASKED if not given.get(name)]
    if absent:
        raise SnapshotError(
            "A snapshot needs to say where it is from.",
            where=file,
            expected=", ".join(absent),
            got="nothing under " + ("these names" if len(absent) > 1 else "this name"),
            hint="Give them as options, or in a TOML file with `--sidecar`.",
        )
    found: dict[str, object] = {
        "media_type": "text/csv",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "key": [spec.key],
        "append_only": spec.append_only,
        "dated": spec.dated,
    }
    for name, value in found.items():
        if given.get(name, value) != value:
            raise SnapshotError(
                f"Field {name} does not fit the file.",
                where=file,
                expected=f"{value!r}, as worked out",
                got=repr(given[name]),
                hint="Leave the field out if the sidecar was a pattern; else the file is not the one meant.",
            )
    today = dt.datetime.now(dt.UTC).date()
    return {"title": spec.title, "retrieved": today, "notes": [], **given, **found}


def render(snapshot: Snapshot) -> str:
    """A sidecar as TOML: every field, in a fixed order, lists with one item a line."""
    lines = []
    for name in FIELDS:
        value = getattr(snapshot, name)
        if isinstance(value, tuple):
            items = "".join(f"  {_quoted(item)},\n" for item in value)
            lines.append(f"{name} = [\n{items}]" if items else f"{name} = []")
        elif isinstance(value, bool):
            lines.append(f"{name} = {str(value).lower()}")
        elif isinstance(value, str):
            lines.append(f"{name} = {_quoted(value)}")
        else:
            lines.append(f"{name} = {value}")
    return "\n".join(lines) + "\n"


def _problem(name: str, value: object) -> str:
    """What was expected instead of this value, or nothing."""
    kind, wanted = _KINDS[name]
    right = type(value) is kind and not (
        isinstance(value, list) and not all(isinstance(item, str) and item for item in value)
    )
    if not right:
        return wanted
    if value in ("", []) and name not in _MAY_BE_EMPTY:
        return f"{wanted}, not empty"
    texts = value if isinstance(value, list) else [str(value)]
    wrong = {
        "method": " or ".join(METHODS) if value not in METHODS else "",
        "sha256": "" if re.fullmatch("[0-9a-f]{64}", str(value)) else wanted,
        "url": "" if all(re.fullmatch(text.ADDRESS, one) for one in texts) else _PLAIN_ADDRESSES,
    }
    unseen = next(filter(None, map(text.problem, texts)), "")
    return f"{wanted} without {unseen}" if unseen else wrong.get(name, "")


def _line(where: str, content: str, name: str) -> str:
    found = re.search(rf"(?m)^\s*{re.escape(name)}\s*=", content)
    return f"{where}, line {content.count(chr(10), 0, found.end()) + 1}" if found else where


def _quoted(words: str) -> str:
    # A literal string where the text allows it: `tomllib` reads one ten times as fast. Otherwise a basic
    # one, on which JSON and TOML agree.
    literal = "'" not in words and words.isprintable()
    return f"'{words}'" if literal else json.dumps(words, ensure_ascii=False)
