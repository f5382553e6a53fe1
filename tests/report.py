"""The real report, built in a copy of the repository: shared by the tests that look at a finished site."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from pivot.names import SITE
from pivot.publish.build import build
from pivot.publish.render import silent
from tests.conftest import NEWEST, ROOT

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


@cache
def report(name: str = "a", as_of: dt.date = NEWEST) -> Path:
    """The folder of the site, built once a session for each name; nobody may change it."""
    root = copy_repository(Path(mkdtemp(prefix="pivot-report-")) / name)
    return build(root, as_of, "embedded", root / SITE, silent).site
