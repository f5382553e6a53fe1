"""Each claim at each edition, in words and in numbers, against what was recorded.

What is recorded, and how near a number must come and why: `baselines.py`. To record anew: `record.py`.
"""

from __future__ import annotations

import numpy as np
import pytest
from pytest_regressions.data_regression import DataRegressionFixture
from pytest_regressions.num_regression import NumericRegressionFixture

from analysis.report import ARTICLE
from tests.regression.baselines import QUANTITIES, editions, moved, numbers, words


@pytest.mark.parametrize("id_", ARTICLE.claims)
def test_words(id_: str, data_regression: DataRegressionFixture) -> None:
    data_regression.check(words(id_, editions()), basename=id_)


@pytest.mark.parametrize("name", QUANTITIES)
def test_numbers(name: str, num_regression: NumericRegressionFixture) -> None:
    by_day = {day: numbers(ledger) for day, ledger in editions().items()}
    figures = sorted(set().union(*(found[name] for found in by_day.values())))
    quantity = QUANTITIES[name]
    table = {
        str(day): np.array([found[name].get(one, np.nan) for one in figures]) for day, found in by_day.items()
    }
    try:
        num_regression.check(
            table,
            basename=f"numbers-{name}",
            data_index=figures,  # type: ignore[arg-type]  # any labels will do
            default_tolerance={"rtol": quantity.rtol, "atol": quantity.atol},
        )
    except AssertionError as error:
        # The plugin names rows by number, and no row at all where one was added.
        raise AssertionError("\n".join(["figures moved:", *moved(name, by_day), str(error)])) from None


def test_every_number_has_a_tolerance_with_a_reason() -> None:
    """`numbers` raises for a unit that no quantity has; here, that there is something to compare."""
    found = numbers(editions()[max(editions())])
    assert all(found[name] for name in QUANTITIES)
    assert sum(map(len, found.values())) > 120
    assert all(len(quantity.reason) > 8 for quantity in QUANTITIES.values())
    ids = {figure.split(" ")[0] for by_name in found.values() for figure in by_name}
    numeric = {
        id_ for id_, entry in editions()[max(editions())].entries.items() if entry.value != entry.display
    }
    assert numeric <= ids
