"""The ledger: complete, canonical, true to its schema, and traceable to rows and code."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest

from analysis.report import ARTICLE
from pivot.claims import stored
from pivot.claims.ledger import Ledger
from pivot.errors import ClaimError, ReportError, VintageError
from pivot.schemas import SCHEMAS
from tests.conftest import AS_READ, NEWEST, ROOT, build_ledger, ledger_of, vintage_of
from tests.unit.older import second

SIDES = ("article", "ours")
SCHEMA = json.loads(SCHEMAS["ledger.schema.json"]())


def test_json_follows_the_published_schema(ledger: Ledger) -> None:
    jsonschema.validate(json.loads(ledger.to_json({})), SCHEMA, jsonschema.Draft202012Validator)


def test_json_is_canonical(ledger: Ledger) -> None:
    again = build_ledger(vintage_of(ledger.as_of))
    assert again.to_json({}) == ledger.to_json({})


def test_each_row_of_the_article_has_a_claim_and_each_claim_its_words(ledger: Ledger) -> None:
    cited = vintage_of(ledger.as_of).data("cited").frame["cited"]
    assert {id_: entry.cited for id_, entry in ledger.entries.items()} == dict(cited)


def test_code_points_at_the_function(ledger: Ledger) -> None:
    for entry in ledger.entries.values():
        lines = (ROOT / entry.code.path).read_text("utf-8").splitlines()
        near = "\n".join(lines[entry.code.line - 1 : entry.code.line + 14])
        assert f"def {entry.code.function}(" in near, entry.id
        assert inspect.getdoc(getattr(import_module(entry.code.module), entry.code.function))


def test_inputs_name_files_with_these_hashes(ledger: Ledger) -> None:
    listed = (ROOT / "data-snapshots/SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in listed)}
    used = [one for entry in ledger.entries.values() for one in entry.inputs]
    assert len(used) > 50
    for one in used:
        assert sums[one.snapshot.removeprefix("data-snapshots/")] == one.sha256
        assert one.count > 0


def test_every_claim_says_what_it_is_made_from(ledger: Ledger) -> None:
    bare = [id_ for id_, entry in ledger.entries.items() if not entry.inputs and not entry.derived_from]
    assert bare == ["difficulty-drop-cause", "shutdowns", "top10-history"], "not computed, as formulas say"


def test_a_derived_claim_names_the_claims_it_comes_from(ledger: Ledger) -> None:
    assert ledger["ai-doubled"].derived_from == ("ai-ten-year",)
    assert ledger["btc-over-ai"].derived_from == ("ai-ten-year", "ai-doubled")
    assert ledger["difficulty-drop"].derived_from == ()
    said = json.loads(ledger.to_json({}))["claims"]
    assert said["ai-doubled"]["derived_from"] == ["ai-ten-year"]
    assert "derived_from" not in said["difficulty-drop"]


def test_no_evidence_of_a_later_day(ledger: Ledger) -> None:
    dated = [piece.published for entry in ledger.entries.values() for piece in entry.evidence]
    assert len(dated) > 40
    assert all(day <= ledger.as_of.isoformat() for day in dated if day != "unknown")


def test_some_claims_bring_those_they_are_derived_from() -> None:
    small = build_ledger(vintage_of(AS_READ), ["top10-btc-revenue"])
    assert set(small.entries) == {"top10-btc-revenue", "top10-btc-production", "btc-price-assumption"}
    assert small["top10-btc-revenue"] == ledger_of(AS_READ)["top10-btc-revenue"]


def test_unknown_id_names_the_nearest() -> None:
    with pytest.raises(ClaimError, match="no claim is called 'difficulty-dorp'") as error:
        build_ledger(vintage_of(AS_READ), ["difficulty-dorp"])
    assert "difficulty-drop" in error.value.hint


def test_claim_without_data_at_a_vintage_says_so() -> None:
    import datetime as dt

    with pytest.raises((ClaimError, VintageError)) as error:
        build_ledger(vintage_of(dt.date(2026, 2, 1)), ["difficulty-drop"])
    assert "2026-02-01" in str(error.value)
    assert "difficulty-drop" in str(error.value) or "public" in str(error.value)


def test_design_page_of_claims_is_complete() -> None:
    """Each id that a claim module declares stands in one theme only, with a docstring of one sentence."""
    names = [
        found
        for path in sorted((ROOT / "analysis/claims").glob("*.py"))
        for found in re.findall(r'@claim\(\s*"([a-z0-9-]+)"', Path(path).read_text("utf-8"))
    ]
    assert sorted(names) == sorted(ARTICLE.claims)
    assert len(names) == len(set(names))
    assert all(claim.statement.endswith(".") for claim in ARTICLE.claims.values())


def test_figures_stand_in_the_order_of_the_account(ledger: Ledger) -> None:
    said = json.loads(ledger.to_json({}))["claims"]
    for id_, entry in ledger.entries.items():
        assert [part["name"] for part in said[id_]["parts"]] == list(entry.parts)
    names = [part["name"] for part in said["difficulty-drop"]["parts"]]
    assert names != sorted(names), "the order is not that of the alphabet"


def test_a_range_has_two_ends_and_no_value(ledger: Ledger) -> None:
    said = json.loads(ledger.to_json({}))["claims"]
    sides = {(id_, side): one for id_, entry in said.items() for side in SIDES if (one := entry[side])}
    ranges = {name: one for name, one in sides.items() if one["low"] is not None}
    assert {("hashrate-q1-decline", "ours"), ("top5-history", "article")} <= set(ranges)
    assert all(one["value"] is None and one["low"] <= one["high"] for one in ranges.values())
    assert all(sides[name]["value"] is not None for name in sides.keys() - ranges.keys())


def test_a_value_for_machines_is_one() -> None:
    said = json.loads(ledger_of(NEWEST).to_json({}))["claims"]
    place = said["difficulty-drop-rank-year"]
    assert (place["article"]["value"], place["ours"]["value"]) == (2.0, 3)
    assert (place["article"]["unit"], place["ours"]["display"]) == (place["ours"]["unit"], "third-largest")
    sold = said["mara-btc-sold"]
    assert (sold["article"]["value"], sold["article"]["unit"]) == (13_210.0, "BTC")
    assert [sold["ours"][end] for end in ("value", "low", "high")] == [None, 15_133.0, 20_880.0]
    days = [part["value"] for entry in said.values() for part in entry["parts"] if part["unit"] == "day"]
    assert len(days) > 10
    assert all(str(dt.date.fromisoformat(day)) == day for day in days)


def test_a_few_rows_are_written_out(ledger: Ledger) -> None:
    (used,) = ledger["block-interval"].inputs
    assert [cells.split(" ")[0] for cells in used.cells] == ["939456:", "941472:"]
    assert "bits=17021a91" in used.cells[1]
    every = [one for entry in ledger.entries.values() for one in entry.inputs]
    assert all(len(one.cells) == (one.count if one.count <= 3 else 0) for one in every)


def test_a_number_shown_without_its_sign_has_its_margin_without_it() -> None:
    assert ledger_of(AS_READ)["difficulty-drop"].margin.endswith("; shows 7.7% from 7.7% to 7.8%")


def test_a_ledger_of_the_first_schema_reads_like_one_of_this() -> None:
    entry = json.loads(ledger_of(AS_READ).to_json({}))["claims"]["ai-share-now"]
    old = {key: value for key, value in second(entry).items() if key not in {"found", "derived_from"}} | {
        "low": 40,
        "high": 60,
        "value": 50.0,
        "parts": {part.pop("name"): part for part in second(entry)["parts"]},
        "inputs": [{k: v for k, v in used.items() if k != "cells"} for used in entry["inputs"]],
        "sentences": ["chapters/revenue.qmd:95: Our value: 67%."],
    }
    first = {"schema": 1, "as_of": "2026-05-08", "claims": {"ai-share-now": old}}
    read = stored.read(first, "an archive")["ai-share-now"]
    assert read.ours
    assert read.ours.single is None
    assert read.value == 50.0
    assert sorted(read.parts) == sorted(part["name"] for part in entry["parts"])
    (use,) = read.sentences
    assert (use.address, use.text, use.line) == ("chapters/revenue.html", "Our value: 67%.", 95)
    again = Ledger(AS_READ, {"ai-share-now": read}).to_json({})
    assert '"low": 40,' in again  # a whole number stays one
    jsonschema.validate(json.loads(again), SCHEMA, jsonschema.Draft202012Validator)
    with pytest.raises(ReportError, match="schema that is not known"):
        stored.read({"schema": 4}, "an archive")


def test_a_ledger_of_the_second_schema_had_the_article_s_figure_where_ours_was_another() -> None:
    entry = json.loads(ledger_of(NEWEST).to_json({}))["claims"]["mara-btc-sold"]
    others = next(part for part in entry["parts"] if part["name"] == "others")
    number = {"value": 13_210.0, "low": None, "high": None, "display": "13,210 BTC", "exact": "13,210 BTC"}
    old = second(entry) | number
    known, repeated, own = (old | {"found": found} for found in (others["display"], "as cited", "13,210 BTC"))
    claims = {"known": known, "repeated": repeated, "own": own}
    data = json.dumps({"schema": 2, "as_of": "2026-08-21", "claims": claims}).encode()
    read = stored.parse(data, "an archive")
    assert {id_: (one.cited, one.display) for id_, one in read.items()} == {
        "known": ("13,210 BTC", others["display"]),
        "repeated": ("13,210 BTC", "not known"),
        "own": ("13,210 BTC", "13,210 BTC"),
    }
    shown = stored.bound(data, "an archive")
    assert shown.earlier
    assert {shown.texts[f"claim.{id_}"] for id_ in claims} == {"13,210 BTC"}
