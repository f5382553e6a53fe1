"""`pivot verify` reads what anybody may send: within limits, following nothing, and never by a traceback."""

from __future__ import annotations

import json
import os
import stat
import struct
import time
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivot.errors import ReportError
from pivot.files import canonical, sha256
from pivot.publish.archive import reader, verify
from pivot.publish.archive.findings import by_kind
from pivot.publish.archive.verify import _bound

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN = "editions/x/manifest.json"


def site(folder: Path, files: dict[str, bytes]) -> Path:
    """A site whose own list has every file but itself."""
    root = {
        "schema": 1,
        "newest": "x",
        "editions": [],
        "files": {name: sha256(data) for name, data in files.items()},
    }
    for name, data in {**files, "manifest.json": canonical(root)}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def packed(place: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    return place


def test_a_folder_that_is_a_link_is_told_and_not_followed(tmp_path: Path) -> None:
    forged = site(tmp_path / "forged", {"index.html": b"forged"})
    folder = site(tmp_path / "site", {"index.html": b"x"})
    (folder / "editions").symlink_to(forged, target_is_directory=True)
    (folder / "claims").mkdir()
    os.mkfifo(folder / "claims" / "pipe")
    seen = verify(folder)
    assert by_kind(seen.findings) == {"link": 2}
    assert [one.where for one in seen.findings] == ["claims/pipe", "editions"]


def test_a_link_in_a_zip_is_told(tmp_path: Path) -> None:
    place = packed(
        tmp_path / "site.zip", {"manifest.json": b'{"schema":1,"newest":"","editions":[],"files":{}}'}
    )
    with zipfile.ZipFile(place, "a") as zipped:
        info = zipfile.ZipInfo("editions")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        zipped.writestr(info, "/etc")
    assert by_kind(verify(place).findings) == {"link": 1}


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("page.html", bytes(60 * 1024**2), "files of at most 200 times"),
        ("page.html", bytes(70 * 1024**2), "files of at most 67,108,864 bytes"),
        ("a" * 5_000, b"x", "names of at most 500 characters"),
        ("a/" * 20 + "b", b"x", "in at most 16 folders"),
    ],
)
def test_a_zip_beyond_the_limits_is_refused_unread(
    tmp_path: Path, name: str, data: bytes, expected: str
) -> None:
    place = packed(tmp_path / "site.zip", {"manifest.json": b"{}", name: data})
    tracemalloc.start()
    with pytest.raises(ReportError) as caught:
        verify(place)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert expected in caught.value.expected
    assert caught.value.hint
    assert peak < 5 * 1024**2


def test_a_zip_that_lists_more_than_can_be_held_is_refused_unread(tmp_path: Path) -> None:
    place = tmp_path / "site.zip"
    place.write_bytes(b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 9, 9, 2**31, 0, 0))
    with pytest.raises(ReportError, match="goes beyond"):
        verify(place)
    place.write_bytes(b"PK\x06\x07" + bytes(16) + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 9, 9, 46, 0, 0))
    with pytest.raises(ReportError, match="goes beyond"):
        verify(place)


@pytest.mark.parametrize("limit", ["_MEMBERS", "_TOTAL"])
def test_too_many_files_or_bytes_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(reader, limit, 10)
    files = {f"{number}.html": b"x" for number in range(20)}
    with pytest.raises(ReportError, match="goes beyond"):
        verify(packed(tmp_path / "site.zip", files))
    with pytest.raises(ReportError, match="goes beyond"):
        verify(site(tmp_path / "site", files))


def test_a_zip_that_is_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = packed(tmp_path / "site.zip", {"a.html": b"x"})
    monkeypatch.setattr(reader, "_PACKED", 10)
    with pytest.raises(ReportError, match="goes beyond") as caught:
        verify(place)
    assert caught.value.expected == "at most 10 bytes"


def test_a_name_is_read_in_the_site_alone_and_no_further_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    (site(tmp_path / "site", {"a.html": b"x" * 20}) / "link").symlink_to(tmp_path / "secret")
    files = reader.Folder(tmp_path / "site")
    assert files.read("a.html") == b"x" * 20
    for name in ("../secret", "link", str(tmp_path / "secret")):
        with pytest.raises(KeyError):
            files.read(name)
    monkeypatch.setattr(reader, "_FILE", 10)  # as if it had grown since it was listed
    with pytest.raises(KeyError):
        files.read("a.html")


