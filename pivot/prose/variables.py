"""From the ledger to what prose may say: one flat table of names and plain texts.

`cited.ID` is the article's figure in its words, `claim.ID` what the evidence gives, `exact.ID` the same
unrounded, `verdict.ID` what we found, `part.ID.NAME` a figure of the claim's account, `report.NAME` a fact of
this edition. Where the article has no row for a claim yet, `claim.ID` is empty, and its other names are not
there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.claims.data import CITED
from pivot.claims.model import Group, Verdict
from pivot.claims.quantities import Day
from pivot.claims.stored import texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

VERDICT_NAMES = {verdict: verdict.name.lower() for verdict in Verdict}
"""The name under which `report.` counts each verdict."""


def variables(ledger: Ledger, vintage: Vintage, charts: int, title: str) -> Mapping[str, str]:
    """Every name that a `var` shortcode may use, with its text.

    Args:
        ledger: the claims.
        vintage: what they were evaluated at.
        charts: how many the report has.
        title: of the article, "" for one that has none.
    """
    return {**ledger_texts(ledger), **_of_evidence(vintage, title), "report.charts": str(charts)}


def ledger_texts(ledger: Ledger) -> dict[str, str]:
    """The names that follow from a ledger alone: what it says of each claim, and its counts."""
    held, counts = guards(ledger), ledger.counts()
    groups = [Verdict(entry.verdict).group for entry in ledger.entries.values()]
    return {
        **texts(ledger.entries),
        **{f"claim.{id_}": "" for id_ in ledger.absent},
        "report.claims": str(len(ledger.entries)),
        "report.guards": str(len(held)),
        "report.guards-broken": str(sum(not holds for holds in held.values())),
        **{f"report.group-{group.name.lower()}": str(groups.count(group)) for group in Group},
        **{f"report.{name}": str(counts[verdict.value]) for verdict, name in VERDICT_NAMES.items()},
    }


def guards(ledger: Ledger) -> Mapping[str, bool]:
    """Whether each guard holds, by claim."""
    return {id_: entry.guard.holds for id_, entry in ledger.entries.items() if entry.guard}


def _of_evidence(vintage: Vintage, title: str) -> dict[str, str]:
    store = vintage.store
    snapshots = [snapshot for source in store.sources() for snapshot in store.snapshots(source)]
    article = store.snapshots(store.data_sets[CITED].folder)[0]
    day = Day(vintage.as_of).display()
    return {
        "report.as-of": day,
        "report.article": ". ".join(filter(None, (title and f"“{title}”", article.publisher))),
        "report.article-title": title,
        "report.article-addresses": " ".join(article.url),
        "report.article-day": Day(article.vintage).display(),
        "report.edition": vintage.as_of.isoformat(),
        "report.edition-line": f"Evidence as of {day}",
        "report.snapshots": str(len(snapshots)),
        "report.sources": str(len(store.sources())),
        "report.rows": f"{sum(len(one.frame) for one in vintage.public()):,}",
    }
