"""Mutation testing of measures and claims, in a copy: what change of the code would no test notice?

    python -m tests.regression.mutation [--sample N] [--seed N]     (`make mutation`)

Cosmic Ray changes one operator, number, comparison or decorator at a time, in place, and runs a fast choice
of our tests; so everything happens in a temporary copy of the repository. mutmut, the other tester that is
kept up, leaves decorated functions alone, and every claim is one. Prints the score and each survivor with its
diff.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.conftest import ROOT

COPIED = ("analysis", "pivot", "tests", "data-snapshots", "chapters", "pyproject.toml", "editions.toml")
ALSO = ("_quarto.yml", "index.qmd", "references.bib")

TESTS = (
    "tests/regression/test_claims.py",
    "tests/regression/test_measures.py",
    "tests/regression/test_oracles.py",
    "tests/unit/test_measures_companies.py",
    "tests/unit/test_measures_energy.py",
    "tests/unit/test_measures_network.py",
    "tests/unit/test_claims_quantities.py",
    "tests/unit/test_claims_values.py",
    "tests/unit/test_claims_verdicts.py",
    "tests/unit/test_claims_ledger.py",
    "tests/unit/test_vintages_verdicts.py",
    "tests/regression/test_survivors.py",
    "tests/regression/test_counterfactuals.py",
)
"""The tests that look at measures and claims, those first that notice most."""

CONFIG = """\
[cosmic-ray]
module-path = ["analysis/measures", "analysis/claims"]
timeout = 120.0
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider -p no:randomly {tests}"
distributor.name = "local"
"""

EMPTY = re.compile(
    r"core/ReplaceComparisonOperator_(Is_Eq|IsNot_NotEq)|core/ReplaceBinaryOperator_BitOr_\w+|\w+/\w+_(RShift|LShift|BitOr|BitAnd|BitXor|Pow|Mod|Invert|Not)"
)
"""Operators left out: `|` stands mostly in annotations, which are not evaluated, and what turns arithmetic
into operations on bits dies of any test, which would only flatter the score; for `None` and members of an
enumeration `is` and `==` are the same."""

SILENT = re.compile(r"\s*(if TYPE_CHECKING:|@dataclass\(frozen=True, slots=True\))")
"""Lines in which a change is none of behaviour: imports for the type checker, memory of an instance."""


def main() -> int:
    """Exit code 0 if no mutant survived, 1 if some did, 2 if the tests fail without any mutant."""
    parser = argparse.ArgumentParser(prog="python -m tests.regression.mutation", description=__doc__)
    parser.add_argument(
        "--sample", type=int, default=0, help="try so many mutants, drawn at random; all if 0"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    given = parser.parse_args()
    ray = shutil.which("cosmic-ray")
    if ray is None:
        parser.error("Cosmic Ray is not on the path; `make mutation` installs it beside the environment")
    with tempfile.TemporaryDirectory(prefix="pivot-mutation-") as name:
        copy = Path(name)
        for one in (*COPIED, *ALSO):
            place = shutil.copytree if (ROOT / one).is_dir() else shutil.copy
            place(ROOT / one, copy / one)
        (copy / "mutation.toml").write_text(
            CONFIG.format(python=sys.executable, tests=" ".join(TESTS)), "utf-8"
        )
        if subprocess.run([ray, "baseline", "mutation.toml"], cwd=copy, check=False).returncode:
            return 2
        subprocess.run([ray, "init", "mutation.toml", "session.sqlite"], cwd=copy, check=True)
        drawn, of = _draw(copy / "session.sqlite", given.sample, given.seed)
        sys.stdout.write(f"{drawn} of {of} mutants are tried\n")
        sys.stdout.flush()
        subprocess.run([ray, "exec", "mutation.toml", "session.sqlite"], cwd=copy, check=True)
        dump = subprocess.run(
            [ray, "dump", "session.sqlite"], cwd=copy, check=True, capture_output=True, text=True
        )
    return _report([json.loads(line) for line in dump.stdout.splitlines()])


def _draw(session: Path, sample: int, seed: int) -> tuple[int, int]:
    """Leaves only a sample of the work to be done; how many were drawn, of how many."""
    with closing(sqlite3.connect(session)) as database, database:
        rows = database.execute(
            "SELECT job_id, operator_name, module_path, start_pos_row FROM mutation_specs"
        )
        specs = sorted(rows.fetchall(), key=lambda spec: spec[1:])  # a job's own id is another in every run
        jobs = [
            job
            for job, operator, module, row in specs
            if not EMPTY.fullmatch(operator) and not SILENT.match(_line(module, row))
        ]
        order = random.Random(seed)  # noqa: S311  # a sample, not a secret
        kept = set(order.sample(jobs, min(sample, len(jobs))) if sample else jobs)
        for table in ("mutation_specs", "work_items"):
            database.executemany(
                f"DELETE FROM {table} WHERE job_id = ?",  # noqa: S608  # the names stand above
                [(job,) for job, *_ in specs if job not in kept],
            )
    return len(kept), len(jobs)


def _line(module: str, row: int) -> str:
    return (ROOT / module).read_text("utf-8").splitlines()[row - 1]


def _report(results: list[list[dict[str, object]]]) -> int:
    outcomes = Counter(str(result and result.get("test_outcome")) for _, result in results)
    survivors = [result for _, result in results if result and result.get("test_outcome") == "survived"]
    for result in survivors:
        sys.stdout.write(f"\nsurvived:\n{result.get('diff')}\n")
    tried = sum(outcomes[outcome] for outcome in ("killed", "survived"))
    score = 100 * outcomes["killed"] / tried if tried else 0
    sys.stdout.write(f"\n{dict(outcomes)}\nscore: {outcomes['killed']} of {tried} killed, {score:.1f}%\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
