"""Every chart in its three layers, against what was recorded. A failure names the layer.

Plotted data are compared everywhere. Descriptions are read from Matplotlib's objects, so another Matplotlib
can not be compared; pictures depend on FreeType and the fonts too. "Can not compare" is a skip that says why,
never a pass. To record charts anew, after they or the numbers in them have
changed (it records whatever changed):

    .venv/bin/python -m tests.regression.record --what "..." --why "..." --cause "the commit of this entry"
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest
import yaml
from matplotlib.figure import Figure
from pytest_regressions.data_regression import DataRegressionFixture
from pytest_regressions.file_regression import FileRegressionFixture

from analysis.report import ARTICLE
from pivot.charts import style
from pivot.charts.draw import prepare
from pivot.charts.plotted import Plotted
from tests.conftest import DAYS, NEWEST, ledger_of, vintage_of
from tests.regression.baselines import HERE, PICTURE_DAY
from tests.regression.layers import DATA, DESCRIPTION, PICTURE, describe, environment, incomparable, layer

BASELINE = HERE / "test_charts/environment.yml"

each_chart = pytest.mark.parametrize("name", ARTICLE.drawings)
each_day = pytest.mark.parametrize("day", DAYS, ids=str)


@cache
def plotted(day: dt.date) -> Mapping[str, Plotted]:
    return prepare(ARTICLE.drawings, vintage_of(day), ledger_of(day))


@cache
def drawn(name: str, day: dt.date) -> Figure:
    return ARTICLE.drawings[name].draw(plotted(day)[name], style.LIGHT)


def comparable(request: pytest.FixtureRequest, *names: str) -> None:
    """Skips a comparison that would say nothing; when recording there is nothing to compare."""
    if request.config.getoption("regen_all") or not BASELINE.exists():
        return
    reason = incomparable(yaml.safe_load(BASELINE.read_text("utf-8")), environment(), names)
    if reason:
        pytest.skip(f"can not compare: {reason}")


def test_environment_is_recorded(
    request: pytest.FixtureRequest, data_regression: DataRegressionFixture
) -> None:
    comparable(request)
    data_regression.check(environment(), basename="environment")


@each_day
@each_chart
def test_plotted_data(name: str, day: dt.date, file_regression: FileRegressionFixture) -> None:
    with layer(name, DATA):
        file_regression.check(
            plotted(day)[name].csv(), basename=f"{name}-{day}", extension=".csv", encoding="utf-8", newline=""
        )


@each_day
@each_chart
def test_description(
    name: str, day: dt.date, request: pytest.FixtureRequest, data_regression: DataRegressionFixture
) -> None:
    comparable(request, "matplotlib")
    with layer(name, DESCRIPTION):
        data_regression.check(describe(drawn(name, day)), basename=f"{name}-{day}")


@each_chart
def test_picture(name: str, request: pytest.FixtureRequest, file_regression: FileRegressionFixture) -> None:
    comparable(request)
    with layer(name, PICTURE):
        picture = style.svg(drawn(name, PICTURE_DAY))
        file_regression.check(
            picture, basename=f"{name}-{PICTURE_DAY}", extension=".svg", encoding="utf-8", newline=""
        )


# That the layers bite, each for itself


def test_another_environment_can_not_be_compared(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = environment()
    assert incomparable(here, here) == ""
    for name in here:
        other = here | {name: "another"}
        assert incomparable(here, other) == f"{name} is another, the baseline's was {here[name]}"
    assert incomparable(here, here | {"freetype": "2.0"}, ("matplotlib",)) == ""
    if request.config.getoption("regen_all"):
        return
    monkeypatch.setattr(f"{__name__}.environment", lambda: here | {"matplotlib": "3.0.0"})
    with pytest.raises(pytest.skip.Exception, match=r"can not compare: matplotlib is 3\.0\.0"):
        comparable(request, "matplotlib")


def test_description_holds_what_a_reader_sees() -> None:
    figure = ARTICLE.drawings["hashprice"].draw(plotted(NEWEST)["hashprice"], style.LIGHT)
    before = describe(figure)
    (axes,) = figure.axes
    assert len(axes.texts) > 8
    assert len([*axes.lines, *axes.collections, *axes.patches]) > 4
    changes = (
        lambda: axes.set_ylim(0, 99),
        lambda: axes.set_yscale("log"),
        lambda: axes.texts[0].set_text("something else"),
        lambda: axes.texts[-1].set_color("#123456"),
        lambda: axes.lines[0].set_ydata(np.asarray(axes.lines[0].get_ydata()) * 1.01),
        lambda: axes.lines[0].set_linewidth(9),
        axes.lines[-1].remove,
        lambda: axes.set_title("a title"),
        lambda: figure.set_size_inches(1, 1),
    )
    for change in changes:
        change()
        after = describe(figure)
        assert after != before
        before = after


def test_a_failure_names_its_layer() -> None:
    with (
        pytest.raises(AssertionError, match="the chart revenue drifted in its layer: picture"),
        layer("revenue", PICTURE),
    ):
        raise AssertionError("bytes differ")
