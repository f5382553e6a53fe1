"""A real Quarto behind the same interface as the embedded renderer.

Quarto reads the same `_quarto.yml` and chapters. What the analysis computed reaches it as files:
`_variables.yml` for `{{< var >}}`, `figures/`, and `_generated/` for `{{< generated >}}` and the guards. The
extension in `_extensions/pivot` turns values into links to the ledger.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import string
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

import yaml

from pivot.errors import RenderError
from pivot.files import write_changed, writing
from pivot.folders import OutputFolder, within
from pivot.names import BOOK_FILE, SITE, slug
from pivot.processes import run
from pivot.prose.book import Book
from pivot.prose.findings import Problems
from pivot.prose.scan import LITERAL, fill
from pivot.publish.embedded.engine import refused
from pivot.publish.embedded.expand import expand
from pivot.publish.embedded.linker import LINKED
from pivot.publish.policy import with_policy
from pivot.publish.render import Inputs, Progress, silent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from pivot.prose.book import Book

VARIABLES_FILE = "_variables.yml"
GENERATED = "_generated"
FIGURES = "figures"
EXTENSIONS = "_extensions"

_OLDEST = (1, 9)
_SECONDS = 900  # for a whole book; the shipped one takes forty
_IN_ATTRIBUTE = re.compile(r"=\"[^\"\n]*$")
_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
_UNKNOWN = re.compile(r"\?(?:var|meta):[\w.-]+|\?@[\w-]+|\{\{&lt; var [\w.-]+(?: &gt;\}\})?")
_TROUBLE = re.compile(
    r"\?(?:var|meta):\S+|\?@[\w-]+|.*Unable to resolve crossref.*|.*[Cc]itation \S+ not found.*"
    r"|.*Unknown (?:var|meta key).*|.*Shortcode '\S+' not found.*"
)


class QuartoRenderer:
    """Renders with the `quarto` on PATH; its pages have a frame of their own.

    Args:
        cache: folder for the staged copy of the book; emptied after each build.

    Raises:
        RenderError: Quarto is not installed, or older than 1.9, which can not make Typst books.
    """

    name = "quarto"

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._quarto = find_quarto()

    def __enter__(self) -> Self:
        return self

    def prepare(self, book: Book, inputs: Inputs) -> None:
        """Do nothing: Quarto can not compile a chapter ahead."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is kept running."""

    def render(self, book: Book, inputs: Inputs, out: Path, progress: Progress = silent) -> None:
        """Write the site and `<output_file>.pdf` into `out`; see `Renderer.render`."""
        problems = Problems()
        # Quarto would go on, with the name of the variable in bold, and takes raw text of any kind.
        texts = {chapter.source: expand(book, chapter, inputs, problems) for chapter in book.chapters}
        refusals = refused({name: text.text for name, text in texts.items()}, inputs.variables)
        for name, text in texts.items():
            text.complain(refusals[name], problems)
        problems.check()
        folder = OutputFolder(out)
        with writing(self._cache):
            self._cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._cache, prefix="quarto-") as stage:
                root = Path(stage).resolve()
                stage_book(book, inputs, root)
                progress("quarto", 0, 1)
                self._run(root)
                site = root / SITE
                pages = sorted(path for path in site.rglob("*") if path.is_file())
                _check_pages(book, site, pages)
                for path in pages:
                    is_page = path.suffix == ".html"
                    data = with_policy(path.read_text("utf-8")) if is_page else path.read_bytes()
                    folder.write(path.relative_to(site).as_posix(), data)
        folder.sweep()
        progress("quarto", 1, 1)

    def _run(self, root: Path) -> None:
        """Render all formats at once: a second `quarto render` would delete what the first made."""
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "0"}
        result = run([self._quarto, "render", str(root)], seconds=_SECONDS, env=environment)
        output = b"\n".join((result.stdout, result.stderr)).decode("utf-8", "replace")
        check_output(result.returncode, output.replace(str(root), "."))


def find_quarto() -> str:
    """Return the path of Quarto. Raises RenderError when there is none, or it is too old."""
    path = shutil.which("quarto")
    if path is None:
        raise RenderError(
            "Quarto is not installed",
            expected="quarto 1.9 or later on PATH",
            hint="install it from quarto.org, or build with --renderer embedded",
        )
    version = run([path, "--version"], seconds=_SECONDS).stdout.decode("utf-8", "replace").strip()
    numbers = re.findall(r"\d+", version)
    if tuple(int(number) for number in numbers[:2]) < _OLDEST:
        raise RenderError(
            "this Quarto is too old for Typst books",
            where=path,
            expected="1.9 or later",
            got=version,
        )
    return path


def check_output(code: int, output: str) -> None:
    """Judge a run of Quarto by its return code and by what it warned of.

    Quarto ends with 0 when a variable or a reference is undefined. Raises RenderError.
    """
    if code:
        raise RenderError("Quarto stopped", where=f"return code {code}", got=output.strip()[-3000:])
    if trouble := sorted({match[0].strip() for match in _TROUBLE.finditer(output)}):
        raise RenderError("Quarto could not resolve everything", got="\n            ".join(trouble))


