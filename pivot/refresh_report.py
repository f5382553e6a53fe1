"""The report of a refresh: what was added, and what it moves; for a terminal, a pull request or a program."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pivot import next_edition, terminal
from pivot.article import article_of
from pivot.claims.model import Kind
from pivot.errors import ReportError
from pivot.evaluation import evaluate as evaluate_day
from pivot.names import CACHE, SNAPSHOTS
from pivot.output import say
from pivot.revisions import pages, text
from pivot.revisions.report import Report, difference
from pivot.revisions.sides import Side
from pivot.snapshots.client import Client
from pivot.snapshots.refresh import line, refresh

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from pivot.article import Article
    from pivot.snapshots.refresh import Asked, Outcome, Progress
    from pivot.snapshots.source import Filing

NOTHING = "Nothing was added, so nothing moves."
TO_READ = "Filings to read"
_LISTED = 100
"""Filings in a pull request; more are counted."""


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did and what it moves.

    Attributes:
        outcomes: of each source.
        filings: for a person to read, each with the attributed claims on its company.
        difference: what the new evidence moves; None if none was added.
        dry_run: whether it was added to a copy only.
        stanza: the next edition, as `editions.toml` would have it; "" where there is none to be made.
    """

    outcomes: Sequence[Outcome]
    filings: Sequence[tuple[Filing, tuple[str, ...]]]
    difference: Report | None
    dry_run: bool
    stanza: str = ""

    @property
    def exit_code(self) -> int:
        """That of the worst thing that went wrong; a number that moved is none."""
        codes = [error.exit_code for outcome in self.outcomes for error in outcome.failures]
        codes += [self.difference.exit_code] if self.difference and self.difference.undecided else []
        return max(codes, default=0)


def run(
    root: Path, contact: str, request: Asked, progress: Progress, *, dry_run: bool = False
) -> RefreshReport:
    """Ask the live sources, and hold the report before against the one after.

    Args:
        root: the repository.
        contact: for the sources.
        request: which, and how.
        progress: is told what is done.
        dry_run: leave the repository as it is, and add to a copy of it.

    Raises:
        ReportError: if nothing could be asked at all.
    """
    with (
        tempfile.TemporaryDirectory(prefix="pivot-refresh-") as scratch,
        Client(root / CACHE / "http.sqlite", contact) as client,
    ):
        article = article_of(root)
        copy = _copied(root, Path(scratch) / "report")
        old, new = (root, copy) if dry_run else (copy, root)
        outcomes = refresh(article.store(new), article.live, client, request, progress)
        day = client.clock.now().date()
        progress("hold it against the report", 0, 1)
        added = any(outcome.snapshot for outcome in outcomes)
        difference = _difference(article, old, new, day) if added else None
        stanza = ""
        if difference and not difference.undecided:
            progress("write the next edition out", 0, 1)
            with suppress(ReportError):
                stanza = next_edition.stanza(article, new, day)
        return RefreshReport(outcomes, _to_read(new, day, outcomes), difference, dry_run, stanza)


def _copied(root: Path, folder: Path) -> Path:
    """Copies what a report is made from, its evidence and its prose, into a new folder."""
    prose = [path.name for kind in ("qmd", "yml", "toml", "bib") for path in root.glob(f"*.{kind}")]
    folder.mkdir()
    for name in (*prose, "chapters", SNAPSHOTS):
        whole = shutil.copytree if (root / name).is_dir() else shutil.copy
        whole(root / name, folder / name)
    return folder


def _difference(article: Article, old: Path, new: Path, day: dt.date) -> Report:
    """What the evidence of one folder moves against that of another, read on one day by this code."""
    before = Side("before the refresh", "day", article, old, day)
    after = Side("after it", "day", article, new, day)
    return difference(before, after)


def _to_read(root: Path, day: dt.date, outcomes: Iterable[Outcome]) -> list[tuple[Filing, tuple[str, ...]]]:
    """New filings, each with the attributed claims on its company: for a person, as no number is guessed."""
    filings = [filing for outcome in outcomes for filing in outcome.filings]
    if not filings:
        return []
    entries = evaluate_day(article_of(root), root, day).ledger.entries.values()
    attributed = [entry for entry in entries if entry.kind == Kind.ATTRIBUTED.value]
    return [
        (filing, tuple(entry.id for entry in attributed if filing.company in entry.statement))
        for filing in sorted(filings, key=lambda filing: (filing.filed, filing.company, filing.url))
    ]


