"""The book: `_quarto.yml`, the chapters it names and their front matter, as Quarto would read them.

Only what our renderer honours becomes a field. Every other key of `_quarto.yml` is listed in
`Book.ignored`, so that a check can say what a reader of the file would wrongly rely on.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from pivot.errors import ProseError
from pivot.folders import within
from pivot.names import BOOK_FILE
from pivot.prose.findings import Problems
from pivot.prose.scan import front_matter, scan
from pivot.prose.settings import parse
from pivot.text import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.prose.scan import Line, Source

# What the embedded renderer acts on; a trailing dot means the key and all below it.
_HONOURED = (
    "pivot.article", "project.type", "project.output-dir",
    "book.title", "book.subtitle", "book.author.", "book.date", "book.description", "book.chapters.",
    "book.appendices.", "book.repo-url", "book.issue-url", "book.site-url", "book.output-file",
    "lang", "keywords.", "bibliography.", "csl", "nocite", "number-sections", "toc-depth",
    "format.html.toc-depth", "format.html.number-sections",
)  # fmt: skip

# Keys by which Quarto is told to do what the embedded renderer does anyway.
_QUARTO_ONLY = (
    "project.pre-render.", "project.post-render.", "project.render.", "project.resources.", "filters.",
    "crossref.chapters", "format.pivot-html.", "format.pivot-typst.",
    "book.search.", "book.downloads.", "book.page-navigation", "book.sidebar.", "book.repo-actions.",
    "format.html.theme.", "format.html.respect-user-color-scheme", "format.html.html-math-method",
    "format.html.toc", "format.html.css.", "format.html.link-external-newwindow",
    "format.typst.papersize", "format.typst.citeproc", "format.typst.toc", "format.typst.toc-depth",
    "format.typst.keep-typ", "format.typst.number-sections", "format.typst.section-numbering",
)  # fmt: skip

# Of those whose other values would change what readers get: the ones that it does.
_DONE: Mapping[str, tuple[object, ...]] = {
    "book.search": (True,),
    "book.page-navigation": (True,),
    "book.downloads": (["pdf"], "pdf"),
    "crossref.chapters": (True,),
    "format.html.toc": (True,),
    "format.typst.toc": (True,),
    "format.typst.number-sections": (True,),
    "format.typst.papersize": ("a4",),
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One file of the book.

    Attributes:
        source: path of the file relative to the book, POSIX form.
        href: path of its page in the site.
        key: a name for it that is safe in labels and file names.
        part: title of the part it stands in, or "".
        appendix: whether it is one of the appendices.
        meta: its front matter.
        meta_line: line of each top-level key of the front matter.
        text: the body after the front matter.
        first_line: line of the file on which the body starts.
        included: each file that it includes, by its path.
    """

    source: str
    href: str
    key: str
    part: str
    appendix: bool
    meta: Mapping[str, object]
    meta_line: Mapping[str, int]
    text: str
    first_line: int
    included: Mapping[str, Source] = field(default_factory=dict, repr=False)

    @property
    def body(self) -> Source:
        """The text, scanned."""
        return scan(self.source, self.text, self.first_line)

    @property
    def head(self) -> Source:
        """The heading that a title in the front matter makes, scanned; empty without one."""
        title = self.meta.get("title", "")
        plain = " {.unnumbered}" if self.meta.get("number-sections") is False else ""
        return scan(self.source, f"# {title}{plain}" if title else "", self.meta_line.get("title", 1))

    def lines(self) -> Iterator[Line]:
        """Its lines as they are read: a file that it includes stands after the line that does so."""
        yield from self.head.lines
        yield from self._lines(self.body, (self.source,))

    def _lines(self, source: Source, trail: tuple[str, ...]) -> Iterator[Line]:
        for line in source.lines:
            yield line
            for target in line.arguments("include"):
                file = included_file(source.file, target)
                if file in self.included and file not in trail:
                    yield from self._lines(self.included[file], (*trail, file))