def test_a_broken_member_is_a_file_that_is_missing(tmp_path: Path) -> None:
    page = os.urandom(3_000)
    root = {"schema": 1, "newest": "", "editions": [], "files": {"a.bin": sha256(page)}}
    place = packed(tmp_path / "site.zip", {"a.bin": page, "manifest.json": canonical(root)})
    data = bytearray(place.read_bytes())
    data[500:600] = bytes(100)
    place.write_bytes(data)
    assert by_kind(verify(place).findings) == {"missing": 1}


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
        b'{"number": Infinity}',
        b'{"number": 1e999}',
        b'{"number": ' + b"9" * 5_000 + b"}",
        b'{"previous": {"edition": ["x"], "manifest": "y"}}',
        b'{"files": [["a", 1]]}',
        b'"\\ud800"',
        b"\xff",
        b"",
        b"null",
    ],
    ids=range(11),
)
@pytest.mark.parametrize("name", ["manifest.json", FOREIGN])
def test_a_manifest_that_is_none_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    files = {"index.html": b"x", FOREIGN: b"{}"}
    folder = site(tmp_path, files)
    (folder / name).write_bytes(content)
    kinds = by_kind(verify(folder).findings)
    assert kinds["changed"] >= 1


def test_reading_numbers_takes_time_by_the_length_of_the_page() -> None:
    def seconds(page: str) -> float:
        start = time.process_time()
        assert len(list(_bound(page))) >= 0
        return time.process_time() - start

    for piece in ('<a data-var="x">', "<a data-var=", ' data-var="', "<a ", "<", '<a x="'):
        assert seconds(piece * (2_000_000 // len(piece))) < 3, piece


def test_a_number_is_read_whole_with_the_tags_in_it() -> None:
    page = '<p><a class="c"\ndata-var="claim.x" href="y">7<b>.7</b>%</a> <i data-var="claim.z">never closed'
    assert list(_bound(page)) == [
        ('<a class="c"\ndata-var="claim.x" href="y"', "7<b>.7</b>%"),
        ('<i data-var="claim.z"', ""),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["schema", "editions", "edition", "files", "manifest", "previous", "number", "claims", "id"]
            )
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
MANIFEST: dict[str, Any] = {
    "schema": 1,
    "number": 1,
    "previous": None,
    "edition": {"id": "x", "as_of": "2026-05-08", "published": "2026-05-08", "title": "t"},
    "about": {"title": "t", "description": "", "authors": [], "lang": "en", "pdf": "r.pdf", "address": ""},
    "code": {"version": "1", "sha256": "0"},
    "snapshots": {},
    "files": {},
}


def changed(data: st.DataObject, content: Any) -> Any:  # noqa: ANN401
    """JSON with one part of it another."""
    if not isinstance(content, dict) or not content or data.draw(st.booleans()):
        return data.draw(JSON)
    key = data.draw(st.sampled_from(sorted(content)))
    return {**content, key: changed(data, content[key])}


@given(st.data())
def test_whatever_a_site_holds_is_told_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("site")
    pages = {
        "index.html": data.draw(st.text(max_size=80)).encode("utf-8", "surrogatepass"),
        "editions/x/ledger.json": json.dumps(changed(data, {"schema": 2, "claims": {"a": {}}})).encode(),
        FOREIGN: json.dumps(changed(data, MANIFEST)).encode(),
    }
    site(folder, pages)
    root = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_bytes(json.dumps(changed(data, root)).encode())
    seen = verify(folder)
    assert seen.checked["files"] <= len(pages)
    assert all(len(str(one)) < 3_000 for one in seen.findings)


@given(st.binary(max_size=300))
@example(b"PK\x05\x06" + bytes(18))
@example(b"PK\x03\x04")
def test_whatever_calls_itself_a_zip_is_told_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    place = tmp_path_factory.mktemp("zip") / "site.zip"
    place.write_bytes(data)
    with pytest.raises(ReportError):
        verify(place)
