"""Settings: where they come from, which wins, and what an error says."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from doctor.config import load_settings
from doctor.errors import ConfigError
from doctor.settings import KEYS, Settings


def load(folder: Path, environ: Mapping[str, str] | None = None, **flags: object) -> Settings:
    config = flags.pop("config", None)
    assert config is None or isinstance(config, Path)
    return load_settings(folder, config=config, environ=environ or {}, flags=flags)


def test_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings == Settings()
    assert (settings.fail_on, settings.timeout, settings.run, settings.verify) == ("error", 60.0, True, "auto")


def test_every_key_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "doctor.toml").write_text(
        """
        select = ["entry-script", "runtime"]
        ignore = "entry-script.no-run, runtime.timeout"
        fail-on = "warning"
        timeout = 5
        memory = "2G"
        samples = ["a.json", "b.json"]
        model-dir = "model"
        env = "conda.yml"
        python = "bin/python"
        baseline = "base.json"
        run = false
        verify = "auto"
        [severity]
        runtime = "off"
        [per-file-ignores]
        "legacy/*.py" = ["entry-script"]
        "one.py" = "runtime"
        [variables]
        STAGE = "test"
        """
    )
    assert load(tmp_path / "score.py") == Settings(
        select=("entry-script", "runtime"),
        ignore=("entry-script.no-run", "runtime.timeout"),
        fail_on="warning",
        timeout=5.0,
        memory="2G",
        samples=(tmp_path / "a.json", tmp_path / "b.json"),
        model_dir=tmp_path / "model",
        env=tmp_path / "conda.yml",
        python=str(tmp_path / "bin/python"),
        baseline=tmp_path / "base.json",
        run=False,
        verify="auto",
        severity={"runtime": "off"},
        per_file_ignores={"legacy/*.py": ("entry-script",), "one.py": ("runtime",)},
        variables={"STAGE": "test"},
        folder=tmp_path,
        source=tmp_path / "doctor.toml",
    )


def test_every_key_as_a_variable(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        {
            "DOCTOR_SELECT": "entry-script,runtime",
            "DOCTOR_IGNORE": "runtime.timeout",
            "DOCTOR_SEVERITY": "runtime=off, entry-script.no-run=warning",
            "DOCTOR_PER_FILE_IGNORES": "legacy/*.py=entry-script runtime",
            "DOCTOR_FAIL_ON": "never",
            "DOCTOR_TIMEOUT": "2.5",
            "DOCTOR_MEMORY": "1G",
            "DOCTOR_SAMPLES": os.pathsep.join(("a.json", "b.json")),
            "DOCTOR_MODEL_DIR": "model",
            "DOCTOR_ENV": "conda.yml",
            "DOCTOR_VARIABLES": "STAGE=test,EMPTY=",
            "DOCTOR_PYTHON": "python3.9",
            "DOCTOR_BASELINE": "base.json",
            "DOCTOR_RUN": "no",
            "DOCTOR_VERIFY": "1",
        },
    )
    assert settings == Settings(
        select=("entry-script", "runtime"),
        ignore=("runtime.timeout",),
        severity={"runtime": "off", "entry-script.no-run": "warning"},
        per_file_ignores={"legacy/*.py": ("entry-script", "runtime")},
        fail_on="never",
        timeout=2.5,
        memory="1G",
        samples=(Path("a.json"), Path("b.json")),
        model_dir=Path("model"),
        env=Path("conda.yml"),
        variables={"STAGE": "test", "EMPTY": ""},
        python="python3.9",
        baseline=Path("base.json"),
        run=False,
        verify=True,
    )


def test_every_key_has_a_place_in_settings() -> None:
    assert {key.field for key in KEYS.values()} | {"folder", "source"} == set(Settings.__struct_fields__)


def test_flags_win_over_variables_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "doctor.toml").write_text("timeout = 1\nmemory = '1G'\nfail-on = 'never'\nselect = ['runtime']\n")
    environ = {"DOCTOR_TIMEOUT": "2", "DOCTOR_MEMORY": "2G"}
    settings = load(tmp_path, environ, timeout=3.0, memory=None, select=(), samples=(Path("x.json"),))
    assert (settings.timeout, settings.memory, settings.fail_on, settings.select) == (3.0, "2G", "never", ("runtime",))
    assert settings.samples == (Path("x.json"),)


def test_false_flags_count_and_empty_ones_do_not(tmp_path: Path) -> None:
    (tmp_path / "doctor.toml").write_text("verify = true\nrun = true\n")
    assert load(tmp_path, verify=False, run=None).verify is False
    assert load(tmp_path, verify=None, run=False).run is False


def test_the_nearest_file_wins(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "doctor.toml").write_text("timeout = 1\n")
    assert load(inner / "score.py").timeout == 1
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.doctor]\ntimeout = 2\n")
    assert load(inner / "score.py").timeout == 2
    (inner / "pyproject.toml").write_text("[tool.other]\ndoctor = 1\n")
    assert load(inner / "score.py").timeout == 2, "a pyproject.toml without our table is passed over"
    (tmp_path / "a" / "doctor.toml").write_text("timeout = 3\n")
    assert load(inner / "score.py").timeout == 3, "doctor.toml before pyproject.toml in one folder"


def test_a_named_file_replaces_the_search(tmp_path: Path) -> None:
    (tmp_path / "doctor.toml").write_text("timeout = 1\nmemory = '1G'\n")
    other = tmp_path / "ci.toml"
    other.write_text("timeout = 9\n")
    settings = load(tmp_path, config=other)
    assert (settings.timeout, settings.memory, settings.source) == (9, None, other)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail_on = 'error'", "no key is called `fail_on`; the nearest is `fail-on`"),
        ("selct = []", "no key is called `selct`; the nearest is `select`"),
        ("zzz = 1", "no key is called `zzz`; there are select, ignore"),
        ("timeout = 'abc'", "`timeout` must be a number of seconds above 0, not 'abc'"),
        ("timeout = 0", "`timeout` must be a number of seconds above 0, not 0"),
        ("run = 'yes'", "`run` must be true or false, not 'yes'"),
        ("verify = 'always'", "`verify` must be true, false or \"auto\", not 'always'"),
        ("fail-on = 'info'", "`fail-on` must be error, warning or never, not 'info'"),
        ("select = [1]", "`select` must be a list of check ids or families, not [1] (at [0])"),
        ("severity = {x = 'grave'}", "must be a table of ids or families with error, warning, info or off"),
        ("sample = 'a'\nsamples = 'b'", "`sample` and `samples` are the same key"),
        ("run = true\nrun = false", "is not valid TOML: "),
        ("[tool.doctor]\nrun = true", "keys stand at the top of this file, without [tool.doctor]"),
    ],
)
def test_errors_name_place_key_and_value(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "doctor.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        load(tmp_path)
    assert message in str(error.value)
    assert str(error.value).startswith(str(file))


def test_errors_in_pyproject_name_the_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.doctor]\nrun = 1\n")
    with pytest.raises(ConfigError, match=r"pyproject.toml, \[tool.doctor\]: `run` must be true or false, not 1"):
        load(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool]\ndoctor = 1\n")
    with pytest.raises(ConfigError, match=r"\[tool.doctor\] must be a table, not 1"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("DOCTOR_TIMEOUT", "soon", "DOCTOR_TIMEOUT must be a number of seconds above 0, not 'soon'"),
        ("DOCTOR_RUN", "perhaps", "DOCTOR_RUN must be true or false, not 'perhaps'"),
        ("DOCTOR_VARIABLES", "STAGE", "DOCTOR_VARIABLES must be a table of names with strings, not 'STAGE'"),
        ("DOCTOR_TIMOUT", "5", "no variable is called DOCTOR_TIMOUT; the nearest is DOCTOR_TIMEOUT"),
    ],
)
def test_errors_of_variables(tmp_path: Path, variable: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, {variable: value})
    assert str(error.value) == message


def test_variables_of_other_programs_are_theirs(tmp_path: Path) -> None:
    environ = {"DOCTOR_WHO": "x", "DOCTORS": "1", "_DOCTOR_COMPLETE": "bash_source", "DOCTOR_TIMEOUT": " "}
    assert load(tmp_path, environ) == Settings()


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_named_file_must_be_readable(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, config=tmp_path / name)


def test_a_named_pyproject_must_speak_of_doctor(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("[project]\n")
    with pytest.raises(ConfigError, match=r"has no \[tool.doctor\] table"):
        load(tmp_path, config=file)
