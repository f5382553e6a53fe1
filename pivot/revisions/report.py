"""The report of a difference: verdict, sentences, numbers, rows; one object that all renderers read."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.article import article_of
from pivot.claims.changes import CITED
from pivot.editions import editions
from pivot.errors import ReportError
from pivot.prose.markdown import cell
from pivot.prose.sentences import pieces
from pivot.prose.variables import ledger_texts
from pivot.revisions.numbers import BEHIND, BESIDE, HIDDEN, READING, ClaimChange, moved
from pivot.revisions.rows import rewritten, rows, same_evidence
from pivot.revisions.rows import sidecars as sidecar_changes
from pivot.revisions.sentences import SentenceChange
from pivot.revisions.sentences import changes as sentence_changes
from pivot.revisions.sides import Side, resolve
from pivot.revisions.states import State, crossed, evaluate, evaluated, prose
from pivot.revisions.tables import IDENTICAL, SAME_TABLE, TableDiff
from pivot.words import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pivot.claims.ledger import Ledger
    from pivot.editions import Edition

_LONG = re.compile(r"-?\d*\.?\d{10,}(?:e[+-]?\d+)?|-?\d+\.\d{9,}(?:e[+-]?\d+)?")
"""A number with more digits than `TOLERANCE` tells apart."""

SCHEMA_VERSION = 1
NOTHING, SOMETHING, UNDECIDED = range(3)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that shows something else.

    Args:
        address: of its place on the site.
        place: the same in words.
        marks: how many rows of its data went and came; a revised row counts in both.
        labels: texts on it, before and after.
        alts: its alt text, before and after.
        before: SVG for light and for dark screens; empty unless pictures were asked for.
        after: the same of the new side.
    """

    name: str
    address: str
    place: str
    marks: tuple[int, int]
    labels: tuple[tuple[str, str], ...]
    alts: tuple[str, str]
    before: tuple[str, str] = ("", "")
    after: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Look:
    """What makes pages look as they do and is another file, or a chapter's form where its texts stayed.

    Args:
        pages: how many pages of the book it is for.
    """

    file: str
    pages: int


