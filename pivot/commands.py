"""What each command does: a few calls of the library, and what is printed of their result.

Everything heavy is imported by the command that needs it, so that no other command pays for it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.errors import ReportError
from pivot.names import BOOK_FILE

if TYPE_CHECKING:
    import argparse
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pivot.editions import Edition
    from pivot.evaluation import Evaluation
    from pivot.prose.sentences import Use
    from pivot.publish.archive import Compared
    from pivot.publish.archive.release import Difference, Way
    from pivot.snapshots import Snapshot, Store

SIDECAR = ("title", "publisher", "url", "licence", "vintage", "retrieved", "method", "notes")
"""The fields of a sidecar that `pivot add` takes as options."""


def _root(arguments: argparse.Namespace) -> Path:
    start: Path = arguments.root or Path.cwd()
    for folder in (start, *start.resolve().parents):
        if (folder / BOOK_FILE).is_file():
            return folder.resolve()
    raise ReportError(
        "there is no report here",
        where=str(start),
        expected=f"a folder with {BOOK_FILE}, or one below it",
        hint="change to the repository, or name it with --root",
    )


def _edition_day(arguments: argparse.Namespace, root: Path) -> dt.date:
    from pivot.editions import editions

    day: dt.date = arguments.as_of or editions(root)[-1].as_of
    return day


def _evaluation(arguments: argparse.Namespace, root: Path) -> Evaluation:
    from pivot.article import article_of
    from pivot.evaluation import evaluate

    return evaluate(article_of(root), root, _edition_day(arguments, root))


def _sentences(root: Path, evaluation: Evaluation) -> Mapping[str, Sequence[Use]]:
    from pivot.prose.sentences import by_claim

    return by_claim(root, evaluation.texts)


def build(arguments: argparse.Namespace) -> int:
    """Make the site and the PDF of every edition, or of one day."""
    from pivot.names import SITE
    from pivot.progress import shown

    root = _root(arguments)
    day: dt.date | None = arguments.as_of
    out: Path = (arguments.out or root / SITE).resolve()
    with shown() as progress:
        if day:
            from pivot.publish.build import build as build_one

            built = build_one(root, day, arguments.renderer, out, progress)
        else:
            from pivot.publish.press import build_all

            built = build_all(root, arguments.renderer, out, progress, difference(root))
    if built.fresh:
        print(f"site  {built.site}/index.html  ({built.files} files, {built.bytes / 1e6:.1f} MB)")
        print(f"pdf   {built.pdf}")
        print(f"{f'evidence as of {day}' if day else 'every edition'}, built in {built.seconds:.1f} s")
    else:
        print(f"nothing changed since the last build of {built.site}  ({built.seconds:.2f} s)")
    for warning in built.warnings:
        print(f"reads wrong: {warning}", file=sys.stderr)
    return 0


def difference(root: Path) -> Difference:
    """The difference of two editions for a page of the archive, which asks for it where it has none yet."""

    def compared(before: Edition, after: Edition, ways: tuple[Way, Way]) -> Compared:
        from pivot import revisions
        from pivot.publish.archive import Compared
        from pivot.revisions import pages

        report = revisions.diff(root, (before.id, after.id), (before, after))
        return Compared(report.title(), pages.body(report, pages.Ways(*ways)))

    return compared


def release(arguments: argparse.Namespace) -> int:
    """Freeze an edition into a published site."""
    from pivot.progress import shown
    from pivot.publish import press

    root = _root(arguments)
    into: Path = arguments.into
    with shown() as progress:
        issue = press.release(root, arguments.id, into, arguments.renderer, progress, difference(root))
    print(f"edition {issue.id} stands in {into}/{issue.home}, {len(issue.manifest.files)} files")
    print(f"release {issue.manifest.number}, SHA-256 of its manifest {issue.sha256}")
    if not issue.manifest.about.address:
        says = "citations, feed and canonical links give no full address until book.site-url says it"
        print(f"warning: {says} ({BOOK_FILE})", file=sys.stderr)
    if arguments.crate:
        from pivot.publish.archive.crate import write

        print(f"crate  {arguments.crate}  ({write(issue, arguments.crate):,} bytes)")
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Check a published site."""
    from pivot.article import article_of
    from pivot.publish import archive

    article = article_of(_root(arguments)) if arguments.recompute else None
    found = archive.verify(arguments.site, known=arguments.known, recompute=article)
    if arguments.json:
        print(json.dumps(dataclasses.asdict(found), ensure_ascii=False, indent=1))
    else:
        print(
            "\n".join([*map(str, found.findings), *found.notes]) or "every file and every number as published"
        )
        print("checked " + ", ".join(f"{count:,} {what}" for what, count in found.checked.items()))
        print(f"newest manifest {found.newest}; a later site must still have it: --known {found.newest}")
    return int(bool(found.findings))


def preview(arguments: argparse.Namespace) -> int:
    """Serve a site that follows what an editor saves."""
    from threading import Event

    from pivot.names import CACHE
    from pivot.publish import preview as server

    root = _root(arguments)
    out = root / CACHE / "preview"
    try:
        say = partial(print, flush=True)
        server.preview(root, _edition_day(arguments, root), out, port=arguments.port, say=say, stop=Event())
    except KeyboardInterrupt:
        print("stopped")
    return 0


