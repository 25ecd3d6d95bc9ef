"""Which interpreter runs, what is said when it cannot, and what the launcher promises about its own cost."""

import subprocess
import sys
from pathlib import Path

import pytest

from checks.evidence import Missing, Phase, Probe
from doctor.probe import interpreters, launcher
from doctor.probe.launcher import Payload, Rehearsal, start

OLD = Path.home() / ".pyenv/versions/2.7.18/bin/python"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "app" / "score.py"
    path.parent.mkdir()
    path.write_text("import sys\ndef init(): ...\ndef run(data): return [sys.executable, sys.version_info[0]]\n")
    return path


def reason(script: Path, python: str) -> str:
    answer = start(Rehearsal(script=script, python=python)).wait()
    assert isinstance(answer, Missing), answer
    return answer.reason


def test_the_wanted_interpreter_runs(script: Path) -> None:
    python = str(Path(sys.base_prefix) / "bin" / "python3")
    probe = start(Rehearsal(script=script, python=python)).wait()
    assert isinstance(probe, Probe)
    assert Path(probe.interpreter).samefile(python)


def test_a_folder_stands_for_its_interpreter(script: Path) -> None:
    assert isinstance(start(Rehearsal(script=script, python=sys.prefix)).wait(), Probe)


def test_a_name_is_looked_up(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    probe = start(Rehearsal(script=script, python="python")).wait()
    assert isinstance(probe, Probe)
    assert Path(probe.interpreter).parent == Path(sys.executable).parent


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_the_active_environment_comes_before_doctors_own(
    variable: str, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "active"], check=True)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    assert interpreters.choose(None) == sys.executable
    monkeypatch.setenv(variable, str(tmp_path / "active"))
    probe = start(Rehearsal(script=script)).wait()
    assert isinstance(probe, Probe)
    assert probe.interpreter == str(tmp_path / "active" / "bin" / "python")
    monkeypatch.setenv(variable, str(tmp_path / "gone"))
    assert interpreters.choose(None) == sys.executable
    monkeypatch.setenv(variable, sys.prefix)
    assert interpreters.choose(None) == sys.executable


def test_an_interpreter_that_is_not_there(script: Path) -> None:
    assert reason(script, "/nowhere/bin/python") == (
        "the interpreter /nowhere/bin/python is not there; give the path of a Python 3.6 or newer with --python"
    )
    assert "is not on PATH" in reason(script, "python9.9")


def test_an_interpreter_that_may_not_be_run(script: Path, tmp_path: Path) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\n")
    assert "is not executable; make it so (chmod +x)" in reason(script, str(tmp_path / "python"))


def test_a_folder_without_an_interpreter(script: Path, tmp_path: Path) -> None:
    assert f"the folder {tmp_path} holds no Python interpreter" in reason(script, str(tmp_path))


@pytest.mark.parametrize("program", ["/bin/cat", "/bin/rm", "/bin/true"])
def test_another_program_is_asked_before_it_is_handed_a_file(program: str, script: Path) -> None:
    assert f"{program} is no Python interpreter" in reason(script, program)
    assert launcher.PROBE_FILE.is_file()


def test_another_program_with_a_pythons_name(script: Path, tmp_path: Path) -> None:
    fake = tmp_path / "python3"
    fake.write_text("#!/bin/sh\necho 'licence expired' >&2\nexit 4\n")
    fake.chmod(0o755)
    assert "is no Python interpreter (it said: licence expired)" in reason(script, str(fake))


def test_a_file_that_no_kernel_runs(script: Path, tmp_path: Path) -> None:
    (tmp_path / "python3").write_bytes(b"\x00\x01")
    (tmp_path / "python3").chmod(0o755)
    assert "does not start: Exec format error" in reason(script, str(tmp_path / "python3"))


@pytest.mark.skipif(not OLD.exists(), reason="no Python 2.7 here")
def test_an_interpreter_that_is_too_old(script: Path) -> None:
    assert "is Python 2.7.18, which is older than 3.6" in reason(script, str(OLD))


def test_an_interpreter_that_breaks_at_its_start(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nos.write(2, b'out of licences\\n')\nos._exit(9)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "out of licences" in reason(script, sys.executable)


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    answer = start(Rehearsal(script=tmp_path / "score.py")).wait()
    assert isinstance(answer, Missing)
    assert answer.reason == f"{tmp_path / 'score.py'} is no file"


def test_a_temporary_folder_that_cannot_be_written(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
    answer = start(Rehearsal(script=script)).wait()
    assert isinstance(answer, Missing)
    assert "the temporary folder could not be laid out" in answer.reason


def test_waiting_twice_gives_the_same_answer(script: Path) -> None:
    running = start(Rehearsal(script=script, payloads=(Payload("s", b"{}"),)))
    first = running.wait()
    assert running.wait() is first
    running.stop()
    assert running.wait() is first


def test_a_stopped_rehearsal_says_so(script: Path) -> None:
    running = start(Rehearsal(script=script))
    running.stop()
    answer = running.wait()
    assert isinstance(answer, Missing)
    assert answer.reason == "the rehearsal was stopped"


def test_several_at_once(script: Path) -> None:
    running = [start(Rehearsal(script=script, payloads=(Payload("s", b"{}"),))) for _ in range(4)]
    for each in running:
        probe = each.wait()
        assert isinstance(probe, Probe)
        assert probe.answered


def test_variables_reach_the_script(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text("import os\ndef init(): ...\ndef run(data): return os.environ['TABLE']\n")
    probe = start(Rehearsal(script=script, payloads=(Payload("s", b"{}"),), variables={"TABLE": "t1"})).wait()
    assert isinstance(probe, Probe)
    step = probe.step(Phase.RUN)
    assert step
    assert step.returned
    assert step.returned.text == '"t1"'


def test_nothing_slow_is_imported_before_the_child_starts() -> None:
    """Each of these costs the start of every rehearsal some milliseconds."""
    code = "import sys; import doctor.probe.launcher; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"psutil", "doctor.probe.probe", "rich", "click", "textual", "docker", "kubernetes"} & set(loaded)
    assert "numpy" not in loaded


def test_doctors_own_marks_match_the_probes() -> None:
    from doctor.probe import probe

    assert launcher.DUMP_SIGNAL == probe.DUMP_SIGNAL
    assert {Path(path).name for path in launcher.OWNED} == set(probe.Hidden.NAMES)


def test_an_isolated_install_rehearses_with_the_persons_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert interpreters.choose(None) == sys.executable
    (tmp_path / "uv-receipt.toml").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert interpreters.choose(None) == str(tmp_path / "bin" / "python3")
