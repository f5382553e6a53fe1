"""What each command does: a few calls of the library, and what is printed of their result.

A docstring is the help that people read. Everything heavy is imported by the command that needs it, so that
no other command pays for it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pivot import evidence_commands, options
from pivot.files import canonical
from pivot.names import BOOK_FILE, CACHE, LEDGER
from pivot.options import FILE, Repository, in_repository
from pivot.output import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pivot.claims.stored import Use
    from pivot.editions import Edition
    from pivot.evaluation import Evaluation
    from pivot.publish.archive import Compared
    from pivot.publish.archive.site_root import Difference, Way


@click.group(
    cls=options.OrderedGroup,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 something differs or a check failed, 2 could not be decided or was used "
    "wrongly, 3 a fault of the program itself.",
)
@click.option("--root", type=FILE, help="The repository (default: found from here upwards).")
@click.pass_context
def pivot(context: click.Context, root: Path | None) -> None:
    """A report whose every number can be opened: from the sentence to the hashed row."""
    context.obj = Repository(root or Path.cwd())


def _sentences(root: Path, evaluation: Evaluation) -> Mapping[str, Sequence[Use]]:
    from pivot.prose.sentences import by_claim

    return by_claim(root, evaluation.texts)


@pivot.command()
@options.as_of
@options.renderer
@click.option("--out", type=FILE, metavar="DIR", help="Folder of the site (default: _site).")
@in_repository
def build(repository: Repository, *, as_of: dt.date | None, renderer: str | None, out: Path | None) -> None:
    """Make site and PDF: snapshots -> ledger -> charts -> pages.

    Of every edition, or of the evidence of one day. What has not changed since the last build is kept.
    """
    from pivot.names import SITE
    from pivot.progress import shown

    root = repository.root
    site = (out or root / SITE).resolve()
    with shown() as progress:
        if as_of:
            from pivot.publish.build import build as build_one

            built = build_one(root, as_of, renderer, site, progress)
        else:
            from pivot.publish.publication import build_all

            built = build_all(root, renderer, site, progress, difference(root))
    if built.fresh:
        say(f"site  {built.site}/index.html  ({built.files} files, {built.bytes / 1e6:.1f} MB)")
        say(f"pdf   {built.pdf}")
        say(f"{f'evidence as of {as_of}' if as_of else 'every edition'}, built in {built.seconds:.1f} s")
    else:
        say(f"nothing changed since the last build of {built.site}  ({built.seconds:.2f} s)")
    for warning in built.warnings:
        say(f"reads wrong: {warning}", error=True)


def difference(root: Path) -> Difference:
    """The difference of two editions for a page of the archive, which asks for it where it has none yet."""

    def compared(before: Edition, after: Edition, ways: tuple[Way, Way, Way, Way, Way]) -> Compared:
        from pivot import revisions
        from pivot.publish.archive import Compared
        from pivot.revisions import pages

        report = revisions.diff(root, (before.id, after.id), (before, after))
        return Compared(report.title(), pages.body(report, pages.Ways(*ways)))

    return compared


@pivot.command()
@click.argument("edition", metavar="ID")
@click.option("--into", type=FILE, required=True, metavar="SITE", help="Folder of the published site.")
@options.renderer
@click.option("--crate", type=FILE, metavar="FILE", help="Also write the edition as an RO-Crate, a zip.")
@in_repository
def release(
    repository: Repository, *, edition: str, into: Path, renderer: str | None, crate: Path | None
) -> None:
    """Freeze an edition into a published site, which only grows.

    ID is the edition, as editions.toml lists it.
    """
    from pivot.progress import shown
    from pivot.publish import publication

    root = repository.root
    with shown() as progress:
        issue = publication.release(root, edition, into, renderer, progress, difference(root))
    say(f"edition {issue.id} stands in {into}/{issue.home}, {len(issue.manifest.files)} files")
    say(f"release {issue.manifest.number}, SHA-256 of its manifest {issue.sha256}")
    if not issue.manifest.about.address:
        says = "citations, feed and canonical links give no full address until book.site-url says it"
        say(f"warning: {says} ({BOOK_FILE})", error=True)
    if crate:
        from pivot.publish.archive.crate import write

        say(f"crate  {crate}  ({write(issue, crate):,} bytes)")


@pivot.command()
@click.argument("site", type=FILE)
@click.option(
    "--known", metavar="SHA256", default="", help="A manifest seen before, which must still be in the chain."
)
@click.option(
    "--recompute",
    is_flag=True,
    help="Also make numbers, charts, pages and PDF again.",
)
@options.as_json
@in_repository
def verify(repository: Repository, *, site: Path, known: str, recompute: bool, as_json: bool) -> int:
    """Check a published site, or a zip of it: files, chain, numbers."""
    from pivot.publish import archive

    root = repository.root if recompute else None
    article, compared = repository.article_if_any, difference(root) if root else None
    verification = archive.verify(site, known=known, article=article, root=root, difference=compared)
    if as_json:
        say(json.dumps(dataclasses.asdict(verification), ensure_ascii=False, indent=1))
    else:
        findings = map(str, verification.findings or ["every file and every number as published"])
        say("\n".join([*findings, *verification.notes]))
        say("checked " + ", ".join(f"{count:,} {what}" for what, count in verification.checked.items()))
        newest = verification.newest
        say(f"newest manifest {newest}; a later site must still have it: --known {newest}")
    return int(bool(verification.findings))


@pivot.command()
@options.as_of
@click.option("--port", type=int, default=0, help="Where to listen (default: any free port).")
@in_repository
def preview(repository: Repository, *, as_of: dt.date | None, port: int) -> None:
    """Build, serve on loopback, build again on each change."""
    from threading import Event

    from pivot.publish import preview as server

    root = repository.root
    out = root / CACHE / "preview"
    try:
        server.preview(root, repository.day(as_of), out, port=port, say=say, stop=Event())
    except KeyboardInterrupt:
        say("stopped")


@pivot.command()
@options.as_of
@in_repository
def prepare(repository: Repository, *, as_of: dt.date | None) -> None:
    """Write what a plain `quarto render` needs; its pre-render step."""
    from pivot.claims import stored
    from pivot.progress import shown
    from pivot.prose.book import Book
    from pivot.publish.prepared import draw
    from pivot.publish.prepared import prepare as prepare_inputs
    from pivot.publish.quarto import write_quarto_inputs

    root, day = repository.root, repository.day(as_of)
    with shown() as progress:
        prepared = prepare_inputs(root, day, progress)
        draw(root, prepared, progress)
    inputs = dataclasses.replace(prepared.inputs, claims=stored.read(prepared.ledger, LEDGER))
    write_quarto_inputs(Book.load(root), inputs, root)
    say(f"wrote _variables.yml, figures and _generated, evidence as of {day}")


@pivot.command()
@options.as_of
@in_repository
def frame(repository: Repository, *, as_of: dt.date | None) -> None:
    """Frame what a plain `quarto render` made; its post-render step.

    Of a whole book alone: of one chapter, as in Quarto's preview, the bare page stays.
    """
    from pivot.progress import shown
    from pivot.prose.book import Book
    from pivot.publish.build import make
    from pivot.publish.quarto import QuartoSite

    if not os.environ.get("QUARTO_PROJECT_RENDER_ALL"):
        say("no frame: Quarto has not rendered the whole book")
        return
    root, day = repository.root, repository.day(as_of)
    site = root / Book.load(root).output_dir
    with shown() as progress:
        make(root, day, QuartoSite(site), site, progress)
    say(f"framed {site}, evidence as of {day}")


@pivot.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@options.as_of
@options.as_json
@in_repository
def numbers(
    repository: Repository,
    *,
    ids: tuple[str, ...],
    as_of: dt.date | None,
    as_json: bool,
) -> None:
    """Show the ledger as a table, or a few claims of it.

    ID is a claim; without one all are shown.
    """
    from pivot import terminal

    evaluation = repository.evaluation(as_of)
    ledger = evaluation.ledger.only(ids) if ids else evaluation.ledger
    if as_json:
        say(ledger.to_json(_sentences(repository.root, evaluation)), end="")
    else:
        terminal.numbers(ledger, terminal.console())


@pivot.command()
@click.argument("claim", metavar="ID")
@options.as_of
@options.as_json
@in_repository
def explain(repository: Repository, *, claim: str, as_of: dt.date | None, as_json: bool) -> None:
    """Show one claim, from the sentence to the rows."""
    from pivot import terminal

    evaluation = repository.evaluation(as_of)
    entry = evaluation.ledger[claim]
    sentences = _sentences(repository.root, evaluation).get(claim, [])
    day = evaluation.as_of
    account, history = evaluation.account(claim), repository.history(claim, day)
    if as_json:
        say(terminal.explain_json(entry, account, history, sentences))
    else:
        terminal.explain(entry, day, account, history, sentences)


@pivot.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--since",
    type=options.day,
    metavar="DAY",
    help="The first day (default: January of the year before the first edition).",
)
@click.option(
    "--until", type=options.day, metavar="DAY", help="The last (default: the newest of the evidence)."
)
@click.option("--into", type=FILE, metavar="FILE", help="Also write every state as .csv or .parquet.")
@click.option(
    "--scheduler", default="", metavar="ADDRESS", help="Work on a Dask cluster, such as tcp://HOST:8786."
)
@options.as_json
@in_repository
def history(
    repository: Repository,
    *,
    ids: tuple[str, ...],
    since: dt.date | None,
    until: dt.date | None,
    into: Path | None,
    scheduler: str,
    as_json: bool,
) -> None:
    """Show the days on which verdicts turned and sentences read wrong.

    The article's words as they stand now are held against the evidence of every day on which that changed.
    ID is a claim; without one all are shown.
    """
    import msgspec

    from pivot.editions import editions
    from pivot.progress import shown
    from pivot.timeline import machines, table
    from pivot.timeline.history import history

    root = repository.root
    first = since or dt.date(editions(root)[0].as_of.year - 1, 1, 1)
    work = machines.cluster(scheduler) if scheduler else machines.processes
    with shown() as progress:
        told = history(repository.article, root, ids, (first, until), progress, work)
    if into:
        table.write(told, into)
    if as_json:
        say(canonical(msgspec.to_builtins(told)).decode(), end="")
    else:
        say("\n".join(table.lines(told)))


@pivot.command()
@options.as_json
@in_repository
def check(repository: Repository, *, as_json: bool) -> int:
    """Check all that must hold: evidence, numerals, guards, links.

    Numerals and comparisons that are typed by hand, snapshots, guards, links, figures.
    """
    from pivot.publish import checks as all_checks

    checks = all_checks.check(repository.root)
    if as_json:
        say(all_checks.as_json(checks))
    else:
        say("\n".join([*map(str, checks), *(str(finding) for one in checks for finding in one.findings)]))
    return int(any(one.findings for one in checks))


@pivot.command()
@click.argument("a")
@click.argument("b")
@click.option("--data-only", is_flag=True, help="never run the code of a revision; the running code reads it")
@options.form("text", "md", "html", "json")
@in_repository
def diff(repository: Repository, *, a: str, b: str, data_only: bool, form: str) -> int:
    """Show what changed between two states: rows, numbers, sentences.

    A and B are each a day, an edition, a snapshot file or a git revision. The code of a revision is run in a
    process of its own, without your environment; with --data-only it is not run.
    """
    from pivot import revisions, terminal
    from pivot.revisions import pages, text

    report = revisions.diff(repository.root, (a, b), pictures=form == "html", data_only=data_only)
    if form == "text":
        text.render(report, terminal.console())
    else:
        write = {"md": pages.markdown, "html": pages.page, "json": pages.to_json}[form]
        say(write(report), end="")
    return report.exit_code


pivot.add_command(evidence_commands.refresh)
pivot.add_command(evidence_commands.add)


@pivot.command()
@click.argument("folder", type=FILE)
def new(folder: Path) -> None:
    """Write a small report of another article, ready to build and test.

    FOLDER must not be there yet, or be empty. The report gets a copy of this engine.
    """
    from pivot.new import new as write

    write(folder)
    say(f"wrote {folder}\nnext  cd {folder} && make report && make test")
