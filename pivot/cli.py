"""The command line: `pivot`, also `python -m pivot` and `python -m analysis`.

Exit codes: 0 fine, 1 something differs or a check failed, 2 could not be decided or was used wrongly, 3 a
fault of the program itself. What each command does stands in `commands`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pivot.commands import pivot
from pivot.errors import ReportError, UnexpectedError
from pivot.output import say

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; what stops it is one message, without a traceback."""
    # Not `pivot.main`, which would turn a closed pipe and an interrupt into exit codes of its own.
    try:
        with pivot.make_context("pivot", list(sys.argv[1:] if words is None else words)) as context:
            return int(pivot.invoke(context) or 0)
    except click.exceptions.Exit as end:  # after --help
        return end.exit_code
    except BrokenPipeError:  # the reader of our output, `head` say, has seen enough
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        say("pivot: stopped; nothing was half-written", error=True)
        return 130
    except Exception as failure:  # noqa: BLE001 -- the one place where every failure ends
        error = _as_report_error(failure)
        say(f"pivot: {error}", error=True)
        return error.exit_code


def _as_report_error(failure: Exception) -> ReportError:
    if isinstance(failure, ReportError):
        return failure
    return _usage_error(failure) if isinstance(failure, click.ClickException) else _unexpected(failure)


def _usage_error(error: click.ClickException) -> ReportError:
    """A command, option or argument that is wrong, in the words of our other errors."""
    text = error.format_message().rstrip(".")
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "pivot"
    # Click's words say where, what was expected and what it got.
    return ReportError(text[:1].lower() + text[1:], where="", expected="", got="", hint=f"{command} --help")


def _unexpected(error: Exception) -> UnexpectedError:
    """A fault of the program, told by the line of our code that it came out of."""
    import sysconfig
    import traceback

    if os.environ.get("PIVOT_DEBUG"):
        traceback.print_exception(error)
    package = Path(__file__).parent
    foreign = ("<", *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")))
    frames = traceback.extract_tb(error.__traceback__)
    frame = [
        one
        for one in frames
        if one.filename.startswith(f"{package}{os.sep}") or not one.filename.startswith(foreign)
    ][-1]
    place = Path(frame.filename)
    if place.is_relative_to(package.parent):
        place = place.relative_to(package.parent)
    return UnexpectedError(
        "this is a fault of the program, not of what it was given",
        where=f"{place.as_posix()}:{frame.lineno}, {frame.name}",
        expected="an answer, or a refusal",
        got=f"{type(error).__name__}: {error}",
        hint="report it, with the command and this message; PIVOT_DEBUG=1 shows the whole traceback",
    )


if __name__ == "__main__":
    sys.exit(main())
