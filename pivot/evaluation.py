"""One vintage, evaluated once: its claims, the texts that prose may use, its tables, what its charts show."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from pivot import code
from pivot.files import digest
from pivot.folders import files_in
from pivot.names import SNAPSHOTS

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


@dataclass(frozen=True)
class Evaluation:
    """One vintage, evaluated.

    Args:
        article: what was evaluated.
        vintage: the evidence.
        ledger: all claims.
        texts: flat dotted names to plain text, as prose uses them.
        blocks: Markdown of each generated block, by name.
    """

    article: Article
    vintage: Vintage
    ledger: Ledger
    texts: Mapping[str, str]
    blocks: Mapping[str, str]

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """How each claim comes to its value; worked out when it is first asked for."""
        from pivot.claims.account import accounts

        return accounts(self.ledger, self.vintage, self.article.claims, self.article.workings)

    def account(self, claim: str) -> Account:
        """How one claim comes to its value."""
        from pivot.claims.account import account

        return account(claim, self.ledger, self.vintage, self.article.claims, self.article.workings)

    @cached_property
    def plotted(self) -> Mapping[str, Plotted]:
        """What each chart shows, by name; worked out when it is first asked for."""
        from pivot.charts.draw import prepare

        return prepare(self.article.drawings, self.vintage, self.ledger)


def evaluate(article: Article, root: Path, as_of: dt.date) -> Evaluation:
    """Evaluate an article on the evidence of a repository as it stood on a day; the same is not done twice.

    Raises:
        ReportError: evidence or claims are wrong.
    """
    return _evaluated(article, root, as_of, key(article, root, as_of))


@lru_cache(_KEPT)
def _evaluated(article: Article, root: Path, as_of: dt.date, _key: str) -> Evaluation:
    # pandas takes a third of a second to import; who only asks for a key must not pay it.
    from pivot.blocks import generated
    from pivot.claims import ledger as ledgers
    from pivot.prose.variables import variables

    vintage = article.vintage(root, as_of)
    ledger = ledgers.build(vintage, article.claims)
    texts = variables(ledger, vintage, len(article.charts))
    return Evaluation(article, vintage, ledger, texts, generated(article, ledger, vintage))


def key(article: Article, root: Path, as_of: dt.date) -> str:
    """SHA-256 of all that an evaluation follows from: the day, the evidence, the code and its libraries."""
    return digest((str(as_of), *_running(article)), files_in(root / SNAPSHOTS), root)


@cache
def _running(article: Article) -> tuple[str, ...]:
    """The running code and its libraries; read once, because what is edited later is not what runs."""
    libraries = (f"{name} {version(name)}" for name in _LIBRARIES)
    return (code.digest(article.code), platform.python_version(), *libraries)