def render(report: RefreshReport, form: str) -> None:
    """Print a report as `text` on a terminal, `md` for a pull request or `json` for a program."""
    if form == "text":
        _text(report, terminal.console())
    else:
        say({"md": _markdown, "json": _json}[form](report), end="")


def _text(report: RefreshReport, console: Console) -> None:
    for outcome in report.outcomes:
        style = "red" if outcome.error else "green" if outcome.snapshot else ""
        console.print(outcome.said, style=style, markup=False, highlight=False, soft_wrap=True)
        for error in outcome.errors:
            console.print(f"  {line(error)}", style="red", markup=False, highlight=False, soft_wrap=True)
    if report.filings:
        console.print(f"\n{TO_READ}", style="bold")
    for filing in report.filings:
        console.print(f"  {_filing_line(*filing)}", markup=False, highlight=False, soft_wrap=True)
    console.print()
    if report.difference:
        text.render(report.difference, console)
        console.print("\n[bold]What to do[/bold]")
        for number, step in enumerate(_steps(report), 1):
            console.print(f"{number}. {step}", markup=False, highlight=False)
        if report.stanza:
            console.print(
                f"\n{next_edition.commands(report.stanza)}", markup=False, highlight=False, soft_wrap=True
            )
    else:
        console.print(NOTHING)


def _markdown(report: RefreshReport) -> str:
    """The report as a pull request's text; what sources say stands in code spans, and so calls nobody."""
    parts = ["", "### Sources", ""]
    for outcome in report.outcomes:
        parts += [f"- {_code(outcome.said)}", *(f"  - {_code(line(error))}" for error in outcome.errors)]
    if report.filings:
        parts += ["", f"### {TO_READ}", ""]
        parts += [f"- {_code(_filing_line(*filing))}" for filing in report.filings[:_LISTED]]
    if len(report.filings) > _LISTED:
        parts.append(f"- {len(report.filings) - _LISTED} more; `pivot refresh --format json` lists all")
    if report.difference:
        parts += ["", "### What to do", ""]
        parts += [f"{number}. {step}" for number, step in enumerate(_steps(report), 1)]
        if report.stanza:
            parts += ["", f"```sh\n{next_edition.commands(report.stanza)}\n```"]
    rest = "\n".join(parts) + "\n"
    room = pages.COMMENT_BYTES - len(rest.encode())
    return (pages.markdown(report.difference, room) if report.difference else f"{NOTHING}\n") + rest


def _steps(report: RefreshReport) -> list[str]:
    """What is left for a person when the evidence has been added."""
    difference = report.difference
    steps = ["Run it without --dry-run: nothing was added yet."] if report.dry_run else []
    if difference and difference.undecided:
        steps.append("Correct what keeps the numbers from being compared, and ask `pivot diff` again.")
    if difference and difference.wrong:
        steps.append("Rewrite each sentence that reads wrong, or take its words from a variable.")
    if report.filings:
        steps.append("Read the filings; `pivot add operator-statements` takes down what they say in words.")
    steps.append(
        "Commit or merge: no published edition changes by it. To publish these numbers, give them an edition "
        "of their own in `editions.toml`"
        + (": paste what follows, with the reasons in your words." if report.stanza else ".")
    )
    return steps


def _json(report: RefreshReport) -> str:
    """The report for a program."""
    content = {
        "dry_run": report.dry_run,
        "sources": [
            {
                "source": outcome.source,
                "snapshot": outcome.snapshot.path if outcome.snapshot else None,
                "said": outcome.said,
                "failed": bool(outcome.failures),
                "errors": [line(error) for error in outcome.errors],
            }
            for outcome in report.outcomes
        ],
        "filings": [
            {
                "company": filing.company,
                "form": filing.form,
                "filed": str(filing.filed),
                "url": filing.url,
                "claims": claims,
            }
            for filing, claims in report.filings
        ],
        "stanza": report.stanza,
        "difference": json.loads(pages.to_json(report.difference)) if report.difference else None,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _filing_line(filing: Filing, claims: Sequence[str]) -> str:
    claimed = f"; attributed claims on the company: {', '.join(claims)}" if claims else ""
    return f"{filing.company} {filing.form}, filed {filing.filed}: {filing.url}{claimed}"


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"
