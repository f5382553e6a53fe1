"""Sources that answer badly: the store stays as it was, and one line says what happened and what to do."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from pivot.snapshots.client import Client
from pivot.snapshots.transport import Clock, SourceError
from tests.refresh.conftest import CONTACT, LIMITS, Ask, Refreshing, Still, StoreOf
from tests.refresh.server import Fault, Handler, Server
from tests.refresh.world import NOW, TODAY, World, unix
from tests.unit.snapshots import tree

PRICE = "btc-price"
YESTERDAY = TODAY - dt.timedelta(days=1)


def status(code: int, **headers: str) -> Fault:
    return lambda handler: handler.send(b"<h1>no</h1>", status=code, kind="text/html", headers=headers)


def body(data: bytes, kind: str = "application/json", **headers: str) -> Fault:
    return lambda handler: handler.send(data, kind=kind, headers=headers)


def cut(handler: Handler) -> None:
    handler.send(b'{"error": [], "result"', length=5_000)
    handler.close_connection = True


def further(handler: Handler) -> None:
    handler.send(b"", status=302, headers={"Location": handler.path + "0"})


def hang(_: Handler) -> None:
    time.sleep(LIMITS.read * 2)


def drip(handler: Handler) -> None:
    """Sends a byte now and then, each in time."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(30):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        handler.close_connection = True


def refuse_to_end(handler: Handler) -> None:
    """2 GiB, of which nobody should read more than a little."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(2 << 30))
    handler.end_headers()
    sent = 0
    try:
        while sent < 2 << 30:
            handler.wfile.write(b" " * 65_536)
            sent += 65_536
    except OSError:
        handler.close_connection = True
    handler.server.sent = sent  # type: ignore[attr-defined]


def candles(change: Callable[[list[list[object]]], object]) -> Callable[[World], Fault]:
    """Kraken's answer with its candles changed."""

    def fault(world: World) -> Fault:
        answer = json.loads(json.dumps(world.kraken()))
        change(answer["result"]["XXBTZUSD"])
        return body(json.dumps(answer).encode())

    return fault


def close(value: object, place: int = -3) -> Callable[[World], Fault]:
    def change(rows: list[list[object]]) -> None:
        rows[place][4] = value

    return candles(change)


def schema(world: World) -> Fault:
    rows = [{"time": candle[0], "close": candle[4]} for candle in world.kraken()["result"]["XXBTZUSD"]]  # type: ignore[index]
    return body(json.dumps({"error": [], "result": {"XXBTZUSD": rows, "last": 1}}).encode())


def bomb(_: World) -> Fault:
    return body(gzip.compress(b" " * (32 << 20)), Content_Encoding="gzip")


def other_day(**shift: float) -> Fault:
    def fault(handler: Handler) -> None:
        now, handler.server.now = handler.server.now, handler.server.now + dt.timedelta(**shift)
        handler.send(b"{}")
        handler.server.now = now

    return fault


GOOD = b'{"error": [], "result": {"XXBTZUSD": []}}'
HTTP_DATE = format_datetime(NOW + dt.timedelta(hours=2), usegmt=True)

