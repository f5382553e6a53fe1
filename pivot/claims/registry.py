"""The register of claims: the decorator, and what a claim function may ask for.

A claim function's parameters name what it needs, as pytest names fixtures: a data set (`epochs`), another
claim (`ai_ten_year` for `ai-ten-year`), or `as_of`, the day the report stands.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections import defaultdict
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from pivot.claims.model import Claim, Kind, Result
from pivot.errors import ClaimError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from pivot.claims.quantities import Rounding
    from pivot.snapshots import Vintage

    ClaimFunction = Callable[..., Result]

AS_OF = "as_of"

_DECLARED: defaultdict[str, list[Claim]] = defaultdict(list)
"""The claims of each module that was imported."""


def claim(
    id: str,  # noqa: A002  # it is an id, and readers meet it under this name everywhere
    *,
    kind: Kind,
    section: str,
    formula: str,
    rounding: Rounding | None = None,
    hypothesis: bool = False,
) -> Callable[[ClaimFunction], ClaimFunction]:
    """Register a function as the one that regenerates a claim.

    Args:
        id: the claim's permanent name, in kebab-case; the function bears it in snake_case.
        kind: how the claim comes to its value.
        section: the chapter that treats it.
        formula: how the value is made, in one line for readers.
        rounding: how the value is shown; the unit's own rounding if None.
        hypothesis: whether the derivation is a guess that happens to fit.

    Raises:
        ClaimError: the function's name or docstring does not fit.
    """

    def register(function: ClaimFunction) -> ClaimFunction:
        where = f"{inspect.getsourcefile(function)}:{function.__code__.co_firstlineno}"
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
                expected="a docstring",
                got="none",
                hint="say in one sentence how the value is made",
            )
        parameters = tuple(inspect.signature(function).parameters)
        declared = Claim(id, kind, section, rounding, formula, hypothesis, function, parameters)
        _DECLARED[function.__module__].append(declared)
        return function

    return register


class Register(Mapping[str, Claim]):
    """The claims of a report by id, in the order in which its themes declare them.

    Args:
        modules: the themes, by the names of their modules.
        data_sets: what a claim may ask for besides claims and the day.

    Raises:
        ClaimError: an id is given twice, or a parameter of a claim names nothing we have.
    """

    def __init__(self, modules: Iterable[str], data_sets: Collection[str]) -> None:
        self._claims: dict[str, Claim] = {}
        for module in modules:
            importlib.import_module(module)
            for one in _DECLARED[module]:
                if one.id in self._claims:
                    raise ClaimError(
                        f"the claim {one.id} is declared twice",
                        where=f"{module}.{one.function.__name__}",
                        expected="an id of its own",
                        got=f"that of a claim in {self._claims[one.id].function.__module__}",
                        hint="give one of them another id",
                    )
                self._claims[one.id] = one
        for one in self._claims.values():
            for parameter in one.parameters:
                if parameter != AS_OF and parameter not in data_sets and not self.is_claim(parameter):
                    raise ClaimError(
                        f"the claim {one.id} asks for {parameter!r}, which is nothing we have",
                        where=f"{one.function.__module__}.{one.function.__name__}",
                        expected=f"a data set ({', '.join(data_sets)}), a claim's name, or {AS_OF}",
                        got=parameter,
                        hint="rename the parameter, or declare what it names",
                    )

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._claims

    def __getitem__(self, id_: str) -> Claim:
        try:
            return self._claims[id_]
        except KeyError:
            raise unknown_claim(id_, self._claims) from None

    def is_claim(self, parameter: str) -> bool:
        """Whether a parameter names another claim."""
        return dependency(parameter) in self._claims

    def needs(self, id_: str) -> tuple[str, ...]:
        """The claims that one is derived from, by their ids."""
        return tuple(dependency(name) for name in self[id_].parameters if self.is_claim(name))

    def in_order(self, ids: Iterable[str]) -> Sequence[Claim]:
        """Some claims and all that they are derived from, each after those.

        Raises:
            ClaimError: an id is unknown, or claims depend on each other in a circle.
        """
        graph: dict[str, tuple[str, ...]] = {}
        waiting = list(ids)
        while waiting:
            id_ = waiting.pop()
            if id_ not in graph:
                graph[id_] = self.needs(id_)
                waiting += graph[id_]
        try:
            return [self._claims[id_] for id_ in TopologicalSorter(graph).static_order()]
        except CycleError as error:
            raise ClaimError(
                "claims depend on each other in a circle",
                where=self._claims[error.args[1][0]].function.__module__,
                expected="claims that can be worked out one after the other",
                got=" -> ".join(error.args[1]),
                hint="let one of them read the evidence itself",
            ) from error


def arguments(parameters: Iterable[str], vintage: Vintage, results: Mapping[str, Result]) -> dict[str, Any]:
    """What the parameters of a function name: data sets, the results of claims, the day.

    Args:
        parameters: their names.
        vintage: the evidence.
        results: of the claims that were evaluated.
    """
    given: dict[str, Any] = {}
    for parameter in parameters:
        if parameter == AS_OF:
            given[parameter] = vintage.as_of
        elif parameter in vintage.store.data_sets:
            given[parameter] = vintage.data(parameter).frame
        else:
            given[parameter] = results[dependency(parameter)]
    return given


def unknown_claim(id_: str, ids: Iterable[str]) -> ClaimError:
    """The error for an id that is none of some, with the nearest ones that are."""
    near = difflib.get_close_matches(id_, list(ids), n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else "`pivot numbers` lists the ids"
    where, expected = "the claims of the report", "the id of one of them"
    return ClaimError(f"no claim is called {id_!r}", where=where, expected=expected, got=id_, hint=hint)


def dependency(parameter: str) -> str:
    """The id of the claim that a parameter would name."""
    return parameter.replace("_", "-")