@dataclass(frozen=True, slots=True)
class Report:
    """What changed between two sides, what it moved and what now reads differently.

    Args:
        old: the side before.
        new: the side after.
        sentences: texts that read differently or wrong.
        numbers: the claims that moved, the weightiest first.
        unmoved: how many claims did not.
        charts: those whose data or labels changed.
        looks: what makes pages look otherwise.
        rows: every data set, compared.
        undecided: why numbers and sentences could not be compared, "" if they were.
        notes: what was done or could not be done on the way.
        left: how many claims, charts and tables were left out on both sides, whose data are not there yet.
    """

    old: Side
    new: Side
    sentences: tuple[SentenceChange, ...]
    numbers: tuple[ClaimChange, ...]
    unmoved: int
    charts: tuple[Chart, ...]
    rows: tuple[TableDiff, ...]
    looks: tuple[Look, ...] = ()
    undecided: str = ""
    notes: tuple[str, ...] = ()
    left: int = 0

    @property
    def wrong(self) -> tuple[SentenceChange, ...]:
        """Texts whose guard broke."""
        return tuple(sentence for sentence in self.sentences if sentence.wrong)

    @property
    def prose(self) -> tuple[SentenceChange, ...]:
        """Texts of the chapters that read differently, but for those that only say the new day."""
        return tuple(s for s in self.sentences if not s.wrong and not s.dated and not s.block)

    @property
    def tables(self) -> tuple[SentenceChange, ...]:
        """Rows of generated tables that read differently."""
        return tuple(s for s in self.sentences if not s.wrong and not s.dated and s.block)

    @property
    def dated(self) -> tuple[SentenceChange, ...]:
        """Texts that only say the day of the report anew, which was asked for and is no finding."""
        return tuple(sentence for sentence in self.sentences if sentence.dated)

    @property
    def changed(self) -> tuple[TableDiff, ...]:
        """Data sets that are not what they were."""
        return tuple(diff for diff in self.rows if diff.state != IDENTICAL)

    def at(self, *levels: str) -> tuple[ClaimChange, ...]:
        """The numbers that moved so far that a reader sees it at these levels."""
        return tuple(number for number in self.numbers if number.level in levels)

    def leads(self) -> list[tuple[ClaimChange, SentenceChange | None]]:
        """Each claim that a reader sees moved, with the first sentence that says so and is not taken yet."""
        leads: list[tuple[ClaimChange, SentenceChange | None]] = []
        for number in self.at(READING):
            taken = [sentence for _, sentence in leads]
            sentences = [
                s for s in self.prose if number.id in s.claims and s.part == "sentence" and s not in taken
            ]
            name = f"{'claim' if number.shown else 'verdict'}.{number.id}"
            leads.append(
                (number, next((s for s in sentences if name in s.names), sentences[0] if sentences else None))
            )
        return leads

    @property
    def exit_code(self) -> int:
        """0 if nothing moved that a reader sees, 1 if something did, 2 if it could not be decided."""
        if self.undecided:
            return UNDECIDED
        seen = (*self.wrong, *self.prose, *self.tables, *self.charts, *self.looks, *self.at(READING, BESIDE))
        return SOMETHING if seen else NOTHING

    @property
    def pages(self) -> int:
        """How many pages look different: all of them where it is the form of all."""
        count = sum(look.pages for look in self.looks)
        return min(
            count, max((state.pages for side in (self.old, self.new) if (state := side.state)), default=count)
        )

    def verdict_line(self) -> str:
        """The whole in one line: what readers see, then what stands behind it, then the tables made of it."""
        if self.undecided:
            return f"Could not be decided: {self.undecided}"
        seen = [
            plural(len(self.at(READING)), "claim moved", "claims moved") + self._ways(),
            plural(len(self.wrong), "sentence reads wrong", "sentences read wrong"),
            plural(len(self.prose), "sentence reads differently", "sentences read differently"),
            plural(len(self.charts), "chart changed", "charts changed"),
            plural(self.pages, "page looks different", "pages look different"),
        ]
        behind: list[str] = []
        for level, where in BEHIND.items():
            if count := len(self.at(level)):
                words = "" if behind else " claim differs" if count == 1 else " claims differ"
                behind.append(f"{count:,}{words} {where}")
        if self.exit_code == NOTHING:
            seen = ["Nothing that a reader sees moved"]
        made = plural(len(self.tables), "row of generated tables", "rows of generated tables")
        left = f"{self.left:,} left out: their data are not there yet" if self.left else ""
        return "; ".join(filter(None, (", ".join(filter(None, seen)), ", ".join(behind), made, left)))

    def _ways(self) -> str:
        """How the claims moved that a reader sees moved; one that does in two ways counts in both.

        Another number is what "moved" says by itself, so where that is all, nothing is added.
        """
        numbers = self.at(READING)
        both = [number for number in numbers if number.old and number.new]
        shown = sum(number.shown for number in both)
        also = [what.partition(" from ")[0] for number in both for what in number.also]
        ways = [
            plural(shown, "shows another number", "show another number"),
            plural(sum(one.verdict_changed for one in both), "has another verdict", "have another verdict"),
            plural(sum(bool(one.guard) for one in both), "guard turned", "guards turned"),
            plural(also.count(CITED), "has another cited text", "have another cited text"),
            plural(sum(not one.old for one in numbers), "is new", "are new"),
            plural(sum(not one.new for one in numbers), "is gone", "are gone"),
        ]
        words = ", ".join(filter(None, ways))
        return f" ({words})" if words and (words != ways[0] or shown < len(numbers)) else ""

    @property
    def behind(self) -> tuple[ClaimChange, ...]:
        """The claims that differ only where no reader of the number sees it."""
        return self.at(*BEHIND)

    def of_all(self) -> str:
        """How many of all claims differ in anything."""
        count = len(self.numbers)
        return f"{count:,} of {count + self.unmoved:,} claims {'differs' if count == 1 else 'differ'}"

    def title(self) -> str:
        """What is held against what, as a heading."""
        names = self.old.name, self.new.name
        old, new = names if len(set(names)) > 1 else (self.old.title, self.new.title)
        return f"What changed from {old} to {new}"

    def kinds(self) -> Mapping[str, int]:
        """How many of the numbers and edited sentences are of which kind."""
        kinds = [number.kind for number in self.at(READING, BESIDE, HIDDEN)]
        kinds += [sentence.kind for sentence in self.sentences if sentence.edited]
        return dict(Counter(kinds).most_common())


