"""Every chart at the three editions: what is plotted, and that its picture is small, whole and repeatable."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from analysis.report import ARTICLE
from pivot.charts import draw as charts
from pivot.charts import style
from pivot.charts.plotted import Plotted
from pivot.errors import OutputError
from tests import conftest

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

DAYS = tuple(str(day) for day in conftest.DAYS)
NAMES = (
    "difficulty",
    "retargets",
    "hashrate",
    "hashprice",
    "implied-price",
    "revenue",
    "coins-sold",
    "contracts",
    "concentration",
    "megawatt",
    "budget",
)
EVERY_DAY = pytest.mark.parametrize("day", DAYS)
EVERY_CHART = pytest.mark.parametrize("name", NAMES)


Editions = Mapping[str, Mapping[str, Plotted]]


@pytest.fixture(scope="module")
def editions() -> Editions:
    """What all charts show, by day."""
    return {
        str(day): charts.prepare(ARTICLE.drawings, conftest.vintage_of(day), conftest.ledger_of(day))
        for day in conftest.DAYS
    }


def rows(table: pd.DataFrame, **wanted: Any) -> pd.DataFrame:  # noqa: ANN401
    for column, value in wanted.items():
        table = table[table[column] == value]
    return table


def test_the_charts_are_the_eleven_of_the_report() -> None:
    assert tuple(ARTICLE.drawings) == NAMES


@EVERY_DAY
@EVERY_CHART
def test_nothing_is_plotted_from_after_the_day(editions: Editions, day: str, name: str) -> None:
    table = editions[day][name].table
    dates = table.select_dtypes("datetime")
    assert len(table) >= 4
    assert dates.max(axis=None) <= pd.Timestamp(day) if len(dates.columns) else name == "revenue"


@EVERY_DAY
@EVERY_CHART
def test_the_csv_is_the_table(editions: Editions, day: str, name: str) -> None:
    plotted = editions[day][name]
    text = plotted.csv()
    dates = list(plotted.table.select_dtypes("datetime").columns)
    read = pd.read_csv(StringIO(text), parse_dates=dates, keep_default_na=False)
    assert len(read) == len(plotted.table)
    assert Plotted(read).csv() == text
    assert "\r" not in text
    assert not re.search(r"\d\.\d{5}|e[+-]\d\d|00:00", text)


@EVERY_DAY
def test_difficulty_has_the_march_cut(editions: Editions, day: str) -> None:
    plotted = editions[day]["difficulty"]
    march = rows(plotted.table, mark="march")
    assert march["change_percent"].tolist() == [-7.7557]
    assert march["first_block"].tolist() == [941_472]
    assert plotted.texts["march"] == "20\N{NO-BREAK SPACE}March 2026\n\N{MINUS SIGN}7.76%"
    assert 37 <= len(plotted.table) <= 41
    newest = dict(zip(DAYS, ("2026-05-02", "2026-06-27", "2026-08-08", "2026-10-03"), strict=True))
    assert plotted.table["date"].iloc[-1] == pd.Timestamp(newest[day])


@pytest.mark.parametrize(
    ("day", "count", "in_year", "since_2009"),
    [
        ("2026-05-08", 9, 2, 18),
        ("2026-06-30", 13, 3, 19),
        ("2026-08-21", 16, 3, 19),
        ("2026-10-08", 20, 3, 19),
    ],
)
def test_retargets_are_ranked(
    editions: Editions, day: str, count: int, in_year: int, since_2009: int
) -> None:
    table = editions[day]["retargets"].table
    march = rows(table, mark="march").iloc[0]
    assert len(table) == count
    assert (march["rank_in_year"], march["rank_since_2009"]) == (in_year, since_2009)
    assert table["change_percent"].is_monotonic_increasing
    assert table["change_percent"].iloc[0] == -11.1553


def test_labels_of_ranks_follow_the_ledger(editions: Editions) -> None:
    assert editions["2026-05-08"]["retargets"].texts["rank"].startswith("second-largest cut of 2026")
    assert editions["2026-06-30"]["retargets"].texts["rank"].startswith("third-largest cut of 2026")


@EVERY_DAY
def test_hashrate_has_each_reading_before_and_after(editions: Editions, day: str) -> None:
    table = editions[day]["hashrate"].table
    ends = table[table["series"] != "each day"]
    assert ends["series"].value_counts().to_dict() == {"before": 4, "after": 4}
    before, after = (
        rows(ends, series=end, reading="7-day average")["eh_s"].item() for end in ("before", "after")
    )
    line = rows(table, series="each day").set_index("date")["eh_s"]
    assert (before, after) == (line["2025-12-31"], line["2026-03-31"])
    assert before == pytest.approx(1043, abs=1)


@pytest.mark.parametrize(
    ("day", "low", "value"),
    [
        ("2026-05-08", "2026-02-24", 28.04),
        ("2026-06-30", "2026-06-30", 27.73),
        ("2026-08-21", "2026-06-30", 27.73),
        ("2026-10-08", "2026-06-30", 27.73),
    ],
)
def test_hashprice_ends_with_its_newest_low(editions: Editions, day: str, low: str, value: float) -> None:
    table = editions[day]["hashprice"].table
    lows = rows(table, series="low")
    assert lows["date"].iloc[-1] == pd.Timestamp(low)
    assert lows["usd_per_ph_s_day"].iloc[-1] == pytest.approx(value, abs=0.005)
    assert lows["usd_per_ph_s_day"].is_monotonic_decreasing
    assert rows(table, series="computed")["usd_per_ph_s_day"].min() == lows["usd_per_ph_s_day"].iloc[-1]
    february = rows(table, series="low", date=pd.Timestamp("2026-02-24"))
    assert february["usd_per_ph_s_day"].item() == pytest.approx(28.04, abs=0.005)


@pytest.mark.parametrize(("day", "count"), list(zip(DAYS, (19, 19, 22, 22), strict=True)))
def test_hashprice_shows_exactly_dated_usable_points_only(editions: Editions, day: str, count: int) -> None:
    published = rows(editions[day]["hashprice"].table, series="published")
    assert len(published) == count
    assert set(published["relation"]) <= set("=~<>") | {"range"}
    assert not (published["usd_per_ph_s_day"] < 25).any()  # the marked outlier says 23.9


def test_implied_prices_are_those_of_the_ledger(editions: Editions) -> None:
    plotted = editions["2026-05-08"]["implied-price"]
    table = plotted.table.set_index("point")
    assert table["price_usd"].round().to_dict() == {
        "low": 58630,
        "high": 62818,
        "assumed": 80000,
        "market": 80197,
    }
    assert table["usd_per_ph_s_day"]["assumed"] == pytest.approx(38.21, abs=0.005)
    assert plotted.texts["low"] == "$28 needs $58,630"
    ratio = table["usd_per_ph_s_day"] / table["price_usd"]
    assert ratio.max() == pytest.approx(ratio.min(), rel=1e-5)


@EVERY_DAY
def test_revenue_is_69_squares_to_one(editions: Editions, day: str) -> None:
    plotted = editions[day]["revenue"]
    squares = plotted.table.set_index("sum")["squares"].to_dict()
    assert squares == {"mining": 69.3294, "run-rate": 1, "ten-year": 30.8495, "doubled": 61.699}
    assert plotted.texts["mining-beside"] == "69\N{NO-BREAK SPACE}times the run-rate"


@pytest.mark.parametrize(("day", "mara"), [("2026-05-08", [15133]), ("2026-06-30", [15133, 20880])])
def test_coins_sold_holds_published_against_cited(editions: Editions, day: str, mara: list[int]) -> None:
    table = editions[day]["coins-sold"].table
    cited = rows(table, tier="article").set_index("operator")["btc"]
    assert cited.to_dict() == {"MARA": 13210, "Riot": 4026, "Core Scientific": 1992}
    others = table[table["tier"] != "article"]
    assert rows(others, operator="MARA")["btc"].tolist() == mara
    assert rows(others, operator="Core Scientific")["tier"].tolist() == ["mirror"]
    assert rows(others, operator="Riot")["against_cited_percent"].tolist() == [-6.16]


@EVERY_DAY
def test_contracts_add_up_to_the_claim(editions: Editions, day: str) -> None:
    plotted = editions[day]["contracts"]
    table = plotted.table
    last = table.iloc[-1]
    total = table["usd_billion"].sum()
    assert last["starts_at_usd_billion"] + last["usd_billion"] == pytest.approx(total)
    assert plotted.texts["total"] == f"${total:.1f}\N{NO-BREAK SPACE}billion"
    assert table["company"].nunique() >= 6
    assert plotted.numbers["cited"] == 70


@EVERY_DAY
def test_concentration_has_years_months_and_miners(editions: Editions, day: str) -> None:
    plotted = editions[day]["concentration"]
    table = plotted.table
    kinds = table["series"].value_counts()
    assert kinds["five largest pools, year"] == 5
    assert kinds["five largest pools, month"] == 16
    april = rows(table, series="five largest pools, month").iloc[-1]
    assert (april["last"], april["share_percent"]) == (pd.Timestamp("2026-04-22"), 76.63)
    assert rows(table, series="five largest pools, year")["share_percent"].tolist()[0] == 60.39
    assert len(rows(table, series="five largest listed miners")["names"].item().split(", ")) == 5
    assert plotted.numbers == {"threshold": 60, "history-low": 40, "history-high": 50}


@EVERY_DAY
@EVERY_CHART
@pytest.mark.parametrize("width", [style.WIDTH, style.NARROW])
def test_texts_neither_overlap_nor_leave_the_figure(
    editions: Editions, day: str, name: str, width: float
) -> None:
    figure = ARTICLE.drawings[name].draw(editions[day][name], replace(style.LIGHT, width=width))
    boxes = text_boxes(figure)
    assert len(boxes) >= 6
    for text, box in boxes:
        assert box.x0 >= -0.5, text
        assert box.y0 >= -0.5, text
        assert box.x1 <= width + 0.5, text
        assert box.y1 <= figure.get_figheight() * 72 + 0.5, text
    clashes = [
        (one, other)
        for place, (one, a) in enumerate(boxes)
        for other, b in boxes[place + 1 :]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > -2 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]
    assert clashes == []


def text_boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Each text of a figure with its box, in points from the lower left corner."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Annotation, Text

    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    boxes = []
    for text in (text for axes in figure.axes for text in axes.texts if text.get_text().strip()):
        assert isinstance(text, Annotation)
        text.update_positions(renderer)
        boxes.append((text.get_text(), Text.get_window_extent(text, renderer)))
    return boxes


@EVERY_DAY
@EVERY_CHART
def test_a_picture_is_small_and_whole(editions: Editions, day: str, name: str) -> None:
    drawing = style.svg(ARTICLE.drawings[name].draw(editions[day][name], style.LIGHT))
    assert 10_000 < len(drawing.encode()) < 60_000
    assert len(gzip.compress(drawing.encode())) < 15_000
    defined = re.findall(r' id="([^"]+)"', drawing)
    used = set(re.findall(r'href="#([^"]+)"', drawing)) | set(re.findall(r"url\(#([^)]+)\)", drawing))
    assert len(defined) == len(set(defined))
    assert len(used) > 10
    assert used <= set(defined)
    assert "<text" not in drawing
    screen = style.svg(ARTICLE.drawings[name].draw(editions[day][name], style.LIGHT), letters=True)
    assert len(gzip.compress(screen.encode())) < 7_000
    assert screen.count("<text") >= 6
    assert not re.search(r"matplotlib|<image|<metadata|<!|/home|/tmp|/usr", drawing, re.IGNORECASE)


@EVERY_CHART
def test_the_dark_picture_is_the_chart_drawn_in_the_dark_palette(editions: Editions, name: str) -> None:
    plotted = editions[DAYS[0]][name]
    light = style.svg(ARTICLE.drawings[name].draw(plotted, style.LIGHT))
    dark = style.svg(ARTICLE.drawings[name].draw(plotted, style.DARK))
    assert style.recoloured(light, style.DARK) == dark
    assert light != dark


@EVERY_CHART
def test_each_chart_writes_six_files_the_same_twice(editions: Editions, tmp_path: Path, name: str) -> None:
    written = []
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        charts.draw(ARTICLE.drawings[name], editions[DAYS[-1]][name], folder)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert set(written[0]) == {
        f"{name}{end}"
        for end in (".svg", "-light.svg", "-dark.svg", "-light-narrow.svg", "-dark-narrow.svg", ".csv")
    } | ({f"{name}.json"} if hasattr(ARTICLE.drawings[name], "values") else set())
    assert written[0] == written[1]


@pytest.mark.parametrize("name", ["difficulty", "hashrate", "hashprice", "concentration"])
def test_a_chart_says_its_values_where_they_are_drawn(editions: Editions, tmp_path: Path, name: str) -> None:
    plotted = editions[DAYS[-1]][name]
    charts.draw(ARTICLE.drawings[name], plotted, tmp_path)
    values = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))
    assert len(values["says"]) >= 16
    for drawing, width in (("wide", style.WIDTH), ("narrow", style.NARROW)):
        points = values[drawing]["points"]
        assert len(points) == len(values["says"])
        assert values[drawing]["size"][0] == width
        assert [x for x, _ in points] == sorted(x for x, _ in points)
        assert all(-10 <= x <= width and 0 <= y <= values[drawing]["size"][1] for x, y in points)


@pytest.mark.slow
def test_pictures_depend_on_nothing_around_them(editions: Editions, tmp_path: Path) -> None:
    """Another process, hash seed, time zone, folder and matplotlibrc give the same bytes."""
    (tmp_path / "matplotlibrc").write_text("font.size: 20\nsvg.fonttype: none\nlines.solid_capstyle: round\n")
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    code = f"""
import datetime as dt, sys
from pathlib import Path
from analysis.report import ARTICLE
from pivot.charts import draw as charts
from pivot.evaluation import evaluate
plotted = evaluate(ARTICLE, Path({str(conftest.ROOT)!r}), dt.date(2026, 8, 21)).plotted
assert "matplotlib" not in sys.modules
for name in ARTICLE.drawings:
    charts.draw(ARTICLE.drawings[name], plotted[name], Path("there"))
