"""The bill of materials names everything that the lock file pins, by its hashes, and Quarto's programs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pivot.bom import LOCK, bill
from pivot.errors import ReportError
from tests.conftest import ROOT

QUARTO = """Quarto 1.10.18
[>] Checking versions of quarto binary dependencies...
      NOTE: Pandoc version 3.9.0 does not strictly match 3.10.0. Please use 3.10.0.
      Dart Sass version 1.105.0: OK
      Typst version 0.15.2: OK
"""
"""What `quarto check versions` says."""
PROGRAMS = {"Quarto": "1.10.18", "Pandoc": "3.9.0", "Dart Sass": "1.105.0", "Typst": "0.15.2"}


def test_it_names_what_is_pinned_and_what_quarto_brings(tmp_path: Path) -> None:
    lock = (ROOT / LOCK).read_text("utf-8")
    (tmp_path / "said").write_text(QUARTO, "utf-8")
    (tmp_path / "quarto").write_text(
        f'#!/bin/sh\ntest "$1 $2" = "check versions" && cat {tmp_path}/said >&2\n'
    )
    (tmp_path / "quarto").chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    made = subprocess.run(
        [sys.executable, "-m", "pivot.bom"], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    content = json.loads(made.stdout)
    assert content == bill(lock, PROGRAMS)
    applications = [one for one in content["components"] if one["type"] == "application"]
    assert {one["name"]: one["version"] for one in applications} == PROGRAMS
    content = bill(lock, {})
    assert (content["bomFormat"], content["specVersion"]) == ("CycloneDX", "1.6")
    components = content["components"]
    assert len(components) == len(re.findall(r"(?m)^[\w.-]+==", lock)) > 50
    assert sum(len(one["hashes"]) for one in components) == lock.count("--hash=sha256:") > 500
    assert "pkg:pypi/pypandoc-binary@" in str(components)
    assert len({one["purl"] for one in components}) == len(components)


def test_a_lock_file_that_pins_nothing_has_none() -> None:
    with pytest.raises(ReportError, match="no bill of materials"):
        bill("# nothing\n", {})
