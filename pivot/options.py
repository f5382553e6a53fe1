"""What commands share: the repository that they work in, types of arguments, options."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from pivot.errors import ReportError
from pivot.names import BOOK_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pivot.article import Article
    from pivot.evaluation import Evaluation
    from pivot.publish.history import Observation
    from pivot.snapshots import Store

_Command = TypeVar("_Command", bound="Callable[..., object]")


@dataclass(frozen=True)
class Repository:
    """The report that a command works on, looked for from a folder upwards when it is needed."""

    start: Path

    @cached_property
    def root(self) -> Path:
        """The folder of the report.

        Raises:
            ReportError: there is none here.
        """
        for folder in (self.start, *self.start.resolve().parents):
            if (folder / BOOK_FILE).is_file():
                return folder.resolve()
        raise ReportError(
            "there is no report here",
            where=str(self.start),
            expected=f"a folder with {BOOK_FILE}, or one below it",
            got=f"no {BOOK_FILE} there or above",
            hint="change to the repository, or name it with --root",
        )

    @cached_property
    def article(self) -> Article:
        """The article that the book names."""
        from pivot.article import article_of

        return article_of(self.root)

    @property
    def article_if_any(self) -> Article | None:
        """Its article; None where the command runs outside of a repository."""
        with suppress(ReportError):
            return self.article
        return None

    @property
    def store(self) -> Store:
        """Its evidence."""
        return self.article.store(self.root)

    def day(self, as_of: dt.date | None) -> dt.date:
        """The day on which the evidence is read: one that was asked for, or that of the newest edition."""
        from pivot.editions import editions

        return as_of or editions(self.root)[-1].as_of

    def history(self, claim: str, as_of: dt.date) -> Sequence[Observation]:
        """A claim in each edition up to a day, evaluated as the edition was."""
        from pivot.editions import editions
        from pivot.publish.history import State, observations

        listed = [one for one in editions(self.root) if one.as_of <= as_of]
        return observations(claim, [State(one, self.evaluation(one.as_of).ledger.entries) for one in listed])

    def evaluation(self, as_of: dt.date | None) -> Evaluation:
        """Its claims on that day."""
        from pivot.evaluation import evaluate

        return evaluate(self.article, self.root, self.day(as_of))


in_repository = click.make_pass_decorator(Repository)
"""Hands the repository to a command as its first argument."""


def day(text: str) -> dt.date:
    """A day, written YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day; write YYYY-MM-DD") from None


def row(text: str) -> dict[str, str]:
    """Cells of a row, each written COLUMN=VALUE, as `RowCommand` joins them; the last for a column counts."""
    cells = {}
    for cell in text.split("\0"):
        column, equals, value = cell.partition("=")
        if not equals:
            raise click.BadParameter(f"{cell!r} is no cell; write COLUMN=VALUE")
        cells[column.strip()] = value.strip()
    return cells


class RowCommand(click.Command):
    """A command whose --row takes every cell up to the next option: a table has as many as it has columns."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Join the cells of a row into one value, as options of click have a fixed number of them."""
        words: list[str] = []
        option = ""
        for word in args:
            if word.startswith("-"):
                option = word
            elif option.startswith("--row") and words[-1] != "--row":
                words[-1] += f"\0{word}"
                continue
            words.append(word)
        return super().parse_args(ctx, words)


class OrderedGroup(click.Group):
    """Commands in the order in which they are declared, that of the work."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Their names."""
        return list(self.commands)


FILE = click.Path(path_type=Path)

as_of = click.option(
    "--as-of",
    type=day,
    metavar="DAY",
    help="The day on which the evidence is read (default: the newest edition's).",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
renderer = click.option(
    "--renderer",
    type=click.Choice(("embedded", "quarto")),
    help="What renders the book (default: quarto where it is installed).",
)


def form(*names: str) -> Callable[[_Command], _Command]:
    """The option --format, the first of the names being the default."""
    return click.option("--format", "form", type=click.Choice(names), default=names[0], show_default=True)


def several(*names: str, text: str) -> Callable[[_Command], _Command]:
    """An option that may be given more than once; None, not an empty list, where it is not given."""
    return click.option(
        *names,
        multiple=True,
        callback=lambda _context, _option, values: list(values) or None,
        help=f"{text}; may be given several times.",
    )
