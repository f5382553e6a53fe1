"""A formula in the words that a screen reader says of it in the PDF."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pivot.publish.embedded.engine import ASSETS, find_pandoc

SAID = {
    r"T = m \cdot 256^{\,e-3}": "capital T equals m times 256 to the power of e minus 3, end power",
    r"D = T_{\max}/T": "capital D equals capital T sub max over capital T",
    r"r_k = 1 + \left|\{\, j : \Delta_j < \Delta_k \,\}\right|": (
        "r sub k equals 1 plus the size of the set of j such that capital delta sub j "
        "is less than capital delta sub k"
    ),
    r"H_d = \frac{n_d \, \bar{D}_d \, 2^{32}}{86{,}400}": (
        "capital H sub d equals the fraction of n sub d times capital D bar sub d times "
        "2 to the power of 32, over 86,400, end of fraction"
    ),
    r"\bar{H}^{(w)}_d": "capital H bar sub d with superscript w",
    r"D_{k-1} - 1": "capital D sub k minus 1, end sub, minus 1",
    r"P = \frac{R}{p}, \qquad \text{a share of } \frac{P}{I}": (
        "capital P equals capital R over p, a share of capital P over capital I"
    ),
    r"\sum_{i=1}^n x_i^2": "the sum from i equals 1 to n of x sub i squared",
    r"(s + f) p \le \hat{R}": "open bracket s plus f close bracket times p is at most capital R hat",
    r"\sqrt{x+1} + \frac12": "the square root of x plus 1, end of root, plus 1 over 2",
    r"\begin{matrix} a & b \\ c & d \end{matrix}": "a, b; c, d",
    r"p < 5\%": "p is less than 5 percent",
    r"\nosuchcommand": r"\nosuchcommand",
}


def test_formulas_are_said_as_one_reads_them(tmp_path: Path) -> None:
    script = tmp_path / "say.lua"
    script.write_text(
        f'local spoken = dofile("{(ASSETS / "spoken.lua").as_posix()}")\n'
        'for line in io.lines() do print((spoken(line):gsub("\\n", " "))) end\n',
        "utf-8",
    )
    made = subprocess.run(
        [find_pandoc(), "lua", script], input="\n".join(SAID), capture_output=True, text=True, check=True
    )
    assert dict(zip(SAID, made.stdout.splitlines(), strict=True)) == SAID
