"""What a reader sees of a source file, in its place: all else is blanked out.

A line's `visible` text is as long as its source. Where a value will stand it holds `VALUE` characters; code,
maths, comments, shortcodes, link targets, citation keys, ids and classes are blank. What readers see or hear
beside the running text stays: alt text, titles, captions, the values of a YAML or TOML file, and the string
literals of a module, docstrings aside, whose texts charts draw.

An editor waives what a check would report with a comment that quotes it and gives a reason:

    The lower class, N+1, keeps a spare. <!-- numeral: "N+1" is the name of a class -->

The comment ends its line, or stands alone above it, as it must where a figure or a heading follows. It may
quote several things, `"a", "b" because`; each quotation waives one occurrence. Outside of prose it starts
with `#`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"

_FRONT = re.compile(r"\A---[ \t]*\n(.*?^)(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(
    r"^(?P<fence>[ >]*(?:`{3,}|~{3,}))[^`\n]*\n.*?^(?P=fence)[`~]*[ \t]*$"
    r"|(?<!`)(?P<tick>`+)(?!`)[^\n]*?[^`\n](?P=tick)(?!`)",
    re.DOTALL | re.MULTILINE,
)
_VAR = re.compile(r"(?<!\{)\{\{<\s*var\s+(\S+)\s*>\}\}")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HIDDEN = (
    _COMMENT,
    re.compile(r"(?<!\{)\{\{<[^{}]*>\}\}"),
    re.compile(r"(?<!\\)\$\$[^$]+\$\$"),
    # An opening dollar is followed by no space, a closing one by no digit: `$33 and $40` is money.
    re.compile(r"(?<![\\$])\$(?=[^\s$])[^$\n]*(?<![\s\\])\$(?!\d)"),
    re.compile(r"<?https?://[^\s<>]+>?"),
    re.compile(r"\]\((?:<[^<>\n]*>|[^\s()]*)"),
    re.compile(r"^\[(?!\^)[^\]\n]+\]:[ \t]*\S+|\[\^[^\]\s]+\]", re.MULTILINE),
    re.compile(r"(?<![\w.])@(?:\{[^{}\n]*\}|\w(?:[\w:.#$%&+?<>~/-]*\w)?)"),
)
_MARKUP = re.compile(r"\{[^{}\n]*\}|</?[A-Za-z][^<>\n]*>")
_ATTRIBUTE = re.compile(  # of those that readers meet only the name is markup
    r"(?:fig-alt|alt|title|fig-cap|tbl-cap|lst-cap|aria-label)="
    r"""|[#.][A-Za-z][\w:.-]*|[\w-]+=(?:"[^"]*"|'[^']*'|[^\s"'{}<>]+)|=\w+|</?\w+"""
)
# Keys whose values set something and are never shown; every other value of a settings file counts as text.
_SETTINGS = {
    "id", "as_of", "published", "pre-render", "toc-depth", "number-depth", "papersize", "bibliography", "csl",
    "css", "theme", "output-dir", "output-file", "lang",
}  # fmt: skip
_SET_IN_TOML = re.compile(
    rf"^\s*(?:(?:{'|'.join(sorted(_SETTINGS))})\s*=.*|\[.*|[\w-]+\s*=)|#.*", re.MULTILINE
)

# In a literal: a named character, another escape, an expression with its format, and the quotes around it.
_NO_TEXT = re.compile(r'\\N\{[^}]*\}|\\.|\{(?:[^{}]|\{[^{}]*\})*\}|(?:\bf)?"')

_NOTE = {
    mark: re.compile(rf"{mark}\s*(holds|numeral|comparison):\s*(.*?)\s*(?:-->|$)") for mark in ("<!--", "#")
}
_WAIVER = re.compile(r'((?:"[^"]+"[\s,]*)*)(.*)')
_LEAST_REASON = 10  # characters: "ok" is no reason
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)*_]*\s+(?=\S)")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that a check does not let pass, where it stands, and what to do about it."""

    file: str
    line: int
    column: int
    what: str
    sentence: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: {self.what}"
        return "\n".join([place, *(f"    {text}" for text in (self.sentence, self.hint) if text)])


@dataclass(frozen=True, slots=True)
class Waiver:
    """An editor's word that something typed may stand.

    Args:
        kind: "numeral" or "comparison".
        texts: what is waived, as the check quotes it; each waives one occurrence.
        reason: why.
        line: where the comment stands, from 1.
        column: where in that line, from 0.
    """

    kind: str
    texts: tuple[str, ...]
    reason: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a source file; by the rule of the house a line of prose is one sentence.

    Args:
        file: relative to the repository.
        number: from 1.
        source: as written.
        visible: of the same length, with everything blank that no reader sees.
        values: the names of its variables, in order.
        guards: the claims that its `holds` comments name.
        waivers: those that speak of this line.
    """

    file: str
    number: int
    source: str
    visible: str
    values: tuple[str, ...]
    guards: tuple[str, ...]
    waivers: tuple[Waiver, ...]

    def quote(self, column: int) -> str:
        """The sentence around a column, with its variables as `{name}`; a figure's line holds several."""
        ends = [0, *(found.end() for found in _SENTENCE_END.finditer(self.visible)), len(self.source)]
        start = max(end for end in ends[:-1] if end <= column)
        sentence = self.source[start : min(end for end in ends[1:] if end > column)]
        return " ".join(_VAR.sub(r"{\1}", _COMMENT.sub("", sentence)).split())

    def finding(self, column: int, what: str, hint: str) -> Finding:
        """A finding at a column (from 0) of this line."""
        return Finding(self.file, self.number, column + 1, what, self.quote(column), hint)


