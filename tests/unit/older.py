"""A small repository of the old layout: its package has an engine of its own, and asks nothing of ours.

Each claim is a close of bitcoin times a factor that its code holds; two chapters say what they are.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from analysis.data import DATA_SETS
from pivot.article import Article
from pivot.claims.stored import plain
from pivot.revisions.report import Report, difference
from pivot.revisions.sides import resolve
from pivot.snapshots import Store
from tests.conftest import NEWEST, ledger_of
from tests.unit.revisions import commit, git

ARTICLE = Article(package="analysis", data_sets={"prices": DATA_SETS["prices"]}, themes=())
DAYS = [dt.date(2026, 5, 1) + dt.timedelta(days) for days in range(12)]
IDS = ("alpha", "beta", "gamma")
CHAPTERS = ("index.qmd", "chapters/second.qmd")
SENTENCES = {
    "index.qmd": ["The first is {{< var claim.alpha >}}.", "It was seen by all.", "So it was."],
    "chapters/second.qmd": [
        "Of {{< var report.claims >}} claims {{< var report.reproduced >}} stand.",
        "Then {{< var claim.beta >}} came, and {{< var claim.gamma >}}.",
        "Nobody knows more.",
    ],
}
_BOOK = "project: {type: book}\nbook: {title: A small book, chapters: [index.qmd, chapters/second.qmd]}\n"
_EDITIONS = f'[[edition]]\nid = "one"\nas_of = {DAYS[-1]}\ntitle = "The only one"\n'
_CODE = """
import csv, json, os, sys
from pathlib import Path

FACTORS = {factors}

def ledger(root, as_of):
    newest = sorted((Path(root) / "data-snapshots/btc-price").glob("*.csv"))[-1]
    rows = [row for row in csv.DictReader(newest.open()) if row["date"] <= as_of]
    closes = {{row["date"]: float(row["close_usd"]) for row in rows}}
    whole = json.loads((Path(__file__).parent / "ledger.json").read_text())
    for name, (day, factor) in FACTORS.items():
        value = closes[day] * factor
        entry = whole["claims"][name]
        entry["value"], entry["display"], entry["found"] = value, f"{{value:.2f}}", f"{{value:.2f}}"
        entry["exact"] = f"{{value:.4f}}"
        used = {{"data_set": "prices", "snapshot": "closes.csv", "sha256": "0" * 64, "count": 1, "cells": []}}
        entry["inputs"] = [{{**used, "rows": [day]}}]
        entry["verdict"] = "reproduced" if value < 500 else "differs"
    return {{**whole, "as_of": as_of}}
"""
_HERE = "def here(root, day):\n    return root, day\n"
_STATES = """
import json, sys
from collections import Counter
from analysis.made import ledger

def hand_over(side, generated, *, pictures):
    made = ledger(*side)
    texts = {}
    for name, entry in made["claims"].items():
        texts[f"claim.{name}"] = entry["display"]
    counts = Counter(entry["verdict"] for entry in made["claims"].values())
    texts |= {"report.claims": str(len(made["claims"])), "report.reproduced": str(counts["reproduced"])}
    nothing = {"tables": {}, "labels": {}, "drawn": {}}
    return json.dumps({"texts": texts, "blocks": {"none": ""}, "ledger": made, **nothing})
"""
_MAIN = """
import json, sys
from analysis.made import ledger
sys.stdout.write(json.dumps(ledger(sys.argv[2], sys.argv[6])))
"""

Closes = dict[dt.date, float]
Factors = Mapping[str, tuple[dt.date, float]]
CLOSES: Closes = {day: 100.0 + 10 * place for place, day in enumerate(DAYS)}
FACTORS: Factors = dict(zip(IDS, [(DAYS[2], 1.0), (DAYS[5], 2.0), (DAYS[9], 4.0)], strict=True))


def second(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as the second schema had it: one value, and beside it in words what the evidence gives."""
    ours = {key: value for key, value in entry["ours"].items() if key != "errors"}
    parts = [{k: v for k, v in part.items() if k not in {"low", "high"}} for part in entry["parts"]]
    shared = {key: value for key, value in entry.items() if key not in {"article", "ours"}}
    said = {"cited": entry["article"]["display"], "found": ours["display"], "parts": parts}
    return {**shared, **ours, **said}


def write(root: Path, closes: Closes, factors: Factors, sentences: Mapping[str, list[str]]) -> None:
    """One state of the repository; a snapshot in it is what it would be if it had landed so."""
    package = root / "analysis"
    for folder in (root / "chapters", package / "publish", package / "revisions"):
        folder.mkdir(parents=True, exist_ok=True)
    entry = next(
        one
        for one in ledger_of(NEWEST).entries.values()
        if one.kind == "computed" and one.ours and one.ours.low is None
    )
    same = {"evidence": (), "sentences": (), "inputs": (), "figures": (), "guard": None}
    claims = {name: second(plain(msgspec.structs.replace(entry, id=name, **same))) for name in factors}
    said = {name: (str(day), factor) for name, (day, factor) in factors.items()}
    files = {
        "_quarto.yml": _BOOK,
        "editions.toml": _EDITIONS,
        "analysis/__init__.py": "",
        "analysis/__main__.py": _MAIN,
        "analysis/cli.py": "",
        "analysis/made.py": _CODE.format(factors=said),
        "analysis/ledger.json": json.dumps({"schema": 2, "claims": claims}),
        "analysis/publish/generated.py": "generated = None\n",
        "analysis/revisions/sides.py": _HERE,
        "analysis/revisions/states.py": _STATES,
        **{
            name: f"# {name[:3]} {{#sec-{name[:3]}}}\n\n" + "\n".join(lines) + "\n"
            for name, lines in sentences.items()
        },
    }
    for name, text in files.items():
        (root / name).write_text(text, "utf-8")
    store = root / "data-snapshots"
    for path in [*sorted(store.rglob("*.*")), store / "SHA256SUMS"] if store.is_dir() else []:
        path.unlink(missing_ok=True)
    store.mkdir(exist_ok=True)
    table = root / "closes.csv"
    with table.open("w", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(
            [
                ("date", "close_usd", "series"),
                *((day, f"{close:.2f}", "kraken") for day, close in sorted(closes.items())),
            ]
        )
    Store(store, ARTICLE.data_sets).add(
        "btc-price", table, publisher="p", url=["https://example.org"], licence="l", method="transcribed",
        vintage=max(closes), retrieved=max(closes),
    )  # fmt: skip
    table.unlink()


def repository(folder: Path) -> Path:
    """A repository with the first state, committed and tagged."""
    git(folder, "init", "-q", "-b", "main")
    write(folder, CLOSES, FACTORS, SENTENCES)
    commit(folder, "first")
    git(folder, "tag", "first")
    return folder


def between(root: Path, old: str, new: str, scratch: Path, *, data_only: bool = False) -> Report:
    """The difference of two revisions of it."""
    return difference(*resolve(ARTICLE, root, (old, new), {"one": DAYS[-1]}, scratch, data_only=data_only))
