"""Evidence as tables: packages, environment, time line, rehearsal, calls; and the texts of files."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from checks.containers import (
    Answer,
    Answers,
    Container,
    ContainerState,
    Ended,
    EngineInfo,
    Health,
    HealthResult,
    Image,
    Limits,
    Mount,
)
from checks.evidence import (
    Asked,
    EnvironmentFile,
    Evidence,
    Frame,
    Installed,
    Log,
    Logs,
    Missing,
    Opened,
    Phase,
    Probe,
    Raised,
    Requirement,
    Script,
    SourceTree,
    Step,
    Target,
)
from checks.finding import Quote
from doctor.diagnosis.call import Call
from doctor.exploring.calls import calls, has_calls
from doctor.exploring.contents import MOST, contents, read_here, shown_of
from doctor.exploring.difference import difference
from doctor.exploring.observed import observed
from doctor.exploring.packages import packages
from doctor.exploring.proving import part_of
from doctor.exploring.table import Nothing, Row, Searched, Table, memory_of, size_of, time_of
from doctor.exploring.timeline import timeline
from doctor.exploring.variables import variables

LINE_4 = Frame(path="score.py", line=4, function="init")
SCRIPT = "import numpy as np\nimport pandas\nimport helper\n\ndef init(): ...\ndef run(data): return np.sum(data)\n"
CALL = Call(kind="container", name="score")


def of_script(**more: object) -> Evidence:
    return Evidence(
        target=Target(kind="script", name="score.py"),
        script=Script(path="score.py", text=SCRIPT),
        source=SourceTree(folder=".", files=("score.py", "helper.py")),
    ).replace(**more)


def file_of(*lines: str) -> EnvironmentFile:
    requirements = tuple(
        Requirement(
            name=line.split("=")[0], specifier=line[len(line.split("=")[0]) :], channel="pip", line=n, text=line
        )
        for n, line in enumerate(lines, 1)
    )
    return EnvironmentFile(path="requirements.txt", kind="requirements", requirements=requirements)


def container(**more: object) -> Evidence:
    fields = {
        "id": "c0ffee", "name": "score", "engine": EngineInfo(address="unix:///docker.sock"),
        "state": ContainerState(status="running"), "image": Image(id="sha256:1", reference="score:3"), **more,
    }  # fmt: skip
    return Evidence(target=Target(kind="container", name="score"), container=Container(**fields))  # type: ignore[arg-type]


def rows(table: Table | Nothing) -> Sequence[Row]:
    assert isinstance(table, Table), table
    return table.rows


def test_each_package_has_its_verdict() -> None:
    installed = Installed(
        distributions={"numpy": "2.1.0", "scipy": "1.0", "pandas": "2.0"}, requires={"scikit-learn": ()}
    )
    made = packages(of_script(environment=file_of("numpy==1.26.4", "joblib", "scipy"), installed=installed))
    verdicts = {row.cells[0]: (row.cells[3], row.tone) for row in rows(made)}
    assert verdicts == {
        "joblib": ("missing", "error"),
        "numpy": ("other version", "warning"),
        "pandas": ("imported, not asked for", "warning"),
        "scipy": ("fine", "passed"),
    }
    assert rows(made)[0].cells[0] == "joblib", "what is wrong stands first"
    assert "1 missing, 1 other version, 1 fine, 1 imported and not asked for" in made.summary  # type: ignore[union-attr]
    assert next(row for row in rows(made) if row.cells[0] == "pandas").place == ("score.py", 2)


def test_without_environment_file_the_installed_ones_are_there() -> None:
    made = packages(
        of_script(environment=Missing(reason="none lies there"), installed=Installed(distributions={"a": "1"}))
    )
    assert {row.cells[3] for row in rows(made)} == {"imported, not installed", "installed"}
    assert "none lies there" in made.summary  # type: ignore[union-attr]


def test_what_is_not_there_says_why_and_how() -> None:
    bare = container()
    for make in (packages, observed, calls):
        made = make(bare)
        assert isinstance(made, Nothing)
        assert made.reason
        assert made.remedy
    assert "rehears" in observed(bare).remedy.lower()  # type: ignore[union-attr]


def test_many_packages_are_quick() -> None:
    many = {f"package-{n}": f"{n}.0" for n in range(20_000)}
    asked = file_of(*(f"package-{n}=={n}.0" for n in range(0, 4_000, 2)))
    began = time.perf_counter()
    made = packages(of_script(environment=asked, installed=Installed(distributions=many)))
    assert len(rows(made)) >= 20_000
    assert time.perf_counter() - began < 10


def test_variables_that_were_wanted_stand_first_and_secrets_are_masked() -> None:
    probe = Probe(
        interpreter="python",
        python="3.11.2",
        steps=(),
        asked=(
            Asked(name="MODEL_NAME", set=False, phase=Phase.INIT, strict=True, at=LINE_4),
            Asked(name="COLOR", set=False, phase=Phase.INIT),
            Asked(name="HOME", set=True, phase=Phase.INIT),
        ),
    )  # fmt: skip
    seen = container(
        environment={"API_KEY": "abcdefghij", "HOME": "/root", "DB": "postgres://me:hunter2hunter2@db/x"},
        limits=Limits(memory=512 << 20, cpus=1.5, pids=100),
        mounts=(Mount(kind="bind", target="/models", source="/srv"),),
        state=ContainerState(status="exited", exit_code=137, oom_killed=True),
        health=Health(status="unhealthy", test=("curl", "localhost"), failing_streak=3),
    ).replace(probe=probe)
    found = rows(variables(seen, CALL))
    assert [row.cells[1] for row in found[:2]] == ["MODEL_NAME", "COLOR"]
    assert (found[0].tone, found[0].place) == ("error", ("score.py", 4))
    told = "\n".join(" ".join(row.cells) for row in found)
    assert "abcdefghij" not in told
    assert "hunter2" not in told
    for text in (
        "API_KEY ***",
        "memory 512 MiB killed for it",
        "1.5 cores",
        "/models bind /srv",
        "unhealthy; failed 3",
    ):
        assert text in told


def test_a_loop_of_crashes_is_told_in_one_line() -> None:
    ends = tuple(Ended(at=f"2026-11-20T18:{7 + n // 4:02}:{n % 4 * 15:02}.5Z", exit_code=3) for n in range(40))
    state = ContainerState(status="restarting", exit_code=3, restarts=40, ends=ends, started="2026-11-20T18:17:00Z")
    table = timeline(container(created="2026-11-20T18:06:00Z", state=state))
    assert isinstance(table, Table)
    assert len(table.rows) <= 4
    assert any("exit 3  (40 times in 9 min 45 s" in row.cells[3] for row in table.rows)
    assert table.summary.startswith("score: 40 restarts; exit 3")


def test_ends_that_nobody_remembers_are_told_as_not_seen() -> None:
    ends = tuple(Ended(at=f"2026-11-20T18:07:{n:02}.5Z", exit_code=3) for n in range(6))
    state = ContainerState(status="restarting", exit_code=3, restarts=11, ends=ends, started="2026-11-20T18:17:00Z")
    table = timeline(container(created="2026-11-20T18:06:00Z", state=state))
    assert isinstance(table, Table)
    assert table.summary.startswith("score: 11 restarts; 6 of them seen; exit 3")


def test_start_run_end_wait_is_told_in_words() -> None:
    from doctor.exploring.moments import moment
    from doctor.exploring.timeline import summary

    made = [
        moment("2026-11-20T18:07:00Z", "score", "started", kind="start"),
        moment("2026-11-20T18:07:04Z", "score", "ran 4.0 s, exit 3", kind="end", outcome="exit 3", ran=4.0),
        moment("2026-11-20T18:07:24Z", "score", "started again", kind="start", restarts=1),
    ]
    assert summary([one for one in made if one]) == "score: 1 restart; ran 4.0 s, exit 3, waited 20 s"


def test_silence_and_health_have_their_lines() -> None:
    health = Health(
        status="unhealthy",
        test=("curl",),
        results=tuple(
            HealthResult(at=f"2026-11-20T20:00:{n:02}Z", exit_code=7, output=f"after {n} ms\x1b[31m") for n in range(5)
        ),
    )
    table = rows(timeline(container(created="2026-11-20T18:06:00Z", health=health)))
    assert [row.cells[3] for row in table][1] == "... 1 h 54 min without a word"
    assert "health check failed, exit 7" in table[2].cells[3]
    assert "(5 times in 4.0 s" in table[2].cells[3]
    assert "\x1b" not in table[2].cells[3] + table[2].detail


def test_many_moments_are_quick() -> None:
    ends = tuple(
        Ended(at=f"2026-11-{1 + n // 2000:02}T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z", exit_code=n % 7)
        for n in range(20_000)
    )
    began = time.perf_counter()
    assert timeline(container(state=ContainerState(status="running", ends=ends)))
    assert time.perf_counter() - began < 10


def test_the_rehearsal_is_told_step_by_step() -> None:
    frame = Frame(path="score.py", line=5, function="init", own=True)
    raised = Raised(type="KeyError", message="'data'", frames=(frame,))
    probe = Probe(
        interpreter="python",
        python="3.11.2",
        steps=(
            Step(phase=Phase.IMPORT, outcome="passed", seconds=0.5),
            Step(phase=Phase.INIT, outcome="raised", raised=raised),
        ),
        opened=(Opened(path="model.pkl", mode="read", place="model", phase=Phase.INIT, found=False),) * 3,
    )
    found = rows(observed(of_script(probe=probe)))
    assert (found[1].cells[2], found[1].tone, found[1].place) == ("raised: KeyError: 'data'", "error", ("score.py", 5))
    assert found[2].cells[:3] == (
        "file",
        "model.pkl",
        "not found, 3 times in init; elsewhere".replace("elsewhere", "model"),
    )
    steps = rows(timeline(of_script(probe=probe)))
    assert [row.cells[0] for row in steps] == ["start", "+0.5 s"]


def test_answers_are_told_with_status_and_time() -> None:
    answers = Answers(
        items=(Answer(method="POST", path="/score", route="inside", address="x", status=500, seconds=0.25, body="no"),)
    )
    seen = container().replace(answers=answers)
    assert has_calls(seen)
    assert not has_calls(container())
    (row,) = rows(calls(seen))
    assert (row.cells[:3], row.tone) == (("POST /score", "500", "0.2 s"), "error")


@pytest.mark.parametrize(
    ("quote", "part"),
    [
        (Quote(source="score.py", text="x", line=3), "files"),
        (Quote(source="docker logs score", text="x", line=3), "log"),
        (Quote(source="probe: init()", text="x"), "probe"),
        (Quote(source="container", text="exit code 3"), "environment"),
        (Quote(source="installed", text="numpy 2"), "packages"),
        (Quote(source="conda.yml", text="x"), "files"),
    ],
)
def test_a_quote_has_its_part(quote: Quote, part: str) -> None:
    assert part_of(of_script(logs=Logs(items=(Log(source="docker logs score", text="x"),))), quote) == part


def test_a_quote_of_a_pod_is_on_the_time_line() -> None:
    of_pods = Evidence(target=Target(kind="workload", name="a/deployment/score"))
    assert part_of(of_pods, Quote(source="pod/score-1", text="OOMKilled")) == "timeline"


class TestFiles:
    def test_texts_are_harmless_and_keep_their_lines(self, tmp_path: Path) -> None:
        file = tmp_path / "a.py"
        file.write_bytes(b"\xef\xbb\xbfpassword = 'hunter2hunter2'\r\n\x1b]0;title\x07\ttab\r\n\nend")
        found = read_here(str(file))
        assert found.lines == ("password = '***'", "\\x1b]0;title\\x07    tab", "", "end")
        assert found.is_text

    def test_bytes_are_shown_as_bytes(self, tmp_path: Path) -> None:
        file = tmp_path / "model.pkl"
        file.write_bytes(b"\x80\x04\x95\x00token=" + bytes(10_000))
        found = read_here(str(file))
        assert found.lines[0].startswith("00000000  80 04 95 00")
        assert len(found.lines) == 256
        assert "the first 4.1 kB of 10 kB" in found.note

    def test_a_large_text_is_cut(self, tmp_path: Path) -> None:
        file = tmp_path / "big.csv"
        file.write_bytes(b"1,2,3\n" * 1_000_000)
        found = read_here(str(file))
        assert found.cut
        assert "the first 1.0 MB of 6.0 MB" in found.note
        assert sum(map(len, found.lines)) <= MOST

    def test_a_pipe_is_not_read(self, tmp_path: Path) -> None:
        import os

        os.mkfifo(tmp_path / "pipe")
        assert "no plain file" in read_here(str(tmp_path / "pipe")).problem
        assert "No such file" in read_here(str(tmp_path / "gone")).problem

    def test_a_saved_report_says_that_it_holds_no_more(self) -> None:
        found = contents(container(), Call(kind="report", name="a.zip"), "/x", inside=True)
        assert "what was saved" in found.problem

    def test_diff(self) -> None:
        own, there = (shown_of(text, cut=False, size=None, note="") for text in (b"a\nb\n", b"a\nc\n"))
        found = difference(own, there, "yours/x", "there/x")
        assert found.lines == ("--- yours/x", "+++ there/x", "@@ -1,2 +1,2 @@", " a", "-b", "+c")
        assert found.note == "1 line only there (+), 1 only in yours (-)"
        assert "same text" in difference(own, own, "a", "b").note
        assert difference(own, own, "a", "b", state="same").note == "no difference: the same in every byte"
        assert "no text" in difference(own, shown_of(b"\0", cut=False, size=1, note=""), "a", "b").problem


def test_filters_and_units() -> None:
    some = [Row(("Numpy", "fine"), "passed"), Row(("pandas", "missing"), "error")]
    assert Searched(some).matching("NUM fine") == some[:1]
    assert Searched(some).matching("", troubled=True) == some[1:]
    assert [size_of(n) for n in (None, 0, 999, 1000, 12_345, 5 << 30)] == [
        "",
        "0 B",
        "999 B",
        "1.0 kB",
        "12 kB",
        "5.4 GB",
    ]
    assert [memory_of(n) for n in (512 << 20, 1536 << 20, 100)] == ["512 MiB", "1.5 GiB", "100 B"]
    assert [time_of(n) for n in (0.04, 4, 59, 75, 7500, 90000)] == [
        "40 ms",
        "4.0 s",
        "59 s",
        "1 min 15 s",
        "2 h 5 min",
        "1 d 1 h",
    ]
