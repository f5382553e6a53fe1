"""Templates of pages and reports, under one policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pivot.names import slug
from pivot.text import is_address

if TYPE_CHECKING:
    from pathlib import Path


def environment(folder: Path) -> Environment:
    """The templates of a folder: text is escaped unless it is `Markup`, and an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["slug"] = slug
    made.tests["address"] = is_address
    return made
