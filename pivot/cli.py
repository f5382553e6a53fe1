"""The command line: `pivot`, also `python -m analysis`.

Exit codes: 0 fine, 1 something differs or a check failed, 2 could not be decided or was used wrongly.
What a command does stands in `commands`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pivot import commands
from pivot.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ADD = "put a received file, or a statement that a person read, into the store with its origin"
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
    adding = parser.add_subparsers(required=True, metavar="COMMAND")

    build = adding.add_parser("build", help="snapshots -> ledger -> charts -> site and PDF")
    _as_of(build)
    build.add_argument(
        "--renderer", choices=("embedded", "quarto"), help="default: quarto where it is installed"
    )
    build.add_argument("--out", type=Path, default=None, help="folder of the site (default: _site)")
    build.set_defaults(command=commands.build)

    _release_options(
        adding.add_parser("release", help="freeze an edition into a published site, which only grows")
    )
    _verify_options(
        adding.add_parser("verify", help="check a published site or a zip of it: files, chain, numbers")
    )

    preview = adding.add_parser("preview", help="build, serve on loopback, build again on each change")
    _as_of(preview)
    preview.add_argument("--port", type=int, default=0, help="where to listen (default: any free port)")
    preview.set_defaults(command=commands.preview)

    prepare = adding.add_parser(
        "prepare", help="write what a plain `quarto render` needs; its pre-render step"
    )
    _as_of(prepare)
    prepare.set_defaults(command=commands.prepare)

    numbers = adding.add_parser("numbers", help="the ledger as a table, or a few claims of it")
    numbers.add_argument("ids", nargs="*", metavar="ID", help="claims to show (default: all)")
    _as_of(numbers)
    _json(numbers)
    numbers.set_defaults(command=commands.numbers)

    explain = adding.add_parser("explain", help="one claim, from the sentence to the rows")
    explain.add_argument("id", metavar="ID")
    _as_of(explain)
    _json(explain)
    explain.set_defaults(command=commands.explain)

    check = adding.add_parser(
        "check", help="snapshots, typed numerals and comparisons, guards, links, figures: all that must hold"
    )
    _json(check)
    check.set_defaults(command=commands.check)

    diff = adding.add_parser(
        "diff",
        help="what changed between two states: rows, the numbers they moved, sentences that read otherwise",
    )
    for name in ("a", "b"):
        diff.add_argument(
            name, metavar=name.upper(), help="a day, an edition, a snapshot file or a git revision"
        )
    diff.add_argument("--format", choices=("text", "md", "html", "json"), default="text")
    diff.set_defaults(command=commands.diff)

    _refresh_options(adding.add_parser("refresh", help=_REFRESH))

    _add_options(adding.add_parser("add", help=_ADD))
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
    parser.set_defaults(command=commands.release)


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
    parser.set_defaults(command=commands.verify)


def _refresh_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="data sets to ask for (default: all)")
    parser.add_argument("--dry-run", action="store_true", help="tell everything, add nothing")
    parser.add_argument("--since", type=_day, metavar="DAY", help="compare rows and read filings from it on")
    parser.add_argument(
        "--accept", metavar="REASON", default="", help="take over rows that a source restates"
    )
    parser.add_argument(
        "--contact",
        metavar="ADDRESS",
        default=os.environ.get("PIVOT_CONTACT", ""),
        help="mail or web address at which a source reaches you (default: $PIVOT_CONTACT)",
    )
    parser.add_argument("--format", choices=("text", "md", "json"), default="text")
    parser.set_defaults(command=commands.refresh)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="the source's folder in data-snapshots")
    parser.add_argument(
        "file", metavar="FILE", nargs="?", type=Path, help="a whole table, a CSV file; without it a form asks"
    )
    parser.add_argument(
        "--row",
        action="append",
        nargs="+",
        type=_cell,
        metavar="COLUMN=VALUE",
        help="a row beside those that are known, in place of FILE; may be given several times",
    )
    parser.add_argument("--sidecar", type=Path, metavar="TOML", help="a file with the fields below")
    parser.add_argument("--title", help="what the table holds (default: the data set's own)")
    parser.add_argument("--publisher", help="who said so")
    parser.add_argument("--url", action="append", help="where; may be given several times")
    parser.add_argument("--licence", help="under which terms")
    parser.add_argument("--vintage", type=_day, metavar="DAY", help="the day on which the source stood so")
    parser.add_argument("--retrieved", type=_day, metavar="DAY", help="the day on which it was read")
    parser.add_argument("--method", choices=("http", "transcribed", "derived"), help="how it came here")
    parser.add_argument("--note", dest="notes", action="append", help="a caveat; may be given several times")
    parser.set_defaults(command=commands.add)


def _as_of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as-of",
        type=_day,
        metavar="DAY",
        help="the day on which the evidence is read (default: the newest edition's)",
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _cell(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no cell; write COLUMN=VALUE")
    return column.strip(), value.strip()


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write YYYY-MM-DD") from None


if __name__ == "__main__":
    sys.exit(main())