def diff(
    root: Path,
    words: tuple[str, str],
    others: Iterable[Edition] = (),
    *,
    pictures: bool = False,
    data_only: bool = False,
) -> Report:
    """Hold two states of the report against each other.

    Args:
        root: the repository.
        words: days, ids of editions, snapshot files or git revisions.
        others: editions that the repository does not list (any more), which may be asked for all the same.
        pictures: draw the charts that changed.
        data_only: never run the code of a revision: the running code reads its evidence and prose.

    Raises:
        ReportError: one of the words means nothing here.
    """
    with tempfile.TemporaryDirectory(prefix="pivot-diff-") as scratch:
        try:
            days = {
                one.id: one.as_of for one in sorted((*editions(root), *others), key=lambda one: one.as_of)
            }
            old, new = resolve(article_of(root), root, words, days, Path(scratch), data_only=data_only)
        except ReportError as error:  # whatever its kind: nothing was compared, so nothing is known to differ
            raise ReportError(
                error.what, where=error.where, expected=error.expected, got=error.got, hint=error.hint
            ) from error
        return difference(old, new, pictures=pictures)


def difference(old: Side, new: Side, *, pictures: bool = False) -> Report:
    """Evaluate two sides and hold them against each other; where that can not be done, tell rows and why."""
    diffs: tuple[TableDiff, ...] = ()
    try:
        try:
            old = old if old.state else evaluate(old, pictures=pictures)
            new = _evaluate_after(old, new, pictures=pictures)
        finally:
            diffs = rows(old, new)
        return compare(old, new, diffs, pictures=pictures)
    except ReportError as error:
        why = "; ".join(filter(None, (error.what, error.where, error.got)))
        notes = (*old.notes, *new.notes, *filter(None, [error.hint]))
        return Report(old, new, (), (), 0, (), diffs, undecided=why, notes=notes)


def _evaluate_after(old: Side, new: Side, *, pictures: bool) -> Side:
    """The side after; where code and evidence are those of the side before, so is all but the prose."""
    same_file = old.file and new.file and rows(old, new)[0].state in (IDENTICAL, SAME_TABLE)
    if old.state and (same_file or (old.version == new.version and same_evidence(old, new))):
        return replace(new, state=old.state.with_prose(prose(new)))
    return evaluate(new, pictures=pictures)


def compare(old: Side, new: Side, diffs: tuple[TableDiff, ...], *, pictures: bool = False) -> Report:
    """Hold two evaluated sides against each other.

    Args:
        old: the side before.
        new: the side after.
        diffs: their rows, compared.
        pictures: draw the charts that changed.
    """
    before, after = _common(evaluated(old), evaluated(new))
    sidecars = [*sidecar_changes(old, new)]
    notes = [*rewritten(old, new), *before.notes, *after.notes, *_left_out(old), *_left_out(new)]
    notes += [f"{path} says otherwise: {field}" for path, field, *_ in sidecars]
    notes += [*old.notes, *new.notes]
    ledgers: dict[tuple[bool, bool], Ledger] = {(False, False): before.ledger, (True, True): after.ledger}
    is_same_data = old.as_of == new.as_of and all(
        diff.state in (IDENTICAL, SAME_TABLE) for diff in diffs if not diff.file
    )
    try:
        if old.version == new.version:
            ledgers |= {(True, False): after.ledger, (False, True): before.ledger}
        elif is_same_data:
            ledgers |= {(True, False): before.ledger, (False, True): after.ledger}
        else:
            ledgers |= {
                (True, False): crossed(reader=old, data=new),
                (False, True): crossed(reader=new, data=old),
            }
    except ReportError as error:
        notes.append(f"data and code could not be told apart: {error.what}")
    texts = {
        (data, code): _facts(after if data else before)
        | _facts(after if code else before, "report.charts")
        | ledger_texts(ledger)
        for (data, code), ledger in ledgers.items()
    }
    numbers = moved(old, new, diffs, ledgers)
    kinds = {number.id: number.kind for number in numbers}
    sentences = sentence_changes(before, after, texts, kinds, _notes(sidecars))
    return Report(
        old=old,
        new=new,
        sentences=sentences,
        numbers=numbers,
        unmoved=len({*before.ledger.entries, *after.ledger.entries}) - len(numbers),
        charts=tuple(_charts(before, after, pictures=pictures)),
        rows=diffs,
        looks=tuple(_looks(before, after, {one.file for one in sentences})),
        notes=tuple(notes),
        left=len({*before.left} & {*after.left}),
    )


