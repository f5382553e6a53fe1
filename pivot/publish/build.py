"""From snapshots to the published site: evidence -> ledger -> charts -> book -> site and PDF.

Everything is made in `.pivot`, and the finished site is put in the place of the last one at the very end, so
a build that fails leaves the last good site alone. A build with the inputs of the build before does nothing.
"""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pivot import code
from pivot.article import article_of
from pivot.errors import SnapshotError
from pivot.files import digest, sha256, write_atomic, writing
from pivot.folders import files_in, refuse_foreign, replacing, within
from pivot.names import ACCOUNTS, BOOK_FILE, CACHE, LEDGER, LEDGER_CSV, LEDGER_SCHEMA, SNAPSHOTS
from pivot.publish.render import choose_renderer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    from pivot.publish.frame import RenderedBook
    from pivot.publish.render import Progress, Renderer


# What every page links at its foot: words and address, as seen from the root of the site.
_LINKS = (
    ("The ledger as data", LEDGER),
    ("Its schema", LEDGER_SCHEMA),
    ("Licence", "LICENSE.txt"),
)
# An edition stands in `editions/ID/` of the archive, so its root is two folders below that of the archive.
_OF_EDITIONS = (
    ("All editions", "../../editions/index.html"),
    ("What moved, and why", "../../revisions.html"),
    ("Feed", "../../feed.xml"),
)

# What every built site has at its root, and hardly anything else.
_MARKS = frozenset({"index.html", LEDGER, LEDGER_SCHEMA})

