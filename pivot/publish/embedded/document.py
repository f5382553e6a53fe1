"""The PDF: the linked chapters in Typst, compiled by a compiler that stays in memory between builds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pivot.errors import RenderError
from pivot.names import slug
from pivot.processes import MEMORY, Resident
from pivot.publish.embedded.engine import ASSETS
from pivot.publish.embedded.words import typst_text, words
from pivot.publish.verdict_map import heaps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pivot.prose.book import Book
    from pivot.publish.embedded.expand import Expanded
    from pivot.publish.embedded.linker import Linker
    from pivot.publish.embedded.objects import ObjectStore
    from pivot.publish.embedded.pictures import Pictures
    from pivot.publish.render import Inputs

    _Value = str | int | Sequence["_Value"]

TEMPLATE = ASSETS / "report.typ"
_ARTICLE, _ADDRESSES = "report.article", "report.article-addresses"
_DATE = "report.edition"  # the day of the evidence, as ISO writes it
_FOLDER = "pivot-typst-"
_MADE = "made.pdf"
_PLACE = re.compile(rf"(?:[^\s:]*/{_FOLDER}[^/\s:]+/)?([\w./-]+\.typ):(\d+)(?::\d+)?")
_INCLUDE = re.compile(r'^#include ".*"$', re.MULTILINE)
_STANDARD: Final = "ua-1"  # PDF/UA-1: tagged, titled, words for every picture and formula
_SECONDS = 180
"""How long Typst may take for the PDF; it takes one."""
_TYPESETTER = Path(__file__).with_name("typesetter.py")


class DocumentCompiler:
    """A Typst project in a temporary folder, and the compiler that remembers it.

    Args:
        store: keeps the PDF of a project that was compiled before.
        seconds: how long Typst may take.
    """

    def __init__(self, store: ObjectStore, seconds: float = _SECONDS) -> None:
        self._store = store
        self._seconds = seconds
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._typesetter: Resident | None = None
        self._held: dict[str, bytes] = {}

    def compile(self, project: dict[str, bytes], texts: Mapping[str, Expanded]) -> bytes:
        """Return the PDF of a project.

        Args:
            project: path to content, `main.typ` among them.
            texts: of the chapters, by the path of their file in the project.

        Raises:
            RenderError: Typst stopped or warned; the message carries its own diagnosis and names the chapter.
                Or it took too much time or memory.
        """
        digest = hashlib.sha256(version("typst").encode())
        for name, content in sorted(project.items()):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        cached = f"{digest.hexdigest()[:32]}.pdf"
        if (pdf := self._store.load_bytes(cached)) is not None:
            return pdf
        made = self._stage(project).with_name(_MADE)
        if refusals := self._typeset(project):
            raise self._refusal(*refusals[0], project, texts)
        pdf = made.read_bytes()
        self._store.save_bytes(cached, pdf)
        return pdf

    def close(self) -> None:
        """End the compiler and remove the folder."""
        self._end()
        self._held.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _end(self) -> None:
        if self._typesetter is not None:
            self._typesetter.close()
            self._typesetter = None

    def _typeset(self, project: dict[str, bytes]) -> list[tuple[str, str]]:
        """Make the PDF; return the messages and diagnoses of what Typst did not like."""
        main = self._stage(project)
        paths = {"main": str(main), "root": str(main.parent), "pdf": str(main.with_name(_MADE))}
        self._typesetter = self._typesetter or Resident([sys.executable, "-I", str(_TYPESETTER)])
        answer = self._typesetter.ask({**paths, "standard": _STANDARD}, self._seconds)
        if "error" in answer:
            self._end()
            raise RenderError(
                "Typst was given up",
                where="the book as a whole",
                expected=f"a PDF within {self._seconds:g} seconds and {MEMORY // 1024**3} GB of memory",
                got=answer["error"],
                hint="look at what the chapters have gained since the last build",
            )
        return [(message, diagnosis) for message, diagnosis in answer["refusals"]]

    def _refusal(
        self, message: str, diagnosis: str, project: dict[str, bytes], texts: Mapping[str, Expanded]
    ) -> RenderError:
        """Return what Typst said, with the chapter and the line that it speaks of."""
        diagnosis = re.sub(r"\x1b\[[0-9;]*m", "", diagnosis).strip()
        where = next(
            (
                place(project[match[1]].decode(), int(match[2]), texts[match[1]])
                for match in _PLACE.finditer(diagnosis)
                if match[1] in texts
            ),
            "",
        )
        return RenderError(
            "Typst could not make the PDF",
            where=where or self._chapter(message, project, texts),
            expected="a book that Typst sets without a warning",
            got=_PLACE.sub(r"\1:\2", diagnosis)[:2000],
            hint="what is named above, or what stands near it, is something that Typst can not set",
        )

    def _chapter(self, message: str, project: dict[str, bytes], texts: Mapping[str, Expanded]) -> str:
        """Return the chapter of which, alone, Typst says the same: for what it says of our own template."""
        for name, text in texts.items():
            main = _INCLUDE.sub("", project["main.typ"].decode()) + f'\n#include "{name}"\n'
            if message in (said for said, _ in self._typeset({**project, "main.typ": main.encode()})):
                return text.origins[0][0]
        return "the book as a whole"

    def _stage(self, project: dict[str, bytes]) -> Path:
        """Write what changed into the folder, remove what is gone, return the path of `main.typ`."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix=_FOLDER)
        root = Path(self._folder.name).resolve()
        for name in sorted(set(self._held) - set(project)):
            (root / name).unlink()
        for name, content in project.items():
            if self._held.get(name) != content:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(content)
        self._held = dict(project)
        return root / "main.typ"