@dataclass(frozen=True, slots=True)
class Book:
    """A Quarto book project, read once.

    Attributes:
        root: the folder that holds `_quarto.yml`.
        chapters: all files in reading order, appendices last.
        bibliography: paths of the bibliography files relative to `root`.
        csl: path of the citation style relative to `root`, or "" for pandoc's own.
        repo_url: where the repository is published, or "" while nobody has said so.
        issue_url: where to report a mistake; without a setting, below `repo_url` as in Quarto.
        site_url: where the site is published, or "" while nobody has said so.
        output_file: name of the PDF without its suffix.
        output_dir: where a plain `quarto render` puts the site, relative to `root`.
        ignored: (line, dotted key) of each key of `_quarto.yml` that the embedded renderer ignores.
        config: the whole of `_quarto.yml`, for `{{< meta >}}`.
        lines: the line of each dotted key of it.
    """

    root: Path
    title: str
    subtitle: str
    authors: tuple[str, ...]
    date: str
    description: str
    keywords: tuple[str, ...]
    lang: str
    chapters: tuple[Chapter, ...]
    bibliography: tuple[str, ...]
    csl: str
    nocite: str
    repo_url: str
    issue_url: str
    site_url: str
    output_file: str
    output_dir: str
    number_sections: bool
    toc_depth: int
    ignored: tuple[tuple[int, str], ...]
    config: Mapping[str, object] = field(repr=False)
    lines: Mapping[str, int] = field(repr=False)

    def line(self, key: str) -> int:
        """The line of `_quarto.yml` on which a dotted key stands, or the nearest above it in the tree."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key, 1)

    @classmethod
    def load(cls, root: Path) -> Book:
        """Read the book in `root`.

        Raises:
            ProseError: `_quarto.yml`, a chapter or its front matter is missing or malformed, with
                file and line.
        """
        return _Reader(root.resolve()).book()


class _Reader:
    """Reads `_quarto.yml` and remembers on which line each key stands."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.keys: set[str] = set()
        self.problems = Problems()
        text = self._read(BOOK_FILE, "the book file is missing")
        self.config, self.lines = parse(text, BOOK_FILE, 1)

    def book(self) -> Book:
        value = self._value("book")
        if not isinstance(value, dict):
            self._fail("book", "a mapping with title and chapters", value)
        chapters = [
            *self._chapters("book.chapters", value.get("chapters"), appendix=False),
            *self._chapters("book.appendices", value.get("appendices"), appendix=True),
        ]
        bibliography = self._names("bibliography")
        csl = self._text("csl")
        for key, name in [("bibliography", name) for name in bibliography] + [("csl", csl)] * bool(csl):
            if not within(self.root, name):
                self.problems.add(BOOK_FILE, self._line(key), f"{key} {name} does not exist in the book")
        for key in ("book.title", "book.subtitle"):
            if "{{<" in self._text(key):
                self.problems.add(BOOK_FILE, self._line(key), f"{key} must be plain text without shortcodes")
        self.problems.check()
        if not chapters:
            self._fail("book.chapters", "a list of .qmd files", value.get("chapters"))
        web = ADDRESS, "an address of the web"
        repo_url = self._text("book.repo-url", *web).rstrip("/")
        numbered = self._value("number-sections")
        if numbered is None:
            numbered = self._value("format.html.number-sections")
        if numbered is not None and not isinstance(numbered, bool):
            self._fail("number-sections", "true or false", numbered)
        return Book(
            root=self.root,
            title=self._text("book.title") or self._fail("book.title", "the title of the book", None),
            subtitle=self._text("book.subtitle"),
            authors=tuple(self._authors()),
            date=self._text("book.date"),
            description=self._text("book.description"),
            keywords=tuple(self._names("keywords")),
            lang=self._text("lang") or "en",
            chapters=tuple(chapters),
            bibliography=tuple(bibliography),
            csl=csl,
            nocite=self._text("nocite"),
            repo_url=repo_url,
            issue_url=self._text("book.issue-url", *web) or (repo_url and f"{repo_url}/issues/new"),
            site_url=self._text("book.site-url", *web),
            output_file=self._text("book.output-file", r"\w[\w. -]*", "a plain name") or "report",
            output_dir=self._text("project.output-dir") or "_book",
            number_sections=numbered is not False,
            toc_depth=self._depth(),
            ignored=tuple(sorted(self._ignored())),
            config=self.config,
            lines=self.lines,
        )

    def _chapters(self, key: str, items: object, *, appendix: bool, part: str = "") -> Iterator[Chapter]:
        if items is None:
            return
        if not isinstance(items, list):
            self._fail(key, "a list of .qmd files", items)
        for i, item in enumerate(items):
            at = f"{key}.{i}"
            if isinstance(item, dict) and "part" in item:
                if str(item["part"]).endswith((".qmd", ".md")):
                    self._fail(f"{at}.part", "the part's title; a part has no text of its own", item["part"])
                yield from self._chapters(
                    f"{at}.chapters", item.get("chapters"), appendix=appendix, part=str(item["part"])
                )
            elif isinstance(item, str):
                if (chapter := self._chapter(at, item, appendix=appendix, part=part)) is not None:
                    yield chapter
            else:
                self._fail(at, "a .qmd file, or a part with chapters", item)

    def _chapter(self, key: str, source: str, *, appendix: bool, part: str) -> Chapter | None:
        path = PurePosixPath(source)
        if path.is_absolute() or ".." in path.parts or path.suffix not in {".qmd", ".md"}:
            self.problems.add(
                BOOK_FILE, self._line(key), f"chapter {source} is not a .qmd file inside the book's folder"
            )
            return None
        if odd := re.search(r"[#?%\\]", source):
            self.problems.add(
                BOOK_FILE,
                self._line(key),
                f"chapter {source} can have no address with {odd[0]}; rename the file",
            )
            return None
        if (self.root / source).is_dir():
            self.problems.add(BOOK_FILE, self._line(key), f"chapter {source} is a folder")
            return None
        if not within(self.root, source):
            self.problems.add(BOOK_FILE, self._line(key), f"chapter {source} does not exist")
            return None
        front, text, first_line = front_matter(self._read(source, ""))
        meta, lines = parse(front, source, 2)
        included: dict[str, Source] = {}
        self._include(scan(path.as_posix(), text, first_line), included)
        return Chapter(
            source=path.as_posix(),
            href=path.with_suffix(".html").as_posix(),
            key=self._key(path.with_suffix("").as_posix()),
            part=part,
            appendix=appendix,
            meta=meta,
            meta_line=lines,
            text=text,
            first_line=first_line,
            included=included,
        )

    def _include(self, source: Source, included: dict[str, Source]) -> None:
        """Read what a text includes; what is not there is left to the renderer, which knows what is near."""
        for token in source.tokens:
            file = included_file(source.file, token.text) if token.kind == "include" else ""
            if file and file not in included and within(self.root, file):
                front, text, first_line = front_matter(self._read(file, ""))
                parse(front, file, 2)
                included[file] = scan(file, text.rstrip("\n"), first_line)
                self._include(included[file], included)

    def _key(self, name: str) -> str:
        """Return a name for a chapter that no other chapter has; what meets is numbered."""
        key = name_of = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "chapter"
        while key in self.keys:
            key = f"{name_of}-{len(self.keys)}"
        self.keys.add(key)
        return key

    def _read(self, name: str, missing: str) -> str:
        try:
            return (self.root / name).read_text("utf-8-sig")  # some editors open a file with a mark
        except FileNotFoundError:
            raise ProseError(
                missing,
                where=name,
                expected="a file of the book",
                got="no such file",
                hint="run this in the folder of the book, or name that folder",
            ) from None
        except OSError as error:
            raise ProseError(
                f"{name} can not be read",
                where=name,
                expected="a file that may be read",
                got=error.strerror or str(error),
                hint="see that it is a file and that you may read it",
            ) from None
        except UnicodeDecodeError as error:
            line = (self.root / name).read_bytes()[: error.start].count(b"\n") + 1
            raise ProseError(
                f"{name}:{line}: not UTF-8",
                where=f"{name}:{line}",
                expected="text in UTF-8",
                got=error.reason,
            ) from None

    def _value(self, key: str) -> object:
        return lookup(self.config, key)

    def _text(self, key: str, form: str = "(?s:.*)", expected: str = "plain text") -> str:
        value = self._value(key)
        text = "" if value is None else str(value).strip()
        if isinstance(value, dict | list) or (text and not re.fullmatch(form, text)):
            self._fail(key, expected, value)
        return text

    def _names(self, key: str) -> list[str]:
        value = self._value(key)
        items = value if isinstance(value, list) else [] if value is None else [value]
        return [str(item) for item in items]

    def _authors(self) -> Iterator[str]:
        value = self._value("book.author")
        for item in value if isinstance(value, list) else [] if value is None else [value]:
            yield str(item.get("name", "")) if isinstance(item, dict) else str(item)

    def _depth(self) -> int:
        value = self._value("toc-depth") or self._value("format.html.toc-depth") or 3
        return value if isinstance(value, int) else self._fail("toc-depth", "a number", value)

    def _ignored(self) -> Iterator[tuple[int, str]]:
        for key, line in self.lines.items():
            is_leaf = not any(other.startswith(key + ".") for other in self.lines)
            dotted = key + "."
            if is_leaf and not any(
                key == known or (known.endswith(".") and dotted.startswith(known))
                for known in (*_HONOURED, *_QUARTO_ONLY)
            ):
                yield line, key
        for key, values in _DONE.items():
            value = self._value(key)
            if not (value is None or isinstance(value, dict) or value in values):
                yield self._line(key), f"{key}: {str(value).lower()}"

    def _line(self, key: str) -> int:
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key, 1)

    def _fail(self, key: str, expected: str, got: object) -> NoReturn:
        where = f"{BOOK_FILE}:{self._line(key)}"
        shown = "nothing" if got is None else repr(got)
        hint = "mend it; the _quarto.yml that `pivot new` writes is an example"
        raise ProseError(
            f"{where}: {key} is not usable", where=where, expected=expected, got=shown, hint=hint
        )


def included_file(file: str, target: str) -> str:
    """The path of what a file includes, relative to the book; "" where that is outside of the book."""
    folder = "" if target.startswith("/") else posixpath.dirname(file)
    path = posixpath.normpath(posixpath.join(folder, target.lstrip("/")))
    return "" if path.startswith("..") else path


def lookup(data: Mapping[str, object], key: str) -> object:
    """Return the value at a dotted key of nested mappings, or None."""
    value: object = data
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
