"""The one reader of prose: what stands on each line of a file, for checks, sentences, labels and renderers.

By the rule of the house a line of prose is one sentence, and a shortcode stands on one line. Code is shown as
it is, but for the shortcodes in it. Comments are for editors, and nothing in them is text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from pivot.prose.findings import Finding, Waiver
from pivot.prose.visible import MATHS, VALUE, blank, of_file, of_prose, of_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REFERENCE = re.compile(r"(?<![\w.\\])@([\w-]*\w)")

_FRONT = re.compile(r"\A---[ \t]*\n(.*?^)(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_OPENING = re.compile(r"\\.|(?P<comment><!--.*?-->)|(?P<run>`+|~~~+)", re.DOTALL)
_SHORTCODE = re.compile(
    r"\{(?P<literal>\{\{<[^\n]*?>\}\})\}"
    r"|\{\{<[ \t]*(?P<name>[\w-]+)(?:[ \t]+(?P<argument>[^{}<>\n]*?))?[ \t]*>\}\}"
)
_BRACES = re.compile(r"\{[{<][^{}\n]{0,40}\}{0,2}|>\}+|\}\}")
_NOTE = re.compile(r"<!--\s*(holds:|numeral:|comparison:)\s*(.*?)\s*-->", re.DOTALL)
_NOTE_ELSEWHERE = re.compile(r"#[ \t]*(numeral:|comparison:)[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*(?:\{([^{}]*)\})?\s*")
_FIGURE = re.compile(r"!\[(?P<caption>.*)\]\((?P<path>[^()\s]*)\)(?:\{(?P<attributes>.*)\})?\s*")
_ID = re.compile(r'\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*?(?<=[{\s])#([\w-]+)')
_LINK = re.compile(r"\]\(<?([^\s()<>]+)")
_ATTRIBUTES = re.compile(r"\{.*\}")
_READ = re.compile(r'\b(fig-alt|alt|title|fig-cap|tbl-cap|lst-cap)="((?:[^"\\]|\\.)*)"')
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)*_]*\s+(?=\S)")

_FENCE = 3  # backticks or tildes

CODE = "\N{REPLACEMENT CHARACTER}"
SHORTCODES = ("var", "meta", "include", "generated")
"""Those that are understood."""

LITERAL, BROKEN, HOLDS = "a literal", "a broken shortcode", "holds:"
"""Kinds of tokens; that of a shortcode is its name, and other notes are `numeral:` and `comparison:`."""

OF_CLAIM = ("claim", "exact", "cited", "verdict", "part")
"""Kinds of variables that speak of a claim, which the second part of their name says."""


def claim_of(variable: str) -> str:
    """The claim that a variable speaks of; "" where it is a fact of the edition."""
    kind, _, rest = variable.partition(".")
    return rest.partition(".")[0] if kind in OF_CLAIM else ""


class Token(NamedTuple):
    """A shortcode, what looks like one, or a note to the checks: its place, kind, and argument or text."""

    start: int
    end: int
    kind: str
    text: str

    @property
    def ids(self) -> list[str]:
        """The claims that a note names."""
        return re.findall(r"[\w-]+", self.text)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level, its title as written, its id or "", and whether it takes a number."""

    level: int
    title: str
    id: str
    numbered: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture alone on its line: its caption, path, id and alt text, as written."""

    caption: str
    path: str
    id: str
    alt: str

    @property
    def name(self) -> str:
        """The name of its file, without folder and ending."""
        return PurePosixPath(self.path).stem


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file.

    Args:
        file: relative to the repository.
        number: from 1.
        source: as written.
        markup: of the same length, with comments blank and `CODE` characters for code.
        visible: of the same length, with everything blank that no reader sees.
        tokens: their places are columns from 0.
        waivers: those that speak of this line.
    """

    file: str
    number: int
    source: str
    markup: str
    visible: str
    tokens: tuple[Token, ...]
    waivers: tuple[Waiver, ...]

    def arguments(self, kind: str) -> tuple[str, ...]:
        """The arguments of its shortcodes of a name, in order."""
        return tuple(token.text for token in self.tokens if token.kind == kind)

    @property
    def values(self) -> tuple[str, ...]:
        """The names of its variables, in order."""
        return self.arguments("var")

    @property
    def guards(self) -> tuple[str, ...]:
        """The claims that its `holds` comments name."""
        return tuple(id_ for token in self.tokens if token.kind == HOLDS for id_ in token.ids)

    @property
    def heading(self) -> Heading | None:
        """The heading that it is."""
        if not self.markup.startswith("#") or not (match := _HEADING.fullmatch(self.markup)):
            return None
        attributes, title = match[3] or "", self.source[slice(*match.span(2))]
        return Heading(len(match[1]), title, _id(attributes), ".unnumbered" not in attributes)

    @property
    def figure(self) -> Figure | None:
        """The figure that it is."""
        if not self.markup.startswith("![") or not (match := _FIGURE.fullmatch(self.source)):
            return None
        attributes = match["attributes"] or ""
        alt = dict(_READ.findall(attributes)).get("fig-alt", "")
        return Figure(match["caption"], match["path"], _id(_READ.sub("", attributes)), alt)

    @property
    def attributes(self) -> list[tuple[str, str]]:
        """The attributes that readers meet, such as `title`, each with its text."""
        return _READ.findall(self.source)

    @property
    def is_fence(self) -> bool:
        """Whether it opens or closes a block of code."""
        return CODE in self.markup and self.source.lstrip(" >").startswith(("```", "~~~"))

    @property
    def ids(self) -> list[tuple[int, str]]:
        """The labels that it gives, with columns from 0."""
        labels = _ID.finditer(self.markup) if "#" in self.markup else ()
        return [(label.start(1), label[1]) for label in labels]

    @property
    def references(self) -> list[tuple[int, str]]:
        """The labels and sources that it refers to, with columns from 0."""
        return [(match.start(), match[1]) for match in REFERENCE.finditer(self.markup)]

    @property
    def links(self) -> list[tuple[int, str]]:
        """What it links, shows or includes, with columns from 0."""
        links = [(match.start(1), match[1]) for match in _LINK.finditer(self.markup)]
        return links + [(token.start, token.text) for token in self.tokens if token.kind == "include"]

    def quote(self, column: int) -> str:
        """The sentence around a column, with its variables as `{name}`; a figure's line holds several."""
        ends = [0, *(match.end() for match in _SENTENCE_END.finditer(self.visible)), len(self.source)]
        start = max(end for end in ends[:-1] if end <= column)
        sentence = uncommented(self.source[start : min(end for end in ends[1:] if end > column)])
        return " ".join(fill(sentence, lambda match: f"{{{match['argument']}}}").split())

    def finding(self, column: int, what: str, hint: str) -> Finding:
        """A finding at a column (from 0) of this line."""
        return Finding(self.file, self.number, column + 1, what, self.quote(column), hint)


