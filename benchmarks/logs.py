"""Long logs: throughput of `doctor triage` beside grep and ripgrep, and how time and memory grow with the length.

`python -m benchmarks.logs [--huge]` prints more figures: both ways to find signatures, and with --huge up to 4 GB.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil

from benchmarks.measure import Ratio, command, in_turn
from checks.logs.signature import Role, signatures
from checks.logs.widening import in_bytes
from doctor.logs.prefilter import Finder, plan
from doctor.logs.reduction import BLOCK

SIZES = (32 << 20, 288 << 20)  # bytes
WAYS = 40  # in which the service fails
GROWTH = (1 << 20, 64 << 20, 512 << 20)  # bytes
HUGE = (1 << 20, 512 << 20, 4 << 30)
DOCTOR = Path(sys.executable).with_name("doctor")
FOUND = (0, 1)


def mixture(size: int, seed: int = 1) -> Iterator[bytes]:
    """About `size` bytes of a service's log in random order: what it serves and prints, and now and then a failure."""
    source = random.Random(seed)
    every = [text.strip("\n") for one in signatures() if one.role is Role.CAUSE for text in one.fires]
    failures = source.sample(every, WAYS)
    made = 0
    while made < size:
        lines: list[str] = []
        for _ in range(20_000):
            kind = source.random()
            if kind < 0.6:
                lines += served(source)
            elif kind < 0.8:
                lines.append(printed(source))
            elif kind < 0.95:
                lines.append(structured(source))
            elif kind < 0.9998:
                lines.append(event(source))
            else:
                lines.append(source.choice(failures))
        block = ("\n".join(lines) + "\n").encode()
        made += len(block)
        yield block


def clock(source: random.Random) -> str:
    hour, minute, second, millis = (source.randrange(most) for most in (24, 60, 60, 1000))
    return f"2026-11-20 {hour:02}:{minute:02}:{second:02},{millis:03}"


def served(source: random.Random) -> list[str]:
    at, length = clock(source), source.randrange(2000)
    request = f'127.0.0.1 - - [20/Nov/2026:17:59:16 +0000] "POST /score HTTP/1.1" 200 {length} "-" "-"'
    return [
        f"{at} I [40] azmlinfsrv - POST /score 200 {source.random() * 100:.3f}ms {length}",
        f"{at} I [40] gunicorn.access - {request}",
    ]


def printed(source: random.Random) -> str:
    said = f"scored {source.randrange(1000)} rows for customer {source.getrandbits(64):x} in {source.random():.3f} s"
    return f"{clock(source)} I [40] azmlinfsrv.print - {said}"


def structured(source: random.Random) -> str:
    said = f"request {source.getrandbits(64):x} took {source.randrange(100)} ms"
    return json.dumps({"timestamp": clock(source), "level": "INFO", "logger": "score", "message": said, "rows": 3})


def event(source: random.Random) -> str:
    pod = f"pod/churn-{source.getrandbits(32):x}"
    return f"{source.randrange(60)}m  Normal  Pulled  {pod}  Container image already present on machine"


def every_pattern() -> list[str]:
    """The patterns of the signatures in the syntax of ripgrep, without anchors and bounds of repetition.

    States are not among them: every line of a log may be one, and a line counts once however much of it is read.
    """
    quoted = {Role.CAUSE, Role.SYMPTOM, Role.WRAPPER}
    every = dict.fromkeys(pattern for one in signatures() if one.role in quoted for pattern in one.match)
    return list(dict.fromkeys(in_bytes(pattern) for pattern in every))


def posix(pattern: str) -> bytes:
    """The same for grep: bytes themselves instead of their codes, lists in the order that POSIX wants."""
    token = re.compile(r"\[(?P<list>[^\]]*)\]|\\x(?P<code>[0-9a-f]{2})|\\\\|(?P<group>\(\?:)")
    return b"".join(_posix(pattern, token))


