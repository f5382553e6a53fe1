"""Records: what is stored as JSON or read from TOML, read strictly, and the JSON Schema of it."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any, TypeVar

import msgspec

from pivot.errors import ReportError

_T = TypeVar("_T")
_FIELD = re.compile(r"^    (\w+): (.+?)(?=\n    \w+: |\Z)", re.MULTILINE | re.DOTALL)


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record whose fields must all be there, of their types, and no others."""


def one_of(*words: str) -> msgspec.Meta:
    """Annotates a text that is one of a few words."""
    pattern = f"^({'|'.join(map(re.escape, words))})$"
    return msgspec.Meta(pattern=pattern, extra_json_schema={"enum": list(words)})


RESTORE = "mend what is named, or restore the file from where it came"
"""What is to be done about a file that a program wrote."""


def loads(data: bytes, what: str, where: str) -> Any:  # noqa: ANN401
    """Read JSON.

    Raises:
        ReportError: it is none; `what` and `where` are its first words.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise ReportError(what, where=where, expected="JSON", got=str(error), hint=RESTORE) from None


def convert(
    content: object,
    kind: type[_T],
    what: str,
    where: str,
    error: type[ReportError] = ReportError,
    *,
    hint: str = RESTORE,
) -> _T:
    """Take JSON or TOML for a record.

    Args:
        content: what was read.
        kind: the record that it should be.
        what: the error's first words.
        where: the file, or the place in it.
        error: the error to raise.
        hint: its next step.

    Raises:
        ReportError: a field is missing, unknown, or not what its type says.
    """
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as failure:
        text, _, place = str(failure).partition(" - at `$")
        place = place.rstrip("`").lstrip(".")
        expected, _, got = text.removeprefix("Expected ").partition(", got ")
        if not text.startswith("Expected "):
            expected, got = "a record as its schema has it", text[:1].lower() + text[1:]
        where = f"{where}, {place}" if place else where
        raise error(what, where=where, expected=expected, got=got, hint=hint) from None


def json_schema(kind: type[Any], title: str) -> bytes:
    """The JSON Schema of a record, with the descriptions of its fields out of the docstrings."""
    _, kinds = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    definitions = json.loads(msgspec.json.encode(kinds), object_hook=_tidy)
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **definitions.pop(kind.__name__),
        "title": title,
        "$defs": definitions,
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _tidy(part: dict[str, Any]) -> dict[str, Any]:
    """A part of a schema: closed, the `Args` of its docstring at its fields, words listed once."""
    if "enum" in part:
        part.pop("pattern", None)
    if "properties" in part:
        part["additionalProperties"] = False
        part["description"], _, fields = inspect.cleandoc(part["description"]).partition("\n\nArgs:\n")
        for name, text in _FIELD.findall(fields):
            part["properties"][name].setdefault("description", " ".join(text.split()))
    return part
