"""What the commands print: tables and accounts for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from msgspec import to_builtins
from rich.console import Console
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table

from pivot.claims import stored, values
from pivot.claims.model import Verdict
from pivot.output import printable
from pivot.words import plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from rich.console import ConsoleOptions, RenderableType

    from pivot.claims.account import Account, Margin, Rows
    from pivot.claims.ledger import Ledger
    from pivot.claims.stored import Entry, Use
    from pivot.publish.history import Observation

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
_LABEL = len(values.EVIDENCE) + 1
_UNWRAPPED = 10_000


class Terminal(Console):
    """A console on which text stays text: what data hold can neither move the cursor nor open a link."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As rich renders it, with the control characters of the texts, not those of rich, written out."""
        for words, style, control in super().render(renderable, options):
            yield Segment(words if control else printable(words), style, control)


def console() -> Console:
    """Standard output, wrapped where a person looks at it and not where a program reads its lines."""
    return Terminal(width=None if sys.stdout.isatty() else _UNWRAPPED)


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
    for name in (values.ARTICLE, values.EVIDENCE, "Verdict"):
        table.add_column(name, overflow="fold")
    for entry in ledger.entries.values():
        table.add_row(entry.id, escape(entry.cited), escape(entry.display), _styled(entry.verdict))
    console.print(table)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in ledger.counts().items() if count)
    console.print(f"\n{len(ledger.entries)} claims: {counts}")


def explain(
    entry: Entry,
    as_of: dt.date,
    account: Account,
    history: Iterable[Observation],
    sentences: Iterable[Use],
) -> None:
    """The whole account of one claim, from the value to the rows and back to the sentences."""
    console = Terminal(width=None if sys.stdout.isatty() else _UNWRAPPED, soft_wrap=True)
    console.print(f"[bold]{entry.id}[/bold]  as of {as_of}")
    console.print(f"{escape(entry.statement)}\n")
    lines = [
        (values.ARTICLE.lower(), entry.cited),
        (values.EVIDENCE.lower(), entry.display + _behind(entry)),
        ("errors", values.errors(entry)),
        ("formula", entry.formula),
        ("code", f"{entry.code.path}:{entry.code.line}  {entry.code.function}"),
        ("margin", entry.margin),
    ]
    for label, words in lines:
        if words:
            console.print(f"  {label:<{_LABEL}}{escape(words)}", highlight=False)
    hypothesis = "  (a hypothesis)" if entry.hypothesis else ""
    console.print(f"  {'verdict':<{_LABEL}}{_styled(entry.verdict)}: {escape(entry.reason)}{hypothesis}")
    _account(account, entry, console)
    console.print("\n[bold]History[/bold]")
    for one in history:
        changes = f": {'; '.join(one.changes)}" if one.changes else ""
        console.print(
            f"  {one.edition}  {escape(one.display)}, {one.verdict}{escape(changes)}", highlight=False
        )
    _listed("How near another number is", account.margins, console)
    if entry.parts:
        console.print("\n[bold]Beside it[/bold]")
        for part in entry.parts.values():
            console.print(f"  {escape(part.label)}: {escape(part.display)}", highlight=False)
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
    if sentences := [*sentences]:
        console.print("\n[bold]Where it is used[/bold]")
    for sentence in sentences:
        console.print(f"  {escape(sentence.text)}")
        kind = "" if sentence.part == "sentence" else f"{sentence.part}, "
        place = f"{kind}{sentence.file}:{sentence.line}, {sentence.address}"
        console.print(f"    [dim]{escape(place)}[/dim]", highlight=False)


def _account(account: Account, entry: Entry, console: Console) -> None:
    """The rows, the claims and the steps that a value comes from."""
    digests = {used.snapshot: used.sha256 for used in entry.inputs}
    if account.inputs:
        console.print("\n[bold]The rows used[/bold]")
    for used in account.inputs:
        console.print(f"  {used.snapshot}  ({plural(used.count, 'row')})", highlight=False)
        console.print(f"    sha256 {digests[used.snapshot]}", highlight=False)
        _table(used, console)
    if account.upstream:
        console.print("\n[bold]The claims used[/bold]")
    for one in account.upstream:
        both = f"the article {one.article}, the evidence {one.display}"
        console.print(f"  {one.id}: {escape(both)}  (`pivot explain {one.id}`)", highlight=False)
    if account.steps:
        console.print("\n[bold]Step by step[/bold]")
    for table in account.workings:
        console.print(f"  {escape(table.name)}  ({plural(table.count, 'row')})", highlight=False)
        _table(table, console)
    for step in account.steps:
        made = f"{step.expression} = " if step.expression else ""
        console.print(f"  {escape(step.label)}\n    {escape(made + step.result)}", highlight=False)


def _table(table: Rows, console: Console) -> None:
    """Its rows, where they are few."""
    if not table.few:
        console.print("    [dim]each with all its cells: --json[/dim]", highlight=False)
        return
    for row in table.rows:
        cells = (f"{name}={cell}" for name, cell in zip(table.columns, row, strict=True) if cell)
        console.print(f"    [dim]{escape(', '.join(cells))}[/dim]", highlight=False)


def _listed(title: str, margins: Sequence[Margin], console: Console) -> None:
    if margins:
        console.print(f"\n[bold]{title}[/bold]")
    for one in margins:
        console.print(f"  {escape(one.label)}: {escape(one.text)}", highlight=False)


def explain_json(
    entry: Entry, account: Account, history: Iterable[Observation], sentences: Sequence[Use]
) -> str:
    """The same as JSON, with every row."""
    content = stored.plain(entry) | stored.used(sentences)
    content |= {"account": to_builtins(account), "history": to_builtins([*history])}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)


def _behind(entry: Entry) -> str:
    """What rounding hides; nothing for words and days, which have no digits."""
    facts = [
        f"to four decimals {entry.exact}" if entry.exact != entry.display else "",
        entry.ours.rounding if entry.ours and entry.ours.rounding != "none" else "",
    ]
    return f"   ({'; '.join(filter(None, facts))})" if any(facts) else ""


def _styled(verdict: str) -> str:
    style = _STYLES.get(Verdict(verdict))
    return f"[{style}]{verdict}[/{style}]" if style else verdict
