"""The commands that bring evidence in: `pivot refresh` and `pivot add`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pivot import options
from pivot.errors import ReportError
from pivot.options import FILE, Repository, in_repository
from pivot.output import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pivot.snapshots import Snapshot, Store


@click.command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Tell everything, add nothing.")
@click.option("--since", type=options.day, metavar="DAY", help="Compare rows and read filings from it on.")
@click.option(
    "--with",
    "waiting",
    multiple=True,
    metavar="BRANCH",
    help="Take in what waits on a branch, and go on from there; may be given several times.",
)
@click.option(
    "--accept",
    metavar="REASON",
    default="",
    help="Take restated rows and unlikely numbers.",
)
@click.option(
    "--contact",
    metavar="ADDRESS",
    default="",
    envvar="PIVOT_CONTACT",
    help="Mail or web address at which a source reaches you (default: $PIVOT_CONTACT).",
)
@options.form("text", "md", "json")
@in_repository
def refresh(
    repository: Repository,
    *,
    sources: tuple[str, ...],
    dry_run: bool,
    since: dt.date | None,
    accept: str,
    waiting: tuple[str, ...],
    contact: str,
    form: str,
) -> int:
    """Ask the live sources, add what is new, and tell what it moves.

    SOURCE is a data set to ask for; without one all are asked.
    """
    from pivot import refresh_report
    from pivot.progress import shown
    from pivot.snapshots.refresh import Asked

    request = Asked(sources, since, accept, waiting, repository.root)
    with shown() as progress:
        report = refresh_report.run(repository.root, contact, request, progress, dry_run=dry_run)
    refresh_report.render(report, form)
    return report.exit_code


@click.command(cls=options.RowCommand)
@click.argument("source")
@click.argument("file", type=FILE, required=False)
@click.option(
    "--row",
    "rows",
    type=options.row,
    multiple=True,
    metavar="COLUMN=VALUE...",
    help="A row beside those that are known, in place of FILE; may be given several times.",
)
@click.option("--undo", is_flag=True, help="Take the newest one back, while git does not track it.")
@click.option("--sidecar", type=FILE, metavar="TOML", help="A file with the fields below.")
@click.option("--title", help="What the table holds (default: the data set's own).")
@click.option("--publisher", help="Who said so.")
@options.several("--url", text="Where")
@click.option("--licence", help="Under which terms.")
@click.option("--vintage", type=options.day, metavar="DAY", help="The day on which the source stood so.")
@click.option("--retrieved", type=options.day, metavar="DAY", help="The day on which it was read.")
@click.option("--method", type=click.Choice(("http", "transcribed", "derived")), help="How it came here.")
@options.several("--note", "notes", text="A caveat")
@click.option("--accept", metavar="REASON", default="", help="Take unlikely numbers.")
@in_repository
def add(
    repository: Repository,
    /,
    *,
    source: str,
    file: Path | None,
    rows: tuple[dict[str, str], ...],
    undo: bool,
    sidecar: Path | None,
    accept: str,
    **fields: Any,  # noqa: ANN401 -- the options from --title on, as the sidecar has them
) -> None:
    """Put a file, or a statement that was read, into the store.

    SOURCE is the source's folder in data-snapshots. FILE is a whole table, a CSV file; without it,
    and without --row, a form asks for a row.
    """
    from pivot.snapshots.lock import exclusive

    store = repository.store
    if undo:
        if file or rows:
            raise _misused(
                "--undo takes nothing but a source",
                "--undo and a source",
                "something to add beside them",
                "take back first, then add",
            )
        with exclusive(store) as pending:
            say(f"taken back  {pending.undo(source).path}")
        return
    if file:
        if rows:
            what = "a FILE and --row do not go together"
            raise _misused(what, "one of the two", "both", "add one after the other")
        with exclusive(store):
            snapshot = store.add(source, file, sidecar, accept, **fields)
    elif sidecar:
        what = "--sidecar describes a file, and there is none"
        raise _misused(what, "a FILE", "none", "name the file, or leave out --sidecar")
    else:
        snapshot = _add_rows(store, source, rows, accept, fields)
    before = [other.path for other in store.snapshots(snapshot.source) if other.order < snapshot.order]
    say(f"added  {snapshot.path}  ({snapshot.bytes:,} bytes)\nsha256 {snapshot.sha256}")
    if before:
        say(f"next   pivot diff {before[-1]} {snapshot.path}")


def _misused(what: str, expected: str, got: str, hint: str) -> ReportError:
    return ReportError(what, where="pivot add", expected=expected, got=got, hint=hint)


def _add_rows(
    store: Store, source: str, rows: Sequence[dict[str, str]], accept: str, fields: Mapping[str, Any]
) -> Snapshot:
    import datetime as dt

    from pivot import form, terminal
    from pivot.snapshots import statement
    from pivot.snapshots.lock import exclusive

    statement.spec_of(store, source)
    if not rows and not sys.stdin.isatty():
        hint = "on a terminal `pivot add SOURCE` asks for a row"
        raise _misused("there is nothing to add", "a FILE, or --row COLUMN=VALUE…", "neither", hint)
    rows = rows or form.ask(store, source, terminal.console())
    stated = {name: value for name, value in fields.items() if value is not None}
    vintage = stated.pop("vintage", dt.datetime.now(dt.UTC).date())
    with exclusive(store) as pending:
        more = statement.addition(store, source, rows, vintage)
        usual = {
            "title": more.last.title,
            "publisher": more.last.publisher,
            "url": list(dict.fromkeys([*more.last.url, *more.urls])),
            "licence": more.last.licence,
            "method": "transcribed",
        }
        notes = [*more.notes, *stated.pop("notes", ())]
        stated = {**usual, **stated, "vintage": vintage, "notes": notes}
        return pending.add(source, more.table, accept, **stated)