@dataclass(frozen=True)  # without slots: `lines` is kept once it was asked for
class Source:
    """A text of prose, scanned.

    Args:
        file: where it stands, relative to the repository.
        text: as written, without front matter.
        first_line: the line of the file on which the text starts.
        markup: the text with comments blank and `CODE` characters for code.
        tokens: their places are offsets in the text, in order.
    """

    file: str
    text: str
    first_line: int
    markup: str
    tokens: tuple[Token, ...]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Its lines."""
        return self.read(of_prose(self.shown()))

    def read(self, visible: str) -> tuple[Line, ...]:
        """Its lines, where a reader sees this of the text."""
        rows = self.text.split("\n")
        starts = [0, *accumulate(len(row) + 1 for row in rows)]
        tokens: defaultdict[int, list[Token]] = defaultdict(list)
        for token in self.tokens:
            row = bisect_right(starts, token.start) - 1
            column = token.start - starts[row]
            tokens[row].append(token._replace(start=column, end=column + token.end - token.start))
        lines: list[Line] = []
        waivers: list[Waiver] = []  # those that wait for a line on which something is seen
        for row, texts in enumerate(zip(rows, self.markup.split("\n"), visible.split("\n"), strict=True)):
            number, is_seen = self.first_line + row, bool(texts[2].strip())
            waivers += [
                Waiver.read(token.kind, token.text, number, token.start)
                for token in tokens[row]
                if token.kind in Waiver.KINDS
            ]
            ours = tuple(waivers) if is_seen else ()
            lines.append(Line(self.file, number, *texts, tuple(tokens[row]), ours))
            waivers = [] if is_seen else waivers
        return tuple(lines)

    def shown(self) -> str:
        """The markup without code and shortcodes, with values in their places."""
        kinds = (LITERAL, BROKEN)
        tokens = [one for one in self.tokens if one.kind not in kinds and self.markup[one.start] == "{"]
        text = blank(self.markup, (one[:2] for one in tokens if one.kind == "var"), VALUE)
        return blank(text, (one[:2] for one in tokens if one.kind != "var")).replace(CODE, " ")


@lru_cache(maxsize=256)
def scan(file: str, text: str, first_line: int) -> Source:
    """Read a text of prose without front matter, once for all who ask."""
    opaque = list(_opaque(text))
    comments = [(start, end) for is_comment, start, end in opaque if is_comment]
    plain = blank(text, comments)
    markup = blank(plain, ((start, end) for is_comment, start, end in opaque if not is_comment), CODE)
    shortcodes = [
        Token(*match.span(), match["name"], (match["argument"] or "").strip("\"'"))
        if match["name"]
        else Token(*match.span(), LITERAL, match["literal"])
        for match in _SHORTCODE.finditer(plain)
    ]
    notes = [_NOTE.fullmatch(text, *span) for span in comments]
    tokens = [
        *shortcodes,
        *(Token(*note.span(), note[1], note[2]) for note in notes if note),
        *_broken(blank(plain, (token[:2] for token in shortcodes)), markup),
    ]
    return Source(file, text, first_line, markup, tuple(sorted(tokens)))


def _opaque(text: str) -> Iterator[tuple[bool, int, int]]:
    """Each comment (True) and each piece of code, in order, of what begins first."""
    at = 0
    while match := _OPENING.search(text, at):
        at = match.end()
        if match["comment"]:
            yield True, *match.span()
        elif match["run"] and (code := _code(text, match.start(), match["run"])):
            yield from ((False, *span) for span in code)
            at = code[-1][1]


def _code(text: str, start: int, run: str) -> list[tuple[int, int]]:
    """The code that a run of backticks or tildes opens; the attributes of a block are none."""
    row, end = text.rfind("\n", 0, start) + 1, text.find("\n", start)
    end = len(text) if end < 0 else end
    is_first = not text[row:start].strip(" \t>*+-")  # on its line, but for what opens a quotation or a list
    if is_first and len(run) >= _FENCE and "`" not in text[start + len(run) : end]:
        closing = re.compile(rf"^[ >]*{run}[`~]*[ \t]*$", re.MULTILINE).search(text, end)
        attributes = _ATTRIBUTES.search(text, start, end)
        if closing and attributes:
            return [(start, attributes.start()), (attributes.end(), closing.end())]
    else:
        closing = re.compile(rf"(?<!`){run}(?!`)").search(text, start + len(run), end)
    return [(start, closing.end())] if closing else []


def _broken(bare: str, markup: str) -> Iterator[Token]:
    """What looks like a shortcode in a text without them; in formulas and in code braces are mere braces."""
    formulas = [formula.span() for formula in MATHS.finditer(markup)] if _BRACES.search(bare) else []
    last = -1  # one on a line is enough
    for braces in _BRACES.finditer(bare):
        start, end = braces.span()
        is_code, is_formula = markup[start] == CODE, any(a < start < b for a, b in formulas)
        is_plain = is_formula or (is_code and not braces[0].startswith("{{<"))
        if not is_plain and (last < 0 or "\n" in bare[last:start]):
            last = start
            yield Token(start, end, BROKEN, braces[0].strip())


def _id(attributes: str) -> str:
    match = re.search(r"#([\w-]+)", attributes)
    return match[1] if match else ""


def uncommented(text: str) -> str:
    """A text without its comments, and without the blanks before them."""
    for is_comment, start, end in reversed(list(_opaque(text)) if "<!--" in text else []):
        text = text[:start].rstrip(" \t") + text[end:] if is_comment else text
    return text


def fill(text: str, value: Callable[[re.Match[str]], str]) -> str:
    """Put what `value` says in the place of each variable, whose name is the match's `argument`."""
    return _SHORTCODE.sub(lambda match: value(match) if match["name"] == "var" else match[0], text)


