"""Bodies sent to the rehearsal: quick, loaded once, and whatever the service does is told."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace
from payloads.benches import diagnosed, known, left_over, place_of, sample_of, trap

from doctor.diagnosis.call import Call
from doctor.errors import CannotExamine, ConfigError
from doctor.payloads.bench import Bench, Cancelled
from doctor.payloads.header_lines import headers_of
from doctor.payloads.judging import judge
from doctor.payloads.records import Place
from doctor.payloads.sending import Sender
from doctor.payloads.weighing import weigh

STATUS = {
    "healthy-schema-pandas": (200, '"churn"'),
    "healthy-schema-numpy": (200, '"rentals"'),
    "healthy-rawhttp": (200, '"alarm"'),
    "body-key-400": (400, ""),
    "payload-key": (500, ""),
    "feature-count": (500, ""),
}


@pytest.mark.parametrize("name", STATUS)
def test_samples_are_answered_as_the_server_does(name: str, tmp_path: Path) -> None:
    diagnosis = diagnosed(name, tmp_path)
    source, body = sample_of(diagnosis)
    sender = Sender()
    try:
        first, second = (sender.send(place_of(diagnosis), source, body) for _ in range(2))
    finally:
        sender.close()
    status, words = STATUS[name]
    assert (second.status, words in second.body) == (status, True)
    assert first.started is not None
    assert second.started is None, "it stays loaded"
    evidence = known(diagnosis)
    against = weigh(evidence, source, body, judge(evidence, source, body), second)
    causes = [one.finding.id for one in against if one.finding]
    assert causes == ([diagnosis.report.causes[0].id] if status == 500 else [])


TENANTS = """
from azureml_inference_server_http.api.aml_request import rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse

def init(): pass

@rawhttp
def run(request):
    print("kind", request.headers["Content-Type"])
    return AMLResponse([request.headers["X-Tenant-Id"], request.headers["X-Api-Key"]], 200, json_str=True)
"""


def test_a_raw_service_gets_the_kind_of_the_file_and_ones_own_headers(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(TENANTS)
    place = Place(way="probe", title="", where="", live=False, call=Call(kind="script", name=str(script)), raw=True)
    sender, key = Sender(), "k3y-Of-The-Tenant"
    try:
        bare = sender.send(place, "rows.csv", b"1,2")
        full = sender.send(
            replace(place, headers=headers_of(f"x-tenant-id: acme\nX-Api-Key: {key}")), "rows.csv", b"1,2"
        )
    finally:
        sender.close()
    assert (bare.status, full.status) == (500, 200)
    assert bare.logged is not None
    assert bare.logged.where is not None
    assert bare.logged.lines[0] == "kind text/csv", "what it wrote meanwhile, and then the traceback"
    assert bare.logged.lines[bare.logged.where] == f'  File "{script}", line 10, in run'
    assert full.started is None, "other headers load nothing anew"
    assert full.logged is None
    assert '"acme"' in full.body
    assert key not in full.body


def test_lines_that_are_no_headers_are_refused() -> None:
    assert headers_of("\ncontent-type: text/csv\n X-A: 1: 2 ") == {"Content-Type": "text/csv", "X-A": "1: 2"}
    for wrong in ("X-A", "X A: 1", "Host: elsewhere", "X-A: \N{SNOWMAN}", "X-A: a\x07b"):
        with pytest.raises(ConfigError, match="line 1"):
            headers_of(wrong)


def test_an_answer_that_is_no_json_is_told(tmp_path: Path) -> None:
    diagnosis = diagnosed("nan-in-answer", tmp_path)
    source, body = sample_of(diagnosis)
    sender = Sender()
    try:
        sent = sender.send(place_of(diagnosis), source, body)
    finally:
        sender.close()
    evidence = known(diagnosis)
    against = weigh(evidence, source, body, judge(evidence, source, body), sent)
    assert sent.status == 200
    assert [one.finding.id for one in against if one.finding] == ["contract.answer-not-json"]


def test_init_runs_once_and_anew_when_the_script_changes(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    place, sender = trap(folder), Sender()
    try:
        for _ in range(3):
            assert sender.send(place, "typed", b'{"do": "work"}').body == '{"did": "work"}'
        (folder / "sample.json").write_text("{}")  # a body that was saved is no change of the service
        sender.send(place, "typed", b'{"do": "work"}')
        assert (tmp_path / "starts").read_text() == "started "
        script = folder / "score.py"
        script.write_text(script.read_text().replace('"did"', '"has done"'))
        assert sender.send(place, "typed", b'{"do": "work"}').body == '{"has done": "work"}'
        assert (tmp_path / "starts").read_text() == "started started "
    finally:
        sender.close()


@pytest.mark.parametrize(("what", "words"), [("exit", "os._exit(3)"), ("crash", "SIGSEGV")])
def test_a_service_that_dies_is_told_and_loaded_anew(what: str, words: str, tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    place, sender = trap(folder), Sender()
    try:
        sent = sender.send(place, "typed", b'{"do": "%s"}' % what.encode())
        assert sent.ended
        assert sent.status is None
        assert words in sent.problem
        assert sender.send(place, "typed", b'{"do": "work"}').status == 200
    finally:
        sender.close()


def test_an_endless_loop_ends_with_the_time_limit(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    place, sender = trap(folder, patience=1.0), Sender()
    try:
        sent = sender.send(place, "typed", b'{"do": "loop"}')
    finally:
        sender.close()
    assert sent.problem == "no answer within 1 s"
    assert sent.ended
    assert sent.line == 15
    assert not left_over()


def test_a_service_that_does_not_load_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    place, sender = trap(folder), Sender()
    (folder / "score.py").write_text("import nothing_of_that_name\ndef init(): ...\ndef run(data): ...\n")
    sent = sender.send(place, "typed", b"{}")
    sender.close()
    assert "import fails: ModuleNotFoundError" in sent.problem


async def test_a_send_is_cancelled_and_the_next_one_works(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    place, bench = trap(folder, patience=60.0), Bench()
    try:
        sending = asyncio.ensure_future(bench.send(place, "typed", b'{"do": "loop"}'))
        while not (tmp_path / "starts").exists():
            assert not sending.done()
            await asyncio.sleep(0.02)
        await bench.cancel()
        with pytest.raises(Cancelled):
            await sending
        assert not left_over()
        assert (await bench.send(place, "typed", b'{"do": "work"}')).status == 200
    finally:
        await bench.close()
    assert not left_over()


async def test_a_script_that_went_away_is_refused_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    place, bench = trap(folder), Bench()
    (folder / "score.py").unlink()
    try:
        with pytest.raises(CannotExamine, match=r"score\.py"):
            await bench.send(place, "typed", b"{}")
    finally:
        await bench.close()


KILLED = """
import asyncio, sys
sys.path[:0] = {path!r}
from payloads.benches import trap
from doctor.payloads.bench import Bench
from pathlib import Path

async def main():
    place, bench = trap(Path({folder!r})), Bench()
    await bench.send(place, "typed", b'{{"do": "work"}}')
    sending = asyncio.ensure_future(bench.send(place, "typed", b'{{"do": "loop"}}'))
    await asyncio.sleep(0.3)
    print("ready", flush=True)
    await sending

asyncio.run(main())
"""


def test_nothing_is_left_of_a_bench_that_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    script = KILLED.format(path=[one for one in sys.path if one], folder=str(folder))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 2, "the process that sends, and the service"
        os.kill(process.pid, signal.SIGKILL)
        gone, alive = psutil.wait_procs(family, timeout=20)
    assert not alive
    assert len(gone) == len(family)
