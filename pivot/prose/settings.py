"""YAML of a book's settings and of front matter, as Quarto reads it, with the line of each key."""

from __future__ import annotations

import re
from functools import cache
from typing import ClassVar

import yaml

from pivot.errors import ProseError

_KEPT_TAGS = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
_SCALARS = (  # as YAML 1.2 has them, which Quarto reads
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,14})\Z", "-+0123456789"),
)


@cache
def _loader() -> type[yaml.SafeLoader]:
    """A safe loader, in C where there is one, that reads as Quarto does: 12:30, no and 1_000 are texts.

    YAML 1.1 would make a number of minutes of the first, a truth value of the second, and a thousand of the
    third; a day too stays as it was written.
    """

    class Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers: ClassVar = {
            letter: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT_TAGS]
            for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    for tag, pattern, letters in _SCALARS:
        Plain.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(letters))
    return Plain


def parse(text: str, name: str, first_line: int) -> tuple[dict[str, object], dict[str, int]]:
    """Read YAML; return the mapping and the line of each dotted key. Raises ProseError with the line."""
    try:
        data = yaml.load(text, _loader())  # noqa: S506 -- a safe loader
        node = yaml.compose(text, _loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{first_line + (mark.line if mark else 0)}"
        raise ProseError(
            f"{where}: broken YAML",
            where=where,
            expected="YAML",
            got=error.problem or "",
            hint="check indentation and quotes",
        ) from None
    except yaml.YAMLError as error:
        got = str(error).splitlines()[0]
        raise ProseError(f"{name}: broken YAML", where=name, expected="YAML", got=got) from None
    if data is None:
        return {}, {}
    if not isinstance(data, dict):
        raise ProseError(
            f"{name}:{first_line}: broken YAML", where=name, expected="keys and values", got=repr(data)
        )
    return data, _lines(node, name, first_line)


def _lines(node: yaml.Node | None, name: str, first_line: int) -> dict[str, int]:
    """Return the line of each dotted key. Raises ProseError for a key that is given twice."""
    lines: dict[str, int] = {}

    def visit(node: yaml.Node | None, key: str) -> None:
        if isinstance(node, yaml.MappingNode):
            for name_node, value in node.value:
                child = f"{key}.{name_node.value}" if key else str(name_node.value)
                line = name_node.start_mark.line + first_line
                if child in lines:
                    raise ProseError(
                        f"{name}:{line}: the key {child} is given twice",
                        where=f"{name}:{line}",
                        expected="each key once",
                        got=f"it also stands on line {lines[child]}",
                        hint="keep one of them; of two the last would win without a word",
                    )
                lines[child] = line
                visit(value, child)
        elif isinstance(node, yaml.SequenceNode):
            for i, value in enumerate(node.value):
                lines[f"{key}.{i}"] = value.start_mark.line + first_line
                visit(value, f"{key}.{i}")

    visit(node, "")
    return lines
