"""One tree of errors. A message says what, where, expected, got and what to do next.

    ReportError
    ├── SnapshotError     evidence that is missing, changed or malformed
    │   └── ContractError     a table that breaks the contract of its data set
    ├── VintageError      nothing was public yet on the day that was asked for
    ├── ClaimError        a claim that is unknown, declared badly or can not be evaluated
    ├── ProseError        a chapter, the book file or the bibliography, with file and line
    ├── RenderError       pandoc, Typst or Quarto stopped
    ├── OutputError       the output could not be written; what was there before still stands
    └── UnexpectedError   a fault of this program, where the command line ends

The command line prints an error without a traceback and exits with its `exit_code`.
"""

from __future__ import annotations


class ReportError(Exception):
    """Base of all errors this package raises on purpose.

    Args:
        what: one line, what is wrong.
        where: the place: file and line, snapshot and row, or command-line option.
        expected: what should have been there.
        got: what was there.
        hint: what to do next; else what is to be done about every error of its class.

    A field is empty where the first line says all of it; none is left out by chance.
    """

    exit_code = 2
    next_step = "mend what is named above, and run the command again"

    def __init__(self, what: str, *, where: str, expected: str, got: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.got = got
        self.hint = hint or self.next_step

    def __str__(self) -> str:
        lines = [self.what]
        lines += [
            f"  {label:<9} {text}"
            for label, text in (
                ("where:", self.where),
                ("expected:", self.expected),
                ("got:", self.got),
                ("next:", self.hint),
            )
            if text
        ]
        return "\n".join(lines)


class SnapshotError(ReportError):
    """Evidence is missing, changed or malformed."""

    exit_code = 1
    next_step = "restore the file from version control, or correct it and put it in with `pivot add`"


class ContractError(SnapshotError):
    """A table breaks the contract of its data set."""


class VintageError(ReportError):
    """Nothing was public yet on the day that was asked for."""

    next_step = "ask for a later day"


class ClaimError(ReportError):
    """A claim is unknown, declared badly, or can not be evaluated."""


class ProseError(ReportError):
    """A chapter, the book file or the bibliography is wrong."""

    exit_code = 1
    next_step = "mend it there; `pivot check` says what else there is"


class RenderError(ReportError):
    """Pandoc, Typst or Quarto stopped."""


class OutputError(ReportError):
    """The output could not be written; what was there before still stands."""

    next_step = "see that the folder can be written, and run the command again"


class UnexpectedError(ReportError):
    """A fault of this program, as the command line tells it."""

    exit_code = 3
