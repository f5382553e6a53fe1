"""The register of claims: the decorator, and what a claim function may ask for.

A claim function's parameters name what it needs, as pytest names fixtures: a data set (`epochs`), another
claim (`ai_ten_year` for `ai-ten-year`), or `as_of`, the day the report stands.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from pivot.claims.model import Claim, Finding, Kind
from pivot.errors import ClaimError
from pivot.snapshots import DATA_SETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pivot.claims.quantities import Rounding

    ClaimFunction = Callable[..., Finding]

AS_OF = "as_of"

THEMES = ("network", "concentration", "revenue", "ai", "operators", "outlook")
"""The modules that hold claims, in the order of the ledger."""

_CLAIMS: dict[str, Claim] = {}


def claim(
    id: str,  # noqa: A002  # it is an id, and readers meet it under this name everywhere
    *,
    cited: str,
    kind: Kind,
    section: str,
    formula: str,
    rounding: Rounding | None = None,
    hypothesis: bool = False,
) -> Callable[[ClaimFunction], ClaimFunction]:
    """Register a function as the one that regenerates a claim.

    Args:
        id: the claim's permanent name, in kebab-case; the function bears it in snake_case.
        cited: the article's own words for the number, as short as they can be.
        kind: how the claim comes to its value.
        section: the chapter that treats it.
        formula: how the value is made, in one line for readers.
        rounding: how the value is shown; the unit's own rounding if None.
        hypothesis: whether the derivation is a guess that happens to fit.

    Raises:
        ClaimError: the id is taken, or the function's name or docstring does not fit.
    """

    def register(function: ClaimFunction) -> ClaimFunction:
        where = f"{inspect.getsourcefile(function)}:{function.__code__.co_firstlineno}"
        if id in _CLAIMS:
            raise ClaimError(
                f"the claim {id} is declared twice", where=where, hint="give one of them another id"
            )
        name = id.replace("-", "_")
        if function.__name__ != name:
            raise ClaimError(
                f"the function of claim {id} has another name",
                where=where,
                expected=name,
                got=function.__name__,
                hint="rename the function, so that readers find it",
            )
        if not function.__doc__:
            raise ClaimError(
                f"the claim {id} has no docstring",
                where=where,
                hint="say in one sentence how the value is made",
            )
        parameters = tuple(inspect.signature(function).parameters)
        _CLAIMS[id] = Claim(id, cited, kind, section, rounding, formula, hypothesis, function, parameters)
        return function

    return register


@cache
def claims() -> Mapping[str, Claim]:
    """Every claim by id, as the themes declare them.

    Raises:
        ClaimError: a parameter of a claim names nothing we have.
    """
    for theme in THEMES:
        importlib.import_module(f"analysis.claims.{theme}")
    for one in _CLAIMS.values():
        for parameter in one.parameters:
            if parameter != AS_OF and parameter not in DATA_SETS and not is_claim(parameter):
                raise ClaimError(
                    f"the claim {one.id} asks for {parameter!r}, which is nothing we have",
                    where=f"{one.function.__module__}.{one.function.__name__}",
                    expected=f"a data set ({', '.join(DATA_SETS)}), a claim's name, or {AS_OF}",
                )
    return _CLAIMS


def in_order(ids: Iterable[str]) -> Sequence[Claim]:
    """Some claims and all that they are derived from, each after those.

    Raises:
        ClaimError: an id is unknown, or claims depend on each other in a circle.
    """
    register = claims()
    graph: dict[str, list[str]] = {}
    waiting = list(ids)
    while waiting:
        id_ = waiting.pop()
        if id_ not in register:
            raise unknown_claim(id_)
        if id_ not in graph:
            graph[id_] = [dependency(p) for p in register[id_].parameters if is_claim(p)]
            waiting += graph[id_]
    try:
        return [register[id_] for id_ in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise ClaimError(f"claims depend on each other in a circle: {' -> '.join(error.args[1])}") from error


def unknown_claim(id_: str) -> ClaimError:
    """The error for an id that is not in the register, with the nearest ones that are."""
    near = difflib.get_close_matches(id_, list(claims()), n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else "`pivot numbers` lists the ids"
    return ClaimError(f"no claim is called {id_!r}", hint=hint)


def dependency(parameter: str) -> str:
    """The id of the claim that a parameter would name."""
    return parameter.replace("_", "-")


def is_claim(parameter: str) -> bool:
    """Whether a parameter names another claim."""
    return dependency(parameter) in _CLAIMS
