"""What today's code makes of evidence from before one of its data sets: all but what reads that one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from pivot.blocks import blocks, filled
from pivot.charts.draw import prepare
from pivot.claims import ledger as ledgers
from pivot.claims.data import CITED, EVIDENCE
from pivot.errors import VintageError
from pivot.prose.variables import variables
from pivot.snapshots import Vintage

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from pivot.article import Article
    from pivot.charts.plotted import Plotted
    from pivot.claims.ledger import Ledger
    from pivot.snapshots.vintage import DataSet


class _NotThereError(VintageError):
    """Somebody asked for a data set that is not there yet, or for a claim that needs it."""

    def __init__(self, need: str) -> None:
        expected, hint = "a snapshot, or a row", "name revisions that have it"
        super().__init__(need, where="the evidence", expected=expected, got="none yet", hint=hint)


class _Evidence(Vintage):
    """A vintage that tells data sets of which there is no snapshot from all else that may be wrong."""

    def data(self, name: str) -> DataSet:
        """One data set."""
        spec = self.store.data_sets.get(name)  # one that the article does not declare is no gap
        if spec and name not in {CITED, EVIDENCE} and spec.folder not in self.store.sources():
            raise _NotThereError(spec.folder)
        return super().data(name)


_Of = TypeVar("_Of")


class _Claims(dict[str, _Of], Generic[_Of]):
    """What there is of each claim; one that was left out says what it needs."""

    def __init__(self, there: Mapping[str, _Of], needs: Mapping[str, str]) -> None:
        super().__init__(there)
        self._needs = needs

    def __missing__(self, id_: str) -> _Of:
        if id_ in self._needs:
            raise _NotThereError(self._needs[id_])
        raise KeyError(id_)


@dataclass(frozen=True, slots=True)
class Made:
    """What can be made of a store that lacks something.

    Args:
        left: what was left out, with what it needs.
    """

    article: Article
    vintage: Vintage
    ledger: Ledger
    texts: Mapping[str, str]
    blocks: Mapping[str, str]
    plotted: Mapping[str, Plotted]
    left: Mapping[str, str]


def evaluate(article: Article, root: Path, as_of: dt.date) -> Made:
    """Evaluate all but what needs a data set without a snapshot, or a claim without a row of the article.

    Raises:
        ReportError: the evidence that is there is wrong.
    """
    vintage = _Evidence(article.store(root), as_of)
    cited = vintage.data(CITED).frame.index
    needs = dict(_needs(article, vintage, cited))
    ledger = ledgers.build(vintage, article.claims, [id_ for id_ in article.claims if id_ not in needs])
    absent = {id_: ledgers.code(article.claims[id_]) for id_ in needs}
    entries, results = _Claims(ledger.entries, needs), _Claims(ledger.results, needs)
    ledger = replace(ledger, absent=absent, entries=entries, results=results)
    left = {f"claim {id_}": need for id_, need in needs.items() if id_ in cited}

    @contextmanager
    def leaving(name: str) -> Iterator[None]:
        try:
            yield
        except _NotThereError as error:
            left[name] = error.what

    shown: dict[str, Plotted] = {}
    for name, chart in article.drawings.items():
        with leaving(f"chart {name}"):
            shown |= prepare({name: chart}, vintage, ledger)
    tables: dict[str, str] = {}
    for name, make in blocks(article).items():
        with leaving(f"table {name.removeprefix('table-')}"):
            tables[name] = filled(name, make, ledger, vintage)
    texts = variables(ledger, vintage, len(article.charts), article.title)
    return Made(article, vintage, ledger, texts, tables, shown, left)


def _needs(article: Article, vintage: Vintage, cited: Collection[str]) -> Iterator[tuple[str, str]]:
    """The claims that can not be evaluated, each with the first thing that it needs and that is not there."""
    known, folders = vintage.store.sources(), {name: one.folder for name, one in article.data_sets.items()}
    for id_ in article.claims:
        for claim in article.claims.in_order([id_]):
            lacks = [folders[name] for name in claim.parameters if folders.get(name, known[0]) not in known]
            if claim.id not in cited:
                lacks.append(f"the article's words on {claim.id}")
            if lacks:
                yield id_, lacks[0]
                break
