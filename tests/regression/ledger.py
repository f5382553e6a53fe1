"""The baselines' own ledger: no expected value changes without a word on what, why and because of what.

`ledger.toml` is a list of recordings, oldest first. Each names the baselines it wrote with the SHA-256 of
their content, so the newest recording that names a file says how it must be; an empty hash says that it went.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

CAUSE = re.compile(r"snapshot [a-z0-9-]+/\d{4}-\d\d-\d\d|commit [0-9a-f]{7,40}|the commit of this entry")
"""A snapshot, an earlier commit, or the commit that brings the entry and the new baselines."""


class Recording(NamedTuple):
    """One time that baselines were written.

    Args:
        what: what moved, in words.
        why: why it is right that it did.
        cause: a snapshot or a commit, as `CAUSE` has it.
        files: SHA-256 by path beside the tests; empty for a baseline that was removed.
    """

    what: str
    why: str
    cause: str
    files: Mapping[str, str]


def read(file: Path) -> list[Recording]:
    """The recordings, oldest first; none where there is no ledger yet."""
    if not file.exists():
        return []
    return [Recording(**one) for one in tomllib.loads(file.read_text("utf-8")).get("recording", ())]


def hashes(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of some baselines."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(names)}


def stands(recordings: Iterable[Recording]) -> dict[str, str]:
    """How each baseline must be, after all recordings."""
    known: dict[str, str] = {}
    for recording in recordings:
        known |= recording.files
    return {name: digest for name, digest in known.items() if digest}


def faults(recordings: list[Recording], there: Mapping[str, str], wanted: Iterable[str]) -> list[str]:
    """What is wrong with the baselines, one line each.

    Args:
        recordings: the ledger.
        there: SHA-256 of every baseline there is.
        wanted: every baseline there must be.
    """
    known, wanted = stands(recordings), set(wanted)
    return [
        *(f"no baseline: {name}" for name in sorted(wanted - set(there))),
        *(f"orphan, no test reads it: {name}" for name in sorted(set(there) - wanted)),
        *(f"not in the ledger: {name}" for name in sorted(set(there) - set(known))),
        *(f"in the ledger, but gone: {name}" for name in sorted(set(known) - set(there))),
        *(
            f"changed without an entry in the ledger: {name}"
            for name in sorted(set(there) & set(known))
            if there[name] != known[name]
        ),
        *(
            f"recording {place} gives no {field}"
            for place, recording in enumerate(recordings, 1)
            for field in ("what", "why", "files")
            if not getattr(recording, field)
        ),
        *(
            f"recording {place} names no cause: {recording.cause!r}"
            for place, recording in enumerate(recordings, 1)
            if not CAUSE.fullmatch(recording.cause)
        ),
    ]


def render(recording: Recording) -> str:
    """One recording as TOML."""
    lines = ["[[recording]]"]
    lines += [f"{field} = {_quoted(getattr(recording, field))}" for field in ("what", "why", "cause")]
    lines += ["[recording.files]"]
    lines += [f"{_quoted(name)} = {_quoted(digest)}" for name, digest in sorted(recording.files.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