def _check_pages(book: Book, site: Path, pages: list[Path]) -> None:
    """Look for what Quarto prints in place of a thing it does not know. Raises RenderError.

    What a chapter writes down as a shortcode that is only to be shown is none.
    """
    sources = (source for chapter in book.chapters for source in (chapter.body, *chapter.included.values()))
    literals = {token.text for source in sources for token in source.tokens if token.kind == LITERAL}
    unresolved = [
        f"{path.relative_to(site).as_posix()}: {match[0]}"
        for path in pages
        if path.suffix == ".html"
        for match in _UNKNOWN.finditer(path.read_text("utf-8"))
        if html.unescape(match[0]) not in literals
    ]
    if unresolved:
        raise RenderError(
            "Quarto could not resolve everything", got="\n            ".join(sorted(set(unresolved)))
        )


def stage_book(book: Book, inputs: Inputs, stage: Path) -> None:
    """Copy what Quarto needs of a book into an empty folder, with the inputs and without pre-render."""
    config = dict(book.config)
    project = config.get("project")
    kept = project if isinstance(project, dict) else {}
    config["project"] = {
        **{key: value for key, value in kept.items() if key != "pre-render"},
        "type": "book",
        "output-dir": SITE,
    }
    _write(stage / BOOK_FILE, yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
    for path in sorted(book.root.rglob("*")):
        relative = path.relative_to(book.root)
        if _belongs(book, relative) and within(book.root, relative.as_posix()):
            (stage / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, stage / relative)
    for chapter in book.chapters:  # which lack the lines that their vintage does not have
        for source in (chapter.body, *chapter.included.values()):
            head = (stage / source.file).read_text("utf-8").splitlines(keepends=True)
            _write(stage / source.file, "".join(head[: source.first_line - 1]) + source.text)
    write_quarto_inputs(stage, inputs)


def _belongs(book: Book, path: Path) -> bool:
    """Tell whether a file belongs to the book: chapters and their folders, bibliography, extensions."""
    named = {*book.bibliography, book.csl}
    folders = {chapter.source.split("/")[0] for chapter in book.chapters if "/" in chapter.source}
    at_root = {chapter.source for chapter in book.chapters}
    return path.as_posix() in named | at_root or path.parts[0] in folders | {EXTENSIONS}


def write_quarto_inputs(root: Path, inputs: Inputs) -> None:
    """Write `_variables.yml`, `figures/` and `_generated/` into a project, for a plain `quarto render`.

    What has not changed is left alone: Quarto's preview would render again.

    Raises:
        RenderError: a variable's name is one that Quarto can not look up.
        OutputError: a file can not be written.
    """
    write_changed(root / VARIABLES_FILE, variables_yaml(inputs.variables).encode())
    for path in sorted(inputs.figures.glob("*")) if inputs.figures.is_dir() else []:
        write_changed(root / FIGURES / path.name, path.read_bytes())
    for path in sorted(inputs.generated.glob("*.md")) if inputs.generated.is_dir() else []:
        text = fill_generated(path.read_text("utf-8"), inputs.variables)
        write_changed(root / GENERATED / path.name, text.encode())
    guards = json.dumps(dict(inputs.guards), sort_keys=True, indent=1)
    write_changed(root / GENERATED / "guards.json", guards.encode())


def variables_yaml(variables: Mapping[str, str]) -> str:
    """Return `_variables.yml`: dotted names nested, every value a quoted string of Markdown."""
    tree: dict[str, object] = {}
    for name in sorted(variables):
        parts = name.split(".")
        bad = next((part for part in parts if _is_number(part)), None)
        if bad is not None:
            raise RenderError(
                f"Quarto can not look up the variable {name}",
                expected="no part of the name that is a number",
                got=bad,
                hint="Quarto takes such a part for a position in a list; name it, as in `year-2009`",
            )
        node = tree
        for part in parts[:-1]:
            child = node.setdefault(part, {})
            if not isinstance(child, dict):
                raise RenderError(
                    f"variable {name} is below another variable",
                    expected="a name that no other name starts with",
                )
            node = child
        node[parts[-1]] = variable_markdown(name, variables[name])
    return yaml.dump(tree, Dumper=_Quoting, allow_unicode=True, sort_keys=True, width=10**9)


def variable_markdown(name: str, text: str) -> str:
    """Return a value as Markdown: a span that the extension links where it opens an account."""
    escaped = _PUNCTUATION.sub(r"\\\1", text)
    kind, _, rest = name.partition(".")
    if kind not in LINKED or not rest:
        return escaped
    classes = f".claim .verdict .verdict-{slug(text)}" if kind == "verdict" else ".claim"
    return f'[{escaped}]{{{classes} data-claim="{rest.split(".")[0]}" data-var="{name}"}}'


def fill_generated(text: str, variables: Mapping[str, str]) -> str:
    """Fill the values into generated Markdown: Quarto expands no shortcode in a shortcode's result."""

    def value(match: re.Match[str]) -> str:
        name = match["argument"]
        if name not in variables:
            return match[0]
        line = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
        return variables[name] if _IN_ATTRIBUTE.search(line) else variable_markdown(name, variables[name])

    return fill(text, value)


class _Quoting(yaml.SafeDumper):
    """Quotes every string, so that `3.10` stays what it is."""


_Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def _is_number(text: str) -> bool:
    """Tell whether Lua's `tonumber` would take the text for a number."""
    return (
        re.fullmatch(r"\s*[+-]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*", text)
        is not None
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
