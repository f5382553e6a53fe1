"""The PDF: the linked chapters in Typst, compiled by a compiler that stays in memory between builds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pivot.errors import RenderError
from pivot.publish.embedded.engine import ASSETS
from pivot.publish.embedded.words import typst_text, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typst

    from pivot.prose.book import Book
    from pivot.publish.embedded.expand import Expanded
    from pivot.publish.embedded.linker import Linker
    from pivot.publish.embedded.objects import ObjectStore
    from pivot.publish.embedded.pictures import Pictures
    from pivot.publish.render import Inputs

_DATE = "report.edition"  # the day of the evidence, as ISO writes it
_FOLDER = "pivot-typst-"
_PLACE = re.compile(rf"(?:[^\s:]*/{_FOLDER}[^/\s:]+/)?([\w./-]+\.typ):(\d+)(?::\d+)?")
_INCLUDE = re.compile(r'^#include ".*"$', re.MULTILINE)
_STANDARD: Final = "ua-1"  # PDF/UA-1: tagged, titled, words for every picture and formula


class DocumentCompiler:
    """A Typst project in a temporary folder, and the compiler that remembers it.

    Args:
        store: keeps the PDF of a project that was compiled before.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._compiler: typst.Compiler | None = None
        self._held: dict[str, bytes] = {}

    def compile(self, project: dict[str, bytes], texts: Mapping[str, Expanded]) -> bytes:
        """Return the PDF of a project.

        Args:
            project: path to content, `main.typ` among them.
            texts: of the chapters, by the path of their file in the project.

        Raises:
            RenderError: Typst stopped or warned; the message carries its own diagnosis and names the chapter.
        """
        import typst

        digest = hashlib.sha256(version("typst").encode())
        for name, content in sorted(project.items()):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        cached = f"{digest.hexdigest()[:32]}.pdf"
        if (pdf := self._store.load_bytes(cached)) is not None:
            return pdf
        main = self._stage(project)
        if self._compiler is None:
            self._compiler = typst.Compiler(main, root=main.parent, ignore_system_fonts=True)
        try:
            compiled, warnings = self._compiler.compile_with_warnings(
                format="pdf", timestamp=0, pdf_standards=[_STANDARD]
            )
        except typst.TypstError as error:
            raise self._refusal(error, project, texts) from None
        if warnings:
            raise self._refusal(warnings[0], project, texts)
        pdf = compiled if isinstance(compiled, bytes) else b""
        self._store.save_bytes(cached, pdf)
        return pdf

    def close(self) -> None:
        """Forget the compiler and remove the folder."""
        self._compiler = None
        self._held.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _refusal(
        self,
        error: typst.TypstError | typst.TypstWarning,
        project: dict[str, bytes],
        texts: Mapping[str, Expanded],
    ) -> RenderError:
        """Return what Typst said, with the chapter and the line that it speaks of."""
        diagnosis = re.sub(r"\x1b\[[0-9;]*m", "", str(getattr(error, "diagnostic", "") or error)).strip()
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
            where=where or self._chapter(str(error.message), project, texts),
            got=_PLACE.sub(r"\1:\2", diagnosis)[:2000],
            hint="what is named above, or what stands near it, is something that Typst can not set",
        )

    def _chapter(self, message: str, project: dict[str, bytes], texts: Mapping[str, Expanded]) -> str:
        """Return the chapter of which, alone, Typst says the same: for what it says of our own template."""
        import typst

        for name, text in texts.items():
            main = _INCLUDE.sub("", project["main.typ"].decode()) + f'\n#include "{name}"\n'
            path = self._stage({**project, "main.typ": main.encode()})
            compiler = typst.Compiler(path, root=path.parent, ignore_system_fonts=True)
            try:
                _, warnings = compiler.compile_with_warnings(format="pdf", pdf_standards=[_STANDARD])
                messages = [str(warning.message) for warning in warnings]
            except typst.TypstError as error:
                messages = [str(error.message)]
            if message in messages:
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
    project = {"report.typ": (ASSETS / "report.typ").read_bytes()}
    settings: dict[str, str | list[str] | list[int]] = {
        "title": book.title,
        "subtitle": book.subtitle,
        "authors": list(book.authors),
        "date": _iso_date(book, inputs),
        "description": ". ".join(filter(None, (book.description.rstrip("."), inputs.edition_line))),
        "keywords": list(book.keywords),
        "edition": inputs.edition_line,
        "lang": book.lang.partition("-")[0],
        "region": book.lang.partition("-")[2],
    }
    main = [
        '#import "report.typ": *',
        f"#show: report.with({', '.join(f'{name}: {_literal(value)}' for name, value in settings.items())})",
    ]
    part, is_appendix = "", False
    for page in linker.pages:
        if page.chapter.part != part or page.chapter.appendix != is_appendix:
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


def _iso_date(book: Book, inputs: Inputs) -> list[int]:
    """Return year, month and day of the book's date where it is written as an ISO day, else nothing."""
    for text in (book.date, inputs.variables.get(_DATE, "")):
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            continue
        return [day.year, day.month, day.day]
    return []


def _literal(value: str | list[str] | list[int]) -> str:
    """Return a Typst literal."""
    if isinstance(value, list):
        return "(" + "".join(f"{_literal(item) if isinstance(item, str) else item}, " for item in value) + ")"
    return json.dumps(value, ensure_ascii=False)
