"""Sentences: what a reader reads before and after, with place, changed words and cause."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pivot.claims.stored import Line  # noqa: TC001 -- read when the schema is made
from pivot.prose.scan import fill
from pivot.records import one_of
from pivot.revisions.causes import CODE, DATA, PROSE, RevisionKind, Shares, shapley_shares
from pivot.revisions.prose import EDITION, SOURCE, TITLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pivot.claims.ledger import Ledger
    from pivot.prose.sentences import Piece
    from pivot.revisions.states import State

    Pair = tuple[Piece | None, Piece | None]

SAME, GONE, COME = "same", "del", "ins"

# Where something is made and what its file hashes to is shown, but it is no reading.
_PROVENANCE = re.compile(r"data-snapshots/\S+|\b[0-9a-f]{12,64}\b|, line \d+,|[\d,]+ bytes")
_DAY = frozenset({"report.as-of", "report.edition", "report.edition-line"})
_ALIKE = 0.5
_FEW = 4_000
_WORDS = re.compile(r"\s+|[$\u2212+~]?\w+(?:[.,:'’–/-]\w+)*%?|.")
_BLANKS = re.compile(r"[ \t]+")
_COMMENT = re.compile(r"[ \t]*<!--(?!\s*(?:holds|numeral|comparison):).*?-->")
_REASON = re.compile(r"(<!--\s*(?:numeral|comparison):\s*(?:\"[^\"]*\"[\s,]*)*).*?-->")


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """A piece of text that reads differently, stands elsewhere, or was made wrong by a guard that broke.

    Args:
        part: what it is: `sentence`, `caption`, `alt text`, `title`, `table`, `edition` or `source`.
        file: the chapter, or the file of settings or sources.
        line: in the new file, or in the old one where the text went.
        address: of the place on the site.
        place: the same in words, "" where it has none.
        block: the generated block that it stands in, "" for prose.
        origin: file and line where it stood, "" where it stands as it stood among its neighbours.
        before: as a reader had it; "" where it came. As written where only its links or its form changed.
        after: as a reader has it; "" where it went.
        words: `same`, `del` and `ins` stretches that together make up both.
        names: the variables in it whose text changed.
        claims: the moved claims in it, those with flipped guards first.
        wrong: claims whose guard broke: it reads wrong now.
        mended: claims whose guard holds again.
        edited: whether somebody edited it, which makes it no movement of a number alone.
        dated: whether it only says the day of the report anew.
        shares: of data, code and prose in the changed words; None where they could not be told apart.
        kind: proposed from the cause.
    """

    part: Annotated[str, one_of("sentence", "caption", "alt text", TITLE, "table", EDITION, SOURCE)]
    file: str
    line: Line
    address: str
    place: str
    block: str
    origin: str
    before: str
    after: str
    words: tuple[tuple[Annotated[str, one_of(SAME, GONE, COME)], str], ...]
    names: tuple[str, ...]
    claims: tuple[str, ...]
    wrong: tuple[str, ...]
    mended: tuple[str, ...]
    edited: bool
    dated: bool
    shares: Shares | None
    kind: RevisionKind


def changes(
    old: State,
    new: State,
    texts: Mapping[tuple[bool, bool], Mapping[str, str]],
    kinds: Mapping[str, str],
    notes: AbstractSet[str] = frozenset(),
) -> tuple[SentenceChange, ...]:
    """Every piece of text that reads differently or wrong; what reads wrong first, then in reading order.

    Args:
        old: what the side before makes.
        new: what the side after makes.
        texts: variables by whether the data and whether the code are those of the new side.
        kinds: the kind of each moved claim.
        notes: of sidecars that changed, which are told apart.
    """
    flipped = dict(_flipped(old.ledger, new.ledger))
    before, after = old.prose.read(old.blocks), new.prose.read(new.blocks)
    pairs = [*_pairs(before, after)]
    moved = _moved(
        pairs, *(read[: len(read) - len(state.prose.pieces)] for read, state in ((before, old), (after, new)))
    )
    differing = {name for name in {*old.texts, *new.texts} if old.texts.get(name) != new.texts.get(name)}
    numbered_alike = not before or not after or before[0].labels == after[0].labels
    sentences = []
    for was, now in pairs:
        guards = {id_: flipped[id_] for id_ in (now.guards if now else ()) if id_ in flipped}
        place = now or was
        is_touched = not was or not now or (was.source, was.figure) != (now.source, now.figure)
        is_moved = id(now) in moved
        # What nobody touched reads as before, which is true of most.
        if place is None or not (
            is_touched or is_moved or guards or not numbered_alike or differing & {*place.names}
        ):
            continue
        sides = _told(was, now, (old.texts, new.texts))
        if (sides[0] == sides[1] and not guards and not is_moved) or place.source.removeprefix("- ") in notes:
            continue
        used = dict.fromkeys(name for piece in (now, was) if piece for name in piece.names)
        names = [name for name in used if name in differing]
        claims = [*guards, *(name.split(".")[1] for name in names if not name.startswith("report."))]
        if not claims and "#claim-" in place.address:
            claims = [place.address.split("#claim-")[1]]
        edited = not place.block and (is_touched or is_moved)
        parts = _shares(was, now, texts) if not place.block else None
        sentences.append(
            SentenceChange(
                part=place.part,
                file=place.file,
                line=place.line,
                address=place.address,
                place=place.place,
                block=place.block,
                origin=f"{was.file}:{was.line}" if was and is_moved else "",
                before=sides[0],
                after=sides[1],
                words=words(*sides),
                names=tuple(names),
                claims=tuple(dict.fromkeys(claims)),
                wrong=tuple(id_ for id_, holds in guards.items() if not holds),
                mended=tuple(id_ for id_, holds in guards.items() if holds),
                edited=edited,
                dated=not edited and not is_moved and not guards and bool(names) and _DAY.issuperset(names),
                shares=parts,
                kind="editorial"
                if edited and not names
                else _kind(parts, [kinds[one] for one in claims if one in kinds]),
            )
        )
    order = {file: number for number, file in enumerate(dict.fromkeys(one.file for one in (*after, *before)))}
    return tuple(sorted(sentences, key=lambda one: (not one.wrong, order[one.file], one.line)))


def _told(
    was: Piece | None, now: Piece | None, texts: tuple[Mapping[str, str], Mapping[str, str]]
) -> tuple[str, str]:
    """Both sides as a reader has them, or as written where only that differs; alike if nobody sees it."""
    sides = [*zip((was, now), texts, strict=True)]
    for form in (_read, _written):
        before, after = (form(piece, known) if piece else "" for piece, known in sides)
        if _PROVENANCE.sub("", before) != _PROVENANCE.sub("", after):
            return before, after
    if was and now and was.figure != now.figure:
        return f"{before} (chart {was.figure})", f"{after} (chart {now.figure})"
    reading = _read(*sides[1]) if now else ""  # type: ignore[arg-type]
    return reading, reading


def _read(piece: Piece, texts: Mapping[str, str]) -> str:
    return piece.source if piece.part == SOURCE else _BLANKS.sub(" ", piece.read(texts))


def _written(piece: Piece, texts: Mapping[str, str]) -> str:
    """The text with its markup: what it links and cites, how it looks, the guards and waivers beside it."""
    text = _REASON.sub(r"\1-->", _COMMENT.sub("", piece.source))
    return _BLANKS.sub(" ", fill(text, lambda found: texts.get(found["argument"], found[0]))).strip()


def _moved(pairs: Sequence[Pair], before: Sequence[Piece], after: Sequence[Piece]) -> set[int]:
    """Which pieces of the new side stand elsewhere: all but the longest run that kept its order."""
    places = {id(piece): place for place, piece in enumerate(before)}
    origins = {id(now): places[id(was)] for was, now in pairs if was and now and id(was) in places}
    order = [(origins[id(piece)], id(piece)) for piece in after if id(piece) in origins]
    ends: list[int] = []  # of the best run of each length, by the place that its last piece had
    lengths = []
    for origin, _ in order:
        length = bisect_left(ends, origin)
        ends[length : length + 1] = [origin]
        lengths.append(length)
    left, kept = len(ends) - 1, set()
    for (_, piece), length in zip(reversed(order), reversed(lengths), strict=True):
        if length == left:
            kept.add(piece)
            left -= 1
    return {piece for _, piece in order} - kept


def _flipped(old: Ledger, new: Ledger) -> Iterator[tuple[str, bool]]:
    """The claims whose guard flipped, with whether it holds now."""
    for id_, now in new.entries.items():
        was = old.entries.get(id_)
        if was and was.guard and now.guard and was.guard.holds != now.guard.holds:
            yield id_, now.guard.holds


def _kind(parts: Mapping[str, float] | None, of_claims: Sequence[str]) -> str:
    cause = max(parts, key=lambda player: parts[player]) if parts else ""
    if cause in ("", DATA):
        return of_claims[0] if of_claims else "data"
    return "editorial" if cause == PROSE else "method"


def _shares(
    was: Piece | None, now: Piece | None, texts: Mapping[tuple[bool, bool], Mapping[str, str]]
) -> Mapping[str, float] | None:
    """The shares in the changed words of a sentence."""
    if not was or not now:
        return {DATA: 0.0, CODE: 0.0, PROSE: 1.0}
    if len(texts) < 4:  # noqa: PLR2004 -- two by two
        return None
    before = _read(was, texts[False, False])
    if before == _read(now, texts[True, True]):
        return None if was.source == now.source else {DATA: 0.0, CODE: 0.0, PROSE: 1.0}
    counts: dict[str, int] = {}

    def value(taken: Collection[str]) -> float:
        reading = _read(now if PROSE in taken else was, texts[DATA in taken, CODE in taken])
        if reading not in counts:
            changed = [text for state, text in words(before, reading) if state != SAME]
            counts[reading] = sum(len(_WORDS.findall(text)) for text in changed)
        return counts[reading]

    return shapley_shares(value)


def words(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Both texts as one row of stretches that stayed, went and came."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    stretches: list[tuple[str, str]] = []
    kept = ""  # a blank between two changes belongs to both
    gone, come = "", ""
    for _, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        x, y = "".join(old[a:b]), "".join(new[c:d])
        if x == y and (x.strip() or not (gone or come)):
            stretches += [(GONE, gone), (COME, come), (SAME, kept + x)]
            kept, gone, come = "", "", ""
        elif x == y:
            kept = x
        else:
            gone, come, kept = gone + kept + x, come + kept + y, ""
    return tuple(
        (state, text) for state, text in [*stretches, (GONE, gone), (COME, come), (SAME, kept)] if text
    )


def _pairs(old: Sequence[Piece], new: Sequence[Piece]) -> Iterator[Pair]:
    """Each piece with what it was: by its source, else by the words and the claims that two share."""
    groups = dict.fromkeys((piece.file, piece.block) for piece in (*new, *old))
    alone: tuple[list[Piece], list[Piece]] = ([], [])
    for group in groups:
        a, b = ([piece for piece in side if (piece.file, piece.block) == group] for side in (old, new))
        matcher = difflib.SequenceMatcher(None, [_key(p) for p in a], [_key(p) for p in b], autojunk=False)
        changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
        # What stands elsewhere as it was has moved, however like another it may be.
        elsewhere = {p.source for _, i, j, _, _ in changes for p in a[i:j]} & {
            p.source for _, _, _, k, m in changes for p in b[k:m]
        }
        for same, i, j, k, m in matcher.get_opcodes():
            if same == "equal":
                yield from zip(a[i:j], b[k:m], strict=True)
            else:
                edited = ([p for p in side if p.source not in elsewhere] for side in (a[i:j], b[k:m]))
                pairs, gone, come = _alike(*edited)
                yield from pairs
                alone[0].extend([*gone, *(p for p in a[i:j] if p.source in elsewhere)])
                alone[1].extend([*come, *(p for p in b[k:m] if p.source in elsewhere)])
    gone_by_source: dict[str, list[Piece]] = {}
    for piece in alone[0]:
        gone_by_source.setdefault(piece.source, []).append(piece)
    for piece in alone[1]:
        same_source = gone_by_source.get(piece.source)
        yield (same_source.pop(0) if same_source else None), piece
    yield from ((piece, None) for rest in gone_by_source.values() for piece in rest)


def _key(piece: Piece) -> object:
    """A row of a table is known by its first cell, any other text by its source."""
    return (piece.address, piece.source.split(" | ")[0]) if piece.block else (piece.part, piece.source)


def _alike(
    old: Sequence[Piece], new: Sequence[Piece]
) -> tuple[list[tuple[Piece, Piece]], list[Piece], list[Piece]]:
    """The pairs that share most, and what is left of both."""
    scores = []
    if len(old) * len(new) <= _FEW:
        for i, a in enumerate(old):
            for j, b in enumerate(new):
                ratio = difflib.SequenceMatcher(
                    None, a.source.split(), b.source.split(), autojunk=False
                ).ratio()
                ours = {name.split(".")[1] for name in a.names} & {name.split(".")[1] for name in b.names}
                if a.part == b.part and ratio + _ALIKE / 2 * bool(ours) >= _ALIKE:
                    scores.append((-ratio, i, j))
    pairs: dict[int, int] = {}
    for _, i, j in sorted(scores):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return (
        [(old[i], new[j]) for i, j in sorted(pairs.items())],
        [piece for i, piece in enumerate(old) if i not in pairs],
        [piece for j, piece in enumerate(new) if j not in pairs.values()],
    )