def prepare(arguments: argparse.Namespace) -> int:
    """Write what a plain `quarto render` reads."""
    from pivot.progress import shown
    from pivot.publish.prepared import draw
    from pivot.publish.prepared import prepare as prepare_inputs
    from pivot.publish.quarto import write_quarto_inputs

    root = _root(arguments)
    day = _edition_day(arguments, root)
    with shown() as progress:
        prepared = prepare_inputs(root, day, progress)
        draw(root, prepared, progress)
    write_quarto_inputs(root, prepared.inputs)
    print(f"wrote _variables.yml, figures and _generated, evidence as of {day}")
    return 0


def numbers(arguments: argparse.Namespace) -> int:
    """Print the ledger."""
    from pivot import terminal

    root = _root(arguments)
    evaluation = _evaluation(arguments, root)
    ledger = evaluation.ledger.only(arguments.ids) if arguments.ids else evaluation.ledger
    if arguments.json:
        sys.stdout.write(ledger.to_json(_sentences(root, evaluation)))
    else:
        terminal.numbers(ledger, terminal.console())
    return 0


def explain(arguments: argparse.Namespace) -> int:
    """Print the whole account of one claim."""
    from rich.console import Console

    from pivot import terminal

    root = _root(arguments)
    evaluation = _evaluation(arguments, root)
    entry = evaluation.ledger[arguments.id]
    used = _sentences(root, evaluation).get(arguments.id, [])
    if arguments.json:
        print(terminal.explain_json(entry, used))
    else:
        terminal.explain(entry, evaluation.vintage, used, Console(soft_wrap=True))
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Check evidence and prose."""
    from pivot.publish import checks as all_checks

    checks = all_checks.check(_root(arguments))
    if arguments.json:
        print(all_checks.as_json(checks))
    else:
        print("\n".join([*map(str, checks), *(str(found) for one in checks for found in one.findings)]))
    return int(any(one.findings for one in checks))


def diff(arguments: argparse.Namespace) -> int:
    """Print what changed between two states."""
    from pivot import revisions, terminal
    from pivot.revisions import pages, text

    asked = (arguments.a, arguments.b)
    report = revisions.diff(_root(arguments), asked, pictures=arguments.format == "html")
    if arguments.format == "text":
        text.render(report, terminal.console())
    else:
        write = {"md": pages.markdown, "html": pages.page, "json": pages.to_json}[arguments.format]
        sys.stdout.write(write(report))
    return report.exit_code


def refresh(arguments: argparse.Namespace) -> int:
    """Ask the live sources."""
    from pivot import refresh_report
    from pivot.progress import shown
    from pivot.snapshots.refresh import Asked

    request = Asked(tuple(arguments.sources), arguments.since, arguments.accept)
    root, dry_run = _root(arguments), arguments.dry_run
    with shown() as progress:
        report = refresh_report.run(root, arguments.contact, request, progress, dry_run=dry_run)
    refresh_report.render(report, arguments.format)
    return report.exit_code


def add(arguments: argparse.Namespace) -> int:
    """Put a file, or rows beside those that are known, into the store."""
    from pivot.snapshots.underway import alone

    root = _root(arguments)
    store = _store(root)
    given = {name: getattr(arguments, name) for name in SIDECAR}
    if arguments.file:
        if arguments.row:
            raise ReportError("A file and --row do not go together.", hint="Add one after the other.")
        with alone(store):
            snapshot = store.add(arguments.source, arguments.file, arguments.sidecar, **given)
    else:
        snapshot = _add_rows(store, arguments, given)
    before = [other.path for other in store.snapshots(snapshot.source) if other.vintage < snapshot.vintage]
    print(f"added  {snapshot.path}  ({snapshot.bytes:,} bytes)\nsha256 {snapshot.sha256}")
    if before:
        print(f"next   pivot diff {before[-1]} {snapshot.path}")
    return 0


def _add_rows(store: Store, arguments: argparse.Namespace, given: Mapping[str, Any]) -> Snapshot:
    import datetime as dt

    from rich.console import Console

    from pivot import form
    from pivot.snapshots import statement
    from pivot.snapshots.underway import alone

    statement.spec_of(store, arguments.source)
    if arguments.sidecar:
        raise ReportError(
            "--sidecar describes a file, and there is none.", hint="Name the file, or leave it."
        )
    if not arguments.row and not sys.stdin.isatty():
        raise ReportError(
            "There is nothing to add.",
            expected="a FILE, or --row COLUMN=VALUE…",
            hint="On a terminal `pivot add SOURCE` asks for a row.",
        )
    said = [dict(row) for row in arguments.row or ()] or form.ask(store, arguments.source, Console())
    stated = {name: value for name, value in given.items() if value is not None}
    vintage = stated.pop("vintage", dt.datetime.now(dt.UTC).date())
    with alone(store) as under_way:
        more = statement.addition(store, arguments.source, said, vintage)
        usual = {
            "title": more.last.title,
            "publisher": more.last.publisher,
            "url": list(dict.fromkeys([*more.last.url, *more.urls])),
            "licence": more.last.licence,
            "method": "transcribed",
        }
        notes = [*more.notes, *stated.pop("notes", ())]
        return under_way.add(
            arguments.source, more.table, **{**usual, **stated, "vintage": vintage, "notes": notes}
        )


def _store(root: Path) -> Store:
    from pivot.article import article_of

    return article_of(root).store(root)
