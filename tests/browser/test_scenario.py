"""The page of scenarios: the formulas of the measures in a browser, kept in the address; a table without."""

from __future__ import annotations

from dataclasses import asdict
from itertools import product

import pytest
from playwright.sync_api import Browser

from analysis.measures import scenario
from pivot.words import long_day
from tests.browser.conftest import opened, violations
from tests.conftest import NEWEST, vintage_of

pytestmark = pytest.mark.browser

PAGE = "chapters/scenarios.html"
GRID = product(
    (20_000.0, 78_457.0, 250_000.0),
    (400.0, 1_007.5, 2_000.0),
    (15.0, 31.5),
    (40.0, 80.0),
    (55.0, 100.0),
    (6.71e7, 4.14e8),
)


def _facts() -> scenario.Facts:
    vintage = vintage_of(NEWEST)
    return scenario.facts(*(vintage.data(name).frame for name in ("days", "prices", "epochs", "statements")))


def test_the_page_computes_what_the_measures_compute(browser: Browser, address: str) -> None:
    given = _facts()
    settings = [scenario.Setting(*values) for values in GRID]
    page = opened(browser, address + PAGE)
    facts = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-fact]')]"
        ".map(one => [one.dataset.fact, Number(one.dataset.value)]))"
    )
    assert facts == {name: value for name, value in asdict(given).items() if name != "close"}
    found = page.evaluate(
        "([sets, facts]) => sets.map(set => [pivotScenario.outcome(set, facts),"
        " pivotScenario.priceLike(150, set, facts)])",
        [[asdict(one) for one in settings], facts],
    )
    assert len(found) == 144
    for setting, (outcome, price) in zip(settings, found, strict=True):
        assert outcome == pytest.approx(asdict(scenario.outcome(setting, given)), rel=1e-12)
        assert price == pytest.approx(scenario.price_like(150, setting, given), rel=1e-12)
    page.context.close()


def test_what_is_set_is_shown_at_once_kept_in_the_address_and_marked(browser: Browser, address: str) -> None:
    given = _facts()
    page = opened(browser, address + PAGE)
    start = page.get_by_role("button", name=f"as of {long_day(NEWEST)}")
    assert start.get_attribute("aria-pressed") == "true"
    page.get_by_label("Price of a bitcoin USD", exact=True).fill("100000")
    page.wait_for_url(f"{address}{PAGE}?price=100000")
    assert start.get_attribute("aria-pressed") == "false"
    assert page.get_by_role("button", name="a bitcoin at $100,000").get_attribute("aria-pressed") == "true"
    shown = page.locator(".outcome dd").first.inner_text()
    row = page.locator("#tbl-scenarios tr", has_text="a bitcoin at $100,000")
    assert shown in row.inner_text()
    page.reload()
    assert page.locator(".outcome dd").first.inner_text() == shown
    page.get_by_role("button", name="the article’s price").click()
    assert page.locator(".outcome dd").nth(2).inner_text() == "$39.90"
    page.get_by_label("Price of power").first.fill("500")  # more than anyone pays: nothing follows from it
    assert "power" not in page.url
    page.get_by_role("button", name="As it was").click()
    page.wait_for_url(address + PAGE)
    lease = page.locator("[data-lease]").first
    pays = lease.evaluate("one => Number(one.dataset.value)")
    setting = scenario.Setting(0, given.network, scenario.EFFICIENCY, 0, 0, 0)
    assert lease.inner_text() == f"${scenario.price_like(pays, setting, given):,.0f}"
    page.context.close()


def test_without_scripts_the_table_answers(browser: Browser, address: str) -> None:
    page = opened(browser, address + PAGE, java_script_enabled=False, viewport={"width": 320, "height": 700})
    given = _facts()
    setting = scenario.Setting(
        100_000, given.network, scenario.EFFICIENCY, scenario.POWER_COST, round(given.realised), 1
    )
    mining = f"${scenario.outcome(setting, given).revenue / 1e9:.2f} billion"
    assert mining in page.locator("#tbl-scenarios tr", has_text="a bitcoin at $100,000").inner_text()
    assert page.locator("article input").count() == 0
    page.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1440, "light")])
def test_it_has_no_violation(browser: Browser, address: str, width: int, scheme: str) -> None:
    page = opened(browser, address + PAGE, color_scheme=scheme, viewport={"width": width, "height": 800})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()
