"""From the page of a claim to its number with a pocket calculator: only the page and its files are read."""

from __future__ import annotations

import csv
import html
import re
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

import pytest

from pivot.publish.archive import paths
from tests.editions import FIRST, NEWEST, published

ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """The page of a claim as a reader has it."""

    place: str

    @property
    def source(self) -> str:
        return (published() / self.place).read_text("utf-8")

    @property
    def shown(self) -> str:
        """The number at its head."""
        found = re.search(r'data-var="claim\.[\w-]+">([^<]+)<', self.source)
        assert found
        return html.unescape(found[1]).replace("\N{NO-BREAK SPACE}", " ")

    def part(self, label: str) -> str:
        """A figure of its account."""
        found = re.search(rf"<dt>{re.escape(label)}</dt><dd[^>]*>([^<]+)<", self.source)
        assert found, label
        return html.unescape(found[1]).replace("\N{NO-BREAK SPACE}", " ")

    @cache  # noqa: B019 -- the page does not change
    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a data set, or of what was worked out, shown or in their files."""
        rows: list[dict[str, str]] = []
        for section in re.split(r"<h4>", self.source.partition("<h3>In short")[0])[1:]:
            heading, _, body = section.partition("</h4>")
            if re.sub(r"^[\d,]+ rows? of ", "", heading) != name:
                continue
            if file := re.search(r'<a href="([^"]+)" download="[^"]*">All', body):
                text = (published() / paths.target(self.place, file[1])).read_text("utf-8")
                rows += csv.DictReader(text.splitlines())
                continue
            names = [html.unescape(one) for one in re.findall(r'<th scope="col">([^<]*)</th>', body)]
            for row in ROW.findall(body.partition("<tbody>")[2].partition("</tbody>")[0]):
                rows.append(
                    dict(zip(names, map(html.unescape, re.findall(r"<td>([^<]*)</td>", row)), strict=True))
                )
        assert rows, name
        return rows


def page(claim: str, edition: str = NEWEST) -> Page:
    return Page(f"editions/{edition}/claims/{claim}.html")


def difficulty(bits: str) -> float:
    """By hand: 65,535 over the last six digits, times 256 for each byte that the first two are under 29."""
    exponent, *mantissa = bytes.fromhex(bits)
    return 65_535 / int.from_bytes(mantissa) * 256.0 ** (29 - exponent)


def test_the_fall_of_difficulty_from_two_compact_targets() -> None:
    one = page("difficulty-drop")
    bits = {row["height"]: row["bits"] for row in one.rows("epochs")}
    change = (difficulty(bits["941472"]) / difficulty(bits["939456"]) - 1) * 100
    assert one.shown == f"{int(-change * 10) / 10}%"
    assert one.part("With more digits") == f"−{-change:.4f}%"


def test_the_hash_price_of_the_newest_day_and_its_mean() -> None:
    one = page("hashprice-range")
    day = one.rows("days")[-1]
    close = next(row for row in one.rows("prices") if row["date"] == day["date"])
    last = int(day["last_height"])
    in_force = max(
        (row for row in one.rows("epochs") if int(row["height"]) <= last), key=lambda row: int(row["height"])
    )
    reward = 50 / 2 ** (last // 210_000) + float(day["fee_btc_per_block"])
    price = reward * float(close["close_usd"]) * 86_400 / (difficulty(in_force["bits"]) * 2**32) * 10**15
    assert one.part("The newest day") == f"${price:.2f} per PH/s/day"
    month = [float(row["hashprice"]) for row in one.rows("Hash price of each day")[-30:]]
    assert one.shown == f"${sum(month) / 30:.2f} per PH/s/day"
    assert month[-1] == pytest.approx(price)


def test_revenue_built_up_from_ten_hash_rates() -> None:
    one = page("top10-btc-revenue")
    averages = {row["date"]: row["average"] for row in one.rows("Hash rate of each day")}
    said = r"average of (\d{4}-\d\d-\d\d), in percent: <span class=\"step\">([\d,.]+) / ([\d,.]+) × 100"
    ten = [(day, plain(rate), plain(network)) for day, rate, network in re.findall(said, one.source)]
    assert len(ten) == 10
    for day, _, network in ten:  # a fleet stated after the newest day stands against that one
        assert network == pytest.approx(float(averages[min(day, max(averages))]))
    share = sum(rate / network for _, rate, network in ten)
    mined = sorted(
        float(row["mined"]) / float(row["expected"]) for row in one.rows("Coins mined of those expected")
    )
    middle = (mined[(len(mined) - 1) // 2] + mined[len(mined) // 2]) / 2
    built = share * 3.125 * 144 * 365 * 80_000 * middle
    assert one.part("Built up from the ten hash rates") == f"${built / 1e9:.2f} billion"
    assert '<a href="btc-price-assumption.html">' in one.source
    price = page("btc-price-assumption").shown
    assert f"</a>: the article $80k, the evidence {price}</li>" in one.source


def plain(text: str) -> float:
    return float(text.replace(",", ""))


def test_the_fall_of_the_hash_rate_over_the_quarter() -> None:
    one = page("hashrate-q1-decline", FIRST)
    rates = {row["date"]: float(row["ehs"]) for row in one.rows("Hash rate of each day")}
    before, after = (
        sum(rate for day, rate in rates.items() if first <= day <= last) / 7
        for first, last in (("2025-12-25", "2025-12-31"), ("2026-03-25", "2026-03-31"))
    )
    fall = (1 - after / before) * 100
    assert one.part("Fall by the 7-day average") == f"{fall:.1f}%"
    assert one.shown.startswith(f"{fall:.1f}–")


def test_the_place_of_the_cut_among_all_on_record() -> None:
    one = page("difficulty-drop-rank-record")
    changes = {row["height"]: float(row["change"]) for row in one.rows("Retargets")}
    deeper = sum(change < changes["941472"] for change in changes.values())
    assert one.shown == f"{deeper + 1}th"
    assert one.part("Share of all retargets that cut deeper") == f"{deeper / len(changes) * 100:.1f}%"


def test_the_account_goes_from_the_value_to_the_sentences() -> None:
    text = page("top10-btc-revenue").source
    order = ['class="number"', "The rows used", "The claims used", "Step by step"]
    order += ["Its history", "How near another", "Where this edition uses it"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize("edition", [FIRST, NEWEST])
def test_every_long_table_is_a_file_of_the_edition(edition: str) -> None:
    linked = 0
    for path in sorted((published() / f"editions/{edition}/claims").glob("*.html")):
        place = path.relative_to(published()).as_posix()
        for link in re.findall(r'<a href="([^"]+)" download="[^"]*">All', path.read_text("utf-8")):
            target = paths.target(place, link)
            assert PurePosixPath(target).suffix == ".csv"
            assert (published() / target).is_file(), f"{place}: {link}"
            linked += 1
    assert linked > 15
