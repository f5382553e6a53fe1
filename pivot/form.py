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


def ask(store: Store, source: str, console: Console) -> list[dict[str, str]]:
    """Ask a person for rows, until there is no further one.

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
    earlier = list(rows.current(store, spec)[0].values())
    console.print(f"[bold]{escape(spec.title)}[/bold]: one more row. {_WORDS} lists the words in use.\n")
    answers: list[dict[str, str]] = []
    try:
        while not answers or Confirm.ask("\nAnother one", console=console, default=False):
            answers.append(_row(spec, earlier, console))
    except EOFError:
        raise ReportError(
            "the form was left before its end",
            where=f"pivot add {source}",
            expected="an answer to every question",
            got="the end of the input",
            hint="begin again; nothing was added",
        ) from None
    return answers


def _row(spec: Spec, earlier: Sequence[Row], console: Console) -> dict[str, str]:
    """One row, asked again with the answers as they were if they do not go together."""
    before: dict[str, str] = {}
    while True:
        answers: dict[str, str] = {}
        for name, column in statement.questions(spec).items():
            usual = "" if name in statement.WITNESS else _usual(spec, name, answers, earlier)
            words = {row[name] for row in earlier if row.get(name)} if column.kind == "text" else ()
            in_use = column.allowed or sorted(words)
            answers[name] = _answer(spec, name, before.get(name, usual), in_use, console)
        if not (expected := statement.contradiction(spec, answers)):
            return answers
        console.print(f"  expected {expected}\n", style="red", markup=False, highlight=False)
        before = answers


def _answer(spec: Spec, name: str, offered: str, in_use: Collection[str], console: Console) -> str:
    """Asks until there is an answer that the contract takes."""
    column = statement.questions(spec)[name]
    label = f"{name} [dim]{escape(text)}[/dim]" if (text := _choices(name, column)) else name
    while True:
        # An empty default would be shown as empty brackets.
        line = Prompt.ask(label, console=console, default=offered or None, show_default=bool(offered)) or ""
        answer = line.strip()
        if answer == _WORDS:
            console.print(", ".join(in_use) or "none", style="dim", markup=False, highlight=False)
        elif expected := statement.problem(spec, name, answer):
            console.print(f"  expected {expected}", style="red", markup=False, highlight=False)
        else:
            return answer


def _choices(name: str, column: Column) -> str:
    """What an answer may be, in brackets."""
    if name == "published":
        return "(a day, or a month such as 2026-05)"
    if column.allowed:
        return f"({', '.join(column.allowed)})"
    return "(may be empty)" if column.empty else ""


def _usual(spec: Spec, name: str, answers: Mapping[str, str], earlier: Sequence[Row]) -> str:
    """What all earlier rows say that have the same name in part, such as the ticker of a company."""
    named = [column for column in spec.named if column in answers]
    for shared in (named, named[1:], named[:1]):
        alike = [
            row for row in earlier if shared and all(row[column] == answers[column] for column in shared)
        ]
        values = {row.get(name, "") for row in alike}
        if len(values) == 1:
            return values.pop()
    return ""