def place(source: str, number: int, text: Expanded) -> str:
    """Return file and line of the chapter that a line of its Typst comes from: it shares most words."""
    rows, written = source.split("\n"), text.text.split("\n")
    if (raw := rows[number - 1]) in written:  # Typst that an author wrote
        return ":".join(map(str, text.origins[written.index(raw)]))
    for near in sorted(range(len(rows)), key=lambda row: abs(row - number + 1)):
        said = set(words(typst_text(rows[near])))
        shared = [len(said.intersection(words(row))) for row in written]
        best = max(shared)
        if best:
            return ":".join(map(str, text.origins[shared.index(best)]))
    return ":".join(map(str, text.origins[0]))


def typst_project(book: Book, linker: Linker, inputs: Inputs, pictures: Pictures) -> dict[str, bytes]:
    """Return the files of the Typst project: template, one file a chapter, pictures, and `main.typ`."""
    project = {TEMPLATE.name: TEMPLATE.read_bytes()}
    told = settings(book, inputs, linker.notes)
    main = ['#import "report.typ": *', f"#show: report.with({told})"]
    part, is_appendix = "", False
    for page in linker.pages:
        if page.chapter.part != part or page.chapter.appendix != is_appendix:
            if page.chapter.appendix and not is_appendix:
                main.append("#show: appendices")
            part, is_appendix = page.chapter.part, page.chapter.appendix
            heading = part or ("Appendices" if is_appendix else "")
            main.append(f"#part-name.update({_literal(heading)})")
        body = f'#import "/report.typ": *\n{linker.typst(page)}'
        project[f"{page.chapter.key}.typ"] = body.encode()
        main.append(f'#include "{page.chapter.key}.typ"')
    project["main.typ"] = ("\n".join(main) + "\n").encode()
    for name, path in sorted(pictures.shown.items()):
        project[name] = path.read_bytes()
    return project


def settings(book: Book, inputs: Inputs, notes: Mapping[str, int]) -> str:
    """Return what the template is told of the whole book, as arguments in Typst.

    Args:
        book: the book.
        inputs: what the analysis gives to it.
        notes: the number of each claim's account by its anchor.
    """
    values: dict[str, _Value] = {
        "title": book.title,
        "subtitle": book.subtitle,
        "authors": list(book.authors),
        "date": _iso_date(book, inputs),
        "description": ". ".join(filter(None, (book.description.rstrip("."), inputs.edition_line))),
        "keywords": list(book.keywords),
        "edition": inputs.edition_line,
        "article": _article(inputs),
        "citation": inputs.citation,
        "verdicts": _verdicts(notes, inputs),
        "lang": book.lang.partition("-")[0],
        "region": book.lang.partition("-")[2],
    }
    return ", ".join(f"{name}: {_literal(value)}" for name, value in values.items())


def _iso_date(book: Book, inputs: Inputs) -> list[_Value]:
    """Return year, month and day of the book's date where it is written as an ISO day, else nothing."""
    for text in (book.date, inputs.variables.get(_DATE, "")):
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            continue
        return [day.year, day.month, day.day]
    return []


def _article(inputs: Inputs) -> list[_Value]:
    """Return what is known of the article and its addresses, each with the name of its host."""
    addresses = inputs.variables.get(_ADDRESSES, "").split()
    named: list[_Value] = [[urlsplit(address).hostname or address, address] for address in addresses]
    return [inputs.variables.get(_ARTICLE, ""), named]


def _verdicts(notes: Mapping[str, int], inputs: Inputs) -> list[_Value]:
    """Return the groups of claims: mark, words, and of each claim the anchor, number and verdict."""
    groups: list[_Value] = []
    for heap in heaps(inputs.claims, {anchor.removeprefix("claim-"): anchor for anchor in notes}):
        squares: list[_Value] = [
            [one.address, notes[one.address], slug(one.entry.verdict)] for one in heap.squares
        ]
        groups.append([heap.mark, heap.words, squares])
    return groups


def _literal(value: _Value) -> str:
    """Return a Typst literal."""
    if isinstance(value, str | int):
        return json.dumps(value, ensure_ascii=False)
    return "(" + "".join(f"{_literal(item)}, " for item in value) + ")"