FAULTS: dict[str, tuple[Fault | Callable[[World], Fault], str]] = {
    "429": (
        status(429),
        "HTTP 429 Too Many Requests: no, 4 times. Nothing was added. It takes fewer requests",
    ),
    "429 for hours": (status(429, Retry_After="7200"), "Retry-After 7200 seconds. Nothing was added. Run"),
    "429 until a date": (status(429, Retry_After=HTTP_DATE), "again after 2026-11-23 11:30 UTC"),
    "500": (status(500), "HTTP 500 Internal Server Error: no, 4 times"),
    "503": (status(503), "HTTP 503 Service Unavailable: no, 4 times"),
    "400": (status(400), "got HTTP 400 Bad Request: no. Nothing was added. Hold the request against"),
    "403": (status(403), "got HTTP 403 Forbidden: no. Nothing was added. Look into the source's terms"),
    "404": (status(404), "got HTTP 404 Not Found: no. Nothing was added. If the source has moved"),
    "a hang": (hang, "A source does not answer"),
    "a drip": (drip, "not whole after 0.6 seconds"),
    "a cut": (cut, "A source does not answer"),
    "gzip that lies": (body(GOOD, Content_Encoding="gzip"), "An answer is not packed as it says"),
    "gzip cut": (body(gzip.compress(GOOD)[:-12], Content_Encoding="gzip"), "An answer is not"),
    "gzip bomb": (bomb, "An answer is too large"),
    "2 GiB": (refuse_to_end, "at most 1,048,576 bytes"),
    "HTML": (body(b"<html>Please log in</html>", "text/html"), "got text/html, '<html>Please log in"),
    "HTML that says it is JSON": (body(b"<html>"), "An answer is not JSON, or not all of it"),
    "no type": (body(GOOD, ""), "got no type"),
    "not text": (body(b"\xff\xfe\x00"), "An answer is not JSON"),
    "half a JSON": (body(GOOD[:20]), "An answer is not JSON, or not all of it"),
    "nested without end": (body(b"[" * 100_000), "An answer is not JSON"),
    "nothing": (body(b""), "An answer is not JSON"),
    "an error of Kraken's": (
        body(b'{"error": ["EAPI:Rate limit exceeded"], "result": {}}'),
        "got EAPI:Rate limit exceeded. Nothing was added",
    ),
    "no candles": (body(GOOD), "expected a list that is not empty; got []"),
    "NaN": (body(GOOD.replace(b"[]", b"[NaN]")), "NaN is no number"),
    "NaN as text": (close("NaN"), "expected a number; got 'NaN'"),
    "a negative price": (close("-5.0"), "expected a number above 0; got '-5.0'"),
    "null": (close(None), "expected a number; got None"),
    "true": (close(value=True), "expected a number; got True"),
    "tenfold price": (
        close("830000.0"),
        f"The two witnesses of the price disagree on {YESTERDAY - dt.timedelta(1)}",
    ),
    "another schema": (schema, "An answer has another shape than documented"),
    "a day twice": (candles(lambda rows: rows.insert(-2, list(rows[-3]))), "states one date twice"),
    "a day less": (candles(lambda rows: rows.pop(-4)), "A source leaves out a day"),
    "a changed row": (close("95000.0", -200), "The two witnesses of the price disagree"),
    "seconds out of range": (
        candles(lambda rows: rows[3].__setitem__(0, 10**18)),
        "expected seconds since 1970",
    ),
    "redirect in a circle": (status(302, Location="/0/public/OHLC?pair=XBTUSD&interval=1440"), "in a circle"),
    "redirect without end": (further, "A source sends us in a circle"),
    "redirect elsewhere": (status(301, Location="https://example.org/"), "got https://example.org/"),
    "redirect to a file": (status(302, Location="file:///etc/passwd"), "got file:///etc/passwd"),
    "redirect to ftp": (status(302, Location="ftp://127.0.0.1/x"), "A source sends us elsewhere"),
    "redirect nowhere": (status(302), "A source refuses to answer"),
    "clock ahead": (other_day(days=2), "The clock of this machine and that of a source differ"),
    "clock behind": (other_day(hours=-3), "got 2026-11-23 06:30 UTC"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_leaves_the_store_as_it_was(
    name: str, store_of: StoreOf, ask: Ask, server: Server, world: World
) -> None:
    made, expected = FAULTS[name]
    fault: Fault = made(world) if _takes_world(made) else made  # type: ignore[arg-type,assignment]
    store = store_of(PRICE)
    before = tree(store.root)
    server.faults["/OHLC"] = [fault]
    (outcome,) = ask(store, PRICE)
    assert outcome.snapshot is None
    assert outcome.error is not None
    assert expected in outcome.said
    assert "\n" not in outcome.said
    assert outcome.said.endswith(".")
    assert tree(store.root) == before
    # A person need not clean up: once the source is well, the same command completes.
    server.faults.clear()
    (outcome,) = ask(store, PRICE)
    assert outcome.snapshot, outcome.said
    assert store.verify()["snapshots"] == 2


def answer(path: str, change: Callable[[Any], object]) -> Callable[[World], None]:
    """Another answer at a path of this world."""

    def apply(world: World) -> None:
        content = json.loads(json.dumps(world(path)))
        change(content)
        world.extra[path] = content

    return apply


FEES = "/api/v1/mining/blocks/fees/all"
POOLS = "/api/v1/mining/pools/1w"
HASHRATE = "/api/v1/mining/hashrate/3d"

NONSENSE: dict[str, tuple[str, Callable[[World], object], str]] = {
    "a day without fees": (
        "network-days",
        lambda w: w.fees.pop(YESTERDAY - dt.timedelta(3)),
        "leaves out a day",
    ),
    "parts of days": ("network-days", answer(FEES, lambda a: a.append(a[-2])), "states one date twice"),
    "a negative fee": ("network-days", lambda w: w.fees.update({YESTERDAY: -1}), "column fee_btc_per_block"),
    "a height that leaps": (
        "network-days",
        lambda w: w.last.update({YESTERDAY: 1_000_000}),
        "column blocks: expected 400 or less",
    ),
    "a height that stands": (
        "network-days",
        lambda w: w.last.update({YESTERDAY: w.last[YESTERDAY - dt.timedelta(1)]}),
        "contradict each other",
    ),
    "a source that lags": (
        "network-days",
        lambda w: w.extra.update(
            {f"/api/v1/mining/blocks/timestamp/{unix(TODAY) - 1}": w.block_at(str(unix(YESTERDAY) - 1))}
        ),
        "does not know the last block of a day yet",
    ),
    "no fees at all": ("network-days", lambda w: w.fees.clear(), "expected a list that is not empty"),
    "pools that do not add up": (
        "pool-shares",
        answer(POOLS, lambda a: a.update(blockCount=9)),
        "do not add up",
    ),
    "a negative count": (
        "pool-shares",
        answer(POOLS, lambda a: a["pools"][0].update(blockCount=-3)),
        "at pools[0].blockCount: expected a whole number of 0 or more; got -3",
    ),
    "a week of few blocks": (
        "pool-shares",
        answer(POOLS, lambda a: a.update(pools=a["pools"][:2], blockCount=480)),
        "The week of the pools is not whole. http",
    ),
    "half a block": (
        "pool-shares",
        answer(POOLS, lambda a: a["pools"][0].update(blockCount=1.5)),
        "expected a whole number of 0 or more",
    ),
    "a pool without a name": (
        "pool-shares",
        answer(POOLS, lambda a: a["pools"][2].update(name="")),
        "a text; got ''",
    ),
    "no hash rate": (
        "hashrate-published",
        answer(HASHRATE, lambda a: a.pop("currentHashrate")),
        "expected an object with 'currentHashrate'",
    ),
    "a negative hash rate": (
        "hashrate-published",
        answer(HASHRATE, lambda a: a.update(currentHashrate=-1)),
        "expected a number above 0; got -1",
    ),
    "retargets as objects": (
        "difficulty-epochs",
        lambda w: w.extra.update({"/api/v1/mining/difficulty-adjustments": [{"height": 1}]}),
        "at [0]: expected a list of 2 or more",
    ),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_leaves_the_store_as_it_was(name: str, store_of: StoreOf, ask: Ask, world: World) -> None:
    source, change, expected = NONSENSE[name]
    change(world)
    store = store_of(source)
    before = tree(store.root)
    (outcome,) = ask(store, source)
    assert outcome.error
    assert expected in outcome.said
    assert "Nothing was added." in outcome.said
    assert tree(store.root) == before


def _takes_world(made: object) -> bool:
    return getattr(made, "__annotations__", {}).get("world") is not None or made is bomb


@pytest.mark.parametrize("name", ["500", "HTML", "half a JSON", "2 GiB", "redirect elsewhere", "a hang"])
def test_where_a_source_fails_its_last_answer_stands_in_and_adds_nothing(
    name: str, store_of: StoreOf, ask: Ask, server: Server
) -> None:
    store = store_of(PRICE)
    assert ask(store, PRICE)[0].snapshot
    before = tree(store.root)
    server.faults["/OHLC"] = [FAULTS[name][0]]  # type: ignore[list-item]
    (outcome,) = ask(store, PRICE)
    assert "nothing new by its answer of 20" in outcome.said
    assert FAULTS[name][1] in outcome.said
    assert outcome.error
    assert tree(store.root) == before


@pytest.mark.parametrize(
    ("faults", "waits"),
    [
        ([status(500), None], [2.0]),
        ([status(429), status(429), None], [16.0, 32.0]),
        ([status(429, Retry_After="17"), None], [17.0]),
        (
            [status(503, Retry_After=format_datetime(NOW + dt.timedelta(seconds=40), usegmt=True)), None],
            [40.0],
        ),
        ([status(503, Retry_After="soon"), None], [2.0]),
        ([cut, None], [2.0]),
    ],
    ids=["500", "429 twice", "seconds", "date", "no date", "cut"],
)
def test_a_passing_fault_is_waited_for(
    faults: list[Fault | None], waits: list[float], store_of: StoreOf, refreshing: Refreshing
) -> None:
    ask, server, clock = refreshing
    server.faults["/OHLC"] = faults
    (outcome,) = ask(store_of(PRICE), PRICE)
    assert outcome.snapshot, outcome.said
    assert [wait for wait in clock.waits if wait > LIMITS.slowest or wait == LIMITS.backoff] == waits


def test_requests_to_one_host_keep_their_distance(store_of: StoreOf, ask: Ask, clock: Still) -> None:
    ask(store_of("pool-shares", "hashrate-published"), "pool-shares", "hashrate-published")
    assert len(clock.waits) == 1
    assert 0.5 < clock.waits[0] <= LIMITS.pause


def test_of_2_gib_hardly_anything_is_read(store_of: StoreOf, ask: Ask, server: Server) -> None:
    store = store_of(PRICE)
    server.faults["/OHLC"] = [refuse_to_end]
    ask(store, PRICE)
    until = time.monotonic() + 5
    while not hasattr(server, "sent") and time.monotonic() < until:
        time.sleep(0.01)
    assert server.sent < 64 << 20  # type: ignore[attr-defined]  # what fits into the buffers between us
    assert (store.root.parent / ".pivot" / "http.sqlite").stat().st_size < 1 << 20


def test_a_redirect_within_the_host_is_followed(
    store_of: StoreOf, ask: Ask, server: Server, world: World
) -> None:
    world.extra["/moved"] = world.kraken()
    server.faults["/OHLC"] = [status(302, Location="/moved")]
    assert ask(store_of(PRICE), PRICE)[0].snapshot


def test_a_cache_that_is_no_database_any_more_is_dropped(store_of: StoreOf, ask: Ask) -> None:
    store = store_of(PRICE)
    cache = store.root.parent / ".pivot" / "http.sqlite"
    cache.parent.mkdir(exist_ok=True)
    cache.write_bytes(b"not a database" * 1000)
    assert ask(store, PRICE)[0].snapshot


def test_without_a_contact_nobody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="whom to write to"):
        Client(tmp_path / "http.sqlite", "")


def test_the_cache_keeps_an_answer_to_the_byte(tmp_path: Path, server: Server, clock: Still) -> None:
    odd = '{ "a" : [1.10, 2e3],\n "é\u2028": "\\u00e9" }\n'.encode()
    server.faults["/odd"] = [body(odd, "application/json")]
    for new in (True, False):
        with Client(tmp_path / "http.sqlite", CONTACT, LIMITS, clock) as client:
            client.json(server.url + "/odd")
            assert (client.answers[0].data, client.answers[0].new) == (odd, new)


def _expired(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate of its own that ran out in 2020."""
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\npolicy=any\n"
        "x509_extensions=names\n[any]\ncommonName=supplied\n[names]\nsubjectAltName=IP:127.0.0.1\n",
        "utf-8",
    )
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01\n", "ascii")
    request = "req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=127.0.0.1"
    sign = (
        "ca -batch -config ca.cnf -selfsign -keyfile key.pem -in request.pem -out certificate.pem -md sha256"
    )
    for words in (request, f"{sign} -notext -startdate 20200101000000Z -enddate 20200102000000Z"):
        subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
    return folder / "key.pem", folder / "certificate.pem"


@pytest.mark.skipif(
    not shutil.which("openssl"), reason="openssl is not installed, which makes the certificate"
)
def test_an_expired_certificate(
    tmp_path: Path, server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = _expired(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with Client(tmp_path / "http.sqlite", CONTACT, LIMITS, clock) as client:
        with pytest.raises(SourceError, match="The certificate of a source is not good") as caught:
            client.json(server.url.replace("http", "https") + "/odd")
        assert "certificate has expired" in caught.value.got


def test_nobody_there(tmp_path: Path, clock: Still) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Client(tmp_path / "http.sqlite", CONTACT, LIMITS, clock) as client:
        with pytest.raises(SourceError, match="does not answer") as caught:
            client.json(f"http://127.0.0.1:{port}/")
        assert "refused" in caught.value.got.lower()