def _left_out(side: Side) -> Iterator[str]:
    """What a side is compared without, by what it lacks for that."""
    by_need: dict[str, list[str]] = {}
    for name, need in evaluated(side).left.items():
        by_need.setdefault(need, []).append(name)
    for need, names in by_need.items():
        yield f"not there yet in {side.revision}, for want of {need}: {', '.join(names)}"


def _common(old: State, new: State) -> tuple[State, State]:
    """Two states with what both have: code older than the question hands over its claims only."""
    if old.blocks and new.blocks:
        return old, new
    facts = _facts(old) | _facts(new)
    lesser = [replace(state, texts=facts | dict(state.texts), blocks={}, tables={}) for state in (old, new)]
    return lesser[0], lesser[1]


def _facts(state: State, start: str = "report.") -> dict[str, str]:
    return {name: text for name, text in state.texts.items() if name.startswith(start)}


def _notes(sidecars: Iterable[tuple[str, str, object, object]]) -> set[str]:
    """The notes of sidecars that changed, as the page of the sources has them."""
    notes = [value for _, field, *values in sidecars if field == "notes" for value in values]
    return {cell(note) for listed in notes if isinstance(listed, list | tuple) for note in listed}


def _looks(old: State, new: State, told: Collection[str]) -> Iterator[Look]:
    before, after = old.prose.looks, new.prose.looks
    chapters = {chapter.source for state in (old, new) for chapter in state.prose.chapters}
    for file in sorted({*before, *after} - set(told)):
        if before.get(file) != after.get(file):
            yield Look(file, 1 if file in chapters else new.pages)


def _charts(old: State, new: State, *, pictures: bool) -> Iterator[Chart]:
    captions_of = [
        {piece.figure: piece for piece in pieces(state.prose.chapters, {}) if piece.figure}
        for state in (old, new)
    ]
    for name in dict.fromkeys([*new.tables, *old.tables]):
        was, now = (
            Counter(map(_rounded, state.tables.get(name, "").splitlines()[1:])) for state in (old, new)
        )
        texts = [state.labels.get(name, {}) for state in (old, new)]
        pairs = [(texts[0].get(label, ""), texts[1].get(label, "")) for label in {**texts[1], **texts[0]}]
        labels = tuple((before, after) for before, after in pairs if before != after)
        if was != now or labels:
            shown = [captions.get(name) for captions in captions_of]
            before, after = (
                piece.read(state.texts) if piece else ""
                for piece, state in zip(shown, (old, new), strict=True)
            )
            yield Chart(
                name=name,
                address=next((piece.address for piece in reversed(shown) if piece), ""),
                place=next((piece.place for piece in reversed(shown) if piece), ""),
                marks=((was - now).total(), (now - was).total()),
                labels=labels,
                alts=(before, after),
                before=old.picture(name) if pictures else ("", ""),
                after=new.picture(name) if pictures else ("", ""),
            )


def _rounded(row: str) -> str:
    """A row of a chart's data without the digits that nobody can tell apart."""
    return _LONG.sub(lambda number: f"{float(number[0]):.9g}", row)
