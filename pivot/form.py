"""The interactive form of `pivot add`: asks for a statement or a contract, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.prompt import Confirm, Prompt

from pivot.errors import ReportError
from pivot.snapshots import rows, statement

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from rich.console import Console

    from pivot.snapshots import Store
    from pivot.snapshots.datasets import Column, Spec
    from pivot.snapshots.rows import Row

_WORDS = "?"


def filled(store: Store, source: str, console: Console) -> list[dict[str, str]]:
    """Asks a person for rows, until there is no further one.

    Args:
        store: the snapshots; what the newest one says is offered as an answer.
        source: folder of the data set.
        console: the terminal.

    Returns:
        The answers to `statement.questions` for each row.

    Raises:
        SnapshotError: if the source takes no single rows.
        ReportError: if the terminal was closed before the end.
    """
    spec = statement.spec_of(store, source)
    known = list(rows.known(store, store.snapshots(source)[-1]).values())
    console.print(f"[bold]{escape(spec.title)}[/bold]: one more row. {_WORDS} lists the words in use.\n")
    taken: list[dict[str, str]] = []
    try:
        while not taken or Confirm.ask("\nAnother one", console=console, default=False):
            taken.append(_row(spec, known, console))
    except EOFError:
        raise ReportError("The form was left before its end.", hint="Nothing was added.") from None
    return taken


def _row(spec: Spec, known: Sequence[Row], console: Console) -> dict[str, str]:
    """One row, asked again with the answers as they were if they do not go together."""
    before: dict[str, str] = {}
    while True:
        answers: dict[str, str] = {}
        for name, column in statement.questions(spec).items():
            usual = "" if name in statement.WITNESS else _usual(spec, name, answers, known)
            words = {row[name] for row in known if row.get(name)} if column.kind == "text" else ()
            in_use = column.allowed or sorted(words)
            answers[name] = _answer(spec, name, before.get(name, usual), in_use, console)
        if not (wanted := statement.contradiction(spec, answers)):
            return answers
        console.print(f"  expected {wanted}\n", style="red", markup=False, highlight=False)
        before = answers


def _answer(spec: Spec, name: str, offered: str, in_use: Collection[str], console: Console) -> str:
    """Asks until there is an answer that the contract takes."""
    column = statement.questions(spec)[name]
    label = f"{name} [dim]{escape(told)}[/dim]" if (told := _told(name, column)) else name
    while True:
        # An empty default would be shown as empty brackets.
        said = Prompt.ask(label, console=console, default=offered or None, show_default=bool(offered)) or ""
        said = said.strip()
        if said == _WORDS:
            console.print(", ".join(in_use) or "none", style="dim", markup=False, highlight=False)
        elif wanted := statement.problem(spec, name, said):
            console.print(f"  expected {wanted}", style="red", markup=False, highlight=False)
        else:
            return said


def _told(name: str, column: Column) -> str:
    """What an answer may be, in a few words."""
    if name == "published":
        return "(a day, or a month such as 2026-05)"
    if column.allowed:
        return f"({', '.join(column.allowed)})"
    return "(may be empty)" if column.empty else ""


def _usual(spec: Spec, name: str, answers: Mapping[str, str], known: Sequence[Row]) -> str:
    """What all known rows say that have the same name in part, such as the ticker of a company."""
    named = [column for column in spec.named if column in answers]
    for shared in (named, named[1:], named[:1]):
        alike = [row for row in known if shared and all(row[column] == answers[column] for column in shared)]
        said = {row.get(name, "") for row in alike}
        if len(said) == 1:
            return said.pop()
    return ""