def values(text: str) -> tuple[str, ...]:
    """The names of the variables in a text without comments, in order."""
    return tuple(match["argument"] for match in _SHORTCODE.finditer(text) if match["name"] == "var")


def front_matter(text: str) -> tuple[str, str, int]:
    """Split a file of prose: the YAML at its head, the text after it, and the line on which that starts."""
    front = _FRONT.match(text)
    return (front[1], text[front.end() :], front[0].count("\n") + 1) if front else ("", text, 1)


def lines(file: str, text: str) -> tuple[Line, ...]:
    """The lines of a file, read as the ending of its name says (.qmd, .md, .yml, .toml, .py)."""
    if not file.endswith((".qmd", ".md")):
        notes = tuple(Token(*note.span(), note[1], note[2]) for note in _NOTE_ELSEWHERE.finditer(text))
        return Source(file, text, 1, text, notes).read(of_file(file, text))
    _, body, first_line = front_matter(text)
    if first_line == 1:
        return scan(file, body, first_line).lines
    head = scan(file, text[: len(text) - len(body)].removesuffix("\n"), 1)
    marker = head.text.rpartition("\n")[2]
    settings = of_yaml(head.text.removesuffix(marker), head.shown()) + " " * len(marker)
    return (*head.read(of_prose(settings)), *scan(file, body, first_line).lines)
