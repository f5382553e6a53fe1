"""The command line: `pivot`, also `python -m analysis`.

Exit codes: 0 fine, 1 something differs or a check failed, 2 could not be decided or was used wrongly.
Commands are thin; what they need is imported when they run, so that `pivot --help` is instant.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from analysis.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.claims.ledger import Ledger
    from analysis.publish.archive.release import Difference
    from analysis.publish.editions import Edition
    from analysis.snapshots import Store, Vintage

BOOK_FILE = "_quarto.yml"
_REFRESH = "ask the live sources, add a snapshot where one has something new, tell what it moves"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors are printed without a traceback."""
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except ReportError as error:
        print(f"pivot: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader of our output, `head` say, has seen enough
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("pivot: stopped; nothing was half-written", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"pivot: {message}\n  next:     {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pivot",
        description="A report whose every number can be opened: from the sentence to the hashed row.",
    )
    parser.add_argument(
        "--root", type=Path, default=None, help="the repository (default: found from here upwards)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser("build", help="snapshots -> ledger -> charts -> site and PDF")
    _as_of(build)
    build.add_argument(
        "--renderer", choices=("embedded", "quarto"), help="default: quarto where it is installed"
    )
    build.add_argument("--out", type=Path, default=None, help="folder of the site (default: _site)")
    build.set_defaults(command=_build)

    _release_options(
        commands.add_parser("release", help="freeze an edition into a published site, which only grows")
    )
    _verify_options(
        commands.add_parser("verify", help="check a published site or a zip of it: files, chain, numbers")
    )

    preview = commands.add_parser("preview", help="build, serve on loopback, build again on each change")
    _as_of(preview)
    preview.add_argument("--port", type=int, default=0, help="where to listen (default: any free port)")
    preview.set_defaults(command=_preview)

    prepare = commands.add_parser(
        "prepare", help="write what a plain `quarto render` needs; its pre-render step"
    )
    _as_of(prepare)
    prepare.set_defaults(command=_prepare)

    numbers = commands.add_parser("numbers", help="the ledger as a table, or a few claims of it")
    numbers.add_argument("ids", nargs="*", metavar="ID", help="claims to show (default: all)")
    _as_of(numbers)
    _json(numbers)
    numbers.set_defaults(command=_numbers)

    explain = commands.add_parser("explain", help="one claim, from the sentence to the rows")
    explain.add_argument("id", metavar="ID")
    _as_of(explain)
    _json(explain)
    explain.set_defaults(command=_explain)

    check = commands.add_parser(
        "check", help="snapshots, typed numerals and comparisons, guards, links, figures: all that must hold"
    )
    _json(check)
    check.set_defaults(command=_check)

    diff = commands.add_parser(
        "diff",
        help="what changed between two states: rows, the numbers they moved, sentences that read otherwise",
    )
    for name in ("a", "b"):
        diff.add_argument(
            name, metavar=name.upper(), help="a day, an edition, a snapshot file or a git revision"
        )
    diff.add_argument("--format", choices=("text", "md", "html", "json"), default="text")
    diff.set_defaults(command=_diff)

    _refresh_options(commands.add_parser("refresh", help=_REFRESH))

    add = commands.add_parser(
        "add", help="put a transcribed or received file into the store, with its sidecar"
    )
    add.add_argument("source", metavar="SOURCE", help="the source's folder in data-snapshots")
    add.add_argument("file", metavar="FILE", type=Path, help="the table, a CSV file")
    add.add_argument("--sidecar", type=Path, help="a TOML file with the fields below")
    add.add_argument("--title", help="what the table holds (default: the data set's own)")
    add.add_argument("--publisher", help="who said so")
    add.add_argument("--url", action="append", help="where; may be given several times")
    add.add_argument("--licence", help="under which terms")
    add.add_argument("--vintage", type=_day, metavar="DAY", help="the day on which the source stood so")
    add.add_argument("--retrieved", type=_day, metavar="DAY", help="the day on which it was read")
    add.add_argument("--method", choices=("http", "transcribed", "derived"), help="how it came here")
    add.add_argument("--note", action="append", help="a caveat; may be given several times")
    add.set_defaults(command=_add)
    return parser


def _release_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the edition, as editions.toml lists it")
    parser.add_argument(
        "--into", type=Path, required=True, metavar="SITE", help="folder of the published site"
    )
    parser.add_argument("--renderer", choices=("embedded", "quarto"), help="as for build")
    parser.add_argument(
        "--crate", type=Path, metavar="FILE", help="also write the edition as an RO-Crate, a zip"
    )
    parser.set_defaults(command=_release)


def _verify_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the folder, or a zip of it")
    parser.add_argument(
        "--known",
        metavar="SHA256",
        default="",
        help="a manifest seen before, which must still be in the chain",
    )
    parser.add_argument(
        "--recompute", action="store_true", help="also make every number again from the snapshots in the site"
    )
    _json(parser)
    parser.set_defaults(command=_verify)


def _refresh_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="data sets to ask for (default: all)")
    parser.add_argument("--dry-run", action="store_true", help="tell everything, add nothing")
    parser.add_argument(
        "--since",
        type=_day,
        metavar="DAY",
        help="hold known rows of this day and later against the source, read filings from it on",
    )
    parser.add_argument(
        "--accept",
        metavar="REASON",
        default="",
        help="take over rows that a source restates, and keep the reason",
    )
    parser.add_argument(
        "--contact",
        metavar="ADDRESS",
        default=os.environ.get("PIVOT_CONTACT", ""),
        help="mail or web address at which a source reaches you (default: $PIVOT_CONTACT)",
    )
    parser.add_argument("--format", choices=("text", "md", "json"), default="text")
    parser.set_defaults(command=_refresh)


def _as_of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as-of",
        type=_day,
        metavar="DAY",
        help="the day on which the evidence is read (default: the newest edition's)",
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write YYYY-MM-DD") from None


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
    from analysis.publish.editions import editions

    day: dt.date = arguments.as_of or editions(root)[-1].as_of
    return day


def _vintage(arguments: argparse.Namespace, root: Path) -> Vintage:
    from analysis.snapshots import Vintage

    return Vintage(_store(root), _edition_day(arguments, root))


def _ledger(vintage: Vintage, ids: Sequence[str]) -> Ledger:
    from analysis.claims import ledger

    built = ledger.build(vintage, ids or None)
    return ledger.Ledger(built.as_of, {id_: built[id_] for id_ in ids}) if ids else built


def _sentences(root: Path, vintage: Vintage) -> Mapping[str, Sequence[str]]:
    from analysis import charts
    from analysis.claims import ledger
    from analysis.prose.sentences import by_claim
    from analysis.prose.variables import variables

    return by_claim(root, variables(ledger.build(vintage), vintage, len(charts.CHARTS)))


def _build(arguments: argparse.Namespace) -> int:
    from analysis.progress import shown
    from analysis.publish.build import SITE, build
    from analysis.publish.press import build_all

    root = _root(arguments)
    day: dt.date | None = arguments.as_of
    out: Path = arguments.out or root / SITE
    with shown() as progress:
        if day:
            built = build(root, day, arguments.renderer, out, progress)
        else:
            built = build_all(root, arguments.renderer, out, progress, _difference(root))
    if built.fresh:
        print(f"site  {built.site}/index.html  ({built.files} files, {built.bytes / 1e6:.1f} MB)")
        print(f"pdf   {built.pdf}")
        print(f"{f'evidence as of {day}' if day else 'every edition'}, built in {built.seconds:.1f} s")
    else:
        print(f"nothing changed since the last build of {built.site}  ({built.seconds:.2f} s)")
    for warning in built.warnings:
        print(f"reads wrong: {warning}", file=sys.stderr)
    return 0


def _difference(root: Path) -> Difference:
    """The difference report of two editions as a page; the archive asks for it where it has none yet."""

    def page(before: Edition, after: Edition) -> str:
        from analysis.publish.editions import editions
        from analysis.publish.generated import generated
        from analysis.revisions import diff, pages

        def days(_: Path) -> Mapping[str, dt.date]:
            return {one.id: one.as_of for one in (*editions(root), before, after)}

        return pages.page(diff(root, (before.id, after.id), days, generated, pictures=False))

    return page


def _release(arguments: argparse.Namespace) -> int:
    from analysis.progress import shown
    from analysis.publish import press

    root = _root(arguments)
    into: Path = arguments.into
    with shown() as progress:
        issue = press.release(root, arguments.id, into, arguments.renderer, progress, _difference(root))
    print(f"edition {issue.id} stands in {into}/{issue.home}, {len(issue.manifest.files)} files")
    print(f"release {issue.manifest.number}, SHA-256 of its manifest {issue.sha256}")
    if arguments.crate:
        from analysis.publish.archive.crate import write

        print(f"crate  {arguments.crate}  ({write(issue, arguments.crate):,} bytes)")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from analysis.publish.archive import verify

    found = verify(arguments.site, known=arguments.known, recompute=arguments.recompute)
    if arguments.json:
        print(json.dumps(dataclasses.asdict(found), ensure_ascii=False, indent=1))
    else:
        print(
            "\n".join([*map(str, found.findings), *found.notes]) or "every file and every number as published"
        )
        print("checked " + ", ".join(f"{count:,} {what}" for what, count in found.checked.items()))
        print(f"newest manifest {found.newest}; a later site must still have it: --known {found.newest}")
    return int(bool(found.findings))


def _preview(arguments: argparse.Namespace) -> int:
    from threading import Event

    from analysis.publish.build import CACHE
    from analysis.publish.preview import preview

    root = _root(arguments)
    out = root / CACHE / "preview"
    try:
        say = partial(print, flush=True)
        preview(root, _edition_day(arguments, root), out, port=arguments.port, say=say, stop=Event())
    except KeyboardInterrupt:
        print("stopped")
    return 0


def _prepare(arguments: argparse.Namespace) -> int:
    from analysis.progress import shown
    from analysis.publish.build import CACHE, draw, evaluate
    from analysis.publish.quarto import write_quarto_inputs

    root = _root(arguments)
    day = _edition_day(arguments, root)
    with shown() as progress:
        evaluated = evaluate(root, day, root / CACHE / "build" / str(day), progress)
        draw(root, evaluated, progress)
    write_quarto_inputs(root, evaluated.inputs)
    print(f"wrote _variables.yml, figures and _generated, evidence as of {day}")
    return 0


def _numbers(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from analysis import terminal

    root = _root(arguments)
    vintage = _vintage(arguments, root)
    ledger = _ledger(vintage, arguments.ids)
    if arguments.json:
        sys.stdout.write(ledger.to_json(_sentences(root, vintage)))
    else:
        terminal.numbers(ledger, Console())
    return 0


def _explain(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from analysis import terminal

    root = _root(arguments)
    vintage = _vintage(arguments, root)
    entry = _ledger(vintage, [arguments.id])[arguments.id]
    used = _sentences(root, vintage).get(arguments.id, [])
    if arguments.json:
        print(terminal.explain_json(entry, used))
    else:
        terminal.explain(entry, vintage, used, Console(soft_wrap=True))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from analysis.publish.checks import as_json, check

    checks = check(_root(arguments))
    if arguments.json:
        print(as_json(checks))
    else:
        print("\n".join([*map(str, checks), *(str(found) for one in checks for found in one.findings)]))
    return int(any(one.findings for one in checks))


def _diff(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from analysis.publish.editions import editions
    from analysis.publish.generated import generated
    from analysis.revisions import diff, pages, text

    def days(root: Path) -> Mapping[str, dt.date]:
        return {edition.id: edition.as_of for edition in editions(root)}

    asked = (arguments.a, arguments.b)
    report = diff(_root(arguments), asked, days, generated, pictures=arguments.format == "html")
    if arguments.format == "text":
        text.render(report, Console())
    else:
        write = {"md": pages.markdown, "html": pages.page, "json": pages.to_json}[arguments.format]
        sys.stdout.write(write(report))
    return report.exit_code


def _refresh(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from analysis import news
    from analysis.progress import shown
    from analysis.publish.build import CACHE, SNAPSHOTS
    from analysis.snapshots import Store
    from analysis.snapshots.client import Client
    from analysis.snapshots.refresh import refresh

    root = _root(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="pivot-refresh-") as scratch,
        Client(root / CACHE / "http.sqlite", arguments.contact) as client,
    ):
        copy = news.copied(root, Path(scratch) / "report")
        old, new = (root, copy) if arguments.dry_run else (copy, root)
        with shown() as progress:
            outcomes = refresh(
                Store(new / SNAPSHOTS),
                client,
                arguments.sources,
                since=arguments.since,
                accepted=arguments.accept,
                progress=progress,
            )
        day = client.clock.now().date()
        report = news.moved(old, new, day) if any(outcome.snapshot for outcome in outcomes) else None
        told = news.News(outcomes, news.to_read(new, day, outcomes), report)
    if arguments.format == "text":
        news.show(told, Console())
    else:
        sys.stdout.write({"md": news.markdown, "json": news.as_json}[arguments.format](told))
    return told.exit_code


def _add(arguments: argparse.Namespace) -> int:
    root = _root(arguments)
    snapshot = _store(root).add(
        arguments.source,
        arguments.file,
        arguments.sidecar,
        title=arguments.title,
        publisher=arguments.publisher,
        url=arguments.url,
        licence=arguments.licence,
        vintage=arguments.vintage,
        retrieved=arguments.retrieved,
        method=arguments.method,
        notes=arguments.note,
    )
    print(f"added  {snapshot.path}  ({snapshot.bytes:,} bytes)\nsha256 {snapshot.sha256}")
    return 0


def _store(root: Path) -> Store:
    from analysis.publish.build import SNAPSHOTS
    from analysis.snapshots import Store

    return Store(root / SNAPSHOTS)


if __name__ == "__main__":
    sys.exit(main())
