"""What a publisher says when it refuses: the type and the message in the body of an error."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 200
_READ = 1 << 14
_KINDS = ("type", "code", "Code", "name", "title")
_MESSAGES = ("message", "Message", "detail", "description", "error_description", "reason")


def message(body: bytes) -> str:
    """The type and the message of an error body, fit for a terminal; empty where it has none.

    Publishers answer in JSON (`{"error": {"type": …, "message": …}}` and its likes), in XML (`<Code>` and
    `<Message>`, as Amazon's storage behind EDGAR does), with a page or with plain text.
    """
    text = body[:_READ].decode(errors="replace")
    try:
        return clean(_fields(json.loads(text)))
    except (ValueError, RecursionError):
        pass
    if tags := re.findall(r"<(Code|Message)>([^<]*)</\1>", text):
        return clean(": ".join(html.unescape(content) for _, content in tags))
    if title := re.search(r"(?is)<title[^>]*>(.*?)</title>", text):
        return clean(html.unescape(title[1]))
    shown = re.sub(r"(?is)<(script|style)\b.*?(</\1>|$)|<[^>]*>", " ", text)
    return clean(html.unescape(shown))


def clean(text: str, longest: int = _LONGEST) -> str:
    """Foreign text on one line without what a terminal would obey, and not longer than that."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _fields(content: object) -> str:
    """The words of an error in JSON, wherever its publisher has put them."""
    if isinstance(content, dict):
        for name in ("error", "errors"):
            if isinstance(content.get(name), dict | list) and (inner := _fields(content[name])):
                return inner
        words = [_first(content, _KINDS), _first(content, _MESSAGES) or _first(content, ("error",))]
        return ": ".join(word for word in words if word)
    if isinstance(content, list):
        return "; ".join(filter(None, map(_fields, content)))
    return content if isinstance(content, str) else ""


def _first(content: Mapping[str, object], names: tuple[str, ...]) -> str:
    values = (content.get(name) for name in names)
    return next((str(value) for value in values if isinstance(value, str | int) and value), "")
