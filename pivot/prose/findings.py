"""What is wrong in the prose, where it stands, and what an editor waived.

An editor waives what a check would report with a comment that quotes it and gives a reason:

    The lower class, N+1, keeps a spare. <!-- numeral: "N+1" is the name of a class -->

The comment ends its line, or stands alone above it, as it must where a figure or a heading follows. It may
quote several things, `"a", "b" because`; each quotation waives one occurrence. Outside of prose it starts
with `#`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pivot.errors import ProseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pivot.prose.scan import Line

_QUOTES = re.compile(r'((?:"[^"]+"[\s,]*)*)(.*)', re.DOTALL)
_LEAST_REASON = 10  # characters: "ok" is no reason


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that is not let pass, where it stands, and what to do about it.

    Args:
        file: relative to the repository.
        line: from 1.
        column: from 1; 0 where the whole line is meant.
        what: the finding in a few words.
        sentence: what it stands in.
        hint: what to do.
    """

    file: str
    line: int
    column: int
    what: str
    sentence: str = ""
    hint: str = ""

    def __str__(self) -> str:
        column = f":{self.column}" if self.column else ""
        place = f"{self.file}:{self.line}{column}: {self.what}"
        return "\n".join([place, *(f"    {text}" for text in (self.sentence, self.hint) if text)])


class Problems:
    """Collects findings, so that one run tells an editor everything there is to mend."""

    def __init__(self) -> None:
        self._findings: set[Finding] = set()

    def add(self, file: str, line: int, what: str) -> None:
        """Note one finding; the same one twice counts once."""
        self._findings.add(Finding(file, line, 0, what))

    def check(self) -> None:
        """Raise one ProseError that lists all findings, if there is any."""
        if not self._findings:
            return
        findings = sorted(self._findings)
        count = "one problem" if len(findings) == 1 else f"{len(findings)} problems"
        raise ProseError(
            f"{count} in the prose:\n" + "\n".join(f"  {finding}" for finding in findings),
            **dict.fromkeys(("where", "expected", "got"), ""),  # each of the lines above says its own
            hint="mend the lines named above and build again",
        )


@dataclass(frozen=True, slots=True)
class Waiver:
    """An editor's word that something typed may stand.

    Args:
        kind: one of `KINDS`.
        texts: what is waived, as the check quotes it; each waives one occurrence.
        reason: why.
        line: where the comment stands, from 1.
        column: where in that line, from 0.
    """

    KINDS: ClassVar = ("numeral:", "comparison:")

    kind: str
    texts: tuple[str, ...]
    reason: str
    line: int
    column: int

    @classmethod
    def read(cls, kind: str, text: str, line: int, column: int) -> Waiver:
        """Read the text of a comment: quotations, then the reason."""
        quotes = _QUOTES.match(text)
        texts = re.findall(r'"([^"]+)"', quotes[1]) if quotes else []
        return cls(kind, tuple(texts), quotes[2] if quotes else "", line, column)


def unwaived(
    text: Iterable[Line], kind: str, typed: Callable[[Line], Iterable[tuple[int, str]]], hint: str
) -> tuple[int, int, list[Finding]]:
    """Hold what was typed against the waivers.

    Args:
        text: the lines.
        kind: "numeral" or "comparison".
        typed: column (from 0) and words of everything on a line that needs a waiver.
        hint: what to do instead of typing it.

    Returns:
        How much was waived and how much was not; a finding for each of the latter, for each waiver that
        waives nothing, and for each without a reason.
    """
    waived, findings, faults = 0, [], []
    for line in text:
        waivers = [waiver for waiver in line.waivers if waiver.kind == f"{kind}:"]
        left = [quoted.lower() for waiver in waivers for quoted in waiver.texts]
        for column, words in typed(line):
            if words.lower() in left:
                left.remove(words.lower())
                waived += 1
            else:
                note = f'{kind}: "{words}" and the reason'
                note = f"<!-- {note} -->" if line.file.endswith("md") else f"# {note}"
                what = f'{kind} "{words}" is typed'
                findings.append(line.finding(column, what, f"{hint}; or waive it: {note}"))
        for waiver in waivers:
            place = (line.file, waiver.line, waiver.column + 1)
            quoted = ", ".join(f'"{text}"' for text in waiver.texts)
            if not waiver.texts or any(text.lower() in left for text in waiver.texts):
                what = f"{quoted} is not there to be waived" if quoted else "a waiver quotes nothing"
                faults.append(Finding(*place, what, hint="quote what a check reports, or remove the waiver"))
            elif len(waiver.reason) < _LEAST_REASON:
                faults.append(Finding(*place, f"the waiver of {quoted} gives no reason"))
    return waived, len(findings), findings + faults
