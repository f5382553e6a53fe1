"""The report for a terminal: what matters on the first screen, everything else below it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from pivot.claims import values
from pivot.claims.quantities import Percent, points
from pivot.revisions.numbers import ACCOUNT, BEHIND, READING
from pivot.revisions.sentences import COME, GONE, SAME
from pivot.snapshots.tables import text as plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pandas import DataFrame
    from rich.console import Console

    from pivot.revisions.numbers import ClaimChange
    from pivot.revisions.report import Report
    from pivot.revisions.sentences import SentenceChange
    from pivot.revisions.tables import TableDiff

ROWS_SHOWN = 8
SENTENCES_SHOWN = 60

_ARROW = " \N{RIGHTWARDS ARROW} "
_STYLES = {GONE: "red", COME: "green"}
_MARKS = {GONE: ("[-", "-]"), COME: ("{+", "+}"), SAME: ("", "")}


class _Page:
    """Prints wrapped lines with a hanging indent; without colour, changed words get marks instead."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._marked = console.color_system is None or console.no_color

    def line(self, said: str | Text = "", indent: int = 0, mark: str = "", style: str = "") -> None:
        text = said if isinstance(said, Text) else Text(said, style)
        if not text:
            self._console.print()
            return
        for number, row in enumerate(
            text.wrap(self._console, max(self._console.width - indent - len(mark), 20))
        ):
            row.rstrip()
            start = Text(" " * indent + (mark if number == 0 else " " * len(mark)), style)
            self._console.print(start + row, highlight=False, soft_wrap=True)

    def head(self, said: str) -> None:
        self.line()
        self.line(said.upper(), style="bold")

    def words(self, sentence: SentenceChange, *sides: str) -> Text:
        """The words of a sentence that are on these sides, the changed ones marked."""
        text = Text()
        for state, part in sentence.words:
            if state in sides:
                before, after = _MARKS[state] if self._marked else ("", "")
                body = part.rstrip() if part.strip() else part
                text.append(before + body + after, _STYLES.get(state, "")).append(part[len(body) :])
        return text

    def pair(self, sentence: SentenceChange, indent: int) -> None:
        """A sentence before and after, with its place."""
        self.line(place(sentence), indent, style="dim")
        if sentence.before == sentence.after:
            self.line(sentence.after, indent, "= ")
            return
        if sentence.before:
            self.line(self.words(sentence, SAME, GONE), indent, "- ")
        if sentence.after:
            self.line(self.words(sentence, SAME, COME), indent, "+ ")


def render(report: Report, console: Console) -> None:
    """Print a report: verdict, what a reader sees, sentences, charts and tables, numbers, rows."""
    page = _Page(console)
    page.line(report.verdict_line(), style="bold red" if report.wrong else "bold")
    ends = [side.title for side in (report.old, report.new)]
    stayed = "" if report.undecided else f"; {report.of_all()}"
    page.line(_ARROW.join(ends) + stayed, style="dim")
    for note in report.notes:
        page.line(note, mark="note: ", style="yellow")
    if report.wrong:
        page.head("Reads wrong now")
        for sentence in report.wrong:
            page.pair(sentence, 2)
            for number in _of(report, sentence.wrong):
                page.line(number.new.margin if number.new else "", 4, "because ", "red")
                _why(page, number, 4)
    led = _leads(page, report)
    _sentences(page, report, [s for s in report.prose if s not in led])
    _charts(page, report)
    if report.looks:
        page.head(f"Pages that look different ({report.pages})")
    for look in report.looks:
        page.line(f"{look.file}  for {look.pages}")
    _accounts(page, "Accounts of the claims that moved", report.at(READING))
    _accounts(page, "Claims that differ only behind the number", report.behind)
    if report.changed:
        page.head(f"Data sets that changed ({len(report.changed)})")
        for diff in report.changed:
            _rows(page, diff)
    _tables(page, report)


def place(sentence: SentenceChange) -> str:
    """Where a sentence stands: file, line, what it is if it is no sentence, where it stood, and its page."""
    what = "" if sentence.part == "sentence" else f" ({sentence.part})"
    origin = f", which stood in {sentence.origin}" if sentence.origin else ""
    return f"{sentence.file}:{sentence.line}{what}{origin}  {sentence.address}".rstrip()