def _posix(pattern: str, token: re.Pattern[str]) -> Iterator[bytes]:
    at = 0
    for found in token.finditer(pattern):
        yield pattern[at : found.start()].encode("latin-1")
        at = found.end()
        if found["group"]:
            yield b"("
        elif found["list"]:
            yield _list(_codes(found["list"]))
        elif found["code"]:
            yield _list({int(found["code"], 16)})
        else:
            yield b"[\\]"
    yield pattern[at:].encode("latin-1")


def _codes(text: str) -> set[int]:
    codes: set[int] = set()
    for first, last in re.findall(r"(\\x[0-9a-f]{2}|.)(?:-(\\x[0-9a-f]{2}|.))?", text):
        begin, end = (ord(bytes.fromhex(one[2:])) if len(one) > 1 else ord(one) for one in (first, last or first))
        codes |= set(range(begin, end + 1))
    return codes - {0, 10}


def _list(codes: set[int]) -> bytes:
    if codes == {ord("^")}:
        return b"\\^"
    last = [code for code in (ord("^"), ord("-")) if code in codes]
    first = [code for code in (ord("]"),) if code in codes]
    return b"[" + bytes([*first, *sorted(codes - set(first) - set(last)), *last]) + b"]"


def written(path: Path, size: int) -> Path:
    with path.open("wb") as out:
        for block in mixture(size):
            out.write(block)
    return path


def ratios() -> list[Ratio]:
    """Throughput beside grep and ripgrep with the same patterns, start-up taken off for all; and how it grows."""
    tools = {"doctor": triage_of, "grep -E -f": grep_of}
    if shutil.which("rg"):
        tools["ripgrep -f"] = ripgrep_of
    else:
        sys.stderr.write("ripgrep (rg) is not installed: not compared with it\n")
    with tempfile.TemporaryDirectory() as name:
        logs = [written(Path(name, f"{size}.log"), size) for size in SIZES]
        seconds = in_turn(3, *(job(log) for job in tools.values() for log in logs))
        more = logs[1].stat().st_size - logs[0].stat().st_size
    rates = {
        tool: more / (whole - part) / 1e6 for tool, part, whole in zip(tools, seconds[::2], seconds[1::2], strict=True)
    }
    ours = rates.pop("doctor")
    found = [
        Ratio(
            what=f"triage of {more >> 20} MB of log / {tool}",
            measured=f"{ours:.0f} / {theirs:.0f} MB/s = {ours / theirs:.1f}x",
            promised="> 1x" if tool.startswith("grep") else ">= 0.5x",
            met=ours > (1 if tool.startswith("grep") else 0.5) * theirs,
        )
        for tool, theirs in rates.items()
    ]
    return [*found, grown(GROWTH)]


def triage_of(log: Path) -> Callable[[], None]:
    return command(DOCTOR, "triage", "-q", "--jobs", "1", "-o", f"json={os.devnull}", log, accept=FOUND)


def grep_of(log: Path) -> Callable[[], None]:
    patterns = log.with_name("grep.txt")
    patterns.write_bytes(b"\n".join(map(posix, every_pattern())))
    return command("grep", "-a", "-c", "-E", "-f", patterns, log, accept=FOUND, LC_ALL="C")


def ripgrep_of(log: Path) -> Callable[[], None]:
    patterns = log.with_name("rg.txt")
    patterns.write_text("\n".join(every_pattern()), encoding="ascii")
    limits = ("--regex-size-limit", "2G", "--dfa-size-limit", "2G")
    return command("rg", "-j1", "-a", "-c", "--no-unicode", *limits, "-f", patterns, log, accept=FOUND)


