"""What leaves for a terminal, a log or a file made of our output: text, and nothing that commands one."""

from __future__ import annotations

import re
import sys
import unicodedata

_UNUSUAL = re.compile(r"[^\n\t\x20-\x7e]")
_COMMANDS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """A text with its control characters, and others that nobody sees, written out as JSON writes them."""
    return _UNUSUAL.sub(lambda match: _written(match[0]), text)


def say(text: str, *, error: bool = False, end: str = "\n") -> None:
    """Print a text on standard output, or on standard error."""
    print(printable(text), file=sys.stderr if error else sys.stdout, end=end, flush=True)


def _written(char: str) -> str:
    if unicodedata.category(char) not in _COMMANDS:
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
