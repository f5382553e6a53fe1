"""Random tamperings of a published site, hashes put right or not: a finding each, and no traceback."""

from __future__ import annotations

import json
import random
import resource
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pivot.article import Article, article_of
from pivot.files import canonical, sha256
from pivot.publish.archive import paths, verify

Site = dict[str, bytes]
ROOT = paths.MANIFEST
SECONDS = 20  # a case takes a quarter of one; the machine may be busy
MEGABYTES = 100


class Memory:
    """The files of a site that is not on a disk."""

    links: tuple[str, ...] = ()
    history = ""

    def __init__(self, files: Site) -> None:
        self._files = files

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    def read(self, name: str) -> bytes:
        return self._files[name]


@cache
def read(site: Path) -> Site:
    return {
        path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()
    }


def manifests(site: Site) -> list[str]:
    """The manifests of the editions, in the order of release."""
    names = [name for name in site if name.startswith("editions/") and name.endswith(f"/{ROOT}")]
    return sorted(names, key=lambda name: json.loads(site[name])["number"])


# What a forger does to the bytes of a file


def flip(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def grow(rng: random.Random, data: bytes) -> bytes:
    return data + rng.randbytes(rng.randrange(1, 40))


PIECES = (b"<script>1</script>", b"7", b" ", b"</p><p>", b"\xff", b"<!--edition-->", b'"', b"\0")


def insert(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.choice(PIECES) + data[at:]


def digit(rng: random.Random, data: bytes) -> bytes:
    places = [at for at, byte in enumerate(data) if 48 <= byte < 57]
    at = rng.choice(places) if places else 0
    return data[:at] + bytes([data[at] + 1]) + data[at + 1 :] if places else grow(rng, data)


BYTES = (flip, cut, grow, insert, digit)
JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1.5, "", "x", "../../x", "a" * 2_000, [], {}, [[]], {"x": 1}, "2026-13-45",
)  # fmt: skip


def misread(rng: random.Random, data: bytes) -> bytes:
    """JSON with one part of it another."""
    content = part = json.loads(data)
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = rng.choice(keys)
        if isinstance(part[key], (dict, list)) and part[key] and rng.random() < 0.8:
            part = part[key]
            continue
        if rng.random() < 0.3:
            del part[key]
        else:
            part[key] = rng.choice(JUNK)
        return canonical(content)


# What a forger does to the site


def tampered(rng: random.Random, site: Site) -> tuple[Site, str, str]:
    """A site in which one thing is another, what was done, and to which file."""
    new, name = dict(site), rng.choice(sorted(site))
    kind = rng.choice(["bytes"] * 6 + ["json", "json", "drop", "add", "exchange", "rename"])
    if kind == "json":
        name = rng.choice([name for name in sorted(site) if name.endswith(".json")])
        new[name] = misread(rng, site[name])
    elif kind == "drop":
        del new[name]
    elif kind == "add":
        new[name + rng.choice([".x", "/x", "~"])] = b"x"
    elif kind == "exchange":
        other = rng.choice(sorted(site))
        new[name], new[other] = site[other], site[name]
    elif kind == "rename":
        new[name + "x"] = new.pop(name)
    else:
        new[name] = rng.choice(BYTES)(rng, site[name])
    return new, kind, name


def covered(site: Site, *, root_only: bool) -> Site:
    """The site with every hash put right: what the lists name, and the chain."""
    site = dict(site)

    def put(name: str, change: Callable[[dict[str, Any]], None]) -> None:
        try:
            content = json.loads(site[name])
            change(content)
            site[name] = canonical(content)
        except (ValueError, KeyError, TypeError, AttributeError):
            return  # it is the list itself that was made unreadable

    def files(content: dict[str, Any]) -> None:
        content["files"] = {file: sha256(site[file]) for file in content["files"] if file in site}

    before = ""
    for name in () if root_only else manifests_left(site):

        def edition(content: dict[str, Any], before: str = before) -> None:
            files(content)
            if content["previous"] and before:
                content["previous"]["manifest"] = before

        put(name, edition)
        before = sha256(site[name])

    def crown(content: dict[str, Any]) -> None:
        files(content)
        for one in content["editions"]:
            one["manifest"] = sha256(site[f"editions/{one['edition']}/{ROOT}"])

    put(ROOT, crown)
    return site


def manifests_left(site: Site) -> list[str]:
    try:
        return manifests(site)
    except (ValueError, KeyError, TypeError):
        return []


def tamper(site: Site, article: Article, seed: int) -> str:
    """One case; what was found, by kind."""
    rng = random.Random(seed)  # noqa: S311
    newest = site[manifests(site)[-1]]
    new, kind, name = tampered(rng, site)
    cover = rng.choice(["no hash", "the root's hashes", "every hash"])
    if cover != "no hash":
        new = covered(new, root_only=cover == "the root's hashes")
    if new == site or (name.startswith("revisions/") and cover != "no hash"):
        return "nothing"  # a flip was undone; a difference is only found forged where it is made again
    seen_before = cover == "every hash" and name not in json.loads(site[ROOT])["files"]
    start = time.perf_counter()
    seen = verify(Memory(new), known=sha256(newest).upper() if seen_before else "", article=article)
    assert time.perf_counter() - start < SECONDS, f"seed {seed}"
    assert seen.findings, f"seed {seed}: {kind} in {name}, {cover}"
    assert all(len(str(one)) < 3_000 for one in seen.findings)
    return seen.findings[0].kind


def tampering(site: Path, seeds: range) -> Counter[str]:
    files = read(site)
    assert not verify(Memory(files)).findings
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    article = article_of(site.parent)
    kinds = Counter(tamper(files, article, seed) for seed in seeds)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < MEGABYTES, f"{grown:.0f} MB more"
    return kinds


def test_a_hundred_random_tamperings_are_found(published: Path) -> None:
    kinds = tampering(published, range(100))
    assert kinds["nothing"] < 15
    assert len(kinds) > 4


@pytest.mark.many
def test_ten_thousand_random_tamperings_are_found(published: Path) -> None:
    kinds = tampering(published, range(10_000))
    assert kinds["nothing"] < 1_000
