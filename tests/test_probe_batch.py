"""Batch scripts: run() is called with the paths of all samples, twice, and judged as the batch driver does."""

import json
from pathlib import Path

import pytest
from test_probe_versions import each_python

from checks.entry_script.module import Module
from checks.evidence import Phase, Probe, Step
from doctor.command.main import run
from doctor.probe.launcher import Payload, Rehearsal, start

FILES = (Payload("data/a.csv", b"1\n2\n"), Payload("data/b.csv", b"3\n"), Payload("more/a.csv", b"\xff4\n"))

SCRIPT = """\
import os

kept = []


def init():
    global output
    output = os.environ["AZUREML_BI_OUTPUT_PATH"]


def run(mini_batch):
    rows = []
    for path in mini_batch:
        with open(path, "rb") as file:
            rows.append({"file": os.path.basename(path), "bytes": len(file.read()), "made": object()})
    open(os.path.join(output, "part.txt"), "w").close()
    kept.extend(rows)
    return RESULT
"""


def rehearse(folder: Path, result: str, python: str | None = None, **more: object) -> tuple[Probe, tuple[Step, ...]]:
    """The record, and the calls of run() in it."""
    script = folder / "score.py"
    script.write_text(SCRIPT.replace("RESULT", result))
    given = {"payloads": FILES, "batch": True, "python": python} | more
    probe = start(Rehearsal(script=script, **given)).wait()  # type: ignore[arg-type]
    assert isinstance(probe, Probe), probe
    return probe, tuple(step for step in probe.steps if step.phase not in (Phase.IMPORT, Phase.INIT))


@each_python
def test_all_files_go_into_one_call_and_one_more(python: str, tmp_path: Path) -> None:
    probe, calls = rehearse(tmp_path, "rows", python)
    assert [(call.phase, call.outcome, call.sample) for call in calls] == [
        (Phase.RUN, "passed", "3 files"),
        (Phase.REPEAT, "passed", "3 files"),
    ]
    returned = calls[0].returned
    assert returned
    assert (returned.type, returned.rows, returned.files, returned.problem) == ("list", 3, 3, None)
    assert json.loads(returned.text or "") == [
        {"file": "a.csv", "bytes": 4, "made": "object"},
        {"file": "b.csv", "bytes": 2, "made": "object"},
        {"file": "a.csv", "bytes": 3, "made": "object"},
    ]
    assert calls[1].returned == returned
    assert probe.answered
    assert probe.signature
    assert (probe.signature.kind, probe.signature.parameters) == ("batch", ("mini_batch",))
    assert [path.name for path in tmp_path.iterdir()] == ["score.py"]


@each_python
@pytest.mark.parametrize(
    ("result", "named"),
    [
        ("{'rows': rows}", "a dict"),
        ("str(rows)", "a str"),
        ("None", "None"),
        ("1", "an int"),
        ("{1, 2, 3}", "a set"),
        ("(row for row in rows)", "a generator"),
    ],
)
def test_what_has_no_rows_is_a_problem(python: str, result: str, named: str, tmp_path: Path) -> None:
    probe, calls = rehearse(tmp_path, result, python)
    returned = calls[0].returned
    assert returned
    assert returned.problem == f"run() of a batch script returns {named}; the platform takes a list, tuple or DataFrame"
    assert returned.rows is None
    assert not probe.answered


@each_python
def test_what_is_kept_shows_in_the_second_result(python: str, tmp_path: Path) -> None:
    _, calls = rehearse(tmp_path, "kept", python)
    assert [call.returned and call.returned.rows for call in calls] == [3, 6]


@each_python
def test_paths_are_shown_as_the_person_gave_them(python: str, tmp_path: Path) -> None:
    probe, calls = rehearse(tmp_path, "[open(path + '.meta') for path in mini_batch]", python)
    assert [call.outcome for call in calls] == ["raised"]
    assert calls[0].raised
    assert calls[0].raised.detail["filename"] == "data/a.csv.meta"
    assert not probe.answered


