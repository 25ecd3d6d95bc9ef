"""What stands before a message comes off, whoever put it there, and nothing of the message does."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.evidence import Log
from checks.logs.lines import Line, read_lines
from checks.logs.prefixes import take_off

DOCKER = "2026-11-20T17:53:00.196123456Z "
SERVER = "2026-11-20 17:53:00,196 E [40] azmlinfsrv - "

KNOWN = [  # line, message, level, process, logger, stream
    (f"{SERVER}boom", "boom", "error", "40", "azmlinfsrv", ""),
    (f"{DOCKER}{SERVER}boom", "boom", "error", "40", "azmlinfsrv", ""),
    (f"{DOCKER}stderr F {SERVER}boom", "boom", "error", "40", "azmlinfsrv", "stderr"),
    (f"[pod/a-1/main] {DOCKER}{SERVER}boom", "boom", "error", "40", "azmlinfsrv", "pod/a-1/main"),
    (f"web_1  | {SERVER}boom", "boom", "error", "40", "azmlinfsrv", "web_1"),
    ("[2026-11-20 18:31:35 +0000] [12] [INFO] Starting", "Starting", "info", "12", "", ""),
    ("2021-06-30 03:05:58,099 | root | ERROR | boom", "boom", "error", "", "root", ""),
    ("2018-12-13T22:56:25,399160286+00:00 - iot-server/run", "iot-server/run", "", "", "", ""),
    ("2022-12-13T22:56:25,399160286+00:00 | gunicorn/run | Starting", "Starting", "", "", "gunicorn/run", ""),
    ("E1116 13:13:53.302207 1 file.cc:478] boom", "boom", "error", "1", "file.cc:478", ""),
    ("I1116 13:13:53.302207       1 file.go:478] fine", "fine", "info", "1", "file.go:478", ""),
    ("2026-11-20 18:35:56.831056: W a/b.cc:113] oneDNN", "oneDNN", "warning", "", "a/b.cc:113", ""),
    ("[2026-11-20 18:31:35.123][47][modelmanager][error][a.cpp:6] boom", "boom", "error", "", "modelmanager", ""),
    ("time=2026-11-20T18:31:35.123Z level=WARN source=gpu.go:6 careful", "careful", "warning", "", "", ""),
    ("WARNING:root:careful", "careful", "warning", "", "root", ""),
    ("ERROR - boom", "boom", "error", "", "", ""),
    ("2026-11-20 18:31:35,123 - score - ERROR - boom", "boom", "error", "", "score", ""),
    ("2026-11-20 18:31:35,123 - ERROR - root - boom", "boom", "error", "", "root", ""),
    ("2026-11-20 18:31:35,123 - a.b:main:20 - INFO:  fine", "fine", "info", "", "a.b:main:20", ""),
    ("2026-11-20 18:31:35.123 | ERROR    | m:f:12 - boom", "boom", "error", "", "", ""),
    ("2026-11-20 18:31:35,123|INFO|12|34|fine", "fine", "info", "12", "", ""),
    (
        "2026-11-20T18:31:35,1 [WARN ] W-9-m_1.0-stderr MODEL_LOG - x",
        "x",
        "warning",
        "",
        "MODEL_LOG",
        "W-9-m_1.0-stderr",
    ),
    ("INFO  PyProcess W-80-model-stdout: [1,0]<stdout>:x", "x", "info", "", "", "W-80-model-stdout 0"),
    ("2026-11-20 18:31:35.123  INFO 1 --- [  main] c.e.App : x", "x", "info", "1", "c.e.App", ""),
    ("2026-11-20T18:31:35.123Z\tERROR\tsetup\tboom", "boom", "error", "", "setup", ""),
    ("[2026-11-20T18:31:35Z INFO  tgi] x", "x", "info", "", "tgi", ""),
    ("(EngineCore_0 pid=272) ERROR 11-20 18:31:35 [core.py:718] x", "x", "error", "272", "", "EngineCore_0"),
    ("[rank0]: Traceback (most recent call last):", "Traceback (most recent call last):", "", "", "", "rank0"),
    ("Nov 20 18:31:35 node kubelet[12]: E1116 13:13:53.302207 1 f.go:4] x", "x", "error", "1", "f.go:4", ""),
    (f"> >> {SERVER}boom", "boom", "error", "40", "azmlinfsrv", ""),
    ("<6>Nov 20 18:31:35 node kernel: Out of memory", "Out of memory", "", "", "kernel", ""),
    ("[ 1234.567890] Out of memory: Killed process 9", "Out of memory: Killed process 9", "", "", "", ""),
    ("2024-01-01T00:00:00.0000000Z ##[error]exit code 1.", "exit code 1.", "error", "", "", ""),
    ("#12 3.456 No module", "No module", "", "", "", "#12"),
    ("E   ModuleNotFoundError: x", "ModuleNotFoundError: x", "", "", "", ""),
    ("(count: 1) (last timestamp: 2018-03-15 21:17:59+00:00) pulling", "pulling", "", "", "", ""),
    ("2026/11/20 18:31:35 INFO mlflow.models.flavor: x", "x", "info", "", "mlflow.models.flavor", ""),
    ("2026-11-20 18:31:35,123 [mlserver.parallel] ERROR - x", "x", "error", "", "mlserver.parallel", ""),
]

CONTENT = [
    "ModuleNotFoundError: No module named 'x'",
    "azureml.exceptions._common.UserErrorException: gone",
    "ERROR: Could not find a version that satisfies the requirement x",
    "error: creating server: Internal",
    "error:0308010C:digital envelope routines::unsupported",
    "npm ERR! code E404",
    "exec /bin/bash: exec format error",
    'exec: "python": executable file not found in $PATH',
    '#12 ERROR: process "/bin/sh -c pip install" did not complete successfully: exit code: 1',
    "0/3 nodes are available: 3 Insufficient cpu.",
    '  File "/app/score.py", line 2, in <module>',
    "| a | table |",
    "    Reason:       OOMKilled",
    "ERROR in app: Exception on /score [POST]",
    "[Errno 98] Address already in use",
    '{"error": "x"}',
]


def read(text: str) -> list[Line]:
    return read_lines(Log(source="log.txt", text=text))


@pytest.mark.parametrize(("line", "message", "level", "process", "logger", "stream"), KNOWN, ids=lambda _: "")
def test_known_prefixes(line: str, message: str, level: str, process: str, logger: str, stream: str) -> None:
    (one,) = read(line)
    assert (one.text, one.level, one.process, one.logger, one.stream) == (message, level, process, logger, stream)
    assert one.raw == line


@pytest.mark.parametrize("message", CONTENT)
@pytest.mark.parametrize(
    "before", ["", DOCKER, f"{DOCKER}stderr F ", SERVER, "web-1  | ", "[rank0]: ", "[2026-11-20T18:31:35.1Z] "]
)
def test_messages_are_left_whole(message: str, before: str) -> None:
    assert take_off(before + message).text == message


def test_a_line_without_prefix_belongs_to_the_record_before_it() -> None:
    lines = read(
        f"2026-11-20 17:53:00,196 I [1] azmlinfsrv - fine\n{SERVER}Traceback (most recent call last):\n  File x\nE: y"
    )
    assert [(line.process, line.level) for line in lines[1:]] == [("40", "error")] * 3


def test_records_of_two_pods_are_kept_apart() -> None:
    lines = read(
        "\n".join(
            (
                f"[pod/a/main] {SERVER}Traceback (most recent call last):",
                "[pod/b/main] 2026-11-20 17:53:00,196 I [7] azmlinfsrv - fine",
                '[pod/a/main]   File "score.py", line 1',
                "[pod/b/main] more",
            )
        )
    )
    assert [(line.stream, line.process) for line in lines] == [
        ("pod/a/main", "40"),
        ("pod/b/main", "7"),
        ("pod/a/main", "40"),
        ("pod/b/main", "7"),
    ]


def test_a_line_that_the_runtime_cut_is_one_again() -> None:
    lines = read(
        f"{DOCKER}stdout P No module\n{DOCKER}stderr F other\n{DOCKER}stdout P  named\n"
        f"{DOCKER}stdout F  'x'\n{DOCKER}stdout F z"
    )
    assert [(line.number, line.text) for line in lines] == [(1, "No module named 'x'"), (2, "other"), (5, "z")]
    assert lines[0].raw == f"{DOCKER}stdout P No module named 'x'"


def test_collectors_count_only_where_most_lines_carry_them() -> None:
    api = [f"api  | line {n}" for n in range(9)]
    assert [line.text for line in read("\n".join(api))] == [f"line {n}" for n in range(9)]
    table = "\n".join(f"{name}  | value {name}" for name in ("one", "two", "three", "four", "five"))
    assert [line.text for line in read(table)] == table.split("\n")
    stern = [f"churn-6c8b8f74-pl9wx main line {n}" for n in range(9)]
    assert {line.stream for line in read("\n".join(stern))} == {"churn-6c8b8f74-pl9wx main"}
    assert read("\n".join(stern))[3].text == "line 3"
    job = [f"build\tRun tests\t2024-01-01T00:00:00.0000000Z line {n}" for n in range(9)]
    assert read("\n".join(job))[3].text == "line 3"
    pods = "api-0 running fine\nother line\nanother one\nand one more"
    assert read(pods)[0].text == "api-0 running fine"


ONCE = "2021-06-30 03:05:58,099 | root | ERROR | Encountered Exception: Traceback (most recent call last):"


@pytest.mark.parametrize("bare_first", [True, False])
@pytest.mark.parametrize("more", [(), ('  File "score.py", line 3, in run', "ValueError: boom")])
def test_what_old_images_write_twice_counts_once(bare_first: bool, more: tuple[str, ...]) -> None:
    bare = [ONCE.rsplit(" | ", 1)[1], *more]
    full = [ONCE, *more]
    both = [*bare, *full] if bare_first else [*full, *bare]
    end = "2021-06-30 03:05:59,000 | root | INFO | 500"
    lines = read("\n".join((*both, end, "500", "127.0.0.1 - - POST")))
    assert [line.raw for line in lines] == [*full, end, "127.0.0.1 - - POST"]


def test_what_repeats_by_itself_stays() -> None:
    text = "2021-06-30 03:05:58,099 | root | INFO | a\n2021-06-30 03:05:58,099 | root | INFO | a\nb\nb"
    assert len(read(text)) == 4


def test_numbers_are_those_of_the_original() -> None:
    lines = read_lines(Log(source="x", text="a\nb\nc", numbers=(3, 17, 90)))
    assert [(line.number, line.text) for line in lines] == [(3, "a"), (17, "b"), (90, "c")]


@given(st.text(max_size=300))
def test_any_text_ends_as_its_own_line(text: str) -> None:
    line = text.replace("\n", " ").replace("\r", " ")
    assert line.endswith(take_off(line).text)
    assert len(read(line)) == 1


@pytest.mark.parametrize(
    "seed",
    [
        "2026-11-20 18:31:35 ",
        "[2026-11-20 18:31:35] ",
        "a_",
        "[",
        "web_1 | ",
        "ERROR ",
        "E   ",
        "a.b:",
        "Nov 20 18:31:35 h ",
        " ",
        "#1 1.1 ",
        "<6>",
        "> ",
    ],
)
def test_long_lines_take_time_in_proportion(seed: str) -> None:
    def seconds(size: int) -> float:
        text = seed * (size // len(seed))
        began = time.process_time()
        for _ in range(20):
            take_off(text)
        return time.process_time() - began

    seconds(100)
    pairs = [(seconds(20_000), seconds(200_000)) for _ in range(3)]
    small, large = (min(times) for times in zip(*pairs, strict=True))  # what else runs here only adds
    assert large < 40 * small + 0.02
