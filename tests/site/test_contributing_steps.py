"""The steps that CONTRIBUTING prints for a chart, the page and a source, run as they stand in a copy."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.newcomer import blocks, copy_whole, run

FACE = "analysis/report.py"
ADDRESS = 'ADDRESS = "https://index.example.org"'


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_whole(tmp_path_factory.mktemp("contributor") / "repository")


def put(root: Path, name: str, text: str) -> None:
    """Append to a file, or make it."""
    with (root / name).open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n" if file.tell() else f"{text}\n")


def name_it(root: Path, field: str, line: str) -> None:
    """Add a line to a list of the face."""
    face = root / FACE
    text = face.read_text("utf-8")
    assert f"    {field}=(" in text
    face.write_text(text.replace(f"    {field}=(", f"    {field}=({line} ", 1), "utf-8")


@pytest.mark.slow
def test_a_chart_and_a_style_are_added_by_the_printed_steps(copy: Path) -> None:
    module, line, figure, commands = blocks("CONTRIBUTING.md", "Add a chart")
    rule, built = blocks("CONTRIBUTING.md", "Change the page")
    put(copy, "analysis/charts/drawdown.py", module)
    name_it(copy, "charts", line)
    put(copy, "chapters/security.qmd", figure)
    put(copy, "pivot/publish/assets/site.css", rule)
    steps = re.split(r"(?<!\\)\n", commands)
    assert [step.split()[1] for step in steps] == ["check", "build", "-m"]
    assert built in steps
    for step in steps:
        done = run(copy, step)
        assert done.returncode == 0, f"{step}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    assert "test_charts/drawdown-2026-10-08.yml" in done.stdout
    page = (copy / "_site/chapters/security.html").read_text("utf-8")
    assert 'id="fig-drawdown"' in page
    styles = [path.read_text("utf-8") for path in (copy / "_site").rglob("*.css")]
    assert any(rule in style for style in styles)


def test_a_source_is_added_by_the_printed_steps(copy: Path) -> None:
    module, line, command = blocks("CONTRIBUTING.md", "Add a source")
    day = dt.datetime.now(dt.UTC).date()

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"day": str(day), "usd": 39.25}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert module.count('ADDRESS = "https://index.example.org"') == 1
        put(
            copy,
            "analysis/sources/luxor.py",
            module.replace('ADDRESS = "https://index.example.org"', f'ADDRESS = "{address}"'),
        )
        name_it(copy, "sources", line)
        done = run(copy, command)
        server.shutdown()
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"hashprice-published: 1 row new, {day}-index" in done.stdout
    assert sorted(path.name for path in (copy / "data-snapshots/hashprice-published").iterdir()) == [
        "2026-11-22.csv",
        "2026-11-22.toml",
    ]
