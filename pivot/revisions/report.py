"""The report of a difference: verdict, sentences, numbers, rows; one object that all renderers read."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from pivot.article import article_of
from pivot.claims import stored
from pivot.claims.quantities import Day
from pivot.editions import editions
from pivot.errors import ReportError
from pivot.prose.book import Book
from pivot.prose.sentences import pieces
from pivot.records import one_of
from pivot.revisions import sides as sides_
from pivot.revisions.numbers import BEHIND, BESIDE, HIDDEN, READING, Number, moved
from pivot.revisions.sentences import Sentence, changed
from pivot.revisions.states import State, crossed, evaluate
from pivot.revisions.tables import IDENTICAL, SAME_TABLE, TableDiff
from pivot.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.claims.ledger import Ledger
    from pivot.editions import Edition
    from pivot.revisions.sides import Side

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
        before: SVG for light and for dark paper; empty unless pictures were asked for.
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
class End:
    """One side of a difference, as it is told."""

    label: str
    kind: Annotated[str, one_of("day", "edition", "snapshot", "revision")]
    as_of: Annotated[str, Meta(extra_json_schema={"format": "date"})]
    commit: str

    @property
    def name(self) -> str:
        """The day of an edition or a day, as readers have it; what it was asked by for all else."""
        whole = self.kind == "edition" or (self.kind == "day" and self.label == self.as_of)
        return Day(dt.date.fromisoformat(self.as_of)).display() if whole else self.label

    @property
    def told(self) -> str:
        """Its name and its day."""
        commit = f" ({self.commit[:7]})" if self.commit else ""
        day = f", evidence as of {self.as_of}" if self.label != self.as_of else ""
        return f"{self.label}{commit}{day}"


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
        rows: every data set, compared.
        undecided: why numbers and sentences could not be compared, "" if they were.
        notes: what was done or could not be done on the way.
    """

    old: End
    new: End
    sentences: tuple[Sentence, ...]
    numbers: tuple[Number, ...]
    unmoved: int
    charts: tuple[Chart, ...]
    rows: tuple[TableDiff, ...]
    undecided: str = ""
    notes: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[Sentence, ...]:
        """Texts whose guard broke."""
        return tuple(sentence for sentence in self.sentences if sentence.wrong)

    @property
    def prose(self) -> tuple[Sentence, ...]:
        """Texts of the chapters that read differently, but for those that only say the new day."""
        return tuple(s for s in self.sentences if not s.wrong and not s.dated and not s.block)

    @property
    def tables(self) -> tuple[Sentence, ...]:
        """Rows of generated tables that read differently."""
        return tuple(s for s in self.sentences if not s.wrong and not s.dated and s.block)

    @property
    def dated(self) -> tuple[Sentence, ...]:
        """Texts that only say the day of the report anew, which was asked for and is no finding."""
        return tuple(sentence for sentence in self.sentences if sentence.dated)

    @property
    def changed(self) -> tuple[TableDiff, ...]:
        """Data sets that are not what they were."""
        return tuple(diff for diff in self.rows if diff.state != IDENTICAL)

    def at(self, *levels: str) -> tuple[Number, ...]:
        """The numbers that moved so far that a reader sees it at these levels."""
        return tuple(number for number in self.numbers if number.level in levels)

    def leads(self) -> list[tuple[Number, Sentence | None]]:
        """Each claim that a reader sees moved, with the first sentence that says so and is not given yet."""
        told: list[tuple[Number, Sentence | None]] = []
        for number in self.at(READING):
            given = [sentence for _, sentence in told]
            found = [
                s for s in self.prose if number.id in s.claims and s.part == "sentence" and s not in given
            ]
            said = f"{'claim' if number.shown else 'verdict'}.{number.id}"
            told.append((number, next((s for s in found if said in s.names), found[0] if found else None)))
        return told

    @property
    def exit_code(self) -> int:
        """0 if nothing moved that a reader sees, 1 if something did, 2 if it could not be decided."""
        if self.undecided:
            return UNDECIDED
        seen = self.wrong or self.prose or self.tables or self.charts or self.at(READING, BESIDE)
        return SOMETHING if seen else NOTHING

    def verdict_line(self) -> str:
        """The whole in one line: what readers see, then what stands behind it, then the tables made of it."""
        if self.undecided:
            return f"Could not be decided: {self.undecided}"
        seen = [
            plural(len(self.at(READING)), "claim moved", "claims moved") + self._ways(),
            plural(len(self.wrong), "sentence reads wrong", "sentences read wrong"),
            plural(len(self.prose), "sentence reads differently", "sentences read differently"),
            plural(len(self.charts), "chart changed", "charts changed"),
        ]
        behind: list[str] = []
        for level, where in BEHIND.items():
            if count := len(self.at(level)):
                words = "" if behind else " claim differs" if count == 1 else " claims differ"
                behind.append(f"{count:,}{words} {where}")
        if self.exit_code == NOTHING:
            seen = ["Nothing that a reader sees moved"]
        made = plural(len(self.tables), "row of generated tables", "rows of generated tables")
        return "; ".join(filter(None, (", ".join(filter(None, seen)), ", ".join(behind), made)))

    def _ways(self) -> str:
        """How the claims moved that a reader sees moved; one that does in two ways counts in both.

        Another number is what "moved" says by itself, so where that is all, nothing is added.
        """
        found = self.at(READING)
        both = [number for number in found if number.old and number.new]
        shown = sum(number.shown for number in both)
        ways = [
            plural(shown, "shows another number", "show another number"),
            plural(sum(one.verdict_changed for one in both), "has another verdict", "have another verdict"),
            plural(sum(bool(one.guard) for one in both), "guard turned", "guards turned"),
            plural(sum(not one.old for one in found), "is new", "are new"),
            plural(sum(not one.new for one in found), "is gone", "are gone"),
        ]
        told = [way for way in ways if way]
        return "" if shown == len(found) and len(told) == 1 else f" ({', '.join(told)})" if told else ""

    @property
    def behind(self) -> tuple[Number, ...]:
        """The claims that differ only where no reader of the number sees it."""
        return self.at(*BEHIND)

    def of_all(self) -> str:
        """How many of all claims differ in anything."""
        count = len(self.numbers)
        return f"{count:,} of {count + self.unmoved:,} claims {'differs' if count == 1 else 'differ'}"

    def title(self) -> str:
        """What is held against what, as a heading."""
        names = self.old.name, self.new.name
        old, new = names if len(set(names)) > 1 else (self.old.told, self.new.told)
        return f"What changed from {old} to {new}"

    def kinds(self) -> Mapping[str, int]:
        """How many of the numbers and edited sentences are of which kind."""
        found = [number.kind for number in self.at(READING, BESIDE, HIDDEN)]
        found += [sentence.kind for sentence in self.sentences if sentence.edited]
        return dict(Counter(found).most_common())


