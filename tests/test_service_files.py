"""From files of a container to script, source, models and environment, under the container's own paths."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from checks.cases import container as evidence_of
from checks.containers import Container, FileInside, Folder, Inside
from checks.evidence import EnvironmentFile, Missing, ModelFolder, Script, SourceTree
from doctor.containers.brought import Brought
from doctor.containers.service_files import ServiceFiles, service_files
from doctor.containers.wrapped_script import wrapped

APP = "/var/azureml-app"
GENERATED = """\
import os
import importlib.util as imp
import logging

script_location = os.path.join(os.getenv('AML_APP_ROOT', '/var/azureml-app'), "src/score.py")
driver_module_spec = imp.spec_from_file_location('service_driver', script_location)
driver_module = imp.module_from_spec(driver_module_spec)
driver_module_spec.loader.exec_module(driver_module)

def run(http_body, request_headers):
    return driver_module.run(http_body)

def init():
    driver_module.init()
"""


@pytest.fixture
def brought() -> Iterator[Brought]:
    with Brought() as folder:
        yield folder


def container(**fields: Any) -> Container:
    found = evidence_of(**fields).container
    assert isinstance(found, Container)
    return found


def folder(path: str, files: Mapping[str, int | str], **fields: Any) -> Folder:
    """A listing: the size of a file, or the target of a link; `folder/` for a folder."""
    entries = []
    for name, what in files.items():
        if name.endswith("/"):
            entries.append(FileInside(path=name[:-1], kind="folder"))
        elif isinstance(what, str):
            entries.append(FileInside(path=name, kind="link", target=what))
        else:
            entries.append(FileInside(path=name, size=what))
    return Folder(path=path, files=tuple(entries), **fields)


def given(brought: Brought, texts: Mapping[str, str | bytes], made: Container, *folders: Folder) -> ServiceFiles:
    """What the files say when these lie in the code folder."""
    for name, text in texts.items():
        assert brought.put(f"{APP}/{name}", text.encode() if isinstance(text, str) else text)
    listed = folder(APP, {name: len(text) for name, text in texts.items()})
    return service_files(made, Inside(how="frozen", folders=(listed, *folders)), brought, None)


def test_the_script_of_the_variable(brought: Brought) -> None:
    found = given(
        brought,
        {"src/score.py": "a = 1\r\n", "src/help.py": "", "src/venv/lib.py": "", "main.py": "b = 1"},
        container(environment={"AZUREML_ENTRY_SCRIPT": "src/score.py"}),
    )
    assert found.script == Script(path=f"{APP}/src/score.py", text="a = 1\r\n")
    assert found.source == SourceTree(folder=f"{APP}/src", files=("help.py", "score.py"))
    assert isinstance(found.models, Missing)
    assert "AZUREML_MODEL_DIR is not set" in found.models.reason
    assert isinstance(found.environment, Missing)
    assert str(brought.root) not in found.environment.reason


def test_the_persons_script_behind_a_generated_one(brought: Brought) -> None:
    found = given(brought, {"main.py": GENERATED, "src/score.py": "mine = 1"}, container())
    assert found.script == Script(path=f"{APP}/src/score.py", text="mine = 1")


def test_a_generated_script_whose_other_half_is_lost(brought: Brought) -> None:
    found = given(brought, {"main.py": GENERATED}, container())
    assert isinstance(found.script, Script)
    assert found.script.path == f"{APP}/main.py"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (GENERATED, ("src/score.py",)),
        ("import score as driver_module\n", ("score.py",)),
        ("from pkg import score as driver_module\n", ("pkg/score.py",)),
        ("import importlib\ndriver_module = importlib.import_module('pkg.score')\n", ("pkg/score.py",)),
        ("from score import init, run\n", ("score.py",)),
        ("from score import init, run\ndef run(data): return data\n", ()),
        ("import json\ndef init(): ...\ndef run(data): return json.loads(data)\n", ()),
        ("spec = spec_from_file_location('x', 'other.py')\n", ()),
        ("def (", ()),
    ],
)
def test_what_wraps(text: str, names: tuple[str, ...]) -> None:
    assert wrapped(text) == names


def test_the_other_root_of_the_code(brought: Brought) -> None:
    brought.put("/structure/azureml-app/main.py", b"x = 1")
    listed = folder("/structure/azureml-app", {"main.py": 5})
    found = service_files(container(), Inside(how="frozen", folders=(listed,)), brought, None)
    assert isinstance(found.script, Script)
    assert found.script.path == "/structure/azureml-app/main.py"


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ((), "nor is the folder /var/azureml-app"),
        ((folder(APP, {"score.py": 1, "b.txt": 1}),), "/var/azureml-app holds score.py"),
        ((folder(APP, {}),), "/var/azureml-app holds no Python file"),
        ((folder(APP, {}, problem="Permission denied"),), "could not be read: Permission denied"),
        ((folder(APP, {"main.py": "gone.py"}),), "is a link to gone.py, which is not there"),
        ((folder(APP, {"main.py": 7}),), "could not be read: 7 bytes, mode 644, user 0"),
    ],
)
def test_why_there_is_no_script(brought: Brought, inside: tuple[Folder, ...], reason: str) -> None:
    found = service_files(container(), Inside(how="frozen", folders=inside), brought, None)
    assert isinstance(found.script, Missing)
    assert reason in found.script.reason
    assert isinstance(found.source, Missing)


def test_models_that_were_brought_and_those_that_were_not(brought: Brought) -> None:
    brought.put(f"{APP}/azureml-models/m/1/small.pkl", b"\x80\x04N.")
    files = {"small.pkl": 4, "big.pt": 2_000_000_000, "sub/": 0, "sub/other.bin": "/mnt/other.bin"}
    model = f"{APP}/azureml-models/m/1"
    listed = folder(model, files, truncated=True)
    found = given(brought, {}, container(environment={"AZUREML_MODEL_DIR": model}), listed).models
    assert isinstance(found, ModelFolder)
    assert (found.path, found.truncated) == (model, True)
    by_name = {file.path: file for file in found.files}
    assert by_name["small.pkl"].format == "pickle"
    assert (by_name["big.pt"].format, by_name["big.pt"].size) == ("unknown", 2_000_000_000)
    assert "2000 MB were left inside" in str(by_name["big.pt"].note)
    assert "a link to /mnt/other.bin" in str(by_name["sub/other.bin"].note)


def test_a_registered_model_without_the_variable(brought: Brought) -> None:
    files = {"azureml-models/": 0, "azureml-models/m/": 0, "azureml-models/m/3/": 0, "azureml-models/m/3/a.json": 2}
    brought.put(f"{APP}/azureml-models/m/3/a.json", b"{}")
    inside = Inside(how="frozen", folders=(folder(APP, files),))
    found = service_files(container(), inside, brought, None).models
    assert isinstance(found, ModelFolder)
    assert (found.path, [file.path for file in found.files]) == (f"{APP}/azureml-models/m/3", ["a.json"])


@pytest.mark.parametrize(
    ("folders", "reason"),
    [
        ((folder(APP, {"a.py": 1}),), "is not in the container"),
        ((folder(APP, {"a.py": 1}, truncated=True),), "lies behind the end of what was listed"),
        ((folder(f"{APP}/m", {}, problem="Permission denied"),), "could not be read: Permission denied"),
    ],
)
def test_why_there_are_no_models(brought: Brought, folders: tuple[Folder, ...], reason: str) -> None:
    made = container(environment={"AZUREML_MODEL_DIR": f"{APP}/m"})
    found = service_files(made, Inside(how="frozen", folders=folders), brought, None).models
    assert isinstance(found, Missing)
    assert reason in found.reason


def test_an_empty_model_folder_is_there(brought: Brought) -> None:
    made = container(environment={"AZUREML_MODEL_DIR": "/models"})
    inside = Inside(how="frozen", folders=(folder("/models", {}),))
    assert service_files(made, inside, brought, None).models == ModelFolder(path="/models", files=())


def test_the_environment_file_inside(brought: Brought) -> None:
    found = given(brought, {"main.py": "x = 1", "requirements.txt": "numpy==1.26.4\nnot a line !!\n"}, container())
    assert isinstance(found.environment, EnvironmentFile)
    assert found.environment.path == f"{APP}/requirements.txt"
    assert [one.name for one in found.environment.requirements] == ["numpy"]
    assert str(brought.root) not in str(found.environment)


def test_the_persons_environment_file_goes_first(brought: Brought, tmp_path: Path) -> None:
    mine = tmp_path / "requirements.txt"
    mine.write_text("pandas\n")
    brought.put(f"{APP}/requirements.txt", b"numpy\n")
    found = service_files(container(), Inside(how="frozen"), brought, mine).environment
    assert isinstance(found, EnvironmentFile)
    assert (found.path, [one.name for one in found.requirements]) == (str(mine), ["pandas"])


def test_an_environment_file_includes_nothing_of_this_machine(brought: Brought, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("of-this-machine==1\n")
    up = "../" * 12 + str(secret).lstrip("/")
    brought.put("/opt/common.txt", b"scipy\n")
    text = f"numpy\n-r {secret}\n-r {up}\n-r /opt/common.txt\n-r /etc/hostname\n"
    found = given(brought, {"main.py": "", "requirements.txt": text}, container()).environment
    assert isinstance(found, EnvironmentFile)
    assert [one.name for one in found.requirements] == ["numpy", "scipy"]
    assert "of-this-machine" not in str(found)
    assert any("lies outside of the folders" in one.message for one in found.problems)
