"""Markdown that is made from data, whatever the article: the ledger, verdicts, guards, snapshots, formulas.

Each function returns the Markdown of one `{{< generated NAME >}}` block. Numbers of claims are put in as
`var` shortcodes, so that they carry the same links as those in prose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pivot.accounts import account
from pivot.claims import values
from pivot.claims.data import CITED
from pivot.claims.ledger import no_value
from pivot.claims.model import Kind, Verdict
from pivot.claims.quantities import Day
from pivot.claims.verdicts import RULES
from pivot.names import slug
from pivot.prose.markdown import bare_link, cell, download, on_paper, on_screen, sentence, table, var
from pivot.snapshots.sidecar import beside
from pivot.snapshots.store import SUMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot.article import Article, Table
    from pivot.claims.ledger import Ledger
    from pivot.snapshots import Snapshot, Store, Vintage

MEANINGS = {
    Verdict.REPRODUCED: "our value shows the cited number, or traceable sources state it",
    Verdict.ROUNDED: "it shows the cited number under a looser reading than usual rounding",
    Verdict.WITHIN: "a reading reaches the cited number by its own sampling error, and none gives it",
    Verdict.FOLLOWS: "the article's own figures give it; no other source tests it",
    Verdict.DIFFERS: "our value, or every other published figure, is another",
    Verdict.ATTRIBUTED: "only repeated, or found nowhere else; neither confirmed nor refuted",
    Verdict.CONTRADICTED: "a source that can be followed speaks against it",
    Verdict.SUPERSEDED: "it was so, and later data changed it",
    Verdict.UNSUPPORTED: "no source we found measures it",
    Verdict.FORECAST: "about a day that has not come",
    Verdict.DEFINITION: "set, not measured",
}


def generated(article: Article, ledger: Ledger, vintage: Vintage) -> Mapping[str, str]:
    """Every generated block by name, filled."""
    return {name: filled(name, make, ledger, vintage) for name, make in blocks(article).items()}


def blocks(article: Article) -> Mapping[str, Table]:
    """What makes each generated block, by name: those that each report has, and the article's own."""
    return {
        "article": _article,
        "verdicts": _verdicts,
        "rules": _rules,
        "guards": _guards,
        "ledger": _ledger,
        "sources": _sources,
        "formulas": _formulas,
        "unknowns": _unknowns,
        **article.tables,
    }


def filled(name: str, make: Table, ledger: Ledger, vintage: Vintage) -> str:
    """One generated block.

    Raises:
        ReportError: the evidence of the day does not suffice for it.
    """
    with no_value(f"the block {name}", vintage.as_of, where=f"{make.__module__}.{make.__name__}"):
        return "\n".join(make(ledger, vintage)) + "\n"


