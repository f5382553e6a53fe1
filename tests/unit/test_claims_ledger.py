"""The ledger: complete, canonical, true to its schema, and traceable to rows and code."""

from __future__ import annotations

import inspect
import json
import re
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest

from analysis.claims import ledger as ledgers
from analysis.claims.ledger import Ledger
from analysis.claims.registry import claims
from analysis.errors import ClaimError, VintageError
from tests.conftest import AS_READ, ROOT, ledger_of, vintage_of

SCHEMA = json.loads((ROOT / "analysis/claims/ledger.schema.json").read_text("utf-8"))


def test_json_follows_the_published_schema(ledger: Ledger) -> None:
    jsonschema.validate(json.loads(ledger.to_json({})), SCHEMA, jsonschema.Draft202012Validator)


def test_json_is_canonical(ledger: Ledger) -> None:
    again = ledgers.build(vintage_of(ledger.as_of))
    assert again.to_json({}) == ledger.to_json({})


def test_decorators_cite_what_the_article_snapshot_cites() -> None:
    cited = vintage_of(AS_READ).data("cited").frame["cited"]
    assert {id_: claim.cited for id_, claim in claims().items()} == dict(cited)


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


def test_every_number_has_inputs(ledger: Ledger) -> None:
    made = [entry for entry in ledger.entries.values() if entry.kind == "computed"]
    assert len(made) >= 3
    assert all(entry.inputs for entry in made)


def test_no_evidence_of_a_later_day(ledger: Ledger) -> None:
    dated = [piece.published for entry in ledger.entries.values() for piece in entry.evidence]
    assert len(dated) > 40
    assert all(day <= ledger.as_of.isoformat() for day in dated if day != "unknown")


def test_some_claims_bring_those_they_are_derived_from() -> None:
    small = ledgers.build(vintage_of(AS_READ), ["revenue-ratio"])
    assert set(small.entries) == {
        "revenue-ratio",
        "top10-btc-revenue",
        "top10-btc-production",
        "btc-price-assumption",
    }
    assert small["revenue-ratio"] == ledger_of(AS_READ)["revenue-ratio"]


def test_unknown_id_names_the_nearest() -> None:
    with pytest.raises(ClaimError, match="no claim is called 'difficulty-dorp'") as error:
        ledgers.build(vintage_of(AS_READ), ["difficulty-dorp"])
    assert "difficulty-drop" in error.value.hint


def test_claim_without_data_at_a_vintage_says_so() -> None:
    import datetime as dt

    with pytest.raises((ClaimError, VintageError)) as error:
        ledgers.build(vintage_of(dt.date(2026, 2, 1)), ["difficulty-drop"])
    assert "2026-02-01" in str(error.value)
    assert "difficulty-drop" in str(error.value) or "public" in str(error.value)


def test_design_page_of_claims_is_complete() -> None:
    """Each id that a claim module declares stands in one theme only, with a docstring of one sentence."""
    names = [
        found
        for path in sorted((ROOT / "analysis/claims").glob("*.py"))
        for found in re.findall(r'@claim\(\s*"([a-z0-9-]+)"', Path(path).read_text("utf-8"))
    ]
    assert sorted(names) == sorted(claims())
    assert len(names) == len(set(names))
    assert all(claim.statement.endswith(".") for claim in claims().values())
