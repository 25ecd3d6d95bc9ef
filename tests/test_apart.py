"""A diagnosis in a process of its own: the same answer as in this one, and no trace of it whatever ends it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest
from payloads.benches import left_over
from screens.journeys import sample_copy

from doctor import redact as redaction
from doctor.beside import begin, end
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Began, Done, Failed, News
from doctor.diagnosis.running import Running
from doctor.errors import ConfigError
from doctor.redact import redact_lines
from doctor.targets import call_of

WAITS = "import time\n\n\ndef init():\n    time.sleep(600)\n\n\ndef run(data):\n    return data\n"
GOOD = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"
LOG = "2026-11-20 18:07:02 Traceback (most recent call last):\nModuleNotFoundError: No module named 'lightgbm'\n"


async def heard(call: Call) -> list[News]:
    return [one async for one in Running(call).news()]


def family(pid: int) -> list[psutil.Process]:
    return left_over(pid)


async def test_it_says_what_this_process_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = sample_copy("model-not-global", tmp_path)
    call = Call(kind="script", name=str(script), variables={"API_KEY": "correct-horse-battery"})
    running = Running(call)
    monkeypatch.setattr(redaction, "_remembered", set())
    *steps, done = [one async for one in running.news()]
    assert redact_lines("said correct-horse-battery") == "said ***", "what it knows to be secret is masked here, too"
    assert steps
    assert all(isinstance(one, Began) for one in steps)
    assert isinstance(done, Done)
    (apart,), (here,) = done.diagnosed, diagnose(call).diagnosed
    assert [one.id for one in apart.report.findings] == [one.id for one in here.report.findings]
    assert apart.report.causes[0].fixes[0].diff == here.report.causes[0].fixes[0].diff
    assert apart.evidence
    assert apart.evidence.script == here.evidence.script if here.evidence else False
    assert str(script) in apart.digests
    assert apart.call == call


@pytest.mark.parametrize(
    ("call", "why", "words"),
    [
        (Call(kind="script", name="nowhere/score.py"), "target", "nowhere/score.py"),
        (Call(kind="script", name="score.py", samples=("lost.json",)), "call", "lost.json"),
        (Call(kind="log", name="nowhere.log"), "target", "nowhere.log"),
        (Call(kind="url", name="ftp://example.com"), "call", "ftp"),
    ],
)
async def test_what_cannot_be_examined_is_told(
    call: Call, why: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "score.py").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    last = (await heard(call))[-1]
    assert isinstance(last, Failed)
    assert last.why == why
    assert words in last.text


async def test_cancelled_it_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(WAITS)
    running = Running(Call(kind="script", name=str(tmp_path / "score.py")))
    news, left = [], []
    async for one in running.news():
        news.append(one)
        if isinstance(one, Began) and "init" in one.what:
            await until_it_has_children()
            left = family(os.getpid())
            asyncio.get_running_loop().create_task(running.cancel())
    assert isinstance(news[-1], Failed)
    assert news[-1].why == "cancelled"
    assert left
    assert not psutil.wait_procs(left, timeout=10)[1]


async def until_it_has_children() -> None:
    while len(family(os.getpid())) < 2:
        await asyncio.sleep(0.02)


async def test_it_can_be_cancelled_where_a_shell_had_interrupts_ignored(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        await test_cancelled_it_leaves_nothing(tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)


async def test_killed_it_is_told_as_lost(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(WAITS)
    last: News | None = None
    async for last in Running(Call(kind="script", name=str(tmp_path / "score.py"))).news():
        if isinstance(last, Began):
            child = next(one for one in family(os.getpid()) if "doctor.diagnosis.child" in one.cmdline())
            child.kill()
    assert isinstance(last, Failed)
    assert last.why == "lost"
    assert "SIGKILL" in last.text


async def test_a_name_that_is_no_text_is_refused() -> None:
    last = (await heard(Call(kind="script", name="sc\udcf6re.py")))[-1]
    assert isinstance(last, Failed)
    assert last.why == "call"
    assert "rename it" in last.text


async def test_modules_of_the_folder_stand_for_none_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("score", "checks", "doctor", "json", "msgspec"):
        (tmp_path / f"{name}.py").write_text(GOOD)
    done = (await heard(Call(kind="script", name="score.py")))[-1]
    assert isinstance(done, Done), done


def test_it_ends_with_who_asked(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(WAITS)
    call = Call(kind="script", name=str(tmp_path / "score.py"))
    code = (
        "import asyncio, sys, msgspec\n"
        "from doctor.diagnosis.call import Call\nfrom doctor.diagnosis.running import Running\n"
        "async def main():\n"
        "    async for one in Running(msgspec.json.decode(sys.argv[1], type=Call)).news(): print(one, flush=True)\n"
        "asyncio.run(main())"
    )
    asking = subprocess.Popen([sys.executable, "-c", code, msgspec.json.encode(call).decode()], stdout=subprocess.PIPE)
    assert asking.stdout
    assert b"init" in asking.stdout.readline()
    end = time.monotonic() + 20
    while len(left := family(asking.pid)) < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    asking.send_signal(signal.SIGKILL)
    asking.wait()
    asking.stdout.close()
    assert not psutil.wait_procs(left, timeout=20)[1]


def test_a_folder_is_all_that_it_holds(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "score.py").write_text(GOOD)
    told: list[str] = []
    done = diagnose(Call(kind="folder", name=str(tmp_path)), told.append)
    assert {one.call.name for one in done.diagnosed} == {
        str(tmp_path / name / "score.py") for name in ("first", "second")
    }
    assert {one.call.kind for one in done.diagnosed} == {"script"}
    assert "2 of 2 scripts examined" in told


def test_a_log_and_its_evidence(tmp_path: Path) -> None:
    (tmp_path / "container.log").write_text(LOG)
    (one,) = diagnose(call_of([str(tmp_path / "container.log")])).diagnosed
    assert one.report.causes
    assert one.evidence
    assert "lightgbm" in one.evidence.logs.items[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        (["docker", "score"], "container", "score"),
        (["k8s"], "workload", ""),
        (["k8s", "deployment/score"], "workload", "deployment/score"),
        (["k8s", "deployment", "score"], "workload", "deployment/score"),
        (["url", "https://example.com/score"], "url", "https://example.com/score"),
        (["https://example.com/score"], "url", "https://example.com/score"),
        (["score.py"], "script", "score.py"),
        (["."], "folder", "."),
        (["swagger.json"], "document", "swagger.json"),
        (["deployment.yaml"], "manifest", "deployment.yaml"),
        (["report.json"], "report", "report.json"),
        (["build.txt"], "log", "build.txt"),
    ],
)
def test_words_mean_targets(
    words: list[str], kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("score.py").write_text(GOOD)
    Path("swagger.json").write_text('{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}}')
    Path("deployment.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: score}\n")
    Path("report.json").write_text('{"schema":"doctor.report/1"}\n')
    Path("build.txt").write_text(LOG)
    assert call_of(words) == Call(kind=kind, name=name)  # type: ignore[arg-type]


@pytest.mark.parametrize("words", [["docker"], ["url"], ["nowhere.py"], ["a.py", "b.py"], ["docker", "a", "b"]])
def test_words_that_mean_nothing_are_refused(words: list[str]) -> None:
    with pytest.raises(ConfigError):
        call_of(words)


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (Call(kind="container", name="score", source="."), "doctor diagnose docker score --source ."),
        (
            Call(kind="workload", name="deployment/score", namespace="prod", context="east"),
            "doctor diagnose k8s deployment/score --context east -n prod",
        ),
        (
            Call(kind="script", name="a b.py", samples=("x.json",), run=False),
            "doctor check 'a b.py' --sample x.json --no-run",
        ),
        (
            Call(kind="url", name="https://a/score", key_variable="KEY"),
            "doctor diagnose url https://a/score --key-env KEY",
        ),
        (Call(kind="script", name="score.py", variables={"API_KEY": "hush-hush-1"}), "doctor check score.py"),
    ],
)
def test_a_call_is_a_line_to_paste(call: Call, line: str) -> None:
    assert call.command == line


async def test_who_is_cancelled_again_and_again_leaves_no_process() -> None:
    process = await begin("doctor.diagnosis.child")
    ending = asyncio.ensure_future(end(process))
    for _ in range(3):
        await asyncio.sleep(0)
        ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert process.returncode is not None
