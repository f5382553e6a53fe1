"""What leaves for a terminal is text: no control characters, no links, whatever the data hold."""

from __future__ import annotations

import ast
import io
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.markup import escape
from rich.text import Text

from pivot.cli import main
from pivot.output import printable, say
from pivot.revisions.pages import _md
from pivot.terminal import Terminal

ROOT = Path(__file__).parents[2]
ATTACKS = (
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[H",
    "\x1b]8;;https://e.x\x1b\\open\x1b]8;;\x1b\\",
    "\x9b31m",
    "a\rb\x08c\x7f",
    "a\N{RIGHT-TO-LEFT OVERRIDE}b\N{ZERO WIDTH SPACE}",
    "\N{LANGUAGE TAG}\ud800\N{LINE SEPARATOR}",
    "[link=https://e.x]open[/link] \\[bold]",
)


def is_plain(text: str) -> bool:
    return all(
        char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text
    )


@given(st.text())
@example("".join(ATTACKS))
def test_nothing_that_is_printed_commands_a_terminal(text: str) -> None:
    assert is_plain(printable(text))
    out = io.StringIO()
    console = Terminal(file=out, force_terminal=True, color_system=None, width=40, legacy_windows=False)
    console.print(f"a {escape(text)} [b]b[/b]")
    console.print(Text(text))
    console.print(text, markup=False, soft_wrap=True)
    shown = out.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert is_plain(shown)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=20)))
@example(dict(enumerate(ATTACKS)))
def test_json_stays_json(content: dict[str, str]) -> None:
    text = json.dumps(content, ensure_ascii=False)
    assert json.loads(printable(text)) == json.loads(text)


@pytest.mark.parametrize("text", ["−7.7 % – “so” ≥ 2·10³ km²", "Núñez\n\tx", "МАРА", "\N{GRINNING FACE}"])
def test_what_readers_see_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_an_error_about_a_text_with_control_characters_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "a\x1b[2J\x9b"]) == 2
    assert is_plain(capsys.readouterr().err)
    assert main(["diff", "\x1b]0;x\x07", "b"]) == 2
    assert is_plain(capsys.readouterr().err)


def test_there_is_one_way_out() -> None:
    """No `print`, no `Console` and no standard stream but in the modules that make text of what they get."""
    ways = {"print", "Console"}
    allowed = {"output.py", "terminal.py", "progress.py", "schemas.py", "typesetter.py"}  # the last says JSON
    found = [
        f"{path.name}:{node.lineno}"
        for package in ("pivot", "analysis")
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.name not in allowed and "start" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ways)
        or (
            isinstance(node, ast.Attribute)
            and node.attr == "write"
            and ast.unparse(node).startswith("sys.std")
        )
    ]
    assert found == []
    assert Path(ROOT / "pivot" / "output.py").is_file()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("closes GH-2", ("closes", "GH-2")),
        ("resolves https://github.com/o/r/issues/3", ("resolves", "https:")),
        ("Fixed: o/r#4", ("Fixed", "#4")),
        ("@someone FIX #1", ("@someone", "FIX ", "#1")),
    ],
)
def test_no_word_in_a_comment_calls_or_closes(text: str, kept: tuple[str, ...]) -> None:
    written = str(_md(text))
    assert not any(word in written for word in kept)
    assert written.replace("<!-- -->", "") == text.replace("_", "\\_")


def test_output_that_is_said_ends_as_asked(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x07")
    say("b", end="")
    say("c", error=True)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("a\\u0007\nb", "c\n")