BOOK_FILES = (
    BOOK_FILE, "*.qmd", "*.bib", "*.csl", "editions.toml", "requirements.lock", "LICENSE", "chapters/**/*",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made.

    Args:
        site: the folder.
        pdf: the PDF in it.
        files: how many files the site has.
        bytes: how large they are together.
        seconds: how long it took.
        fresh: False if nothing had changed since the build before.
        warnings: what a reader should not meet: sentences that read wrong, moves without a reason.
    """

    site: Path
    pdf: Path
    files: int
    bytes: int
    seconds: float
    fresh: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """The result of `make`.

    Args:
        broken: the claims whose guard does not hold.
        book: the pages, for another frame around them.
    """

    broken: tuple[str, ...]
    book: RenderedBook


def build(root: Path, as_of: dt.date, renderer: str | None, out: Path, progress: Progress) -> Built:
    """Make the site and the PDF of one vintage.

    Args:
        root: the repository.
        as_of: the day on which the evidence is read.
        renderer: "embedded", "quarto", or None for Quarto where it is installed.
        out: the folder of the site; it is replaced as a whole.
        progress: told what is being done.

    Raises:
        ReportError: evidence, claims or prose are wrong, or `out` can not be written; it is as it was.
    """

    def anew() -> tuple[str, ...]:
        with choose_renderer(renderer, root / CACHE / "objects") as chosen:
            made = make(root, as_of, chosen, out, progress)
        return tuple(f"the guard of {id_} does not hold as of {as_of}" for id_ in made.broken)

    return unless_unchanged(root, f"{as_of} {renderer}", out, anew)


def unless_unchanged(root: Path, what: str, out: Path, make: Callable[[], tuple[str, ...]]) -> Built:
    """Make a folder, unless the same was made there before from the same inputs and still stands.

    Args:
        root: the repository.
        what: how this build differs from another one of the same inputs.
        out: the folder.
        make: makes it, and returns warnings.

    Raises:
        OutputError: something that is no built site stands there.
    """
    start = time.perf_counter()
    with writing(out):
        refuse_foreign(out, _MARKS)
    stamp = root / CACHE / "stamps" / f"{sha256(str(out.resolve()).encode())[:16]}.json"
    state = fingerprint(root, what)
    if built := _unchanged(root, stamp, state, out, start):
        return built
    stamp.unlink(missing_ok=True)
    from pivot.publish.reads import reads

    warnings = make()
    beside = reads(root)
    with writing(out):
        written = json.dumps(
            {
                "inputs": state,
                "beside": list(beside),
                "read": digest((), beside.values(), root),
                "site": digest((), files_in(out), out),
                "warnings": warnings,
            }
        )
    write_atomic(stamp, written.encode())
    return _built(out, start, warnings, fresh=True)


def make(  # noqa: PLR0917
    root: Path,
    as_of: dt.date,
    renderer: Renderer,
    out: Path,
    progress: Progress,
    edition: str = "",
    citation: str = "",
) -> Made:
    """Make a site whether or not anything changed, and put it in the place of the last one.

    Args:
        root: the repository.
        as_of: the day on which the evidence is read.
        renderer: makes the site.
        out: the folder of the site.
        progress: told what is being done.
        edition: the edition that the site will be in the archive; "" for a site of its own.
        citation: how to cite that edition.

    Raises:
        ReportError: as `build`.
    """
    # Here, as a build that changes nothing needs none of it.
    from pivot.claims import stored
    from pivot.prose.book import Book
    from pivot.prose.presence import present
    from pivot.publish.claims_table import as_csv
    from pivot.publish.prepared import draw, prepare
    from pivot.schemas import SCHEMAS

    book = Book.load(root)
    staged = root / CACHE / "build" / str(as_of) / f"site-{renderer.name}"
    with writing(out), ThreadPoolExecutor(1) as pool:
        prepared = prepare(root, as_of, progress)
        book = replace(book, chapters=present(book.chapters, prepared.inputs.variables))
        files = published_files(root)
        links = tuple((words, name) for words, name in _LINKS if name in {LEDGER, LEDGER_SCHEMA, *files})
        links += _OF_EDITIONS if edition else ()
        claims = stored.read(prepared.ledger, LEDGER)
        inputs = replace(
            prepared.inputs,
            edition=edition,
            links=links,
            claims=claims,
            scripts=article_of(root).scripts,
            citation=citation,
        )
        prepared = replace(prepared, inputs=inputs)
        # Pandoc reads no figure, so it compiles the chapters on one core while the other draws.
        compiled = pool.submit(renderer.prepare, book, prepared.inputs)
        draw(root, prepared, progress)
        compiled.result()
        ledger = pool.submit(prepared.published, root)
        rendered = renderer.render(book, prepared.inputs, staged, progress)
        progress("publish", 0, 1)
        with replacing(out) as new:
            shutil.copytree(staged, new)
            (new / LEDGER).write_bytes(ledger.result())
            (new / LEDGER_SCHEMA).write_bytes(SCHEMAS[LEDGER_SCHEMA]())
            (new / LEDGER_CSV).write_bytes(as_csv(claims))
            shutil.copytree(prepared.accounts, new / ACCOUNTS)
            for name, path in files.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, new / name)
    return Made(prepared.broken, rendered)


def published_files(root: Path) -> dict[str, Path]:
    """Return what is published beside the pages as it is: path in the site to the file.

    They are the evidence and the licence.

    Raises:
        SnapshotError: what looks like a file of evidence leads to one elsewhere.
    """
    files = {path.relative_to(root).as_posix(): path for path in files_in(root / SNAPSHOTS)}
    for name in files:
        if not within(root, name):
            raise SnapshotError(
                "a snapshot is a link to a file elsewhere",
                where=name,
                expected="a file of its own",
                got="a symbolic link",
                hint="put the file itself there",
            )
    if (root / "LICENSE").is_file():
        files["LICENSE.txt"] = root / "LICENSE"
    return files


def fingerprint(root: Path, what: str) -> str:
    """What a build reads, as one hash: evidence, prose, code, pinned versions, and what is made.

    What the prose names elsewhere in the repository is kept beside it in the stamp: while the prose is the
    same, it names the same.
    """
    book = sorted({path for pattern in BOOK_FILES for path in root.glob(pattern) if path.is_file()})
    running = code.digest(article_of(root).code)
    return digest((what, running), [*book, *files_in(root / SNAPSHOTS, root / "_extensions")], root)


def book_files(root: Path) -> list[Path]:
    """The files of a book: chapters, settings, and what they name in the repository besides the evidence."""
    from pivot.publish.reads import reads

    named = (path for name, path in reads(root).items() if not name.startswith(f"{SNAPSHOTS}/"))
    listed = (path for pattern in BOOK_FILES for path in root.glob(pattern) if path.is_file())
    return sorted(
        {*listed, *named, *files_in(root / "_extensions")}
        - {root / "editions.toml", root / "requirements.lock"}
    )


def _unchanged(root: Path, stamp: Path, state: str, out: Path, start: float) -> Built | None:
    try:
        before = json.loads(stamp.read_text("utf-8"))
        beside = [root / name for name in before["beside"]]
        if (
            before["inputs"] != state
            or not all(path.is_file() for path in beside)
            or before["read"] != digest((), beside, root)
            or before["site"] != digest((), files_in(out), out)
        ):
            return None
        return _built(out, start, tuple(before["warnings"]), fresh=False)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # no stamp, or not one of ours: build


def _built(site: Path, start: float, warnings: tuple[str, ...], *, fresh: bool) -> Built:
    files = files_in(site)
    return Built(
        site=site,
        pdf=next(
            iter(sorted(site.glob("*.pdf"))), max(site.glob("editions/*/*.pdf"), default=site / "report.pdf")
        ),
        files=len(files),
        bytes=sum(path.stat().st_size for path in files),
        seconds=time.perf_counter() - start,
        fresh=fresh,
        warnings=warnings,
    )
