"""One vintage, evaluated once: its claims, the texts that prose may use, its tables, what its charts show.

Claims, texts and tables are kept in `.pivot` under the hash of what they follow from, for the next command;
where they were kept, evidence is read only by those who ask for it, and pandas is not imported.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from pivot import code
from pivot.claims.stored import Code, Entry
from pivot.files import digest
from pivot.folders import files_in
from pivot.kept import kept
from pivot.names import CACHE, SNAPSHOTS
from pivot.records import Record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from pivot.article import Article
    from pivot.charts.plotted import Plotted
    from pivot.claims.account import Account
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

_LIBRARIES = ("matplotlib", "numpy", "pandas")
_KEPT = 16
"""Evaluations that a process remembers; a preview goes through many."""


class Made(Record, frozen=True):
    """What is kept of an evaluation."""

    claims: dict[str, Entry]
    absent: dict[str, Code]
    texts: dict[str, str]
    blocks: dict[str, str]


@dataclass(frozen=True)
class Evaluation:
    """One vintage, evaluated.

    Args:
        article: what was evaluated.
        root: the repository.
        as_of: the day on which its evidence is read.
        key: hash of all that the evaluation follows from.
    """

    article: Article
    root: Path
    as_of: dt.date
    key: str

    @cached_property
    def vintage(self) -> Vintage:
        """The evidence."""
        return self.article.vintage(self.root, self.as_of)

    @cached_property
    def ledger(self) -> Ledger:
        """All claims, without what their functions returned."""
        from pivot.claims.ledger import Ledger

        return Ledger(self.as_of, self.made.claims, self.made.absent)

    @property
    def texts(self) -> Mapping[str, str]:
        """What prose may use: flat dotted names to plain text."""
        return self.made.texts

    @property
    def blocks(self) -> Mapping[str, str]:
        """Markdown of each generated block, by name."""
        return self.made.blocks

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """How each claim comes to its value; worked out when it is first asked for."""
        from pivot.claims.account import accounts

        return accounts(self._built, self.vintage, self.article.claims, self.article.workings)

    def account(self, claim: str) -> Account:
        """How one claim comes to its value."""
        from pivot.claims.account import Account, account

        def make() -> Account:
            return account(claim, self._built, self.vintage, self.article.claims, self.article.workings)

        return kept(_place(self.root, f"{self.key}-{claim}"), Account, make)

    @cached_property
    def plotted(self) -> Mapping[str, Plotted]:
        """What each chart shows, by name; worked out when it is first asked for."""
        from pivot.charts.draw import prepare

        return prepare(self.article.drawings, self.vintage, self.ledger)

    @cached_property
    def made(self) -> Made:
        """What is kept of it."""
        return kept(_place(self.root, self.key), Made, self._make)

    @cached_property
    def _built(self) -> Ledger:
        """The ledger with what the functions of its claims returned."""
        from pivot.claims.ledger import build

        return build(self.vintage, self.article.claims)

    def _make(self) -> Made:
        from pivot.blocks import generated
        from pivot.prose.variables import variables

        ledger, vintage = self._built, self.vintage
        texts = variables(ledger, vintage, len(self.article.charts), self.article.title)
        blocks = generated(self.article, ledger, vintage)
        return Made(dict(ledger.entries), dict(ledger.absent), dict(texts), dict(blocks))


def evaluate(article: Article, root: Path, as_of: dt.date) -> Evaluation:
    """Evaluate an article on the evidence of a repository as it stood on a day; the same is not done twice.

    Raises:
        ReportError: evidence or claims are wrong.
    """
    evaluation = _evaluation(article, root, as_of, key(article, root, as_of))
    _ = evaluation.made
    return evaluation


_evaluation = lru_cache(_KEPT)(Evaluation)


def is_kept(article: Article, root: Path, as_of: dt.date) -> bool:
    """Whether it was evaluated before, by us or by another process."""
    return _place(root, key(article, root, as_of)).is_file()


def _place(root: Path, name: str) -> Path:
    return root / CACHE / "evaluations" / f"{name}.json"


def key(article: Article, root: Path, as_of: dt.date) -> str:
    """SHA-256 of all that an evaluation follows from: the day, the evidence, the code and its libraries."""
    return digest((str(as_of), *_running(article)), files_in(root / SNAPSHOTS), root)


@cache
def _running(article: Article) -> tuple[str, ...]:
    """The running code and its libraries; read once, because what is edited later is not what runs."""
    libraries = (f"{name} {version(name)}" for name in _LIBRARIES)
    return (code.digest(article.code), platform.python_version(), *libraries)
