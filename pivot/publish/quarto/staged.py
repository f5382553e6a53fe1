"""What Quarto is given: the book, and what the analysis computed as files that it reads.

`_variables.yml` for `{{< var >}}`, `figures/`, and `_generated/` for `{{< generated >}}` and the guards. The
extension in `_extensions/pivot` turns values into links to the ledger.
"""

from __future__ import annotations

import json
import re
import shutil
import string
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import unquote

import yaml

from pivot.errors import RenderError
from pivot.files import write_changed
from pivot.folders import within
from pivot.names import BOOK_FILE, SITE
from pivot.prose.book import included_file
from pivot.prose.findings import Problems
from pivot.prose.labels import KINDS
from pivot.prose.scan import fill
from pivot.publish.embedded.document import TEMPLATE, settings
from pivot.publish.embedded.engine import ASSETS
from pivot.publish.embedded.expand import expand
from pivot.publish.embedded.limits import front, metas
from pivot.publish.values import classes_of, is_disputed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pivot.prose.book import Book
    from pivot.publish.render import Inputs

VARIABLES_FILE = "_variables.yml"
GENERATED = "_generated"
FIGURES = "figures"
EXTENSIONS = "_extensions"
SHARED = ("forms.lua", "raw.lua", "spoken.lua")  # which both renderers' filters use, beside the template

_IN_ATTRIBUTE = re.compile(r"=\"[^\"\n]*$")
_ACCOUNT = re.compile(r"\{[^}\n]*#(claim-[\w-]+)")
_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")


def stage_book(book: Book, inputs: Inputs, stage: Path) -> None:
    """Copy what Quarto needs of a book into an empty folder, with the inputs, without the steps around it."""
    config = dict(book.config)
    project = config.get("project")
    kept = project if isinstance(project, dict) else {}
    config["project"] = {
        **{key: value for key, value in kept.items() if key not in {"pre-render", "post-render"}},
        "type": "book",
        "output-dir": SITE,
    }
    config["format"] = {"pivot-html": "default", "pivot-typst": {"keep-typ": True}}
    config["filters"] = ["quarto", "pivot"]
    _write(stage / BOOK_FILE, yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
    for path in sorted({*_files(book)}):
        if within(book.root, path):
            (stage / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(book.root / path, stage / path)
    for chapter in book.chapters:  # which lack the lines that their vintage does not have
        for source in (chapter.body, *chapter.included.values()):
            head = (stage / source.file).read_text("utf-8").splitlines(keepends=True)
            _write(stage / source.file, "".join(head[: source.first_line - 1]) + source.text)
    write_quarto_inputs(book, inputs, stage)


def _files(book: Book) -> Iterator[str]:
    """Yield the files of a book: chapters, what they include, show and link, bibliography and extensions."""
    yield from filter(None, (*book.bibliography, book.csl))
    for path in (book.root / EXTENSIONS).rglob("*"):
        yield path.relative_to(book.root).as_posix()
    for chapter in book.chapters:
        yield from (chapter.source, *chapter.included)
        for line in chapter.lines():
            yield from (included_file(line.file, unquote(target)) for _, target in line.links)


def write_quarto_inputs(book: Book, inputs: Inputs, root: Path) -> None:
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
    keys = {key for chapter in book.chapters for line in chapter.lines() for _, key in line.references}
    cited = sorted(key for key in keys if key.partition("-")[0] not in {*KINDS, "sec"})
    for shared in (TEMPLATE, *(ASSETS / name for name in SHARED)):
        write_changed(root / GENERATED / shared.name, shared.read_bytes())
    paper = _paper(book, inputs)
    told = settings(book, inputs, paper["notes"])
    write_changed(root / GENERATED / "book.typ", f"#let settings = arguments({told})\n".encode())
    for name, content in (("guards", dict(inputs.guards)), ("cited", cited), ("paper", paper)):
        data = json.dumps(content, sort_keys=True, indent=1)
        write_changed(root / GENERATED / f"{name}.json", data.encode())


class _Paper(TypedDict):
    """What the PDF needs to know of the book, which Quarto reads as one text.

    Attributes:
        notes: the number of each claim's account by its anchor.
        disputed: the values that are marked, by their variables.
        chapters: by the path of its file, what stands below a chapter's title, and what it says of the
            conditions that blocks of it name.
    """

    notes: dict[str, int]
    disputed: list[str]
    chapters: dict[str, dict[str, object]]


def _paper(book: Book, inputs: Inputs) -> _Paper:
    unsaid = Problems()  # whoever renders has been told, or is told by Quarto
    texts = [expand(book, one, inputs, unsaid, only_ours=False).text for one in book.chapters]
    anchors = dict.fromkeys(name for text in texts for name in _ACCOUNT.findall(text))
    return {
        "notes": {name: number for number, name in enumerate(anchors, 1)},
        "disputed": sorted(key for key in inputs.variables if is_disputed(key, inputs.variables)),
        "chapters": {
            chapter.source: {"front": front(chapter), "metas": metas(book, chapter, text)}
            for chapter, text in zip(book.chapters, texts, strict=True)
        },
    }


def variables_yaml(variables: Mapping[str, str]) -> str:
    """Return `_variables.yml`: dotted names nested, every value a quoted string of Markdown."""
    tree: dict[str, object] = {}
    for name in sorted(variables):
        parts = name.split(".")
        bad = next((part for part in parts if _is_number(part)), None)
        if bad is not None:
            raise RenderError(
                f"Quarto can not look up the variable {name}",
                where=VARIABLES_FILE,
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
                    where=VARIABLES_FILE,
                    expected="a name that no other name starts with",
                    got=part,
                    hint="rename the claim, or the part of it, that one of the two is of",
                )
            node = child
        node[parts[-1]] = variable_markdown(name, variables[name])
    return yaml.dump(tree, Dumper=_Quoting, allow_unicode=True, sort_keys=True, width=10**9)


def variable_markdown(name: str, text: str) -> str:
    """Return a value as Markdown: a span that the extension links where it opens an account."""
    escaped = _PUNCTUATION.sub(r"\\\1", text)
    classes = " ".join(f".{one}" for one in classes_of(name, text).split())
    return (
        f'[{escaped}]{{{classes} data-claim="{name.split(".")[1]}" data-var="{name}"}}'
        if classes
        else escaped
    )


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
