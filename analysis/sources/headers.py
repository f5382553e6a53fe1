"""Block headers: their proof of work and the retarget are recomputed, not believed.

Formats and rules: https://developer.bitcoin.org/reference/block_chain.html#block-headers, and `pow.cpp` and
`arith_uint256.cpp` of Bitcoin Core.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from analysis.sources import mempool
from pivot.snapshots.source import WRONG
from pivot.snapshots.transport import SourceError

if TYPE_CHECKING:
    from pivot.snapshots.client import Client

EPOCH_BLOCKS = 2016
_BYTES = 80
_SPAN = EPOCH_BLOCKS * 600
_HIGHEST = 0xFFFF << 208
_DOUBLE = Decimal("1e-14")  # explorers keep a difficulty as a double


@dataclass(frozen=True, slots=True)
class Header:
    """What a header whose proof of work holds says.

    Attributes:
        previous: hash of the block before, in hexadecimal as explorers write it.
        time: of the block, UTC.
        bits: compact target, eight hexadecimal digits.
    """

    previous: str
    time: dt.datetime
    bits: str


def at_height(client: Client, height: int) -> Header:
    """The header at a height of the best chain.

    Documentation: https://mempool.space/docs/api/rest#get-block-height

    Raises:
        SourceError: if there is none, or its proof of work does not hold.
    """
    return with_hash(client, client.hexadecimal(f"{mempool.ADDRESS}/api/block-height/{height}"))


def with_hash(client: Client, digest: str) -> Header:
    """The header with a hash, which is recomputed.

    Documentation: https://mempool.space/docs/api/rest#get-block-header

    Raises:
        SourceError: if there is none, or its proof of work does not hold.
    """
    url = f"{mempool.ADDRESS}/api/block/{digest}/header"
    return proven(client.hexadecimal(url), digest, url)


def proven(text: str, digest: str, url: str) -> Header:
    """Reads a header after checking that it has the hash, and that the hash is not above its target.

    Args:
        text: 80 bytes in hexadecimal.
        digest: the hash that it must have.
        url: for errors.

    Raises:
        SourceError: if one of the two does not hold.
    """
    if len(text) != 2 * _BYTES:
        raise _wrong(url, f"{_BYTES} bytes of a block header", f"{len(text) // 2} bytes")
    raw = bytes.fromhex(text)
    double = hashlib.sha256(hashlib.sha256(raw).digest()).digest()
    if double[::-1].hex() != digest:
        raise _wrong(url, f"a header with the hash {digest}", double[::-1].hex())
    bits = int.from_bytes(raw[72:76], "little")
    if int.from_bytes(double, "little") > target(bits):
        raise _wrong(url, f"a hash not above the target {bits:08x}", double[::-1].hex())
    time = dt.datetime.fromtimestamp(int.from_bytes(raw[68:72], "little"), dt.UTC)
    return Header(previous=raw[4:36][::-1].hex(), time=time, bits=f"{bits:08x}")


def target(bits: int) -> int:
    """The target that a compact one stands for; 0, which no hash meets, where it is none."""
    exponent, mantissa = bits >> 24, bits & 0xFFFFFF
    if mantissa & 0x800000:
        return 0
    shift = 8 * (exponent - 3)
    return min(mantissa << shift if shift >= 0 else mantissa >> -shift, _HIGHEST)


def compact(number: int) -> int:
    """The compact target of a target; digits beyond the third byte are cut off, as the protocol does."""
    size = (number.bit_length() + 7) // 8
    mantissa = number << 24 >> 8 * size
    return size + 1 << 24 | mantissa >> 8 if mantissa & 0x800000 else size << 24 | mantissa


def retarget(bits: str, first: dt.datetime, last: dt.datetime) -> str:
    """The compact target of an epoch, from that of the epoch before.

    Formula: target x time / two weeks, the time between the first and the last block of the epoch before,
    held between a quarter and four times two weeks. Source: `CalculateNextWorkRequired` in `pow.cpp`.
    """
    took = min(max(int((last - first).total_seconds()), _SPAN // 4), _SPAN * 4)
    return f"{compact(min(target(int(bits, 16)) * took // _SPAN, _HIGHEST)):08x}"


def fits(bits: str, difficulty: Decimal) -> bool:
    """Whether a stated difficulty is that of a compact target, to the last digit that is stated."""
    digit = Decimal(1).scaleb(int(difficulty.as_tuple().exponent))
    return abs(Decimal(_HIGHEST) / target(int(bits, 16)) - difficulty) <= digit + difficulty * _DOUBLE


def _wrong(url: str, expected: str, got: str) -> SourceError:
    return SourceError(
        "A block header does not prove itself.", where=url, expected=expected, got=got, hint=WRONG
    )
