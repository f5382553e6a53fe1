"""The article, as the engine is handed it: what it says, on which evidence, and how it is shown.

A book names the module that declares it, in `_quarto.yml`:

    pivot:
      article: analysis.report

The engine imports nothing of that package but through this object, and each part only when it is needed.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pivot import code
from pivot.errors import ReportError
from pivot.names import BOOK_FILE, SNAPSHOTS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from types import ModuleType

    from pivot.charts.draw import Chart
    from pivot.claims.account import Working
    from pivot.claims.ledger import Ledger
    from pivot.claims.registry import Register
    from pivot.snapshots import Store, Vintage
    from pivot.snapshots.datasets import Spec
    from pivot.snapshots.source import Source

    Table = Callable[[Ledger, Vintage], Iterable[str]]
    """Makes the lines of a generated block of Markdown."""
    RowNote = Callable[[Vintage, Hashable], str]
    """What a row means to a reader, where its cells do not say it; "" where they do."""


@dataclass(frozen=True, eq=False)
class Article:
    """One article: its name for each thing is the name of the module that has it.

    Args:
        package: the Python package of the article.
        data_sets: by the name that claims give them.
        themes: modules of `PACKAGE.claims`, in the order of the ledger.
        charts: modules of `PACKAGE.charts`, in the order of the report.
        sources: modules of `PACKAGE.sources`, in the order in which they are asked.
        title: of the article, as it is cited; "" for one that has none.
        floors: for each check of `pivot check` what it must have seen at least.
    """

    package: str
    data_sets: Mapping[str, Spec]
    themes: tuple[str, ...]
    charts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    title: str = ""
    floors: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @cached_property
    def folder(self) -> Path:
        """The folder of the package."""
        return Path(str(importlib.import_module(self.package).__file__)).parent

    @property
    def code(self) -> tuple[Path, Path]:
        """The packages that run: the article's and the engine's."""
        return self.folder, code.ENGINE

    @cached_property
    def claims(self) -> Register:
        """The register of its claims."""
        from pivot.claims.registry import Register

        return Register([self._module("claims", name).__name__ for name in self.themes], self.data_sets)

    @cached_property
    def drawings(self) -> Mapping[str, Chart]:
        """The charts by name."""
        modules: list[Chart] = [self._module("charts", name) for name in self.charts]
        return {module.NAME: module for module in modules}

    @cached_property
    def live(self) -> Mapping[str, Source]:
        """The live sources by the folder of their data set."""
        modules = [self._module("sources", name) for name in self.sources]
        return {module.SOURCE.name: module.SOURCE for module in modules}

    @property
    def tables(self) -> Mapping[str, Table]:
        """The generated blocks that only this article has, by name: `TABLES` of `PACKAGE.tables`."""
        return getattr(self._optional("tables"), "TABLES", {})

    @property
    def workings(self) -> Mapping[str, Working]:
        """By claim: `WORKINGS` of `PACKAGE.workings`."""
        return getattr(self._optional("workings"), "WORKINGS", {})

    @property
    def row_notes(self) -> Mapping[str, RowNote]:
        """By data set: `ROW_NOTES` of `PACKAGE.tables`."""
        return getattr(self._optional("tables"), "ROW_NOTES", {})

    @property
    def scripts(self) -> Mapping[str, Path]:
        """The scripts of `PACKAGE/scripts`, each by the id of the block that it fills on a page."""
        return {path.stem: path for path in sorted((self.folder / "scripts").glob("*.js"))}

    @cached_property
    def folders(self) -> Mapping[str, Spec]:
        """The data sets by their folder, which is the name of their source."""
        return {spec.folder: spec for spec in self.data_sets.values()}

    def store(self, root: Path) -> Store:
        """The snapshots of a repository."""
        from pivot.snapshots import Store

        return Store(root / SNAPSHOTS, self.data_sets)

    def vintage(self, root: Path, as_of: dt.date) -> Vintage:
        """The evidence of a repository as it stood on a day."""
        from pivot.snapshots import Vintage

        return Vintage(self.store(root), as_of)

    def _module(self, part: str, name: str) -> ModuleType:
        return importlib.import_module(f"{self.package}.{part}.{name}")

    def _optional(self, part: str) -> ModuleType | None:
        name = f"{self.package}.{part}"
        return importlib.import_module(name) if importlib.util.find_spec(name) else None


@cache
def article_of(root: Path) -> Article:
    """The article of a repository.

    Raises:
        ReportError: the book names none, or it can not be imported.
    """
    name = _named(root)
    package = name.partition(".")[0]
    if (root / package).is_dir() and importlib.util.find_spec(package) is None:
        sys.path.insert(0, str(root))
    try:
        article = importlib.import_module(name).ARTICLE
    except (ImportError, AttributeError) as error:
        raise ReportError(
            "the article can not be loaded",
            where=f"{root / BOOK_FILE}, pivot.article",
            expected="a module with an ARTICLE, such as analysis.report",
            got=str(error),
            hint="correct the name, or install the package that it is in",
        ) from error
    if not isinstance(article, Article):
        raise ReportError(
            "ARTICLE is no article",
            where=name,
            expected="an object of pivot.article.Article",
            got=f"one of {type(article).__name__}",
            hint="make it one, as `pivot new` writes it",
        )
    return article


def _named(root: Path) -> str:
    from pivot.prose.settings import parse

    try:
        settings, _ = parse((root / BOOK_FILE).read_text("utf-8-sig"), BOOK_FILE, 1)
        return str(settings["pivot"]["article"])  # type: ignore[index]  # what is none is told below
    except (OSError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ReportError(
            "the book does not name its article",
            where=str(root / BOOK_FILE),
            expected="pivot: with article: MODULE below it, such as analysis.report",
            got=str(error).splitlines()[0],
            hint="`pivot new` writes a book that does",
        ) from None
