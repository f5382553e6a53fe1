"""The real report, built in a copy of the repository: shared by the tests that look at a finished site."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from pivot.names import CACHE, SITE
from pivot.publish.build import build
from pivot.publish.render import silent
from tests.conftest import NEWEST, ROOT
from tests.shared import shared

_FILES = ("_quarto.yml", "index.qmd", "references.bib", "editions.toml", "requirements.lock", "LICENSE")
_FOLDERS = ("chapters", "data-snapshots", "_extensions")


def copy_repository(to: Path) -> Path:
    """What a build reads, apart from the installed package."""
    to.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copy(ROOT / name, to / name)
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, to / name)
    return to


def built_before(to: Path, built: Path | None = None) -> Path:
    """What a build reads, and what one before has kept: evaluation, charts, compiled chapters.

    Args:
        to: the folder.
        built: the repository that was built; that of `report` if none is named.
    """
    root = copy_repository(to)
    shutil.copytree((built or report().parent) / CACHE, root / CACHE)
    return root


@shared
def report(folder: Path, name: str = "a", as_of: dt.date = NEWEST) -> Path:
    """The folder of the site, for each name another; nobody may change it."""
    root = copy_repository(folder / name)
    return build(root, as_of, "embedded", root / SITE, silent).site
