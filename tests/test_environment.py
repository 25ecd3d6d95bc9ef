"""Environment files as pip and conda read them: every package with its line, every mistake with its place."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from checks.cases import Case
from checks.check import Check
from checks.dependencies.examples import beside
from checks.dependencies.family import CHECKS
from checks.edits import apply_edits
from checks.evidence import EnvironmentFile, Installed, Missing, ModelFile, ModelFolder, Requirement
from checks.finding import Safety
from checks.outcome import Crashed, Found, run_check
from doctor.collectors import conda_specs
from doctor.collectors.conda_file import pinned
from doctor.collectors.conda_specs import admits, conda_requirement
from doctor.collectors.environment import asked_for, collect_environment, find_environments, hold_against

CONDA = """\
name: service
channels:
  - conda-forge
dependencies:
  - python=3.8.13
  - numpy=1.19.1=py38h5510c5b_0
  - conda-forge::scipy>=1,<2
  - "pandas 1.3.*"
  - pip
  - pip:
      - azureml-inference-server-http~=1.4
      - "inference-schema[numpy-support]>=1.8"   # quoted
      - scikit-learn=0.24.2
      - git+https://example.org/mine.git@v1#egg=mine
      - other @ https://example.org/other-2.1.0%2Bcpu-py3-none-any.whl
      - pywin32==306; sys_platform == "win32"
      - dataclasses; python_version < "3.7"
      - --extra-index-url https://example.org/simple
