"""Any property test as a fuzzer: new random cases until its time is over, and how many there were.

    pytest -p tests.fuzz --minutes 10 tests/site/test_fuzz.py

A test with parameters shares its minutes among them. A case that fails is made small and told; keep it as an
`@example` of its test.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from functools import wraps
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import HypothesisException

_BATCH = 200  # cases between two seeds
_COUNTS = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--minutes", type=float, default=10, help="of each property test")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the property tests, each with its share of the minutes."""
    fuzzers = [item for item in items if hasattr(getattr(item, "obj", None), "hypothesis")]
    several = Counter(item.nodeid.partition("[")[0] for item in fuzzers)
    for item in fuzzers:
        item.user_properties.append(
            ("seconds", 60 * config.getoption("--minutes") / several[item.nodeid.partition("[")[0]])
        )
    config.stash[_COUNTS] = []
    items[:] = fuzzers


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    test, seconds = pyfuncitem.obj, float(str(dict(pyfuncitem.user_properties)["seconds"]))
    inner, start, cases, failed = test.hypothesis.inner_test, time.monotonic(), 0, False

    @wraps(inner)
    def counted(*arguments: Any, **named: Any) -> None:  # noqa: ANN401
        nonlocal cases, failed
        if failed or time.monotonic() - start < seconds:
            cases += 1
            try:
                inner(*arguments, **named)
            except HypothesisException:  # a case that the test passes over
                raise
            except Exception:
                failed = True  # to be made small, however long that takes
                raise

    test.hypothesis.inner_test = counted
    test._hypothesis_internal_use_settings = settings(
        test._hypothesis_internal_use_settings,
        max_examples=_BATCH,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        derandomize=False,
        database=None,
    )
    fixtures = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    try:
        while time.monotonic() - start < seconds:
            test._hypothesis_internal_use_seed = random.SystemRandom().getrandbits(64)
            test(**fixtures)
    finally:
        test.hypothesis.inner_test = inner
        took = f"{cases:,} cases in {time.monotonic() - start:,.0f} s"
        pyfuncitem.config.stash[_COUNTS].append(f"{pyfuncitem.nodeid}: {took}")
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.section("cases")
    for line in config.stash[_COUNTS]:
        terminalreporter.write_line(line)