def _article(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    """What is known of the article, and the addresses that its snapshot gives."""
    store = vintage.store
    snapshot = store.snapshots(store.data_sets[CITED].folder)[0]
    yield f"{var('report.article')}."
    addresses = [f"[{cell(urlsplit(one).hostname or one)}](<{one}>)" for one in snapshot.url]
    yield f"Its addresses and those that it refers to: {', '.join(addresses)}."


def _verdicts(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    counts = ledger.counts()
    yield from table(
        ("Verdict", "Claims", "What it means"),
        (
            (_badge(verdict), str(counts[verdict.value]), meaning)
            for verdict, meaning in MEANINGS.items()
            if counts[verdict.value]
        ),
        numeric=(1,),
    )


def _rules(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    yield from table(
        ("Kind of claim", "Where", "Verdict", "It rests on"),
        (
            (
                ", ".join(kind.value for kind in rule.kinds),
                rule.condition,
                _badge(rule.verdict),
                rule.basis.value,
            )
            for rule in RULES
        ),
    )


def _badge(verdict: Verdict) -> str:
    return f"[{verdict.value}]{{.verdict .verdict-{slug(verdict.value)}}}"


def _guards(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    yield from table(
        ("Claim", "State", "Condition and margin"),
        (
            (
                f"[{cell(entry.statement.rstrip('.'))}](#claim-{entry.id})",
                "holds" if entry.guard.holds else "**broken**",
                cell(entry.guard.text),
            )
            for entry in ledger.entries.values()
            if entry.guard
        ),
    )


def _ledger(ledger: Ledger, vintage: Vintage) -> Iterable[str]:
    section, names = None, _names(_sources_of(vintage.store))
    for entry in sorted(ledger.entries.values(), key=lambda one: _sections(ledger).index(one.section)):
        if entry.section != section:
            section = entry.section
            yield f"## {section.replace('-', ' ').capitalize()} {{#sec-ledger-{section}}}\n"
        yield from account(entry, names, ledger.entries)


def _sections(ledger: Ledger) -> list[str]:
    return list(dict.fromkeys(entry.section for entry in ledger.entries.values()))


def _sources(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    store = vintage.store
    names, printed = _names(_sources_of(store)), set[str]()
    sums = f"{store.snapshots(store.sources()[0])[0].path.partition('/')[0]}/{SUMS}"
    yield "## The files {#sec-files}\n"
    yield "Every snapshot below is published with this report, each with its sidecar."
    yield "Its name has the day on which the source stood so."
    yield "It is kept as the source gave it, to the byte: import it into a spreadsheet as text, since a cell"
    yield "that begins with an equals sign would be taken for a formula."
    yield f"So is the list of all checksums that `sha256sum` reads, {download(f'`{SUMS}`', sums)}.\n"
    for source in store.sources():
        snapshots = store.snapshots(source)
        yield f"## {cell(snapshots[-1].title)} {{#sec-source-{source}}}\n"
        for one in snapshots:
            sidecar = download("sidecar", beside(one.path))
            yield f"- {download(f'`{one.path}`', one.path)}, {one.bytes:,} bytes, with its {sidecar}\\"
            yield f"  SHA-256 `{one.sha256}`"
        yield ""
        yield from _notes(snapshots, names, printed)


def _addresses(snapshots: Iterable[Snapshot]) -> list[str]:
    """The addresses of a source: those of each of its snapshots, once."""
    return list(dict.fromkeys(address for snapshot in snapshots for address in snapshot.url))


def _names(sources: Iterable[Iterable[Snapshot]]) -> dict[str, str]:
    """The name of each address on paper: S1, S2 and so on, as they are listed."""
    listed = (address for snapshots in sources for address in _addresses(snapshots))
    return {address: f"S{number}" for number, address in enumerate(dict.fromkeys(listed), 1)}


def _sources_of(store: Store) -> list[Sequence[Snapshot]]:
    return [store.snapshots(source) for source in store.sources()]


def _notes(snapshots: Sequence[Snapshot], names: Mapping[str, str], printed: set[str]) -> Iterable[str]:
    """What is known of a source, and its addresses; paper has each in full once, then by its name alone."""
    snapshot = snapshots[-1]
    yield f"Publisher: {cell(sentence(snapshot.publisher))}"
    yield f"Licence: {cell(sentence(snapshot.licence))}"
    yield f"Retrieved on {Day(snapshot.retrieved).display()}, {snapshot.method}.\n"
    yield from (f"- {cell(note)}" for note in snapshot.notes)
    yield ""
    yield "Addresses:\n"
    for address in _addresses(snapshots):
        link = bare_link(address)
        yield f"- {on_paper(names[address])} {on_screen(link) if address in printed else link}"
        printed.add(address)
    yield ""


def _formulas(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    made = (Kind.COMPUTED, Kind.DERIVED, Kind.PHRASE)
    yield from table(
        ("Claim", "Formula", "Made in"),
        (
            (
                f"{cell(entry.statement)} {var(f'claim.{entry.id}')}",
                cell(entry.formula),
                f"`{entry.code.path}`",
            )
            for entry in ledger.entries.values()
            if entry.kind in {kind.value for kind in made}
        ),
    )


def _unknowns(ledger: Ledger, vintage: Vintage) -> Iterable[str]:  # noqa: ARG001
    open_verdicts = {Verdict.ATTRIBUTED.value, Verdict.UNSUPPORTED.value}
    yield from table(
        ("Claim", values.ARTICLE, "Verdict", "Why it stays open"),
        (
            (
                cell(entry.statement.rstrip(".")),
                cell(entry.cited),
                var(f"verdict.{entry.id}"),
                cell(entry.reason),
            )
            for entry in ledger.entries.values()
            if entry.verdict in open_verdicts
        ),
    )
