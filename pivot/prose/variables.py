"""From the ledger to what prose may say: one flat table of names and plain texts.

`claim.ID` is the number as a reader sees it, `exact.ID` the unrounded one, `cited.ID` the article's words,
`verdict.ID` what we found, `part.ID.NAME` a figure of the claim's account, `report.NAME` a fact of this
edition. Where the article has no row for a claim yet, `claim.ID` is empty and its other names are not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.claims.data import CITED
from pivot.claims.model import Verdict
from pivot.claims.quantities import Day
from pivot.claims.stored import texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Vintage

VERDICT_NAMES = {verdict: verdict.name.lower() for verdict in Verdict}
"""The name under which `report.` counts each verdict."""


def variables(ledger: Ledger, vintage: Vintage, charts: int) -> Mapping[str, str]:
    """Every name that a `var` shortcode may use, with its text."""
    facts = {f"report.{name}": text for name, text in _report(ledger, vintage, charts).items()}
    return texts(ledger.entries) | {f"claim.{id_}": "" for id_ in ledger.absent} | facts


def guards(ledger: Ledger) -> Mapping[str, bool]:
    """Whether each guard holds, by claim."""
    return {id_: entry.guard.holds for id_, entry in ledger.entries.items() if entry.guard}


def _report(ledger: Ledger, vintage: Vintage, charts: int) -> Mapping[str, str]:
    held = guards(ledger)
    store = vintage.store
    snapshots = [snapshot for source in store.sources() for snapshot in store.snapshots(source)]
    day = Day(ledger.as_of).display()
    counts = ledger.counts()
    return {
        "as-of": day,
        "article-day": Day(store.snapshots(store.data_sets[CITED].folder)[0].vintage).display(),
        "edition": ledger.as_of.isoformat(),
        "edition-line": f"Evidence as of {day}",
        "claims": str(len(ledger.entries)),
        "guards": str(len(held)),
        "guards-broken": str(sum(not holds for holds in held.values())),
        "snapshots": str(len(snapshots)),
        "sources": str(len(store.sources())),
        "rows": f"{sum(len(vintage.data(name).frame) for name in store.data_sets):,}",
        "charts": str(charts),
    } | {name: str(counts[verdict.value]) for verdict, name in VERDICT_NAMES.items()}