def diff(
    root: Path, asked: tuple[str, str], others: Iterable[Edition] = (), *, pictures: bool = False
) -> Report:
    """Hold two states of the report against each other.

    Args:
        root: the repository.
        asked: days, ids of editions, snapshot files or git revisions.
        others: editions that the repository does not list (any more), which may be asked for all the same.
        pictures: draw the charts that changed.

    Raises:
        ReportError: one of the words means nothing here.
    """
    known = {one.id: one.as_of for one in sorted((*editions(root), *others), key=lambda one: one.as_of)}
    with tempfile.TemporaryDirectory(prefix="pivot-diff-") as scratch:
        old, new = sides_.resolve(article_of(root), root, asked, known, Path(scratch))
        rows: tuple[TableDiff, ...] = ()
        try:
            rows = sides_.rows(old, new)
            before = evaluate(old, pictures=pictures)
            # A file with the table of the other one says the same, in whatever bytes.
            alike = old.file and new.file and rows[0].state in (IDENTICAL, SAME_TABLE)
            if alike or (old.version == new.version and sides_.same_evidence(old, new)):
                after = replace(before, side=new, chapters=Book.load(new.root).chapters)
            else:
                after = evaluate(new, pictures=pictures)
            return compare(before, after, rows, tuple(sides_.rewritten(old, new)), pictures=pictures)
        except ReportError as error:
            why = "; ".join(filter(None, (error.what, error.where, error.got)))
            return Report(_end(old), _end(new), (), (), 0, (), rows, why)


