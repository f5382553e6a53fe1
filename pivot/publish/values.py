"""The value of a claim in a page: a link to its account, or the place in it that such links lead to."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.claims.model import Group, Verdict
from pivot.names import slug
from pivot.prose.scan import OF_CLAIM

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one book.

    Args:
        variables: dotted name to text.
        homes: the address of the page that has the account `claim-ID`.
        shown: the names of the variables that each of those pages shows, by its address.
    """

    variables: Mapping[str, str]
    homes: Mapping[str, str]
    shown: Mapping[str, Collection[str]]

    def html(self, key: str, here: str, seen: set[str]) -> str:
        """A value as a page shows it.

        Args:
            key: the variable.
            here: the address of the page from the root of the book.
            seen: the variables that the page has shown so far; the first of each in an account has its place.
        """
        text, classes = html.escape(self.variables[key]), classes_of(key, self.variables[key])
        if not classes:
            return text
        claim = f"claim-{key.split('.')[1]}"
        home = self.homes.get(claim)
        named = f'data-var="{key}"'  # by it `pivot verify` and the edition's bar know which number this is
        if home is None or home == here:
            row = "" if home is None or key in seen else f' id="{key}"'
            seen.add(key)
            return f'<span class="{classes}" {named}{row}>{text}</span>'
        if is_disputed(key, self.variables):
            classes += " disputed"
        row = key if key in self.shown[home] else claim
        return f'<a class="{classes}" {named} href="{"../" * here.count("/")}{home}#{row}">{text}</a>'


def is_disputed(key: str, variables: Mapping[str, str]) -> bool:
    """Whether a variable is a figure of the article that does not hold; only those are marked in the text."""
    kind, _, rest = key.partition(".")
    holds = {Group.HOLDS, Group.FOLLOWS}
    return kind == "cited" and Verdict(variables[f"verdict.{rest.partition('.')[0]}"]).group not in holds


def classes_of(key: str, text: str) -> str:
    """Return the classes of a value that links to the ledger, "" for the others."""
    first, _, rest = key.partition(".")
    if first not in OF_CLAIM or not rest:
        return ""
    if first == "verdict":
        return f"claim verdict verdict-{slug(text)}"
    return "claim"
