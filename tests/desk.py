"""The steps of the workflows, run here in order in a clone with a bare remote; stubs play what GitHub has."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

FILES = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
# `on` is a truth value in YAML 1.1, so no workflow is asked for it by name.
WORKFLOWS: dict[str, dict[str, Any]] = {
    name: yaml.safe_load(path.read_text("utf-8")) for name, path in FILES.items()
}

GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$LOG"
case "$*" in "pr list"*) cat "$OPEN";; esac
"""
MAKE = "#!/bin/sh\n"


@dataclass
class Desk:
    """A clone of a repository, with a bare remote and stubs for `gh` and `make`.

    Attributes:
        folder: where all of it lies.
        fill: puts the files of the first commit into a folder.
        pivot: the script that stands for `pivot` in the environment that `make` would make.
        variables: of the environment, beside what a step declares.
    """

    folder: Path
    fill: Callable[[Path], object]
    pivot: str = MAKE
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clone, self.remote = self.folder / "runner" / "clone", self.folder / "remote.git"
        self.stubs, self.log, self.open = (self.folder / name for name in ("stubs", "log", "open"))
        self.summary, self.output, self.env = (self.folder / name for name in ("summary", "output", "env"))
        for path in (self.log, self.open, self.summary, self.output, self.env):
            path.touch()
        _script(self.stubs / "gh", GH)
        _script(self.stubs / "make", MAKE)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.remote), at=self.folder)
        self._checkout()
        self.fill(self.clone)
        (self.clone / ".gitignore").write_text(".venv/\n.pivot/\n_site/\n", "utf-8")
        self.git("switch", "--quiet", "--create", "main")
        self.push("Begin")

    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.stubs}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.org",
            "LOG": str(self.log),
            "OPEN": str(self.open),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_ENV": str(self.env),
            **dict(line.split("=", 1) for line in self.env.read_text("utf-8").splitlines()),
            **self.variables,
        }

    def git(self, *words: str, at: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=at or self.clone,
            env=self.environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def push(self, message: str) -> None:
        """Commits all there is in the clone, and pushes it."""
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", "HEAD")

    def anew(self) -> None:
        """Clones again, on a runner where nothing else is, as each job does."""
        shutil.rmtree(self.clone.parent)
        self._checkout()

    def _checkout(self) -> None:
        self.git("clone", "--quiet", str(self.remote), str(self.clone), at=self.folder)

    def job(self, name: str, uses: Mapping[str, Callable[[], object]], **values: str) -> list[int]:
        """Runs the steps of a job in order, in a clone of its own.

        Args:
            name: workflow and job, with a point between.
            uses: what an action does here; one that is not named does nothing.
            values: of the variables that the steps declare.

        Returns:
            The exit code of each step that is a script, up to the first that stops the job.
        """
        self.anew()
        self.env.write_text("", "utf-8")
        workflow, _, job = name.partition(".")
        content = WORKFLOWS[workflow]["jobs"][job]
        if any(".venv/bin/pivot" in step.get("run", "") for step in content["steps"]):
            _script(self.clone / ".venv" / "bin" / "pivot", self.pivot)
            _script(self.clone / ".venv" / "bin" / "python", MAKE)
        if any(".ci/quarto" in step.get("run", "") for step in content["steps"]):
            _script(self.clone / ".ci" / "quarto", MAKE)
        codes = []
        for step in content["steps"]:
            asks = re.fullmatch(r"steps\.\w+\.outputs\.(\w+ == 'true')", step.get("if", ""))
            if asks and asks[1].replace(" == ", "=").replace("'", "") not in self.output.read_text("utf-8"):
                continue
            if "uses" in step:
                uses.get(step["uses"].partition("@")[0], lambda: None)()
                continue
            declared = {**content.get("env", {}), **step.get("env", {})}
            done = subprocess.run(
                ["bash", "-e", "-c", step["run"]],
                cwd=self.clone,
                env=self.environment() | {key: values.get(key, "") for key in declared},
                check=False,
                capture_output=True,
                text=True,
            )
            codes.append(done.returncode)
            if done.returncode and not step.get("continue-on-error"):
                break
        return codes

    def said(self) -> list[str]:
        """What `gh`, and a stub of `pivot`, were called with."""
        return self.log.read_text("utf-8").splitlines()


def _script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)