def lines(file: str, text: str) -> Iterator[Line]:
    """The lines of a file on which a reader sees something.

    Args:
        file: its name; its ending says how to read it (.qmd, .md, .yml, .toml, .py).
        text: its content.
    """
    is_prose = file.endswith((".qmd", ".md"))
    readable = _CODE.sub(_blank, text) if is_prose else text
    note = _NOTE["<!--" if is_prose else "#"]
    waiting: list[Waiver] = []
    rows = zip(text.split("\n"), readable.split("\n"), _visible(file, readable).split("\n"), strict=True)
    for number, (source, row, visible) in enumerate(rows, 1):
        notes = list(note.finditer(row))
        waiting += [_waiver(found, number) for found in notes if found[1] != "holds"]
        if visible.strip():
            guards = [
                id_ for found in notes if found[1] == "holds" for id_ in re.findall(r"[\w-]+", found[2])
            ]
            values = tuple(_VAR.findall(row))
            yield Line(file, number, source, visible, values, tuple(guards), tuple(waiting))
            waiting = []


def readable(text: str) -> str:
    """Prose as it stands, with code and comments blank."""
    return _COMMENT.sub(_blank, _CODE.sub(_blank, text))


def unwaived(
    text: Iterable[Line], kind: str, typed: Callable[[Line], Iterable[tuple[int, str]]], hint: str
) -> tuple[int, int, list[Finding]]:
    """Hold what was typed against the waivers.

    Args:
        text: the lines.
        kind: of the waivers that count.
        typed: column (from 0) and words of everything on a line that needs a waiver.
        hint: what to do instead of typing it.

    Returns:
        How much was waived and how much was not; a finding for each of the latter, for each waiver that
        waives nothing, and for each without a reason.
    """
    waived, findings, faults = 0, [], []
    for line in text:
        ours = [waiver for waiver in line.waivers if waiver.kind == kind]
        left = [quoted.lower() for waiver in ours for quoted in waiver.texts]
        for column, words in typed(line):
            if words.lower() in left:
                left.remove(words.lower())
                waived += 1
            else:
                note = f'{kind}: "{words}" and the reason'
                note = f"<!-- {note} -->" if line.file.endswith("md") else f"# {note}"
                what = f'{kind} "{words}" is typed'
                findings.append(line.finding(column, what, f"{hint}; or waive it: {note}"))
        for waiver in ours:
            place = (line.file, waiver.line, waiver.column + 1)
            quoted = ", ".join(f'"{text}"' for text in waiver.texts)
            if not waiver.texts or any(text.lower() in left for text in waiver.texts):
                what = f"{quoted} is not there to be waived" if quoted else "a waiver quotes nothing"
                faults.append(Finding(*place, what, hint="quote what a check reports, or remove the waiver"))
            elif len(waiver.reason) < _LEAST_REASON:
                faults.append(Finding(*place, f"the waiver of {quoted} gives no reason"))
    return waived, len(findings), findings + faults


def _waiver(note: re.Match[str], line: int) -> Waiver:
    found = _WAIVER.match(note[2])
    texts = re.findall(r'"([^"]+)"', found[1]) if found else []
    return Waiver(note[1], tuple(texts), found[2] if found else "", line, note.start())


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _visible(file: str, text: str) -> str:
    if file.endswith((".yml", ".yaml")):
        return _prose(_shown(text))
    if file.endswith(".toml"):
        return _SET_IN_TOML.sub(_blank, text)
    if file.endswith(".py"):
        return _literals(text)
    front = _FRONT.match(text)
    if front:  # the lines that open and close it are markers to YAML too, of the one document between them
        inside = _shown(text[: front.end(1)])
        text = inside + " " * (front.end() - front.end(1)) + text[front.end() :]
    return _prose(text)


def _prose(text: str) -> str:
    text = _VAR.sub(lambda found: VALUE * len(found[0]), text)
    for pattern in _HIDDEN:
        text = pattern.sub(_blank, text)
    return _MARKUP.sub(lambda found: _ATTRIBUTE.sub(_blank, found[0]), text)


def _shown(text: str) -> str:
    """Blank all of a YAML text but the values that readers see."""
    seen = list(re.sub(r"[^\n]", " ", text))

    def visit(node: yaml.Node | None, keys: Sequence[str]) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                visit(value, (*keys, str(key.value)))
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                visit(value, keys)
        elif isinstance(node, yaml.ScalarNode):
            is_file = node.value.endswith((".qmd", ".md"))
            if _SETTINGS.isdisjoint(keys) and not is_file:
                place = slice(node.start_mark.index, node.end_mark.index)
                seen[place] = text[place]

    visit(yaml.compose(text, yaml.SafeLoader), ())
    return "".join(seen)


def _literals(text: str) -> str:
    """Blank all of a module but its string literals; a value, an escape and a quote become `VALUE`."""
    rows = text.split("\n")
    seen = [[" "] * len(row) for row in rows]

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                row = rows[number]
                start = _column(row, node.col_offset) if number == node.lineno - 1 else 0
                end = _column(row, node.end_col_offset) if number + 1 == node.end_lineno else len(row)
                seen[number][start:end] = _NO_TEXT.sub(lambda found: VALUE * len(found[0]), row[start:end])
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):  # a docstring
            for child in ast.iter_child_nodes(node):
                visit(child)

    visit(ast.parse(text))
    return "\n".join(map("".join, seen))


def _column(row: str, offset: int | None) -> int:
    """A column from what `ast` gives, an offset in UTF-8."""
    return len(row.encode()[:offset].decode())