"""


def read(path: Path, text: str | bytes) -> EnvironmentFile:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = collect_environment(path, path.parent)
    assert isinstance(found, EnvironmentFile), found
    return found


def told(environment: EnvironmentFile) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.message) for problem in environment.problems]


# Conda files


def test_a_conda_file(tmp_path: Path) -> None:
    found = read(tmp_path / "conda.yml", CONDA)
    assert not found.problems
    assert found.kind == "conda"
    assert found.python == "3.8.13"
    assert [(r.line, r.channel, r.name, r.specifier, r.exact) for r in found.requirements] == [
        (5, "conda", "python", "=3.8.13", "3.8.13"),
        (6, "conda", "numpy", "=1.19.1=py38h5510c5b_0", "1.19.1"),
        (7, "conda", "scipy", ">=1,<2", None),
        (8, "conda", "pandas", "1.3.*", None),
        (9, "conda", "pip", "", None),
        (11, "pip", "azureml-inference-server-http", "~=1.4", None),
        (12, "pip", "inference-schema", ">=1.8", None),
        (13, "pip", "scikit-learn", "=0.24.2", "0.24.2"),
        (14, "pip", "mine", "", None),
        (15, "pip", "other", "", "2.1.0+cpu"),
    ]
    assert found.requirements[6].extras == ("numpy-support",)


@pytest.mark.parametrize(
    ("specifier", "python"),
    [
        ("=3.8", "3.8"),
        ("==3.8.13", "3.8.13"),
        ("3.8.*", "3.8"),
        ("=3.10=h1_0", "3.10"),
        (">=3.8,<3.9", "3.8"),
        (">=3.8", None),
        ("", None),
    ],
)
def test_which_python_is_pinned(specifier: str, python: str | None) -> None:
    assert pinned(specifier) == python


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("dependencies:\n\t- python\n", 2, "no valid YAML"),
        ("dependencies: [a\n", None, "no valid YAML"),
        ("dependencies:\n  - numpy\ndependencies:\n  - scipy\n", 3, "the key `dependencies` stands here twice"),
        ("dependencies:\n  - numpy>=\n", 2, "`numpy>=`"),
        ("dependencies:\n  -\n", 2, "an empty item"),
        ("dependencies:\n  python: 3.10\n", 2, "is a mapping"),
        ("dependencies:\n  - pip: numpy\n", 2, "conda expects a list below `pip:`"),
        ("dependencies:\n  - pip:\n      - numpy: 1.2\n", 3, "pip expects `name==version`"),
        ("dependencies:\n  - pip:\n      - what is this\n", 3, "`what is this`"),
        ("dependencies:\n  - pip:\n      - --no-such-option\n", 3, "--no-such-option"),
        ("dependencies:\n  - pip:\n      - -r missing.txt\n", 3, "is not there"),
        ("name: only\nchannels: [conda-forge]\n", 1, "no `dependencies:`"),
        ("- a\n- b\n", 1, "holds no mapping"),
        ("", 1, "is empty"),
    ],
)
def test_mistakes_keep_their_line(tmp_path: Path, text: str, line: int | None, message: str) -> None:
    problems = told(read(tmp_path / "conda.yml", text))
    assert any(message in said for _, said in problems), problems
    assert line is None or line in [number for number, _ in problems]


def test_a_number_keeps_its_zero(tmp_path: Path) -> None:
    found = read(tmp_path / "conda.yml", "dependencies:\n  - python: 3.10\n")
    assert found.python == "3.10"
    assert found.requirements[0].text == "python: 3.10"


def test_an_environment_asset(tmp_path: Path) -> None:
    (tmp_path / "conda").mkdir()
    (tmp_path / "conda" / "conda.yaml").write_text("dependencies:\n  - numpy=1.26.4\n")
    found = read(tmp_path / "environment.yml", "name: a\nimage: registry/base:1\nconda_file: conda/conda.yaml\n")
    assert found.path == str(tmp_path / "conda" / "conda.yaml")
    assert (found.image, found.requirements[0].exact) == ("registry/base:1", "1.26.4")
    inline = "image: registry/base:1\nconda_file:\n  dependencies:\n    - numpy=1.26.4\n"
    found = read(tmp_path / "environment.yml", inline)
    assert (found.image, found.requirements[0].line) == ("registry/base:1", 4)
    assert isinstance(collect_environment(_written(tmp_path, "name: a\nimage: x\n"), tmp_path), Missing)
    lost = read(tmp_path / "environment.yml", "image: x\nconda_file: nowhere.yml\n")
    assert "cannot be read" in told(lost)[0][1]
    assert not lost.requirements


def _written(folder: Path, text: str) -> Path:
    path = folder / "asset.yml"
    path.write_text(text)
    return path


# Requirements files


def test_a_requirements_file_with_includes(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("pandas==2.2.0  # tables\n-r requirements.txt\n-c limits.txt\n")
    (tmp_path / "limits.txt").write_text("flask==3.1.0\nnumpy==1.26.4\n")
    text = (
        "# what the service needs\n-r base.txt\nscikit-learn \\\n    ==1.5.2 \\\n    --hash=sha256:00\n"
        "numpy>=1.20\nflask\n-e .\n--find-links https://example.org\n./dist/mine-1.0-py3-none-any.whl\n"
    )
    found = read(tmp_path / "requirements.txt", text)
    assert not found.problems, found.problems
    assert [(r.line, r.name, r.specifier, r.exact) for r in found.requirements[:1]] == [
        (2, "pandas", "==2.2.0", "2.2.0")
    ]
    by_name = {r.name: r for r in found.requirements}
    assert (by_name["scikit-learn"].line, by_name["scikit-learn"].exact) == (3, "1.5.2")
    assert by_name["numpy"].specifier == ">=1.20"
    assert by_name["flask"].exact == "3.1.0", "a constraint pins what is asked for without a version"
    assert by_name["mine"].exact == "1.0"
    assert by_name[""].text == "-e ."


@pytest.mark.parametrize(
    "text",
    [
        "numpy=1.26.4\n",
        "numpy = 1.26.4 # c\n",
        "Numpy[extra]=1.26.4\n",
    ],
)
def test_a_single_equals_sign_is_understood(tmp_path: Path, text: str) -> None:
    found = read(tmp_path / "requirements.txt", text)
    assert (found.requirements[0].name, found.requirements[0].exact) == ("numpy", "1.26.4")
    assert not found.problems


@pytest.mark.parametrize(
    ("content", "encoding", "problem"),
    [
        (b"\xef\xbb\xbfnumpy==1.26.4\r\npandas\r\n", "utf-8", None),
        ("numpy==1.26.4\npandas\n".encode("utf-16"), "utf-16", None),
        (b"# caf\xe9\nnumpy==1.26.4\npandas\n", "utf-8", "byte 0xe9 is no UTF-8"),
        (b"numpy==1.26.4\rpandas\r", "utf-8", None),
    ],
)
def test_encodings_and_line_ends(tmp_path: Path, content: bytes, encoding: str, problem: str | None) -> None:
    found = read(tmp_path / "requirements.txt", content)
    assert [r.name for r in found.requirements] == ["numpy", "pandas"]
    assert found.requirements[0].exact == "1.26.4"
    assert found.encoding == encoding
    assert [said for _, said in told(found)] == [] if problem is None else problem in told(found)[0][1]
    if problem is None and encoding == "utf-8":
        assert found.text.encode() == content, "the text can be written back byte for byte"


def test_a_conda_file_in_utf_16_is_told(tmp_path: Path) -> None:
    found = read(tmp_path / "conda.yml", "dependencies:\n  - numpy\n".encode("utf-16"))
    assert "UTF-16" in told(found)[0][1]
    assert found.requirements[0].name == "numpy"


# Which file


def test_conda_files_win_and_other_yaml_does_not_count(tmp_path: Path) -> None:
    code = tmp_path / "src"
    code.mkdir()
    assert find_environments(code) == []
    assert isinstance(collect_environment(None, code), Missing)
    (code / "deployment-env.yml").write_text("instance_type: x\n")
    (code / "python_env.yaml").write_text(
        "python: 3.11\nbuild_dependencies: [pip]\ndependencies: [-r requirements.txt]\n"
    )
    assert find_environments(code) == []
    (tmp_path / "environment").mkdir()
    (tmp_path / "environment" / "conda.yaml").write_text("dependencies: [numpy]\n")
    assert find_environments(code) == [tmp_path / "environment" / "conda.yaml"]
    (code / "requirements.txt").write_text("numpy\n")
    assert find_environments(code) == [code / "requirements.txt"]
    (code / "my_conda.yml").write_bytes("dependencies: [numpy]\n".encode("utf-16"))
    assert find_environments(code) == [code / "my_conda.yml"]
    found = collect_environment(None, code)
    assert isinstance(found, EnvironmentFile)
    assert found.path == str(code / "my_conda.yml")


def test_several_conda_files_are_nobodys_guess(tmp_path: Path) -> None:
    for name in ("conda.yaml", "conda-managed-identity.yaml"):
        (tmp_path / name).write_text("dependencies: [numpy]\n")
    found = collect_environment(None, tmp_path)
    assert isinstance(found, Missing)
    assert "conda.yaml, conda-managed-identity.yaml" in found.reason
    assert isinstance(collect_environment(tmp_path / "conda.yaml", tmp_path), EnvironmentFile)


def test_an_asset_and_its_conda_file_are_one(tmp_path: Path) -> None:
    (tmp_path / "conda.yml").write_text("dependencies: [numpy]\n")
    (tmp_path / "environment.yml").write_text("image: base\nconda_file: ./conda.yml\n")
    found = collect_environment(None, tmp_path)
    assert isinstance(found, EnvironmentFile)
    assert (found.path, found.image) == (str(tmp_path / "conda.yml"), "base")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$schema: x\ninstance_count: 1\n", "is no conda file"),
        ("name: a\nimage: base\n", "names an image and no packages"),
        ("python: 3.11\nbuild_dependencies: [pip]\ndependencies: [-r requirements.txt]\n", "MLflow's python_env file"),
    ],
)
def test_other_yaml_files_are_named(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "given.yml").write_text(text)
    found = collect_environment(tmp_path / "given.yml", tmp_path)
    assert isinstance(found, Missing)
    assert reason in found.reason


def test_an_overlay_replaces_the_text(tmp_path: Path) -> None:
    (tmp_path / "conda.yml").write_text("dependencies: [numpy]\n")
    found = collect_environment(None, tmp_path, {"conda.yml": "dependencies: [pandas]\n"})
    assert isinstance(found, EnvironmentFile)
    assert found.requirements[0].name == "pandas"


def test_what_is_no_environment_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "big.yml").write_bytes(b"#" * (1 << 20))
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "empty").mkdir()
    for name in ("pipe.yml", "big.yml", "nowhere.yml", "pyproject.toml", "empty"):
        found = collect_environment(tmp_path / name, tmp_path)
        assert isinstance(found, Missing), name
        assert name in found.reason
    (tmp_path / "conda.yml").write_text("dependencies: [numpy]\n")
    assert isinstance(collect_environment(tmp_path, tmp_path), EnvironmentFile)


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "conda.yml").write_text("dependencies: []\n")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    found = collect_environment(tmp_path / "conda.yml", tmp_path)
    assert isinstance(found, Missing)
    assert "Permission denied" in found.reason


# Anything may be in a file


@settings(deadline=None)
@given(content=st.binary(max_size=300), name=st.sampled_from(["conda.yml", "requirements.txt", "deps"]))
def test_random_bytes_never_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    path = tmp_path_factory.mktemp("random") / name
    path.write_bytes(content)
    collect_environment(path, path.parent)


LINES = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from("=<>[];@-#.:/ \t'\""),
    max_size=40,
)


NAMES = st.sampled_from(["numpy", "sklearn", "torch", "flask", "azureml-defaults", "opencv-python", "vc", "py-xgboost"])
PINS = st.sampled_from(
    ["", "=1", "==1.2.*", ">=1,<2", "=1.2=h1_0", "~=2.0", "!=1", "<0", "==x", "=", "[a,b]==1", " 1.2"]
)
ITEMS = LINES | st.builds(lambda name, pin: name + pin, NAMES, PINS)


@settings(deadline=None)
@given(items=st.lists(ITEMS, max_size=6))
def test_random_lines_never_raise_nor_crash_a_check(tmp_path_factory: pytest.TempPathFactory, items: list[str]) -> None:
    folder = tmp_path_factory.mktemp("lines")
    listed = "".join(f"  - {item}\n" for item in items)
    texts = {
        "requirements.txt": "\n".join(items),
        "conda.yml": f"dependencies:\n  - python=3.8\n{listed}  - pip:\n{listed.replace('  -', '    -')}",
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
        found = collect_environment(folder / name, folder)
        if isinstance(found, Missing):
            continue
        evidence = beside(found, "import numpy, torch\nimport own\ndef init(): ...\ndef run(data): return data\n")
        outcomes = [run_check(check, evidence.replace(models=MODELS)) for check in CHECKS]
        assert not [outcome for outcome in outcomes if isinstance(outcome, Crashed)]


MODELS = ModelFolder(
    path="model",
    files=(
        ModelFile(
            path="m.pkl",
            size=9,
            format="pickle",
            protocol=5,
            versions={"scikit-learn": "0.24.2", "numpy": "2", "torch": "not a version"},
            classes=("sklearn.tree._tree.Tree", "numpy._core.multiarray._reconstruct", "torch.nn.Linear"),
            modules=("sklearn", "numpy", "torch"),
        ),
    ),
)


# Conda's own rules

VERSIONS = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
OPERATORS = st.sampled_from(["=", "==", ">=", "<=", "<", ">", "!="])


@settings(deadline=None)
@given(name=st.sampled_from(["numpy", "scikit-learn", "ruamel.yaml", "_x"]), operator=OPERATORS, version=VERSIONS)
def test_plain_specs_mean_what_rattler_reads(name: str, operator: str, version: str) -> None:
    """The short way without py-rattler gives the same record as the long way."""
    text = f"{name}{operator}{version}"
    plain = conda_requirement(text, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conda_specs, "_SIMPLE", conda_specs.re.compile(r"(?!)"))
        assert conda_requirement(text, 1) == plain


@settings(deadline=None)
@given(operator=OPERATORS, version=VERSIONS, asked=VERSIONS)
def test_plain_specs_admit_what_rattler_admits(operator: str, version: str, asked: str) -> None:
    requirement = conda_requirement(f"numpy{operator}{version}", 1)
    if requirement.exact and operator == "=":
        return  # three numbers are taken for one version
    plain = admits(requirement, asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conda_specs, "_NUMERIC", conda_specs.re.compile(r"(?!)"))
        assert admits(requirement, asked) == plain


def test_versions_seen_elsewhere_are_held_against_the_file(tmp_path: Path) -> None:
    found = read(
        tmp_path / "conda.yml", "dependencies:\n  - pytorch>=2\n  - numpy=1.24\n  - pip:\n      - joblib<1.3\n"
    )
    model = ModelFile(path="m", size=1, versions={"joblib": "1.2", "numpy": "2"})
    models = ModelFolder(path="model", files=(model,))
    here = Installed(distributions={"torch": "1.13.1", "numpy": "1.24.4"})
    by_name = {r.name: r.admits for r in hold_against(found, models, here).requirements}
    assert by_name == {"pytorch": {"1.13.1": False}, "numpy": {"1.24.4": True, "2": False}, "joblib": {"1.2": True}}
    assert asked_for(read(tmp_path / "conda.yml", "dependencies:\n  - mine\n  - pip:\n      - pandas[excel]\n")) == (
        "mine",
        "pandas[excel]",
    )


# The cases of the checks are real files

CASES = [
    pytest.param(check, case, id=f"{check.id}-{number}")
    for check in CHECKS
    for number, case in enumerate(check.cases)
    if isinstance(case.evidence.environment, EnvironmentFile)
]


@pytest.mark.parametrize(("check", "case"), CASES)
def test_the_record_of_a_case_is_what_its_text_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: Check, case: Case
) -> None:
    given = case.evidence.environment
    assert isinstance(given, EnvironmentFile)
    monkeypatch.chdir(tmp_path)
    found = read(Path(given.path), given.text)
    assert found.requirements == given.requirements
    assert found.python == given.python


@pytest.mark.parametrize(("check", "case"), [param for param in CASES if param.values[1].findings != 0])
def test_edits_cure_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: Check, case: Case) -> None:
    """Applied to the file, also with CRLF, the first fix of each finding takes it away and adds no problem."""
    monkeypatch.chdir(tmp_path)
    given = case.evidence.environment
    assert isinstance(given, EnvironmentFile)
    for end in ("\n", "\r\n"):
        environment = read(Path(given.path), given.text.replace("\n", end))
        evidence = case.evidence.replace(environment=environment)
        for finding in check.run(evidence):
            edits = [e for fix in finding.fixes[:1] for e in fix.edits if e.path == environment.path]
            if not edits:
                continue
            text = apply_edits(environment.text, edits)
            assert text.count("\n") == text.count(end)
            cured = read(Path(given.path), text)
            assert len(cured.problems) <= len(environment.problems)
            left = check.run(evidence.replace(environment=cured))
            assert finding.title not in {f.title for f in left}


def test_a_safe_edit_of_the_last_line_without_an_end(tmp_path: Path) -> None:
    from checks.dependencies.server_missing import server_missing

    environment = read(tmp_path / "requirements.txt", "numpy==1.26.4")
    (finding,) = server_missing.run(beside(environment))
    fixed = apply_edits(environment.text, finding.fixes[0].edits)
    assert fixed == "numpy==1.26.4\nazureml-inference-server-http~=1.4\n"


def test_files_whose_bytes_cannot_be_kept_get_no_edits(tmp_path: Path) -> None:
    environment = read(tmp_path / "requirements.txt", "sklearn\nnumpy=1.26.4\n".encode("utf-16"))
    outcomes = [run_check(check, beside(environment)) for check in CHECKS]
    findings = [f for outcome in outcomes if isinstance(outcome, Found) for f in outcome.findings]
    assert {"dependencies.single-equals-in-pip", "dependencies.module-name-not-distribution"} <= {
        f.id for f in findings
    }
    assert not any(fix.edits or fix.safety is Safety.SAFE for f in findings for fix in f.fixes)


def test_specifiers_of_requirements_are_kept_as_written(tmp_path: Path) -> None:
    found = read(tmp_path / "requirements.txt", "numpy >=1.20 , <2\npandas(>=2)\n")
    assert [r.specifier for r in found.requirements] == [">=1.20 , <2", ">=2"]
    assert all(SpecifierSet(r.specifier) for r in found.requirements if isinstance(r, Requirement))
