"""What a real Quarto is given, and how its answer is judged; `tests/site/test_drivers.py` runs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pivot.cli import main
from pivot.errors import ProseError, RenderError
from pivot.prose.book import Book
from pivot.publish.embedded.engine import find_pandoc
from pivot.publish.quarto import QuartoRenderer, write_quarto_inputs
from pivot.publish.quarto.renderer import check_output
from pivot.publish.quarto.staged import fill_generated, stage_book, variable_markdown, variables_yaml
from pivot.publish.render import silent
from tests.site.conftest import GUARDS, TINY, VARIABLES, tiny_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXTENSION = Path(__file__).parents[2] / "_extensions" / "pivot"


def pandoc(text: str, *arguments: str) -> str:
    run = subprocess.run(
        [find_pandoc(), *arguments], input=text, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def quoted(text: str | Path) -> str:
    """A text as Lua reads it; of what is beyond ASCII it takes the bytes."""
    return json.dumps(str(text), ensure_ascii=False)


def lua(tmp_path: Path, markdown: str, target: str, guards: Mapping[str, bool]) -> str:
    """Run the extension's filter over Markdown as Quarto would, in a stand-in for Quarto's Lua world."""
    (tmp_path / "_generated").mkdir(exist_ok=True)
    (tmp_path / "_generated/guards.json").write_text(json.dumps(dict(guards)), "utf-8")
    script = tmp_path / "run.lua"
    script.write_text(
        f"""
        quarto = {{
          project = {{ directory = {quoted(tmp_path)}, offset = ".." }},
          doc = {{ is_format = function(name) return name == {quoted(target)} end }},
        }}
        local doc = pandoc.read(io.read("a"), "markdown")
        local filters = dofile({quoted(EXTENSION / "pivot.lua")})
        for _, filter in ipairs(filters) do doc = doc:walk(filter) end
        io.write(pandoc.write(doc, {quoted(target)}, pandoc.WriterOptions {{ wrap_text = "preserve" }}))
        """,
        "utf-8",
    )
    run = subprocess.run(
        [find_pandoc(), "lua", str(script)],
        input=markdown,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize(
    "text",
    [
        "7.7%", "$1,200 and $5", "−7.7557%", "*not* bold", "1. one", "- item", "# head", "a_b^c~d", "[x](y)",
        "<b>", "`c`", "\\", '"quoted"', "it's", "...", "a--b", "@key", "3.10", "1e3", "null", "yes",
        "#1 | 2", "{{< var x >}}", "~30%",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["cited.x", "claim.x", "verdict.x"])
def test_a_value_reaches_the_reader_as_it_is(name: str, text: str) -> None:
    read = pandoc(variable_markdown(name, text), "-f", "markdown", "-t", "plain", "--wrap=none")
    assert read.rstrip("\n") == text


def test_values_that_open_an_account_are_spans() -> None:
    assert variable_markdown("claim.boats", "12") == '[12]{.claim data-claim="boats" data-var="claim.boats"}'
    assert (
        variable_markdown("part.boats.first", "12")
        == '[12]{.claim data-claim="boats" data-var="part.boats.first"}'
    )
    assert variable_markdown("verdict.boats", "reproduced, rounded") == (
        '[reproduced\\, rounded]{.claim .verdict .verdict-reproduced-rounded data-claim="boats" data-var="verdict.boats"}'  # noqa: E501
    )
    assert variable_markdown("report.title", "12") == "12"


def test_the_variables_file_is_nested_and_every_value_is_text() -> None:
    text = variables_yaml({"report.n": "3.10", "report.big": "12345678901234567890", "claim.a-b": "1e3"})
    data: dict[str, Any] = yaml.safe_load(text)
    assert data == {
        "report": {"n": "3\\.10", "big": "12345678901234567890"},
        "claim": {"a-b": '[1e3]{.claim data-claim="a-b" data-var="claim.a-b"}'},
    }
    assert '"12345678901234567890"' in text


@pytest.mark.parametrize("name", ["part.x.2009", "part.x.1e3", "part.x.0x1F"])
def test_a_name_that_quarto_takes_for_a_position_is_refused(name: str) -> None:
    with pytest.raises(RenderError, match="can not look up"):
        variables_yaml({name: "1"})


def test_a_name_below_another_is_refused() -> None:
    with pytest.raises(RenderError, match="below another"):
        variables_yaml({"part.x": "1", "part.x.y": "2"})


def test_generated_markdown_is_filled() -> None:
    text = '{{< var claim.x >}}, ![a](b.svg){fig-alt="so {{< var claim.x >}}"}, {{< var no.no >}}'
    assert fill_generated(text, {"claim.x": "7.7%"}) == (
        '[7\\.7\\%]{.claim data-claim="x" data-var="claim.x"}, ![a](b.svg){fig-alt="so 7.7%"}, {{< var no.no >}}'  # noqa: E501
    )


def test_the_staged_book_has_what_quarto_needs(tmp_path: Path) -> None:
    stage_book(Book.load(TINY / "book"), tiny_inputs(), tmp_path)
    config = yaml.safe_load((tmp_path / "_quarto.yml").read_text("utf-8"))
    assert config["project"] == {"type": "book", "output-dir": "_site"}
    assert config["book"]["author"]
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {
        "_quarto.yml", "_variables.yml", "index.qmd", "references.bib", "_generated/guards.json",
        "_generated/cited.json", "_generated/paper.json", "_generated/report.typ", "_generated/book.typ",
        "_generated/forms.lua", "_generated/raw.lua", "_generated/spoken.lua",
        "_generated/years.md", "_generated/ledger.md", "chapters/one.qmd", "chapters/two.qmd",
        "chapters/_shared.md", "chapters/ledger.qmd", "chapters/references.qmd", "figures/level.svg",
        "figures/level-dark.svg", "figures/level.csv", "figures/plain.svg",
    }  # fmt: skip
    assert json.loads((tmp_path / "_generated/guards.json").read_text("utf-8")) == GUARDS
    assert '[7\\.7\\%]{.claim data-claim="lake-level" data-var="claim.lake-level"}' in (
        tmp_path / "_generated/years.md"
    ).read_text("utf-8")


def test_inputs_that_did_not_change_are_not_written_again(tmp_path: Path) -> None:
    write_quarto_inputs(Book.load(TINY / "book"), tiny_inputs(), tmp_path)
    figure = tmp_path / "figures/level.svg"
    before = figure.stat().st_mtime_ns
    write_quarto_inputs(Book.load(TINY / "book"), tiny_inputs(), tmp_path)
    assert figure.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("code", "output"),
    [
        (1, "ERROR: broken"),
        (0, "WARNING: Unknown var claim.x specified in a var shortcode."),
        (0, "[WARNING] Unable to resolve crossref @fig-x"),
        (0, "[WARNING] Citeproc: citation zz not found"),
        (0, "x ?var:claim.x y"),
    ],
)
def test_what_quarto_could_not_resolve_is_an_error(code: int, output: str) -> None:
    with pytest.raises(RenderError, match="Quarto"):
        check_output(code, f"[1/5] index.qmd\n{output}\nOutput created: _site/index.html\n")


def test_a_quiet_run_is_fine() -> None:
    check_output(0, "[1/5] index.qmd\nOutput created: _site/index.html\n")


def test_values_become_links_in_html(tmp_path: Path) -> None:
    text = lua(
        tmp_path,
        'By [7.7%]{.claim data-claim="lake" data-var="claim.lake"}.\n\n# In [7.7%]{.claim data-claim="lake" data-var="claim.lake"} {#x}\n',  # noqa: E501
        "html",
        {},
    )
    assert '<a href="../chapters/ledger.html#claim-lake" class="claim" data-var="claim.lake">7.7%</a>' in text
    assert '<h1 id="x">In 7.7%</h1>' in text


@pytest.mark.parametrize("target", ["html", "typst"])
def test_a_fallen_guard_marks_its_sentence(tmp_path: Path, target: str) -> None:
    text = lua(
        tmp_path,
        "One.\nTwo. <!-- holds: a -->\nThree. <!-- holds: b, c -->\n",
        target,
        {"a": True, "b": True, "c": False},
    )
    assert "holds:" not in text
    marked = re.search(r'broken-guard(?:">|\[)([^<\]]*)', text)
    assert marked
    assert marked[1].strip() == "Three."
    assert target == "typst" or "no longer holds" in text  # there the template says it


def test_the_generated_shortcode_reads_its_file(tmp_path: Path) -> None:
    (tmp_path / "_generated").mkdir()
    (tmp_path / "_generated/years.md").write_text("| a |\n|---|\n| 1 |\n", "utf-8")
    script = f"""
        local function blocks(text) return pandoc.read(text, "markdown").blocks end
        quarto = {{ project = {{ directory = {quoted(tmp_path)} }},
                   doc = {{ is_format = function() return false end }},
                   utils = {{ string_to_blocks = blocks }} }}
        local handler = dofile({quoted(EXTENSION / "generated.lua")})["generated"]
        print(handler({{ "years" }})[1].t, pcall(handler, {{ "nothing" }}))
    """
    path = tmp_path / "run.lua"
    path.write_text(script, "utf-8")
    output = pandoc("", "lua", str(path))
    assert output.startswith("Table\tfalse\t")
    assert "generated nothing: there is no" in output


def fake_quarto(folder: Path, body: str) -> None:
    path = folder / "quarto"
    path.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then echo 1.10.18; exit 0; fi\n{body}\n', "utf-8")
    path.chmod(0o755)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Renders with a stand-in for Quarto that writes one text on each page; returns the first page."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def rendered(text: str) -> str:
        (tmp_path / "page.html").write_text(f"<body><header><h1>One</h1></header>{text}</body>", "utf-8")
        fake_quarto(
            tmp_path,
            f'cd "$2" && grep -q lake _variables.yml && mkdir -p _site/chapters && touch _site/report.pdf\n'
            f"for name in index chapters/one chapters/two chapters/ledger chapters/references; do\n"
            f"cp {tmp_path}/page.html _site/$name.html; done",
        )
        with QuartoRenderer(tmp_path / "cache") as renderer:
            renderer.prepare(Book.load(TINY / "book"), tiny_inputs())
            made = renderer.render(Book.load(TINY / "book"), tiny_inputs(), tmp_path / "out", silent)
        assert list((tmp_path / "cache").iterdir()) == []
        assert (tmp_path / "out/index.html").read_text("utf-8").count(made.pages[0].body) == 1
        return made.pages[0].body

    return rendered


def test_the_renderer_runs_quarto_and_frames_what_it_made(page: Callable[[str], str]) -> None:
    """A stand-in shows what the adapter asks and takes; `tests/site/test_drivers.py` shows the rest."""
    text = '<p>A <a class="quarto-xref" href="#x">Figure <span>1.1</span></a><!-- note --></p>'
    assert page(text) == '<h1>One</h1>\n<p>A <a href="#x" class="xref">Figure\xa01.1</a></p>\n'


@pytest.mark.parametrize(
    "text",
    [
        "<p><strong>?var:claim.x</strong></p>",
        "<p>See ?@fig-x.</p>",
        '<p>See <span class="quarto-unresolved-ref">fig-x</span>.</p>',
        "<p>{{&lt; var claim.x &gt;}}</p>",
    ],
)
def test_what_quarto_printed_for_an_unknown_thing_is_found_in_the_pages(
    page: Callable[[str], str], text: str
) -> None:
    with pytest.raises(RenderError, match=r"(?s)index\.qmd: .*(?:claim\.x|fig-x)"):
        page(text)


def test_a_shortcode_that_a_chapter_only_shows_is_no_trouble(page: Callable[[str], str]) -> None:
    shown = "<p>Write <code>{{&lt; var name &gt;}}</code>.</p>"
    assert shown in page(shown)


def test_undefined_variables_are_named_with_file_and_line_before_quarto_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_quarto(tmp_path, "exit 3")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    inputs = tiny_inputs()
    variables = {key: value for key, value in VARIABLES.items() if key != "claim.lake-level"}
    poorer = type(inputs)(variables, GUARDS, inputs.figures, inputs.generated)
    with pytest.raises(ProseError, match=r"index\.qmd:3: variable claim\.lake-level is not defined"):
        QuartoRenderer(tmp_path / "cache").render(Book.load(TINY / "book"), poorer, tmp_path / "out", silent)


def test_what_quarto_alone_can_do_is_left_to_it(tmp_path: Path, page: Callable[[str], str]) -> None:
    """Its own shortcodes, and those of other extensions, are no problem before it has run."""
    book = tmp_path / "book"
    shutil.copytree(TINY / "book", book)
    with (book / "index.qmd").open("a", encoding="utf-8") as file:
        file.write("\n{{< pagebreak >}}\n\nPress {{< kbd Ctrl-C >}}; {{< other thing >}}.\n")
    page("<p>Made.</p>")  # puts the stand-in on the path
    shown = '<kbd title="Ctrl-C" aria-hidden="true">Ctrl-C</kbd><span class="visually-hidden">Ctrl-C</span>'
    assert "<p><kbd>Ctrl-C</kbd></p>" in page(f"<p>{shown}</p>")
    with QuartoRenderer(tmp_path / "cache") as renderer:
        made = renderer.render(Book.load(book), tiny_inputs(), tmp_path / "out", silent)
    assert len(made.pages) == 5


def test_what_quarto_says_when_it_stops_has_no_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    fake_quarto(tmp_path, "printf '\\033[91mERROR: in %s/index.qmd\\033[39m' \"$2\" >&2; exit 1")
    with pytest.raises(RenderError, match=r"(?s)return code 1.*ERROR: in \./index\.qmd\n") as caught:
        QuartoRenderer(tmp_path / "cache").render(
            Book.load(TINY / "book"), tiny_inputs(), tmp_path / "out", silent
        )
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("module", ["analysis", "pivot"])
def test_without_the_environment_the_steps_say_what_is_missing(module: str) -> None:
    command = [sys.executable, "-S", "-m", module, "prepare"]
    done = subprocess.run(command, cwd=EXTENSION.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("pivot: click is not installed\n")
    assert "make .venv/.ready" in done.stderr


def test_of_one_chapter_the_bare_page_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("QUARTO_PROJECT_RENDER_ALL", raising=False)
    assert main(["frame"]) == 0
    assert "no frame" in capsys.readouterr().out
