"""The table of all claims: chosen from, sorted, shared by its address, and taken away as CSV."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO

import pytest
from msgspec import structs
from playwright.sync_api import Browser, expect

from pivot.publish.claims_table import as_csv
from tests.browser.conftest import opened, violations
from tests.conftest import NEWEST, ledger_of
from tests.editions import FIRST, published

pytestmark = pytest.mark.browser

LEDGER = "chapters/ledger.html"


def test_claims_are_chosen_by_verdict_and_source_and_shared(browser: Browser, archive: str) -> None:
    ledger = json.loads((published() / "ledger.json").read_text("utf-8"))["claims"]
    differing = [entry for entry in ledger.values() if entry["verdict"] == "differs"]
    page = opened(browser, archive + LEDGER)
    rows = page.locator("table.choice tbody tr:visible")
    assert rows.count() == len(ledger)
    page.get_by_label("Verdict").select_option("differs")
    assert rows.count() == len(differing) > 0
    assert page.locator(".claims output").inner_text() == f"{len(differing)} of {len(ledger)} claims"
    page.get_by_label("Source").select_option("operator-statements")
    chosen = [
        entry
        for entry in differing
        if any(used["snapshot"].split("/")[1] == "operator-statements" for used in entry["inputs"])
    ]
    assert rows.count() == len(chosen) > 0
    shared = page.url
    page.goto(archive + "index.html")
    page.goto(shared)
    assert rows.count() == len(chosen)
    rows.first.get_by_role("link").click()
    expect(page.locator("h3:target")).to_be_visible()
    page.context.close()


def test_a_press_on_a_head_sorts_and_a_second_one_turns(browser: Browser, archive: str) -> None:
    page = opened(browser, archive + LEDGER)
    head = page.get_by_role("columnheader", name="Verdict").first
    verdicts = page.locator("table.choice tbody td:nth-child(4)")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    up = verdicts.all_inner_texts()
    assert up == sorted(up)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert verdicts.all_inner_texts() == sorted(up, reverse=True)
    page.reload()
    assert verdicts.all_inner_texts() == sorted(up, reverse=True)
    page.context.close()


def test_without_scripts_every_claim_is_in_the_table(browser: Browser, archive: str) -> None:
    page = opened(browser, f"{archive}editions/{FIRST}/{LEDGER}", java_script_enabled=False)
    assert page.locator("table.choice tbody tr").count() == 58
    assert not page.get_by_label("Tier").is_visible()
    page.locator("table.choice tbody a", has_text="Coins that MARA sold").click()
    expect(page).to_have_url(re.compile("#claim-mara-btc-sold$"))
    page.context.close()


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (320, "dark"), (1440, "light"), (1440, "dark")]
)
def test_it_has_no_violation(browser: Browser, archive: str, width: int, scheme: str) -> None:
    page = opened(browser, archive + LEDGER, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.get_by_label("Verdict").select_option("differs")
    assert violations(page, scheme) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_the_csv_has_every_claim_and_nothing_that_a_spreadsheet_runs() -> None:
    ledger = json.loads((published() / "ledger.json").read_text("utf-8"))["claims"]
    rows = list(csv.DictReader(StringIO((published() / "ledger.csv").read_text("utf-8"), newline="")))
    assert {row["id"]: (row["statement"], row["verdict"]) for row in rows} == {
        id_: (entry["statement"], entry["verdict"]) for id_, entry in ledger.items()
    }
    entry = ledger_of(NEWEST)["mara-btc-sold"]
    nasty = structs.replace(entry, statement="=HYPERLINK(1)", reason="@x", margin="+1")
    cells = next(iter(csv.DictReader(StringIO(as_csv({"x": nasty}).decode(), newline=""))))
    assert [cells[name] for name in ("statement", "margin", "reason")] == ["'=HYPERLINK(1)", "'+1", "'@x"]
