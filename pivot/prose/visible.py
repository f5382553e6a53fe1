"""What a reader sees of a text, in its place: all else is blanked out, so a column stays a column.

Of prose that is the running text, and beside it alt text, titles and captions; code, link targets, citation
keys, ids and classes are blank, and where a value will stand there are `VALUE` characters. Of a formula it is
the numbers, but for a lone digit, which is an index, an exponent or a one of the algebra. Of a YAML
or TOML file it is the values that are shown, and of a Python module its string literals, docstrings aside,
whose texts charts draw.
"""

from __future__ import annotations

import ast
import itertools
import re
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"

# An opening dollar is followed by no space, a closing one by no digit: `$33 and $40` is money.
MATHS = re.compile(r"(?<!\\)\$\$[^$]+\$\$|(?<![\\$])\$(?=[^\s$])[^$\n]*(?<![\s\\])\$(?!\d)")

# As TeX writes it: a thousands mark in braces or a thin space, a sign of money or percent after a backslash.
_FIGURE = re.compile(r"(?:\\\$)?\d+(?:(?:\{,\}|\\,|[.,])\d+)*(?:\\%)?")

_HIDDEN = (
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
# Keys whose values set something and are never shown, or quote an edition, which holds them at its release;
# every other value of a settings file counts as text.
_SETTINGS = {
    "id", "as_of", "published", "pre-render", "post-render", "toc-depth", "number-depth", "papersize",
    "bibliography", "csl", "css", "theme", "output-dir", "output-file", "lang",
    "claim", "claims", "was", "now",
}  # fmt: skip
_SET_IN_TOML = re.compile(
    rf"^\s*(?:(?:{'|'.join(sorted(_SETTINGS))})\s*=\s*(?:\[[^\]]*\]|.*)|\[.*|[\w-]+\s*=)|#.*", re.MULTILINE
)
# In a literal: a named character, another escape, an expression with its format, and the quotes around it.
_NO_TEXT = re.compile(r'\\N\{[^}]*\}|\\.|\{(?:[^{}]|\{[^{}]*\})*\}|(?:\bf)?"')


def blank(text: str, spans: Iterable[tuple[int, int]], fill: str = " ") -> str:
    """A text with the given stretches, which are in order, blank; its lines stay."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], re.sub(r"[^\n]", fill, text[start:end])]
        at = end
    return "".join([*pieces, text[at:]])


def of_prose(text: str) -> str:
    """What a reader sees of Markdown without code, comments and shortcodes."""
    text = MATHS.sub(lambda formula: _of_formula(formula[0]), text)
    for pattern in _HIDDEN:
        text = blank(text, (hidden.span() for hidden in pattern.finditer(text)))
    return _MARKUP.sub(
        lambda markup: blank(markup[0], (match.span() for match in _ATTRIBUTE.finditer(markup[0]))), text
    )


def _of_formula(formula: str) -> str:
    """The figures of a formula as TeX has them; a lone digit is none."""
    figures = [figure.span() for figure in _FIGURE.finditer(formula) if len(figure[0]) > 1]
    ends = [0, *itertools.chain(*figures), len(formula)]
    return blank(formula, zip(ends[::2], ends[1::2], strict=True))


def of_file(file: str, text: str) -> str:
    """What a reader sees of a file that is no prose, by the ending of its name."""
    if file.endswith((".yml", ".yaml")):
        return of_prose(of_yaml(text))
    if file.endswith(".toml"):
        return blank(text, (setting.span() for setting in _SET_IN_TOML.finditer(text)))
    return _of_module(text)


def of_yaml(text: str, shown: str = "") -> str:
    """The values of a YAML text that readers see, taken out of what is shown of it, by default all."""
    shown = shown or text
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
                seen[place] = shown[place]

    visit(yaml.compose(text, yaml.SafeLoader), ())
    return "".join(seen)


def _of_module(text: str) -> str:
    """The string literals of a module; a value, an escape and a quote become `VALUE`."""
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
                literal = row[start:end]
                seen[number][start:end] = blank(
                    literal, (x.span() for x in _NO_TEXT.finditer(literal)), VALUE
                )
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):  # a docstring
            for child in ast.iter_child_nodes(node):
                visit(child)

    visit(ast.parse(text))
    return "\n".join(map("".join, seen))


def _column(row: str, offset: int | None) -> int:
    """A column from what `ast` gives, an offset in UTF-8."""
    return len(row.encode()[:offset].decode())