def compare(
    old: State,
    new: State,
    rows: tuple[TableDiff, ...],
    notes: tuple[str, ...] = (),
    *,
    pictures: bool = False,
) -> Report:
    """Hold two evaluated sides against each other.

    Args:
        old: the side before.
        new: the side after.
        rows: their data sets, compared.
        notes: what is known already.
        pictures: draw the charts that changed.
    """
    notes = (*notes, *old.notes, *new.notes)
    old, new = _common(old, new)
    ledgers: dict[tuple[bool, bool], Ledger] = {(False, False): old.ledger, (True, True): new.ledger}
    same_data = old.side.as_of == new.side.as_of and all(
        diff.state in (IDENTICAL, SAME_TABLE) for diff in rows
    )
    try:
        if old.side.version == new.side.version:
            ledgers |= {(True, False): new.ledger, (False, True): old.ledger}
        elif same_data:
            ledgers |= {(True, False): old.ledger, (False, True): new.ledger}
        else:
            ledgers |= {
                (True, False): crossed(reader=old.side, data=new.side),
                (False, True): crossed(reader=new.side, data=old.side),
            }
    except ReportError as error:
        notes = (*notes, f"data and code could not be told apart: {error.what}")
    facts = {
        new_data: {name: text for name, text in state.texts.items() if _is_fact(name)}
        for new_data, state in ((False, old), (True, new))
    }
    texts = {side: stored.texts(ledger.entries) | facts[side[0]] for side, ledger in ledgers.items()}
    numbers = moved(old, new, rows, ledgers)
    return Report(
        old=_end(old.side),
        new=_end(new.side),
        sentences=changed(old, new, texts, {number.id: number.kind for number in numbers}),
        numbers=numbers,
        unmoved=len({*old.ledger.entries, *new.ledger.entries}) - len(numbers),
        charts=tuple(_charts(old, new, pictures=pictures)),
        rows=rows,
        notes=notes,
    )


def _end(side: Side) -> End:
    return End(side.asked, side.kind, str(side.as_of), side.commit)


def _common(old: State, new: State) -> tuple[State, State]:
    """Two states with what both have: code older than the question hands over its claims only."""
    if old.tables and new.tables:
        return old, new
    facts = {name: text for state in (old, new) for name, text in state.texts.items() if _is_fact(name)}
    lesser = [replace(state, texts=facts | dict(state.texts), blocks={}, tables={}) for state in (old, new)]
    return lesser[0], lesser[1]


def _is_fact(name: str) -> bool:
    return name.startswith("report.")


def _charts(old: State, new: State, *, pictures: bool) -> Iterator[Chart]:
    told = [
        {piece.figure: piece for piece in pieces(state.chapters, {}) if piece.figure} for state in (old, new)
    ]
    for name in dict.fromkeys([*new.tables, *old.tables]):
        was, now = (Counter(state.tables.get(name, "").splitlines()[1:]) for state in (old, new))
        said = [state.labels.get(name, {}) for state in (old, new)]
        pairs = [(said[0].get(label, ""), said[1].get(label, "")) for label in {**said[1], **said[0]}]
        labels = tuple((before, after) for before, after in pairs if before != after)
        if was != now or labels:
            shown = [captions.get(name) for captions in told]
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