def once(size: int) -> tuple[float, int]:
    """Seconds, and the most bytes of memory, of one triage of a log that is made as it is read."""
    child = subprocess.Popen(
        [DOCTOR, "triage", "-q", "-o", f"json={os.devnull}", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert child.stdin
    blocks = list(mixture(min(size, 64 << 20)))
    watched, peak, sent = psutil.Process(child.pid), 0, 0
    began = time.perf_counter()
    while sent < size:
        for block in blocks:
            child.stdin.write(block[: size - sent])
            sent += min(len(block), size - sent)
            peak = max(peak, watched.memory_info().rss)
            if sent >= size:
                break
    child.stdin.close()
    while child.poll() is None:
        peak = max(peak, watched.memory_info().rss)
        time.sleep(0.01)
    assert child.returncode in FOUND, child.returncode
    return time.perf_counter() - began, peak


def grown(sizes: Sequence[int]) -> Ratio:
    """How time and memory grow from the second size to the last; the first only tells the start."""
    taken = [once(size) for size in sizes]
    for size, (seconds, peak) in zip(sizes, taken, strict=True):
        sys.stderr.write(f"{size >> 20:>6} MB {seconds:8.2f} s {size / seconds / 1e6:6.0f} MB/s {peak >> 20:5} MiB\n")
    (_, middle), (_, last) = taken[1], taken[-1]
    times = (taken[-1][0] - taken[0][0]) / max(0.001, taken[1][0] - taken[0][0])
    longer = (sizes[-1] - sizes[0]) / (sizes[1] - sizes[0])
    return Ratio(
        what=f"triage, {sizes[1] >> 20} MB to {sizes[-1] >> 20} MB, {longer:.0f} times the log",
        measured=f"{times:.0f}x time, {last / middle:.1f}x memory",
        promised=f"< {2 * longer:.0f}x, < 2x",
        met=times < 2 * longer and last < 2 * middle,
    )


def finders() -> Iterator[str]:
    """Ways to find where a signature may match, in MB/s: what doctor does, and others where they are installed."""
    data = b"".join(mixture(16 << 20))
    blocks = [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    for name, make in (("RE2", by_re2), ("Hyperscan", by_hyperscan), ("pyahocorasick", by_ahocorasick)):
        began = time.perf_counter()
        try:
            search = make()
        except ImportError:
            yield f"{name:14} is not installed: not compared"
            continue
        made, best = time.perf_counter() - began, float("inf")
        for _ in range(3):
            began = time.perf_counter()
            for block in blocks:
                search(block)
            best = min(best, time.perf_counter() - began)
        yield f"{name:14} {len(data) / best / 1e6:6.0f} MB/s, made in {made:.2f} s"


def by_re2() -> Callable[[bytes], object]:
    return Finder(plan()).find


def by_hyperscan() -> Callable[[bytes], object]:
    import hyperscan

    base = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    every = [pattern.encode() for pattern in plan().patterns]
    base.compile(expressions=every, ids=list(range(len(every))), flags=[0] * len(every))
    found: list[int] = []
    return lambda block: base.scan(block, match_event_handler=lambda number, *_: found.append(number))


def by_ahocorasick() -> Callable[[bytes], object]:
    """The patterns that are plain words only: what more it would need to search the others is not counted."""
    import ahocorasick  # type: ignore[import-not-found]

    words = ahocorasick.Automaton()
    for number, pattern in enumerate(plan().patterns):
        if re.fullmatch(r"(?:\w|\\x[0-9a-f]{2})+", pattern):
            words.add_word(re.sub(r"\\x(..)", lambda code: chr(int(code[1], 16)), pattern), number)
    words.make_automaton()
    return lambda block: list(words.iter(block.decode("latin-1")))


def main(arguments: list[str]) -> int:
    """Print all figures."""
    for line in finders():
        print(line)
    promised = ratios()
    if "--huge" in arguments:
        promised.append(grown(HUGE))
    for ratio in promised:
        print(f"{ratio.what:58} {ratio.measured:>30}  {ratio.promised:>14}  {'met' if ratio.met else 'MISSED'}")
    return int(not all(ratio.met for ratio in promised))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
