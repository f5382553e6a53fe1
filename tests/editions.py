"""The four editions published side by side, built once a run, and ways to forge a copy of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from analysis.report import ARTICLE
from pivot.commands import difference
from pivot.editions import edition
from pivot.files import canonical, sha256
from pivot.names import CACHE, SITE
from pivot.publish import publication
from pivot.publish.archive import Draft, paths
from pivot.publish.archive.manifest import About
from pivot.publish.archive.site_root import renew
from pivot.publish.build import Built
from pivot.publish.publication import build_all
from pivot.publish.render import choose_renderer, silent
from tests.report import built_before, copy_repository
from tests.shared import shared

FIRST, SECOND, THIRD, NEWEST = IDS = ("2026-05-08", "2026-06-30", "2026-08-21", "2026-10-08")
BETWEEN = """
[[edition]]
id = "2026-07-15"
as_of = 2026-07-15
published = 2026-11-23
title = "In between"

[[edition.revision]]
kind = "data"
why = "Evidence of July."

[[edition.revision]]
kind = "method"
why = "Another way to read the price of a hash."
claims = ["hashprice-range"]
"""


@shared
def builds(folder: Path) -> tuple[Built, Built]:
    """The whole site in a repository of its own, and the same asked for again at once."""
    root = copy_repository(folder / "repository")
    compared = difference(root)
    first, second = (build_all(root, "embedded", root / SITE, silent, compared) for _ in range(2))
    return first, second


def repository() -> Path:
    """A repository with the whole site in `_site`; nobody may change either."""
    return builds()[0].site.parent


def published() -> Path:
    """The whole site."""
    return repository() / SITE


def contents(site: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def draft(id_: str) -> Draft:
    """An edition of the published site, ready to be released again."""
    about = About(
        title="Bitcoin miners and AI: the numbers, opened",
        description="",
        authors=("The miner pivot report",),
        lang="en",
        pdf="report.pdf",
    )
    return replace(_drafts()[id_], about=about, article=ARTICLE)


@shared
def _drafts(folder: Path) -> dict[str, Draft]:
    """Each edition by its id, but for the article, whose functions can not be pickled."""
    root = built_before(folder / "repository", repository())
    with choose_renderer("embedded", root / CACHE / "objects") as renderer:
        made = {id_: publication.draft(root, edition(root, id_), renderer, silent) for id_ in IDS}
    return {id_: replace(one, article=cast("Any", None)) for id_, one in made.items()}


class Forger:
    """A copy of the site, and whatever a forger could do to it.

    Args:
        site: the copy.
    """

    def __init__(self, site: Path) -> None:
        self.site = site
        shutil.copytree(published(), site)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a text in a file, and nothing else."""
        text = (self.site / name).read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        (self.site / name).write_text(text.replace(old, new, 1), "utf-8")

    def json(self, name: str, change: Callable[[Any], object]) -> None:
        """Change the content of a JSON file."""
        content = json.loads((self.site / name).read_text("utf-8"))
        change(content)
        (self.site / name).write_bytes(canonical(content))

    def manifest(self, edition: str) -> dict[str, Any]:
        """The manifest of an edition."""
        content: dict[str, Any] = json.loads((self.site / self.manifest_name(edition)).read_text("utf-8"))
        return content

    @staticmethod
    def manifest_name(edition: str) -> str:
        """Its path."""
        return paths.edition_folder(edition) + paths.MANIFEST

    def cover(self, *, root_only: bool = False) -> None:
        """Make every hash fit what is there now: file lists, the chain, and all of the root with them.

        Args:
            root_only: leave the editions and put only hashes right at the root, whose pages are forged.
        """
        before = None
        for id_ in () if root_only else IDS:
            name = self.manifest_name(id_)
            if not (self.site / name).is_file():
                continue

            def mend(content: dict[str, Any], before: str | None = before) -> None:
                for file in content["files"]:
                    content["files"][file] = self.sha256(file)
                if content["previous"] and before:
                    content["previous"]["manifest"] = before

            self.json(name, mend)
            before = self.sha256(name)

        def crown(content: dict[str, Any]) -> None:
            for file in list(content["files"]):
                content["files"][file] = self.sha256(file)
            for one in content["editions"]:
                one["manifest"] = self.sha256(self.manifest_name(one["edition"]))

        if root_only:
            self.json(paths.MANIFEST, crown)
        else:
            renew(self.site, None)

    def sha256(self, name: str) -> str:
        """The hash of a file as it is now."""
        return sha256((self.site / name).read_bytes())
