"""A new report: the start that stands beside this module, with the engine that writes it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pivot import code
from pivot.errors import OutputError
from pivot.files import writing
from pivot.folders import replacing

if TYPE_CHECKING:
    from pathlib import Path

START = code.ENGINE / "start"
# What a report has besides its own files, so that it builds in any place and at any time.
_BESIDE = ("requirements.lock", "_extensions")


def new(folder: Path) -> None:
    """Write a small report that builds, checks and tests as it is: one river gauge, three claims, a chart.

    Args:
        folder: where; it may be there if it is empty.

    Raises:
        OutputError: something stands there, it can not be written, or this engine came without its lock file.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(
            "something stands where the report would be put; it was left alone",
            where=str(folder),
            expected="no such folder, or an empty one",
            got="a folder with files in it" if folder.is_dir() else "a file",
            hint="choose another folder",
        )
    missing = [name for name in _BESIDE if not (code.ENGINE.parent / name).exists()]
    if missing:
        raise OutputError(
            "this engine was installed without what a new report needs",
            where=str(code.ENGINE.parent),
            expected=" and ".join(missing),
            got="the engine alone",
            hint="run `pivot new` in a checkout of a report, where the engine stands beside them",
        )
    clean = shutil.ignore_patterns("__pycache__")
    with writing(folder), replacing(folder.resolve()) as draft:
        shutil.copytree(START, draft, ignore=clean)
        shutil.copytree(code.ENGINE, draft / code.ENGINE.name, ignore=clean)
        for name in _BESIDE:
            source = code.ENGINE.parent / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, draft / name)
