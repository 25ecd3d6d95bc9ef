"""The log of a container: order, streams, bounds, and drivers that keep none."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from checks.containers import Container
from checks.evidence import Log, Logs
from checks.logs.findings import findings
from checks.missing import Missing
from doctor.containers import container_logs
from doctor.containers.client import frames
from doctor.containers.container_logs import collect_logs, parse_since, seconds
from doctor.containers.engine import Engine
from doctor.containers.inspection import container_of
from doctor.containers.unweaving import PART, lines_of, records_of_terminal, with_time
from doctor.errors import ConfigError

Run = Callable[..., Container]
OUT, ERR = 1, 2


def woven(*lines: tuple[int, float, str]) -> list[str]:
    return [line.text.decode() for line in lines_of((stream, at, f"{text}\n".encode()) for stream, at, text in lines)]


TRACEBACK = ["Traceback (most recent call last):", '  File "score.py", line 3, in init', "ValueError: no"]


def test_a_traceback_is_not_interrupted_by_the_other_stream() -> None:
    told = woven(
        (OUT, 0.0, "before"),
        (ERR, 0.1, TRACEBACK[0]),
        (OUT, 0.1, "between"),
        (ERR, 0.2, TRACEBACK[1]),
        (OUT, 0.2, "and again"),
        (ERR, 0.2, TRACEBACK[2]),
        (ERR, 0.3, "after"),
        (OUT, 0.4, "last"),
    )
    assert told == ["before", *TRACEBACK, "between", "and again", "after", "last"]


def test_a_chain_of_tracebacks_stays_one() -> None:
    chain = [*TRACEBACK, "", "During handling of the above exception, another exception occurred:", "", *TRACEBACK]
    lines: list[tuple[int, float, str]] = []
    for number, text in enumerate(chain):
        lines += [(ERR, number / 100, text), (OUT, number / 100, f"out {number}")]
    assert woven(*lines) == [*chain, *(f"out {number}" for number in range(len(chain)))]


def test_lines_that_interrupt_nothing_keep_their_order() -> None:
    lines = [(OUT if number % 3 else ERR, number / 10, f"line {number}") for number in range(20)]
    assert woven(*lines) == [text for _, _, text in lines]


def test_a_stream_that_stops_in_a_traceback_holds_nothing_up() -> None:
    lines = [(ERR, 0.0, TRACEBACK[0]), (OUT, 0.1, "held"), (OUT, 9.0, "free"), (ERR, 9.1, "end"), (OUT, 9.2, "x")]
    told = woven(*lines)
    assert sorted(told) == sorted(text for _, _, text in lines), "nothing is lost"
    assert told.index("free") < told.index("end")


@pytest.mark.parametrize("size", [1, 7, 8, 9, 1000, 1 << 20])
def test_frames_wherever_the_answer_is_cut(size: int) -> None:
    given = [(1, b"a\n"), (2, b""), (1, b"b" * 3000), (2, b"\n" * 20)]
    data = b"".join(bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text for stream, text in given)
    for whole, expected in ((data, given), (data[:-5], [*given[:-1], (2, b"\n" * 15)])):
        cut = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert list(frames(None, lambda _, cut=cut: iter(cut))) == expected  # type: ignore[arg-type]


def test_parts_of_a_line_are_one_line_in_each_stream() -> None:
    records = [(OUT, 0.0, b"a" * 10), (ERR, 0.0, b"error\n"), (OUT, 0.0, b"b\n"), (ERR, 0.1, b"no end")]
    assert [line.text for line in lines_of(records)] == [b"error", b"aaaaaaaaaab", b"no end"]


@pytest.mark.parametrize("size", [1, 100, 7000, 1 << 20])
def test_records_of_a_terminal_are_found_wherever_it_is_cut(size: int) -> None:
    time_ = b"2026-11-21T19:14:26.715035888Z "
    data = time_ + b"y" * PART + time_ + b"y" * PART + time_ + b"yy\r\n" + time_ + b"second\r\n" + time_ + b"end"
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    texts = [with_time(record)[1] for record in records_of_terminal(pieces)]
    assert texts == [b"y" * PART, b"y" * PART, b"yy\r\n", b"second\r\n", b"end"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10m", 400.0),
        ("1h", -2600.0),
        ("1m30s", 910.0),
        ("1d", -85400.0),
        ("1795290235", 1795290235.0),
        ("2026-11-21T19:43:55Z", 1795290235.0),
        ("2026-11-21T19:43:55.5+00:00", 1795290235.5),
    ],
)
def test_since(text: str, expected: float) -> None:
    assert parse_since(text, now=1000.0) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "10", "5 minutes", "m", "2026-13-01"])
def test_since_that_is_no_time(text: str) -> None:
    with pytest.raises(ConfigError, match="--since"):
        parse_since(text)


def test_times_of_records() -> None:
    assert seconds(b"2026-11-21T19:43:55.250000000Z") == 1795290235.25, "as the engine writes nearly all"
    assert seconds(b"2026-11-21T19:43:55.25Z") == seconds(b"2026-11-21T20:43:55.250000001+01:00") == 1795290235.25
    assert seconds(b"") == 0.0


@pytest.fixture
def run(engine: Engine, base_image: str, tmp_path: Path) -> Iterator[Run]:
    """Run a Python text in a container to its end; what the engine then says of it."""
    made: list[str] = []

    def start(text: str, *, wait: bool = True, tty: bool = False, **host: Any) -> Container:
        (tmp_path / "main.py").write_text(text)
        config = engine.api.create_host_config(binds=[f"{tmp_path}:/code:ro"], **host)
        command = ["python3", "-u", "/code/main.py"]
        name = f"test-logs-{os.urandom(4).hex()}"
        made.append(engine.api.create_container(base_image, command, name=name, tty=tty, host_config=config)["Id"])
        engine.api.start(made[-1])
        if wait:
            engine.api.wait(made[-1])
        return container_of(engine, engine.inspect(made[-1]))

    yield start
    for container in made:
        engine.api.remove_container(container, force=True)


def log_of(engine: Engine, container: Container, **options: Any) -> Log:
    logs = collect_logs(engine, container, **options)
    assert isinstance(logs, Logs)
    return logs.items[0]


@pytest.mark.docker
def test_a_log_as_the_log_engine_wants_it(engine: Engine, run: Run) -> None:
    container = run("import time; print('starts'); time.sleep(0.3); import absent_package")
    log = log_of(engine, container)
    assert log.source == f"docker logs {container.name}"
    lines = log.text.rstrip("\n").split("\n")
    assert lines[0] == "starts"
    assert lines[-1] == "ModuleNotFoundError: No module named 'absent_package'"
    assert log.stderr == ((2, len(lines)),)
    assert not log.unread
    found = findings(log)
    assert any("absent_package" in finding.title for finding in found)
    assert all(quote.source == log.source for finding in found for quote in finding.evidence)


@pytest.mark.docker
def test_a_long_log_is_read_at_both_ends(engine: Engine, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_logs, "OLDEST", 100_000)
    monkeypatch.setattr(container_logs, "NEWEST", 300_000)
    container = run("for n in range(60000): print('request', n, 'took some milliseconds and was answered')")
    log = log_of(engine, container)
    lines = log.text.rstrip("\n").split("\n")
    assert lines[0].startswith("request 0 ")
    assert lines[-1].startswith("request 59999 ")
    assert log.unread
    assert "oldest 0 MB" in log.unread
    whole = len(lines) + log.left_out
    assert 5000 < whole < 15_000, "about 400 kB of 3 MB"


@pytest.mark.docker
def test_no_line_goes_on_over_the_gap(engine: Engine, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_logs, "OLDEST", 100_000)
    monkeypatch.setattr(container_logs, "NEWEST", 9_000_000)
    container = run("import sys; sys.stdout.write('first ' + 'x' * 20_000_000 + ' last')")
    records, unread = container_logs._Log(engine, container).both_ends()
    assert unread
    texts = [line.text for line in lines_of(records)]
    assert texts[0] == b"first " + b"x" * (len(texts[0]) - 6)
    assert len(texts[0]) <= 100_000
    assert texts[-1].endswith(b"x last")
    assert sum(map(len, texts)) <= 9_100_000
    assert log_of(engine, container).text.startswith("first x")


@pytest.mark.docker
def test_newest_lines_only(engine: Engine, run: Run) -> None:
    container = run("for n in range(500): print('line', n)")
    assert log_of(engine, container, tail=3).text.split("\n")[:3] == ["line 497", "line 498", "line 499"]


@pytest.mark.docker
def test_lines_since_a_time(engine: Engine, run: Run) -> None:
    container = run("import time\nfor n in range(3000): print('old', n)\ntime.sleep(2)\nprint('new')")
    assert container.state.finished
    end = seconds(container.state.finished.encode())
    log = log_of(engine, container, since=str(end - 1))
    assert log.text.rstrip("\n") == "new"
    everything = log_of(engine, container, since=str(end - 3600))
    assert everything.text.count("\n") + everything.left_out >= 3001
    assert log_of(engine, container, since=str(end + 3600)).text.strip() == ""


@pytest.mark.docker
def test_bytes_that_are_no_text(engine: Engine, run: Run) -> None:
    container = run(
        "import os\nos.write(1, os.urandom(100_000) + b'\\n')\nos.write(1, bytes(range(256)) * 20)\n"
        "os.write(2, b'\\x1f\\x8b\\x08 PK\\x03\\x04\\n')\nimport yam"
    )
    log = log_of(engine, container)
    assert "ModuleNotFoundError: No module named 'yam'" in log.text
    assert any("yam" in finding.title for finding in findings(log))


@pytest.mark.docker
def test_a_terminal(engine: Engine, run: Run) -> None:
    container = run("import sys; print('y' * 40000); print('out'); print('err', file=sys.stderr)", tty=True)
    assert container.tty
    assert log_of(engine, container).text.rstrip("\n").split("\n") == ["y" * 40000, "out", "err"]


@pytest.mark.docker
def test_nothing_written(engine: Engine, run: Run) -> None:
    assert log_of(engine, run("pass")).text.strip() == ""


@pytest.mark.docker
@pytest.mark.parametrize(
    ("driver", "options", "said"),
    [
        ("none", {}, "keeps no log"),
        ("syslog", {"syslog-address": "udp://127.0.0.1:5555", "cache-disabled": "true"}, "sends the log away"),
    ],
)
def test_drivers_that_keep_nothing(engine: Engine, run: Run, driver: str, options: dict[str, str], said: str) -> None:
    container = run("print(1)", log_config={"Type": driver, "Config": options})
    missing = collect_logs(engine, container)
    assert isinstance(missing, Missing)
    assert said in missing.reason
    assert "--log-driver json-file" in missing.reason


@pytest.mark.docker
@pytest.mark.parametrize("driver", ["json-file", "local"])
def test_drivers_that_keep_it(engine: Engine, run: Run, driver: str) -> None:
    assert log_of(engine, run("print('kept')", log_config={"Type": driver, "Config": {}})).text.strip() == "kept"


@pytest.mark.docker
def test_one_that_never_started(engine: Engine, base_image: str) -> None:
    made = engine.api.create_container(base_image, ["true"], name=f"test-logs-{os.urandom(4).hex()}")["Id"]
    try:
        missing = collect_logs(engine, container_of(engine, engine.inspect(made)))
    finally:
        engine.api.remove_container(made)
    assert isinstance(missing, Missing)
    assert "never started" in missing.reason


@pytest.mark.docker
def test_starts_of_a_looping_container(engine: Engine, run: Run) -> None:
    container = run("print('one'); print('two'); raise SystemExit(3)", wait=False, restart_policy={"Name": "always"})
    give_up = time.monotonic() + 30
    while container.state.restarts < 3 or len(container.state.ends) < 3:
        assert time.monotonic() < give_up
        time.sleep(0.3)
        container = container_of(engine, engine.inspect(container.id))
    log = log_of(engine, container)
    lines = log.text.rstrip("\n").split("\n")
    assert log.starts, lines
    assert {lines[number - 1] for number in log.starts} == {"one"}
    assert all(end.exit_code == 3 for end in container.state.ends)
