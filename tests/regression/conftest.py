"""A small pytest plugin: tests with baselines are marked, and none regenerates where nobody looks."""

from __future__ import annotations

import os

import pytest

REGENERATES = ("force_regen", "regen_all")
"""Options of pytest-regressions that overwrite expected values."""

_FIXTURES = frozenset({"data_regression", "num_regression", "dataframe_regression", "file_regression"})


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "baseline: holds a value against a recorded one")
    wanted = [name for name in REGENERATES if config.getoption(name)]
    if wanted and os.environ.get("CI"):
        options = " ".join("--" + name.replace("_", "-") for name in wanted)
        pytest.exit(
            f"{options} is refused: CI is set, and a baseline that regenerates itself holds nothing. "
            "Record it on your machine with `python -m tests.regression.record`, look at the diff, commit.",
            returncode=pytest.ExitCode.USAGE_ERROR,
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.baseline)
