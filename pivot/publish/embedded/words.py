"""What a reader reads of a linked chapter: plain text out of HTML, and out of Typst.

Both with the same marks where a number is set high, low or struck out, and where code begins and ends.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

HIGH, LOW, STRUCK, CODE, END = "\ue000\ue001\ue002\ue003\ue004"

_MARKS: Final = {
    "footnote": " ", "secno": " ", "h": " ",
    "sup": HIGH, "super": HIGH, "sub": LOW, "s": STRUCK, "del": STRUCK, "strike": STRUCK, "code": CODE,
}  # fmt: skip

# What one output alone shows, between the marks of `engine.lua`.
_ALONE = re.compile("⟦o:⟧.*?⟦e:⟧", re.DOTALL)

_NO_WORDS = re.compile(
    r'<math\b.*?</math>|<a [^>]*\bfootnote-(?:ref|back)".*?</a>| <a class="data".*?</a>'
    r'| ?<span class="guard-note">.*?</span>',
    re.DOTALL,
)
_TAG = re.compile(r"<(/?)(\w+)[^>]*>")
_WITHIN = frozenset({"a", "span", "em", "strong", "u", "mark", "kbd", "dfn", "time", "abbr"})

_IMPORT = re.compile(r"^#import .*$", re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)")
_IN_MARKUP = re.compile(
    r"\\u\{(?P<point>[0-9a-fA-F]+)\}|\\(?P<character>.)"
    r"|(?P<fence>`{3,})(?P<block>.*?)(?P=fence)|`(?P<code>[^`]*)`"
    r"|(?P<maths>\$(?:[^$\\]|\\.)*\$)"
    r'|#"(?P<string>(?:[^"\\]|\\.)*)";?'
    r"|\#(?:set[ ]+)?(?P<name>[A-Za-z][\w.-]*)"
    r"|(?P<label><[^<>\s]+>)|(?P<open>\[)|(?P<close>\];?)",
    re.DOTALL,
)
_IN_CODE = re.compile(
    r'"(?P<string>(?:[^"\\]|\\.)*)"|(?P<open>\[)|(?P<deeper>[({])|(?P<close>[)}];?)', re.DOTALL
)

_QUOTES = re.compile("[\"'“”„‘’‚«»\u00ad\u2060\u200b]")
_SPLIT = re.compile(f"[^\\w.,:%$€£°/+−×^~{HIGH}{LOW}{STRUCK}]+")
_WORD = re.compile(r"[^\W_]")
_EDGES = ".,:;/"


def words(text: str) -> Iterator[str]:
    """Yield the words and numbers of a text, without what a typesetter changes."""
    for word in _SPLIT.split(_QUOTES.sub("", text.replace("…", "..."))):
        if _WORD.search(word):  # a sign alone may be the mark of a list
            yield word.strip(_EDGES)


def page_text(body: str) -> str:
    """Return what a page says."""
    text = _NO_WORDS.sub(" ", _ALONE.sub(" ", body))

    def mark(match: re.Match[str]) -> str:
        closing, tag = match.groups()
        if tag == "code" and closing:
            return END
        return _MARKS.get(tag, "" if tag in _WITHIN else " ")

    return html.unescape(_TAG.sub(mark, text))


def typst_text(source: str) -> str:
    """Return what a chapter says in the PDF."""
    return _TypstReader(_IMPORT.sub("", _ALONE.sub(" ", source))).text()


class _TypstReader:
    """Reads the Typst of pandoc and our filter: markup with functions, and in their brackets markup again."""

    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0
        self.out: list[str] = []
        self.open: list[tuple[bool, str]] = []  # what is open: whether it is code, and of which function
        self.name = self.string = ""  # the function just named or closed, and the last string in its brackets

    def text(self) -> str:
        while self.at < len(self.source):
            in_code = bool(self.open) and self.open[-1][0]
            match = (_IN_CODE if in_code else _IN_MARKUP).search(self.source, self.at)
            end = match.start() if match else len(self.source)
            if not in_code:
                self.out.append(self.source[self.at : end].replace("~", " ").replace("-?", ""))
            if match is None:
                break
            self.at = match.end()
            if match["open"]:
                self.out.append(" " if in_code else _MARKS.get(self.name, ""))
                self.open.append((False, self.name))
                self.name = ""
            elif in_code:
                self.code(match)
            else:
                self.markup(match)
        return "".join(self.out)

    def code(self, match: re.Match[str]) -> None:
        """Take one piece of what stands in a function's round brackets."""
        if match["string"] is not None:
            self.string = _ESCAPE.sub(r"\1", match["string"])
        elif match["deeper"]:
            self.open.append((True, ""))
        else:
            name = self.open.pop()[1]
            if name in {"claim", "raw"} or (name == "link" and not self.has_body):
                self.out.append(self.string)
            elif name == "h":
                self.out.append(" ")
            self.name = name if self.has_body else ""

    def markup(self, match: re.Match[str]) -> None:
        """Take one piece of markup that is no plain text."""
        if match["close"]:
            name = self.open.pop()[1] if self.open else ""
            self.out.append(_MARKS.get(name, ""))
            if self.open and self.open[-1][0]:
                self.out.append(" ")
            self.name = name if self.has_body else ""
        elif match["name"]:
            self.name = match["name"]
            if self.source[self.at : self.at + 1] == "(":
                self.open.append((True, self.name))
                self.at += 1
        elif match["block"] is not None:
            self.out.append(f" {CODE}{match['block'].partition(chr(10))[2]}{END} ")
        elif match["code"] is not None:
            self.out.append(f"{CODE}{match['code']}{END}")
        elif match["point"]:
            self.out.append(chr(int(match["point"], 16)))
        elif match["string"] is not None:
            self.out.append(_ESCAPE.sub(r"\1", match["string"]))
        else:
            self.out.append(match["character"] or " ")

    @property
    def has_body(self) -> bool:
        """Whether content in square brackets follows."""
        return self.source[self.at : self.at + 1] == "["
