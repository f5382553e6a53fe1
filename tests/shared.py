"""What is dear to make and only read: made once a run, by the process that is the first to ask for it."""

from __future__ import annotations

import fcntl
import pickle
import re
import shutil
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from tempfile import mkdtemp
from typing import Concatenate, ParamSpec, TypeVar, cast

from pivot.files import write_atomic

P = ParamSpec("P")
T = TypeVar("T")

run: list[Path] = []
"""The folder of this run, once `conftest` has told it; another one for who is no test."""


def shared(make: Callable[Concatenate[Path, P], T]) -> Callable[P, T]:
    """Makes something in a folder of its own, once for all processes of a run, and again for other arguments.

    What is made is handed on pickled. Nobody may change its files, which `changed` would tell.
    """

    @cache
    @wraps(make)
    def get(*arguments: object) -> T:
        if not run:
            run.append(Path(mkdtemp(prefix="pivot-shared-")))
        name = re.sub(r"[^\w-]", "_", "-".join(map(str, (make.__name__, *arguments))))
        folder, kept = run[0] / name, run[0] / f"{name}.made"
        with (run[0] / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                if not kept.exists():
                    shutil.rmtree(folder, ignore_errors=True)
                    folder.mkdir()
                    made = cast("Callable[..., T]", make)(folder, *arguments)
                    write_atomic(kept, pickle.dumps((made, _times(folder))))
                return cast("T", _read(kept)[0])
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)  # a process forked meanwhile may hold the file open

    return cast("Callable[P, T]", get)


def changed() -> list[str]:
    """The files that were changed since they were made, though all tests share them."""
    found = []
    for kept in run[0].glob("*.made"):
        before, after = _read(kept)[1], _times(kept.with_suffix(""))
        found += [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    return sorted(found)


def _read(kept: Path) -> tuple[object, dict[str, int]]:
    content: tuple[object, dict[str, int]] = pickle.loads(kept.read_bytes())  # noqa: S301 -- written above
    return content


def _times(folder: Path) -> dict[str, int]:
    """When each file was written; what a build keeps for the next one may be renewed."""
    return {
        str(path): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and ".pivot" not in path.parts
    }