"""
    around = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONPATH": str(conftest.ROOT)}
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, env=os.environ | around, check=True
    )
    for name in NAMES:
        charts.draw(ARTICLE.drawings[name], editions["2026-08-21"][name], tmp_path / "here")
    here = {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir()}
    assert len(here) == 70
    assert {path.name: path.read_bytes() for path in (tmp_path / "there").iterdir()} == here


def test_the_key_follows_data_texts_numbers_and_code(editions: Editions) -> None:
    plotted = editions[DAYS[0]]["contracts"]
    keys = [
        charts.key(ARTICLE.drawings["contracts"], plotted),
        charts.key(ARTICLE.drawings["contracts"], replace(plotted, texts={**plotted.texts, "total": "$1"})),
        charts.key(ARTICLE.drawings["contracts"], replace(plotted, numbers={"cited": 71.0})),
        charts.key(ARTICLE.drawings["contracts"], replace(plotted, table=plotted.table.iloc[:-1])),
        charts.key(ARTICLE.drawings["revenue"], plotted),
    ]
    assert len(set(keys)) == len(keys)
    assert charts.key(ARTICLE.drawings["contracts"], replace(plotted, table=plotted.table.copy())) == keys[0]


def test_a_folder_that_can_not_be_is_one_clear_error(editions: Editions, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError) as caught:
        charts.draw(ARTICLE.drawings["contracts"], editions[DAYS[0]]["contracts"], tmp_path / "file")
    assert caught.value.where.endswith("contracts.svg")
    assert caught.value.hint


def test_a_failed_write_leaves_what_was_there(
    editions: Editions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "contracts.svg").write_text("before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pivot.files.os.fsync", full)
    with pytest.raises(OutputError) as caught:
        charts.draw(ARTICLE.drawings["contracts"], editions[DAYS[0]]["contracts"], tmp_path)
    assert caught.value.got == "No space left on device"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"contracts.svg": "before"}