@pytest.mark.parametrize("result", ["pandas.DataFrame(rows)", "tuple(rows)", "numpy.array([1, 2, 3])"])
def test_rows_of_every_kind_are_counted(result: str, tmp_path: Path) -> None:
    name = result.split(".")[0]
    imported = f"__import__('{name}'){result.removeprefix(name)}" if "." in result else result
    probe, calls = rehearse(tmp_path, imported)
    assert probe.answered, calls
    assert calls[0].returned
    assert (calls[0].returned.rows, calls[0].returned.problem) == (3, None)
    assert calls[1].returned
    assert calls[0].returned.digest == calls[1].returned.digest


def test_in_this_process(tmp_path: Path) -> None:
    probe, calls = rehearse(tmp_path, "rows", in_process=True)
    assert probe.answered
    assert [call.returned and call.returned.rows for call in calls] == [3, 3]


@pytest.mark.parametrize("parameters", ["mini_batch, context", "mini_batch, *, context"])
def test_what_only_the_driver_can_give_is_not_made_up(parameters: str, tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(f"def init(): ...\ndef run({parameters}): return [1 for path in mini_batch]\n")
    probe = start(Rehearsal(script=script, payloads=FILES, batch=True)).wait()
    assert isinstance(probe, Probe)
    step = probe.step(Phase.RUN)
    assert step
    assert (step.outcome, step.message) == ("skipped", "only the driver can give context")


@pytest.mark.parametrize(
    ("paths", "run"),
    [
        (True, "def run(mini_batch):\n    return [open(f) for f in mini_batch]"),
        (True, "def run(mini_batch):\n    for i in range(len(mini_batch)): ...\n    return [1]"),
        (True, "def run(mini_batch):\n    return list(map(score, mini_batch))"),
        (True, "def run(mini_batch: 'List[str]'):\n    return score(mini_batch)"),
        (True, "import json\ndef run(mini_batch):\n    return json.loads(mini_batch)"),
        (False, "def run(mini_batch):\n    return [row for _, row in mini_batch.iterrows()]"),
        (False, "def run(mini_batch):\n    for name in mini_batch: ...\n    return mini_batch['a']"),
        (False, "def run(mini_batch):\n    return model.predict(mini_batch)"),
        (False, "def run(mini_batch: pd.DataFrame):\n    return [c for c in mini_batch]"),
        (False, "def run(batch):\n    return pd.read_json(batch).to_dict()"),
        (False, "def run(data):\n    return [value for value in data]"),
    ],
)
def test_tables_are_told_from_paths(paths: bool, run: str) -> None:
    assert Module(run).takes_paths is paths


def check(capsys: pytest.CaptureFixture[str], script: Path) -> dict[str, object]:
    run(["check", str(script), "-o", "json"])
    report = json.loads(capsys.readouterr().out)
    assert isinstance(report, dict)
    return report


def test_the_command_line_rehearses_a_batch_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One cause and the rehearsal behind it; the cured script is healthy; without a file nothing is claimed."""
    script, sample = tmp_path / "score.py", tmp_path / "sample.csv"
    sample.write_text("1\n")
    text = "def init(): ...\ndef run(mini_batch):\n    return {path: len(path) for path in mini_batch}\n"
    script.write_text(text)
    report = check(capsys, script)
    causes = [(cause["id"], cause["explains"]) for cause in report["causes"]]  # type: ignore[attr-defined]
    assert causes == [("entry-script.batch-returns-nothing", ["runtime.batch-result-refused"])]
    script.write_text(text.replace("{path: len(path) for path in mini_batch}", "[len(path) for path in mini_batch]"))
    report = check(capsys, script)
    assert (report["verdict"], report["causes"]) == ("healthy", [])
    assert f"gave run() the path of {sample}, found beside the script" in report["notes"]  # type: ignore[operator]
    sample.unlink()
    report = check(capsys, script)
    assert report["verdict"] == "inconclusive"
    assert "init() passed; run() was not tried: there is no sample; give one with --sample FILE" in report["notes"]  # type: ignore[operator]