def _of(report: Report, ids: Iterable[str]) -> list[ClaimChange]:
    return [number for number in report.numbers if number.id in ids]


def _leads(page: _Page, report: Report) -> list[SentenceChange]:
    """Each claim that a reader sees moved, the row that did it and the sentence that says it best."""
    leads = report.leads()
    if leads:
        page.head(f"Claims that moved ({len(leads)})")
    for number, lead in leads:
        page.line(_heading(number), style="bold")
        page.line(f"{number.statement} {values.ARTICLE}: {number.article}.", 2)
        if number.verdict_changed and number.new:
            page.line(f"{number.new.verdict}: {number.new.reason}", 2)
        for what in number.also:
            page.line(what, 2)
        _why(page, number, 2)
        if lead:
            page.pair(lead, 2)
    return [lead for _, lead in leads if lead]


def _heading(number: ClaimChange) -> str:
    if not number.old or not number.new:
        reading = number.new or number.old
        return f"{number.id} {'came' if number.new else 'went'}: {reading.display if reading else ''}"
    said = number.new.display if not number.shown else f"{number.old.display}{_ARROW}{number.new.display}"
    verdict = f"; {number.old.verdict}{_ARROW}{number.new.verdict}" if number.verdict_changed else ""
    guard = f"; its guard {number.guard}" if number.guard else ""
    return f"{number.id}: {said}{verdict}{guard}{'' if number.kind == 'data' else f'  [{number.kind}]'}"


def _why(page: _Page, number: ClaimChange, indent: int) -> None:
    for row in number.tipped:
        meaning = f" ({row.note})" if row.note else ""
        page.line(f"{row.data_set} {row.key} {row.change}{meaning}", indent, "by ", "cyan")
    if mixed(number.shares):
        page.line(shares(number.shares), indent, "by ", "cyan")


def _sentences(page: _Page, report: Report, rest: list[SentenceChange]) -> None:
    if rest:
        some = len(rest) < len(report.prose)
        which, count = "Other sentences" if some else "Sentences", f"{len(rest)} of " if some else ""
        page.head(f"{which} that read differently ({count}{len(report.prose)})")
    for sentence in rest[:SENTENCES_SHOWN]:
        page.line(place(sentence) + (f"  [{sentence.kind}]" if sentence.edited else ""), style="dim")
        page.line(page.words(sentence, SAME, GONE, COME), 4)
        if mixed(sentence.shares):
            page.line(shares(sentence.shares), 4, "by ", "cyan")
    _more(page, len(rest) - SENTENCES_SHOWN, "sentences", 0)
    if report.dated:
        page.line(f"{len(report.dated)} more only say the new day of the report.", style="dim")


def _charts(page: _Page, report: Report) -> None:
    if report.charts:
        page.head(f"Charts that changed ({len(report.charts)})")
    for chart in report.charts:
        page.line(
            f"{chart.name}  {chart.address}  rows of data: {chart.marks[0]} went, {chart.marks[1]} came"
        )
        for before, after in chart.labels:
            page.line(f"{flat(before)}{_ARROW}{flat(after)}", 4)


def _tables(page: _Page, report: Report) -> None:
    if report.tables:
        page.head(f"Rows of generated tables ({len(report.tables)})")
    for (file, block), found in groupby(report.tables, lambda row: (row.file, row.block)):
        told = list(found)
        page.line(f"{block}  {file}:{told[0].line}  {len(told)}")
        if len(told) <= ROWS_SHOWN:
            for row in told:
                page.line(page.words(row, SAME, GONE, COME), 4)


def _accounts(page: _Page, head: str, numbers: tuple[ClaimChange, ...]) -> None:
    if numbers:
        page.head(f"{head} ({len(numbers)})")
    for number in numbers:
        if number.level == ACCOUNT:
            continue
        where = f"{BEHIND[number.level]}; " if number.level in BEHIND else ""
        page.line(f"{number.id}  [{where}{number.kind}]", style="bold")
        if (
            number.old
            and number.new
            and number.old.exact != number.new.exact
            and not isinstance(number.new.value, str)
        ):
            size = moved_by(number)
            page.line(f"{number.old.exact}{_ARROW}{number.new.exact}{size}", 2, "unrounded ")
        for part in number.parts:
            page.line(f"{part.label}: {part.old or 'nothing'}{_ARROW}{part.new or 'nothing'}", 2)
        if number.new and number.new.margin:
            page.line(number.new.margin, 2, "margin ")
        if mixed(number.shares):
            page.line(shares(number.shares), 2, "by ")
        for rows in number.reached:
            keys = ", ".join(rows.keys[:3]) + (f" ... {rows.keys[-1]}" if len(rows.keys) > 3 else "")  # noqa: PLR2004
            how = "" if rows.exact else ", read as a whole"
            page.line(f"{rows.data_set}: {len(rows.keys):,} changed ({keys}){how}", 2, "from ", "dim")
    if account := [number.id for number in numbers if number.level == ACCOUNT]:
        page.line(f"{len(account)} {BEHIND[ACCOUNT]}: {', '.join(account)}", style="dim")


