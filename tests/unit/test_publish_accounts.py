"""How the ledger's page words what others published, and where it sends readers for the evidence."""

from __future__ import annotations

import re

import pytest

from analysis.report import ARTICLE
from pivot.accounts import account, reading
from pivot.blocks import generated
from pivot.claims.ledger import Ledger
from pivot.claims.verdicts import RULES, Basis
from pivot.prose.markdown import sentence, signed
from pivot.snapshots import Vintage
from tests.conftest import NEWEST, ledger_of, vintage_of

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"


@pytest.mark.parametrize(
    ("value", "unit", "period", "expected"),
    [
        ("-7.7; 133 from ~145", "percent; T", "Mar 2026", f"{MINUS}7.7 percent; 133 from ~145 T (Mar 2026)"),
        ("2,385; 208.3", "BTC; USD million", "", "2,385 BTC; 208.3 USD million"),
        ("39.2; 67.3", "percent", "Q4 2025; Q1 2026", "39.2 percent (Q4 2025); 67.3 (Q1 2026)"),
        ("28.68; -18.34% over 30 days", "USD/day", "", f"28.68 USD/day; {MINUS}18.34% over 30 days"),
        ("about 630 held", "BTC", "Mar 2026", "about 630 held, in BTC (Mar 2026)"),
        ("one 350; 243 billing", "MW", "", "one 350; 243 billing, in MW"),
        ("33.2 of 167.2", "USD million; percent", "", "33.2 of 167.2, in USD million and percent"),
        ("180 MW, lease signed", "MW", "", "180 MW, lease signed"),
        ("90% to 30%", "percent", "", "90% to 30%"),
        ("28-30", "years", "2027-28", f"28{DASH}30 years (2027{DASH}28)"),
        ("deal with Google", "text", "", "deal with Google"),
        ("2026-03-20T21:54:19Z", "time", "", "2026-03-20T21:54:19Z"),
    ],
)  # fmt: skip
def test_several_values_stand_beside_their_units(value: str, unit: str, period: str, expected: str) -> None:
    assert reading(value, unit, period) == expected


def test_signs_are_real_and_days_stay() -> None:
    assert signed("-7.7 (-3 or 5-6), 2026-03-20, 53,822-15,133") == (
        f"{MINUS}7.7 ({MINUS}3 or 5{DASH}6), 2026-03-20, 53,822{MINUS}15,133"
    )


@pytest.mark.parametrize(("text", "expected"), [("no text.", "No text."), ("x", "X."), ("Ends!", "Ends!")])
def test_a_sentence_ends_once(text: str, expected: str) -> None:
    assert sentence(text) == expected


def test_nothing_published_is_raw_shorthand() -> None:
    entries = ledger_of(NEWEST).entries
    lines = [
        line for entry in entries.values() for line in account(entry, claims=entries) if line.startswith("- ")
    ]
    assert len(lines) > 80
    for line in lines:
        said = line.partition("](<")[0]
        assert not re.search(r"(?<![\w-])-\d", said), line
        assert ".." not in said, line
        note = re.search(r"(?:published [\d-]+|no date)\. (.)", line)
        assert note is None or not note[1].islower(), line


def test_few_rows_are_named_and_many_are_counted(ledger: Ledger) -> None:
    accounts = (account(entry, claims=ledger.entries) for entry in ledger.entries.values())
    told = [line for lines in accounts for line in lines if line.startswith("| From")]
    assert len(told) > 40
    for line in told:
        assert re.search(r"\((?:row .+?|[23] rows: .+? and .+?|[\d,]{1,6} rows)\);", line), line


def test_an_account_is_headed_by_its_statement(ledger: Ledger) -> None:
    for id_, entry in ledger.entries.items():
        first = next(iter(account(entry)))
        assert first.startswith(f"### {entry.statement[:12]}")
        assert first.endswith(f"{{#claim-{id_} .unnumbered}}\n")


def test_every_file_of_the_evidence_is_linked_and_its_checksum_whole(vintage: Vintage) -> None:
    text = generated(ARTICLE, ledger_of(NEWEST), vintage_of(NEWEST))["sources"]
    store = vintage.store
    paths = [one.path for source in store.sources() for one in store.snapshots(source)]
    assert len(paths) >= 11
    for path in paths:
        assert f"](</{path}>)" in text
        assert f"](</{path.removesuffix('.csv')}.toml>)" in text
    assert "](</data-snapshots/SHA256SUMS>)" in text
    assert len(re.findall(r"`[0-9a-f]{64}`", text)) == len(paths)


def test_the_sources_have_no_double_stops() -> None:
    text = generated(ARTICLE, ledger_of(NEWEST), vintage_of(NEWEST))["sources"]
    assert text.count("Publisher: ") == text.count("Licence: ") >= 11
    assert not re.search(r"\.\.|\. \.", text.replace("…", ""))
    assert "Published by" not in text


def test_the_rules_that_decide_are_the_ones_that_are_printed(ledger: Ledger, vintage: Vintage) -> None:
    lines = generated(ARTICLE, ledger, vintage)["rules"].splitlines()[2:]
    assert len(lines) == len(RULES) > 15
    for line, rule in zip(lines, RULES, strict=True):
        kinds, where, verdict, basis = (cell.strip() for cell in line.strip("|").split("|"))
        assert kinds.split(", ") == [kind.value for kind in rule.kinds]
        assert (where, basis) == (rule.condition, rule.basis.value)
        assert verdict.startswith(f"[{rule.verdict.value}]{{.verdict ")
        assert ("`bearing`, which a person judged" in basis) is (rule.basis is Basis.JUDGED)
    assert sum(rule.basis is Basis.JUDGED for rule in RULES) > 5
