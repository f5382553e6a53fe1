"""Compile chapters to objects, cached by the hash of what went in.

An object holds HTML and Typst with holes, its labels, headings and citations. It depends on the expanded
text of its own chapter alone, and on the few values that stand where they can not be late (in code,
mathematics, raw text and link targets).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot import kept
from pivot.errors import ProseError, RenderError
from pivot.prose.findings import Problems
from pivot.prose.raw import refusals
from pivot.publish.embedded.engine import SCRIPTS, Engine, Job, find_pandoc
from pivot.publish.embedded.limits import front, metas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pivot.prose.book import Book, Chapter
    from pivot.prose.raw import Foreign
    from pivot.publish.embedded.expand import Expanded

_KEPT = {"*.json": 400, "*.pdf": 8}  # files in the cache: one for each state of a chapter, one for each PDF


@dataclass(frozen=True, slots=True)
class Label:
    """Something that can be referred to: its id, kind (fig, tbl, sec …) and number within the chapter."""

    id: str
    kind: str
    number: str
    chapter: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the chapter's own: level, id, plain text with holes, whether the contents list it."""

    level: int
    id: str
    text: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something in a chapter that the compiler does not know: how to find it, and what is wrong with it.

    Attributes:
        kind: "class", "attribute", "heading", "cell" or "text" that is written so, or "line" of the text.
    """

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ChapterObject:
    """A compiled chapter; see the head of `engine.lua` for the holes."""

    html: str
    typst: str
    title: str
    id: str
    numbered: bool
    labels: tuple[Label, ...]
    headings: tuple[Heading, ...]
    ids: tuple[str, ...]
    citations: tuple[str, ...]
    citation_keys: tuple[tuple[str, ...], ...]
    complaints: tuple[Complaint, ...]
    foreign: tuple[Foreign, ...]


@dataclass(frozen=True, slots=True)
class Citations:
    """All citations of the book as text, in order, the bibliography last, and the keys that exist."""

    html: tuple[str, ...]
    typst: tuple[str, ...]
    known: frozenset[str]


class ObjectStore:
    """Objects in memory and in a folder.

    Args:
        folder: the cache; any file in it may be deleted at any time.
        engine: compiles what is not there.
    """

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder, self._engine = folder, engine
        self._memory: dict[str, dict[str, Any]] = {}
        self._used: set[str] = set()
        self._salt = hashlib.sha256(
            b"".join(path.read_bytes() for path in SCRIPTS) + str(Path(find_pandoc()).stat().st_size).encode()
        ).hexdigest()

    def chapters(
        self,
        book: Book,
        texts: Sequence[Expanded],
        variables: Mapping[str, str],
        done: Callable[[int], None],
    ) -> list[ChapterObject]:
        """Return one object for each chapter; `done` is told how many of those it had to compile are done.

        Raises:
            RenderError: pandoc stopped.
        """
        jobs = [_job(book, chapter, text) for chapter, text in zip(book.chapters, texts, strict=True)]
        names = [self._name(job) for job in jobs]
        answers = [self.load(name) for name in names]
        todo = [
            i
            for i, answer in enumerate(answers)
            if answer is None
            or any(variables[key] != old for key, old in dict(answer["early"] or {}).items())
        ]
        for i in todo:
            jobs[i]["values"] = {key: variables[key] for key in texts[i].keys}
        count = iter(range(1, len(todo) + 1))
        fresh = self._engine.run([jobs[i] for i in todo], lambda: done(next(count)))
        for i, answer in zip(todo, fresh, strict=True):
            answers[i] = answer
            self.save(names[i], answer)
        return [_object(answer) for answer in answers if answer is not None]

    def citations(self, book: Book, objects: Sequence[ChapterObject]) -> Citations:
        """Return all citations, formatted in one pass over the whole book.

        Raises:
            ProseError: citations without a bibliography, or a bibliography that can not be read or taken.
        """
        cites = [text for one in objects for text in one.citations]
        if not cites and not book.nocite:
            return Citations((), (), frozenset())
        if not book.bibliography:
            raise ProseError(
                "the chapters cite, but _quarto.yml names no bibliography",
                where=_first_citation(book, objects) or "_quarto.yml, nocite",
                expected="a bibliography that has what is cited",
                got=cites[0] if cites else book.nocite,
                hint="add a line `bibliography: references.bib`",
            )
        files = [str(book.root / name) for name in book.bibliography]
        csl = str(book.root / book.csl) if book.csl else None
        job: Job = {"op": "cite", "cites": cites, "lang": book.lang, "nocite": book.nocite or None}
        content = [Path(name).read_text("utf-8") for name in [*files, *([csl] if csl else [])]]
        name = self._name({**job, "content": content})
        answer = self.load(name)
        if answer is None:
            job = {key: value for key, value in {**job, "bibliography": files, "csl": csl}.items() if value}
            try:
                answer = self._engine.run([{**job, "cites": cites}])[0]
            except RenderError as error:
                raise ProseError(
                    "the bibliography could not be read",
                    where=", ".join(book.bibliography),
                    expected="entries that pandoc reads",
                    got=error.got,
                ) from None
            self.save(name, answer)
        problems = Problems()
        sources = dict(zip(book.bibliography, content, strict=False))
        for written, words in refusals((kind, text) for kind, text in answer["foreign"]):
            bare = written.removeprefix("https://")  # which citeproc puts before an address without a scheme
            source = next((name for name, text in sources.items() if bare in text), book.bibliography[0])
            problems.add(source, sources[source].partition(bare)[0].count("\n") + 1, words)
        problems.check()
        return Citations(tuple(answer["html"]), tuple(answer["typst"]), frozenset(answer["known"]))

    def load(self, name: str) -> dict[str, Any] | None:
        """Return what was saved under a name, or None."""
        self._used.add(name)
        if name not in self._memory:
            if (data := self.load_bytes(name)) is None:
                return None
            self._memory[name] = json.loads(data)
        return self._memory[name]

    def save(self, name: str, answer: dict[str, Any]) -> None:
        """Keep an answer in memory and in the folder."""
        self._memory[name] = answer
        self.save_bytes(name, json.dumps(answer, sort_keys=True).encode())

    def load_bytes(self, name: str) -> bytes | None:
        """Return the bytes saved under a name, or None."""
        return kept.load(self._folder / name)

    def save_bytes(self, name: str, data: bytes) -> None:
        """Keep bytes in the folder."""
        kept.save(self._folder / name, data)

    def sweep(self) -> None:
        """Forget what this build did not use, and delete the files that were not used for longest."""
        self._memory = {name: answer for name, answer in self._memory.items() if name in self._used}
        self._used.clear()
        for pattern, count in _KEPT.items():
            kept.sweep(self._folder, pattern, count)

    def _name(self, job: Job) -> str:
        body = json.dumps(job, sort_keys=True) + self._salt
        return hashlib.sha256(body.encode()).hexdigest()[:32] + ".json"


def _job(book: Book, chapter: Chapter, text: Expanded) -> Job:
    return {
        "op": "chapter",
        "source": chapter.source,
        "key": chapter.key,
        "text": text.text,
        "number": book.number_sections and chapter.meta.get("number-sections") is not False,
        "broken": bool(text.broken),
        "front": front(chapter),
        "metas": metas(book, chapter, text.text) if "-meta=" in text.text else {},
    }


def _object(answer: dict[str, Any]) -> ChapterObject:
    return ChapterObject(
        html=answer["html"],
        typst=answer["typst"],
        title=answer.get("title", ""),
        id=answer.get("id", ""),
        numbered=bool(answer.get("numbered")),
        labels=tuple(
            Label(one["id"], one["kind"], one["n"], bool(one.get("chapter"))) for one in answer["labels"]
        ),
        headings=tuple(
            Heading(one["level"], one["id"], one["text"], one["listed"]) for one in answer["heads"]
        ),
        ids=tuple(answer["ids"]),
        citations=tuple(one["text"] for one in answer["cites"]),
        citation_keys=tuple(tuple(one["keys"]) for one in answer["cites"]),
        complaints=tuple(Complaint(one["kind"], one["name"], one["text"]) for one in answer["problems"]),
        foreign=tuple((kind, text) for kind, text in answer["foreign"]),
    )


def _first_citation(book: Book, objects: Sequence[ChapterObject]) -> str:
    """Return where the book first cites: file and line, the file alone where an included one does."""
    for chapter, one in zip(book.chapters, objects, strict=True):
        if one.citations:
            before, found, _ = chapter.text.partition(one.citations[0])
            line = f":{chapter.body.first_line + before.count(chr(10))}" if found else ""
            return f"{chapter.source}{line}"
    return ""
