"""What is stored is read strictly: nothing missing, unknown or of another type; and its schemas."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from pivot import schemas
from pivot.claims import stored
from pivot.claims.ledger import Ledger
from pivot.editions import editions
from pivot.errors import ReportError
from pivot.publish.archive.manifest import About, Code, Manifest, Previous
from tests.conftest import AS_READ, ROOT, ledger_of

SCHEMAS = {name: json.loads(make()) for name, make in schemas.SCHEMAS.items()}
LEDGER = json.loads(ledger_of(AS_READ).to_json({}))
CLAIM = "difficulty-drop"


def test_schemas_are_schemas() -> None:
    assert set(SCHEMAS) == {"ledger.schema.json", "report.schema.json"}
    for schema in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def parts(schema: object) -> list[dict[str, Any]]:
    """Every object with fields of its own in a schema."""
    if isinstance(schema, list):
        return [part for one in schema for part in parts(one)]
    if not isinstance(schema, dict):
        return []
    return [schema] * ("properties" in schema) + [part for one in schema.values() for part in parts(one)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_closed_and_says_what_its_parts_are(name: str) -> None:
    objects = parts(SCHEMAS[name])
    assert len(objects) >= 7
    for part in objects:
        assert part["additionalProperties"] is False
        assert part["description"]
        assert "Args:" not in part["description"]
    statement = SCHEMAS["ledger.schema.json"]["$defs"]["Entry"]["properties"]["statement"]
    assert statement["description"] == "How the value is made, in one sentence."


def entry(content: dict[str, Any]) -> dict[str, Any]:
    return content["claims"][CLAIM]  # type: ignore[no-any-return]


BREAKS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "an unknown field": (lambda all_: entry(all_).update(colour="red"), "unknown field `colour`"),
    "a missing field": (lambda all_: entry(all_).pop("verdict"), "missing required field `verdict`"),
    "a number as text": (lambda all_: entry(all_)["code"].update(line="12"), "code.line"),
    "a line before the first": (lambda all_: entry(all_)["code"].update(line=0), "`int` >= 1"),
    "a verdict that is none": (lambda all_: entry(all_).update(verdict="true"), "[...].verdict"),
    "a kind that is none": (lambda all_: entry(all_).update(kind="guess"), "[...].kind"),
    "a hash that is none": (
        lambda all_: entry(all_)["inputs"][0].update(sha256="a" * 63),
        "inputs[0].sha256",
    ),
    "too many cells": (lambda all_: entry(all_)["inputs"][0].update(cells=list("abcd")), "length <= 3"),
    "a bearing that is none": (lambda all_: entry(all_)["evidence"][0].update(bearing="likes"), "bearing"),
    "no inputs": (lambda all_: entry(all_).update(inputs=None), "expected: `array`"),
    "a claim without a name": (lambda all_: all_["claims"].update({"": entry(all_)}), "matching regex"),
    "no claims": (lambda all_: all_["claims"].clear(), "length >= 1"),
    "no day": (lambda all_: all_.update(as_of="May"), "where:    a site, as_of"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_ledger_that_does_not_keep_its_schema_is_refused_by_code_and_schema(name: str) -> None:
    breaks, expected = BREAKS[name]
    content = copy.deepcopy(LEDGER)
    assert set(stored.read(content, "a site")) == set(LEDGER["claims"])
    breaks(content)
    with pytest.raises(ReportError) as failure:
        stored.read(content, "a site")
    assert expected in str(failure.value)
    assert "where:    a site" in str(failure.value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            content,
            SCHEMAS["ledger.schema.json"],
            jsonschema.Draft202012Validator,
            format_checker=jsonschema.FormatChecker(),
        )


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b'{"schema": 1}', b'{"schema": 1, "claims": {"a": 1}}']
)
def test_what_is_no_ledger_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(ReportError) as failure:
        stored.parse(data, "a site")
    assert failure.value.where == "a site"


def test_a_ledger_read_and_written_is_the_same_bytes() -> None:
    text = ledger_of(AS_READ).to_json({})
    assert Ledger(AS_READ, stored.parse(text.encode(), "a site")).to_json({}) == text


MANIFEST = Manifest(
    edition=editions(ROOT)[0],
    number=2,
    previous=Previous("2026-05-08", "a" * 64),
    about=About("Salt", "", ("A", "B"), "en", "salt.pdf"),
    code=Code("1", "b" * 64),
    snapshots={"data-snapshots/SHA256SUMS": "c" * 64},
    files={"index.html": "d" * 64},
)


def test_a_manifest_read_and_written_is_the_same_bytes() -> None:
    data = MANIFEST.to_json()
    assert Manifest.from_json(data, "a site") == MANIFEST
    assert Manifest.from_json(data, "a site").to_json() == data


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b'"number": 2', b'"number": "2"', "a site, number"),
        (b'"schema": 1', b'"schema": 2', "a site, schema"),
        (b'"lang"', b'"language"', "a site, about"),
        (b'"as_of": "2026', b'"as_of": "26', "a site, edition.as_of"),
        (b"{", b"", "this is not the manifest of an edition"),
    ],
)
def test_a_manifest_that_was_changed_is_refused(old: bytes, new: bytes, expected: str) -> None:
    data = MANIFEST.to_json()
    assert old in data
    with pytest.raises(ReportError) as failure:
        Manifest.from_json(data.replace(old, new, 1), "a site")
    assert expected in str(failure.value)
