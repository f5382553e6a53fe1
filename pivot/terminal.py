"""What the commands print: tables and accounts for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table

from pivot.claims import stored
from pivot.claims.ledger import row
from pivot.claims.model import Verdict
from pivot.output import printable
from pivot.snapshots.tables import text
from pivot.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import ConsoleOptions, RenderableType

    from pivot.claims.ledger import Ledger
    from pivot.claims.stored import Entry, Input, Use
    from pivot.snapshots import Vintage

_STYLES = {
    Verdict.REPRODUCED: "green",
    Verdict.ROUNDED: "green",
    Verdict.WITHIN: "cyan",
    Verdict.FOLLOWS: "cyan",
    Verdict.DIFFERS: "yellow",
    Verdict.CONTRADICTED: "red",
    Verdict.SUPERSEDED: "magenta",
    Verdict.UNSUPPORTED: "red",
}
_ROWS_SHOWN = 8
_UNWRAPPED = 10_000


class Terminal(Console):
    """A console on which text stays text: what data hold can neither move the cursor nor open a link."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As rich renders it, with the control characters of the texts, not those of rich, written out."""
        for words, style, control in super().render(renderable, options):
            yield Segment(words if control else printable(words), style, control)


def console(*, soft_wrap: bool = False) -> Console:
    """Standard output, wrapped where a person looks at it and not where a program reads its lines."""
    return Terminal(width=None if sys.stdout.isatty() else _UNWRAPPED, soft_wrap=soft_wrap)


def numbers(ledger: Ledger, console: Console) -> None:
    """The ledger as a table, and the verdicts counted."""
    table = Table(
        title=f"Claims as of {ledger.as_of}",
        title_justify="left",
        header_style="bold",
        pad_edge=False,
        box=None,
    )
    table.add_column("Claim", no_wrap=True)
    for name in ("Cited", "We have", "Verdict"):
        table.add_column(name, overflow="fold")
    for entry in ledger.entries.values():
        table.add_row(entry.id, escape(entry.cited), escape(entry.found), _styled(entry.verdict))
    console.print(table)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in ledger.counts().items() if count)
    console.print(f"\n{len(ledger.entries)} claims: {counts}")


def explain(entry: Entry, vintage: Vintage, sentences: Iterable[Use], console: Console) -> None:
    """The whole account of one claim, from the sentence to the rows."""
    console.print(f"[bold]{entry.id}[/bold]  as of {vintage.as_of}")
    console.print(f"{escape(entry.statement)}\n")
    for sentence in sentences:
        console.print(f"  {escape(sentence.text)}")
        kind = "" if sentence.part == "sentence" else f"{sentence.part}, "
        place = f"{kind}{sentence.file}:{sentence.line}, {sentence.address}"
        console.print(f"    [dim]{escape(place)}[/dim]", highlight=False)
    lines = [
        ("cited", entry.cited),
        ("we have", entry.found + (_behind(entry) if entry.found == entry.display else "")),
        ("formula", entry.formula),
        ("code", f"{entry.code.path}:{entry.code.line}  {entry.code.function}"),
        ("margin", entry.margin),
    ]
    for label, words in lines:
        if words:
            console.print(f"  {label:<9}{escape(words)}", highlight=False)
    hypothesis = "  (a hypothesis)" if entry.hypothesis else ""
    console.print(f"  {'verdict':<9}{_styled(entry.verdict)}: {escape(entry.reason)}{hypothesis}")
    if entry.parts:
        console.print("\n[bold]Beside it[/bold]")
        for part in entry.parts.values():
            console.print(f"  {escape(part.label)}: {escape(part.display)}", highlight=False)
    _made_from(entry, vintage, console)
    if entry.evidence:
        console.print("\n[bold]What others published[/bold]")
    for piece in entry.evidence:
        what = " ".join(filter(None, (piece.value, piece.unit, piece.period and f"({piece.period})")))
        console.print(f"  {escape(piece.bearing)}: {escape(what)}", highlight=False)
        console.print(
            f"    [dim]{escape(piece.publisher)}, {escape(piece.tier)}, published {escape(piece.published)}"
            f"  {escape(piece.address)}[/dim]",
            highlight=False,
        )


def _made_from(entry: Entry, vintage: Vintage, console: Console) -> None:
    """The claims and the rows that a value comes from."""
    if entry.inputs or entry.derived_from:
        console.print("\n[bold]Made from[/bold]")
    for id_ in entry.derived_from:
        console.print(f"  {id_}  (a claim: `pivot explain {id_}`)", highlight=False)
    for used in entry.inputs:
        console.print(
            f"  {used.snapshot}  ({plural(used.count, 'row')})\n    sha256 {used.sha256}", highlight=False
        )
        _rows(used, vintage, console)


def explain_json(entry: Entry, sentences: Sequence[Use]) -> str:
    """The same account as JSON."""
    account = stored.plain(entry) | stored.used(sentences)
    return json.dumps(account, ensure_ascii=False, indent=1, sort_keys=True)


def _behind(entry: Entry) -> str:
    """What rounding hides; nothing for words and days, which have no digits."""
    facts = [
        f"to four decimals {entry.exact}" if entry.exact != entry.display else "",
        entry.rounding if entry.rounding != "none" else "",
    ]
    return f"   ({'; '.join(filter(None, facts))})" if any(facts) else ""


def _styled(verdict: str) -> str:
    style = _STYLES.get(Verdict(verdict))
    return f"[{style}]{verdict}[/{style}]" if style else verdict


def _rows(used: Input, vintage: Vintage, console: Console) -> None:
    frame = vintage.data(used.data_set).frame
    labels = [label for label in frame.index if text(label) in set(used.rows)]
    if used.count > _ROWS_SHOWN:
        console.print(f"    {escape(used.rows[0])} to {escape(used.rows[-1])}", highlight=False)
        return
    for label in labels:
        console.print(f"    [dim]{escape(row(frame, label))}[/dim]", highlight=False)
