"""Many small tickets: how many a second, and whether memory grows with their number.

`python -m benchmarks.many [NUMBER]`. The tickets are the texts beside the signatures, one to three in each, between
lines of a server at work.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.measure import Ratio
from checks.logs.signature import signatures

NUMBER = 100_000
LINE = (
    "2026-11-20 18:20:{0:02},{1:03} I [9] azmlinfsrv - POST /score 200 {1}.861ms {0}\n"
    "2026-11-20 18:20:{0:02},{1:03} I [9] gunicorn.access - 127.0.0.1 - - [20/Nov/2026:18:20:{0:02} +0000] "
    '"POST /score HTTP/1.1" 200 {0} "-" "python-requests/2.32.3"\n'
)


def write_tickets(folder: Path, number: int) -> int:
    """Write that many tickets in folders of a thousand; the bytes written."""
    chance = random.Random(7)
    texts = [text.strip("\n") for one in signatures() for text in one.fires]
    size = 0
    for index in range(number):
        parts = [LINE.format(chance.randrange(60), chance.randrange(1000)) for _ in range(chance.randrange(8))]
        parts += [f"{chance.choice(texts)}\n" for _ in range(chance.randrange(1, 4))]
        text = "".join(parts)
        below = folder / f"{index // 1000:04}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"{index:07}.log").write_text(text, encoding="utf-8")
        size += len(text)
    return size


def run(folder: Path, *words: str) -> tuple[float, float]:
    """Seconds that `doctor triage FOLDER` takes, and the most memory that it and its processes held, in MB."""
    doctor = Path(sys.executable).with_name("doctor")
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(doctor), "triage", str(folder), "-q", "-o", "json=/dev/null", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    most = 0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            family = [watched, *watched.children(recursive=True)]
            most = max(most, sum(one.memory_info().rss for one in family))
        except psutil.NoSuchProcess:
            pass
        time.sleep(0.05)
    assert process.returncode in {0, 1}, process.stderr.read() if process.stderr else ""
    return time.perf_counter() - began, most / 1e6


def ratios(number: int = NUMBER) -> list[Ratio]:
    """Tickets a second on all cores and on one, and memory at a tenth of the number and at all of it."""
    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name, "few"), Path(name, "many")
        write_tickets(few, number // 10)
        size = write_tickets(many, number)
        alone, _ = run(few, "--jobs", "1")
        small, memory_of_few = run(few)
        whole, memory_of_many = run(many)
    growth = memory_of_many / memory_of_few
    return [
        Ratio(
            what=f"triage of {number:,} tickets of {size / number:,.0f} bytes, all cores",
            measured=f"{number / whole:,.0f} a second",
            promised="-",
            met=True,
        ),
        Ratio(
            what=f"triage of {number // 10:,} tickets, one process, all cores",
            measured=f"{number / 10 / alone:,.0f} / {number / 10 / small:,.0f} a second",
            promised="-",
            met=True,
        ),
        Ratio(
            what=f"memory of {number // 10:,} tickets and of {number:,}",
            measured=f"{memory_of_few:,.0f} / {memory_of_many:,.0f} MB = {growth:.2f}x",
            promised="< 1.2x",
            met=growth < 1.2,
        ),
    ]


if __name__ == "__main__":
    for ratio in ratios(int(sys.argv[1]) if sys.argv[1:] else NUMBER):
        print(f"{ratio.what:72} {ratio.measured:>30}  {ratio.promised}")
