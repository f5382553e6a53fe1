"""What a publisher says when it refuses, on one line that no terminal obeys."""

from __future__ import annotations

import pytest

from pivot.snapshots import refusal


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"error": {"type": "forbidden", "message": "Not with these."}}', "forbidden: Not with these."),
        (b'{"error": "bad_request", "error_description": "no pair"}', "no pair"),
        (b'{"error": "not found"}', "not found"),
        (b'{"errors": [{"code": 7, "detail": "a"}, {"message": "b"}]}', "7: a; b"),
        (b'{"title": "Gone", "detail": "for good", "status": 410}', "Gone: for good"),
        (b'["EAPI:Rate limit exceeded"]', "EAPI:Rate limit exceeded"),
        (b"<Error><Code>NoSuchKey</Code><Message>No &amp; none.</Message></Error>", "NoSuchKey: No & none."),
        (b"<html><head><title>Request\n denied</title></head><body>long</body>", "Request denied"),
        (b"<style>a{}</style><h1>Too fast</h1><script>alert(1)</script>", "Too fast"),
        (b"slow down", "slow down"),
        (b"", ""),
        (b"{}", ""),
        (b"null", ""),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_the_type_and_the_message_are_found(body: bytes, expected: str) -> None:
    assert refusal.message(body) == expected


def test_it_is_cut_and_clean() -> None:
    assert refusal.message(b"\x1b[31mred\x07\r\nand \xe2\x80\xaegreen") == "[31mred and green"
    assert len(refusal.message(b"x" * 5_000_000)) == 200
    assert refusal.message(b"[" * 100_000).startswith("[[[")
    assert refusal.clean("abc", 3) == "abc"
    assert refusal.clean("abcd", 3) == "ab…"