def _rows(page: _Page, diff: TableDiff) -> None:
    page.line(f"{diff.place}: {diff.summary()}", style="bold red" if diff.restated or diff.lost else "bold")
    for told in diff.schema:
        page.line(told, 2, style="yellow")
    for column in diff.columns:
        size = (
            ""
            if column.maximum is None
            else f", median {column.median:.2%}, largest {column.maximum:.2%} at {column.worst}"
        )
        page.line(f"{column.name}: {column.revised:,} revised ({column.severity}{size})", 2)
    for cell in diff.cells.head(ROWS_SHOWN).itertuples():
        size = "" if cell.relative != cell.relative else f" ({grown(cell.relative)})"
        page.line(
            f"{plain(cell.key)} {cell.column}: {plain(cell.old)}{_ARROW}{plain(cell.new)}{size}", 2, "~ "
        )
    _more(page, len(diff.cells) - ROWS_SHOWN, "cells", 2)
    for mark, rows, style in (("+ ", diff.added, "green"), ("- ", diff.removed, "red")):
        for row in rows.tail(ROWS_SHOWN).itertuples():
            page.line(clipped(cells(rows, row)), 2, mark, style)
        _more(page, len(rows) - ROWS_SHOWN, "rows", 2)


def _more(page: _Page, count: int, what: str, indent: int) -> None:
    if count > 0:
        page.line(f"{count:,} more {what}; --format json has all", indent, style="dim")


def cells(rows: DataFrame, row: tuple[object, ...]) -> str:
    """A row as its key and its cells that are not empty."""
    said = [
        f"{name}={plain(value)}" for name, value in zip(rows.columns, row[1:], strict=True) if plain(value)
    ]
    return f"{plain(row[0])}  {', '.join(said)}"


def moved_by(number: ClaimChange) -> str:
    """How far a number moved, in brackets: places of a rank, points of a percentage, else a share of it."""
    if not number.absolute or not number.new:
        return ""
    way = "+" if number.absolute > 0 else "\N{MINUS SIGN}"
    if number.new.exact.endswith("%"):
        return f" ({way}{points(Percent(abs(number.absolute)).exact())})"
    if number.relative is None and number.old and number.old.value:
        return f" ({way}{abs(number.absolute):.0f} place{'s' * (abs(number.absolute) != 1)})"
    return f" ({grown(number.relative)})" if number.relative and not number.phrase else ""


def grown(share: float) -> str:
    """A relative change with its sign."""
    return f"{share:+.2%}".replace("-", "\N{MINUS SIGN}")


def clipped(said: str, size: int = 200) -> str:
    """A text of bounded length."""
    return said if len(said) <= size else said[: size - 1] + "\N{HORIZONTAL ELLIPSIS}"


def flat(said: str) -> str:
    """A text on one line."""
    return " ".join(said.split())


def mixed(parts: Mapping[str, float] | None) -> bool:
    """Whether more than one cause has a share; a single one is told by the kind."""
    return sum(bool(share) for share in (parts or {}).values()) > 1


def shares(parts: Mapping[str, float] | None) -> str:
    """Shares in words, the largest first: "data 75%, code 25%"; those of both signs cancel each other."""
    largest = sorted((parts or {}).items(), key=lambda item: -abs(item[1]))
    words = ", ".join(f"{name} {share:.0%}" for name, share in largest if share).replace(
        "-", "\N{MINUS SIGN}"
    )
    is_against = {share > 0 for share in (parts or {}).values() if share} == {True, False}
    return words + ", which cancel each other" * is_against
