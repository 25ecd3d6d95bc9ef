"""What is read out of a log about imports and model files."""

import pytest

from checks.evidence import Log
from checks.finding import Finding
from checks.logs.findings import findings
from checks.logs.model_files import tree

CONTENTS = """\
2026-11-20 18:07:38,557 I [12] azmlinfsrv - Model Directory Contents:
2026-11-20 18:07:38,557 I [12] azmlinfsrv - 5/
2026-11-20 18:07:38,557 I [12] azmlinfsrv -     model/
2026-11-20 18:07:38,557 I [12] azmlinfsrv -         MLmodel
2026-11-20 18:07:38,557 I [12] azmlinfsrv -         data/
2026-11-20 18:07:38,557 I [12] azmlinfsrv -             weights.bin
2026-11-20 18:07:38,558 I [12] azmlinfsrv -         model.pkl
2026-11-20 18:07:38,558 I [12] azmlinfsrv -     notes.txt
2026-11-20 18:07:39,761 E [7] gunicorn.error - Worker (pid:12) exited with code 3.
"""


def first(text: str) -> Finding:
    return findings(Log(source="log.txt", text=text.strip("\n")))[0]


def test_the_tree_of_the_model_folder_is_relative_to_it() -> None:
    assert tree(CONTENTS.splitlines()) == ("model/MLmodel", "model/data/weights.bin", "model/model.pkl", "notes.txt")


def test_a_log_without_a_tree_has_none() -> None:
    assert tree(["nothing of the kind", "5/"]) == ()


def test_a_missing_model_is_looked_for_in_the_tree() -> None:
    path = "/var/azureml-app/azureml-models/credit/5/credit.pkl"
    found = first(f"FileNotFoundError: [Errno 2] No such file or directory: '{path}'\n{CONTENTS}")
    assert found.id == "logs.model-file-missing"
    assert "model/model.pkl" in found.why
    assert any("model/model.pkl" in command for fix in found.fixes for command in fix.commands)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("model.pkl", "working directory"),
        ("C:\\\\models\\\\model.pkl", "another machine"),
        ("/home/contoso/model.pkl", "another machine"),
        ("azureml://datastores/x/model.pkl", "an address"),
        ("/opt/other/model.pkl", "no such path"),
    ],
)
def test_how_a_model_path_goes_wrong(path: str, said: str) -> None:
    assert said in first(f"FileNotFoundError: [Errno 2] No such file or directory: '{path}'").why


@pytest.mark.parametrize(
    ("byte", "kind"), [("<", "HTML"), ("\\x1f", "gzip"), ("{", "JSON"), ("\\x89", "HDF5"), ("q", "another format")]
)
def test_the_first_byte_tells_the_kind_of_file(byte: str, kind: str) -> None:
    assert kind in first(f"_pickle.UnpicklingError: invalid load key, '{byte}'.").title


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        ("'left_child', 'missing_go_to_left'", "'left_child'", "a scikit-learn older than 1.3 wrote it"),
        ("'left_child'", "'left_child', 'missing_go_to_left'", "1.3 or newer wrote it"),
        ("'left_child'", "'left_child'", "another release"),
    ],
)
def test_the_layout_tells_which_side_is_newer(expected: str, got: str, said: str) -> None:
    headline = "ValueError: node array from the pickle has an incompatible dtype:"
    text = f"{headline}\n- expected: [{expected}]\n- got     : [{got}]"
    assert said in first(text).why


@pytest.mark.parametrize(
    ("code", "id"),
    [
        ("if (n := 3):", "syntax-newer-than-python"),
        ("match value:", "syntax-newer-than-python"),
        ("print 'x'", "syntax-python2"),
        ("<<<<<<< HEAD", "foreign-text-in-script"),
        ("%matplotlib inline", "foreign-text-in-script"),
        ("x = = 1", "syntax-error"),
    ],
)
def test_the_quoted_line_tells_why_it_is_refused(code: str, id: str) -> None:
    text = f'  File "/var/azureml-app/score.py", line 4\n    {code}\n    ^\nSyntaxError: invalid syntax'
    assert first(text).id == f"logs.{id}"


def test_settings_are_named() -> None:
    text = "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\nsearch_key\n  Field required"
    assert "search_key" in first(text).title


@pytest.mark.parametrize(
    ("module", "id"),
    [
        ("pandas", "module-not-found"),
        ("my_helpers", "own-module-not-found"),
        ("azureml.studio", "namespace-package-missing"),
        ("asyncore", "removed-standard-module"),
        ("tensorflow.contrib", "removed-module"),
        ("tomllib", "python-too-old-for-import"),
        ("prophet.nothing", "submodule-not-found"),
        ("sklearn.linear_model._ridge", "pickled-module-missing"),
    ],
)
def test_why_a_module_is_not_found(module: str, id: str) -> None:
    assert first(f"ModuleNotFoundError: No module named '{module}'").id == f"logs.{id}"
