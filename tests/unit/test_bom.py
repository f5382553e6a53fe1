"""The bill of materials names everything that the lock file pins, by its hashes."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from pivot.bom import LOCK, bill
from pivot.errors import ReportError
from tests.conftest import ROOT


def test_it_names_what_is_pinned() -> None:
    lock = (ROOT / LOCK).read_text("utf-8")
    made = subprocess.run([sys.executable, "-m", "pivot.bom"], cwd=ROOT, capture_output=True, check=True)
    content = json.loads(made.stdout)
    assert content == bill(lock)
    assert (content["bomFormat"], content["specVersion"]) == ("CycloneDX", "1.6")
    components = content["components"]
    assert len(components) == len(re.findall(r"(?m)^[\w.-]+==", lock)) > 50
    assert sum(len(one["hashes"]) for one in components) == lock.count("--hash=sha256:") > 500
    assert "pkg:pypi/pypandoc-binary@" in str(components)
    assert len({one["purl"] for one in components}) == len(components)


def test_a_lock_file_that_pins_nothing_has_none() -> None:
    with pytest.raises(ReportError, match="no bill of materials"):
        bill("# nothing\n")
