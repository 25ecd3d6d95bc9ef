"""No input breaks the reader: it takes what text there is, in memory that has a bound and time in proportion."""

import io
import json
import random
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO, cast

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor.errors import CannotExamine
from doctor.logs import reading, reduction
from doctor.logs.prefilter import finder
from doctor.logs.reading import read_stream
from doctor.triage import triage

MOST_MEMORY = 200 << 20  # bytes that reading may add to the process, whatever it reads
PIECE = 1 << 16

SEEDS = [
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"PK\x05\x06",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b'{"log": "x", "stream": "stderr", "time": "2026-11-20T17:53:00Z"}\n',
    b'{"items": [{"kind": "Event", "metadata": null, "involvedObject": 3}]}',
    b'{"tables": [{"columns": [1, null], "rows": [[1], 2, {}]}]}',
    b'[{"message": 1, "time": []}, {"TimeGenerated": 1e300, "Message": "x"}]',
    b'TimeGenerated,Message\n1,"never closed\n',
    b'Traceback (most recent call last):\n  File "',
    b"2026-11-20T17:53:00Z stdout P cut",
    b"\x1b[31m\x1b]0;\x1b",
    b"\r\r\n\r100%\r",
    b"\0" * 40,
]


class Made:
    """A stream whose bytes are made as they are read. `peak` is the most memory that the process had at a read."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._rest = b""
        self._process = psutil.Process()
        self.peak = 0

    def read(self, size: int) -> bytes:
        self.peak = max(self.peak, self._process.memory_info().rss)
        while len(self._rest) < size and (part := next(self._parts, b"")):
            self._rest += part
        out, self._rest = self._rest[:size], self._rest[size:]
        return out

    def seekable(self) -> bool:
        return False


def growth(parts: Iterable[bytes]) -> tuple[list[str], int]:
    """The verdicts on what is made, and by how many bytes the process grew."""
    finder()
    before = psutil.Process().memory_info().rss
    stream = Made(parts)
    verdicts = examine(cast(BinaryIO, stream))
    return verdicts, max(stream.peak, psutil.Process().memory_info().rss) - before


def examine(stream: BinaryIO) -> list[str]:
    """The verdict on everything in a stream."""
    try:
        return [triage(log).verdict.value for log in read_stream("x", stream)]
    except CannotExamine:
        return []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([b"", *SEEDS]), st.binary(max_size=2000), st.sampled_from([b"", *SEEDS]))
def test_any_bytes(begin: bytes, middle: bytes, end: bytes) -> None:
    examine(io.BytesIO(begin + middle + end))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SEEDS), st.binary(max_size=300), st.integers(0, 2**32))
def test_any_bytes_that_are_reduced(monkeypatch: pytest.MonkeyPatch, begin: bytes, middle: bytes, seed: int) -> None:
    monkeypatch.setattr(reading, "WHOLE", 500)
    monkeypatch.setattr(reduction, "BLOCK", 256)
    monkeypatch.setattr(reduction, "WINDOW", 2)
    monkeypatch.setattr(reduction, "LONG", 64)
    monkeypatch.setattr(reduction, "AROUND", 16)
    rest = random.Random(seed).choices([begin, middle, b"\n", b"ValueError: x\n", b'\\"x\\u0027\n'], k=40)
    examine(io.BytesIO(begin + b"".join(rest)))


def random_bytes(number: int) -> Iterator[bytes]:
    source = random.Random(7)
    return (source.randbytes(PIECE) for _ in range(number))


def repeated(part: bytes, size: int) -> Iterator[bytes]:
    many = part * max(1, PIECE // len(part))
    return (many for _ in range(size // len(many) + 1))


ERROR = b"2026-11-20 17:59:16,286 E [40] azmlinfsrv - ModuleNotFoundError: No module named 'cv2'\n"
DEEP = 200_000


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(lambda: repeated(b"x", 100 << 20), id="one line"),
        pytest.param(lambda: repeated(b"ValueError: x ", 20 << 20), id="one line of errors"),
        pytest.param(lambda: repeated(b"\n", 10 << 20), id="empty lines"),
        pytest.param(lambda: repeated(b"\0", 30 << 20), id="zero bytes"),
        pytest.param(lambda: repeated(ERROR, 1_000_000 * len(ERROR)), id="a million errors"),
        pytest.param(lambda: (b"ERROR: %x\n" % n * 10 for n in range(100_000)), id="errors that differ"),
        pytest.param(lambda: random_bytes(300), id="no text"),
        pytest.param(lambda: repeated(b"\x1b[31mERROR\x1b[0m: \xff\r", 20 << 20), id="carriage returns"),
        pytest.param(lambda: iter([b'{"a":' * DEEP, b"}" * DEEP]), id="nested objects"),
        pytest.param(lambda: iter([b"[" * DEEP * 10]), id="nested lists"),
        pytest.param(lambda: iter([b'{"message": "' + b"\\" * DEEP * 10]), id="backslashes"),
        pytest.param(lambda: repeated(b'TimeGenerated,Message\n1,"', 20 << 20), id="a cell that never ends"),
    ],
)
def test_large_input_is_read_in_bounded_memory(parts: Callable[[], Iterator[bytes]]) -> None:
    verdicts, grown = growth(parts())
    assert len(verdicts) == 1
    assert grown < MOST_MEMORY


@pytest.mark.timeout(300)
def test_a_bomb_is_read_in_bounded_memory() -> None:
    pack = zlib.compressobj(9, wbits=31)
    verdicts, grown = growth(chain((pack.compress(bytes(1 << 20)) for _ in range(200)), (pack.flush() for _ in "x")))
    assert verdicts == ["inconclusive"]
    assert grown < MOST_MEMORY


def lines_read(data: bytes) -> int:
    """How many lines of Python's were executed: work that does not depend on what else the machine does."""
    number = 0

    def count(frame: object, event: str, _: object) -> object:
        nonlocal number
        number += event == "line"
        return count

    sys.settrace(count)  # type: ignore[arg-type]
    try:
        for log in read_stream("x", io.BytesIO(data)):
            assert log.source == "x"
    finally:
        sys.settrace(None)
    return number


@pytest.mark.parametrize(
    "line",
    [
        ERROR,
        b"plain line\n",
        b"\n",
        b'{"time": "2026-11-20T17:53:00Z", "level": "ERROR", "message": "boom \\"x\\""}\n',
        b"10%\r20%\r\x1b[31mx\n",
        b"ValueError: x ",
    ],
)
def test_work_grows_with_the_size(line: bytes) -> None:
    finder()
    lines_read(line * (3_000_000 // len(line)))
    once, thrice = (lines_read(line * (size // len(line))) for size in (3_000_000, 9_000_000))
    assert thrice < 4 * once + 10_000


def test_short_input_takes_time_in_proportion() -> None:
    def seconds(number: int) -> float:
        rows = [
            json.dumps({"time": "2026-11-20T17:53:00Z", "level": "INFO", "message": f"row {n}"}) for n in range(number)
        ]
        data = "\n".join(rows).encode()
        began = time.process_time()
        list(read_stream("x", io.BytesIO(data)))
        return time.process_time() - began

    seconds(100)
    pairs = [(seconds(1000), seconds(8000)) for _ in range(3)]
    small, large = (min(times) for times in zip(*pairs, strict=True))  # what else runs here only adds
    assert large < 40 * small + 0.1
