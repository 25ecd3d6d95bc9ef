"""Containers that stand still or keep restarting: read through the engine's archive call, with nothing executed."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from images import base
from sample_services import Wait
from starting import wait_for
from tiny_image import import_tiny

from checks.containers import Inside
from checks.evidence import Missing
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine
from doctor.containers.frozen import collect_frozen
from doctor.containers.inspection import container_of
from doctor.errors import CannotExamine

pytestmark = pytest.mark.docker

RunContainer = Callable[..., str]
ALONE = {"network_mode": "none"}
APP = "/var/azureml-app"


@pytest.fixture
def plain(engine: Engine) -> str:
    """An image with Python and no service."""
    return base(engine.api)


def frozen(engine: Engine, name: str, brought: Brought) -> Inside:
    found = collect_frozen(engine, container_of(engine, engine.inspect(name)), brought)
    assert isinstance(found, Inside), found
    return found


def make(text: str) -> list[str]:
    return ["sh", "-c", f"mkdir -p {APP}; cd {APP}; {text}"]


def exited(engine: Engine, run_container: RunContainer, image: str, text: str, **options: object) -> str:
    """A container that has run some lines of shell and ended."""
    name = run_container(image, command=make(text), host=ALONE, **options)
    wait_for(engine.api, name, Wait("exited", 30))
    return name


def test_an_exited_container(engine: Engine, plain: str, run_container: RunContainer, brought: Brought) -> None:
    text = (
        "printf abc >score.py; mkdir -p azureml-models/m/1 pkg; printf m >azureml-models/m/1/model.pkl;"
        "printf p >pkg/a.py; chmod 600 pkg/a.py; chown 33:33 pkg/a.py; ln score.py same.py; ln -s pkg/a.py link.py;"
        "ln -s /etc/passwd pw.txt;"
        "mkfifo pipe; head -c 9000000 /dev/zero >large.bin; exit 3"
    )
    model = f"{APP}/azureml-models/m/1"
    variables = {"AZUREML_ENTRY_SCRIPT": "score.py", "AZUREML_MODEL_DIR": model}
    name = exited(engine, run_container, plain, text, environment=variables)
    before = engine.calls
    inside = frozen(engine, name, brought)
    assert engine.calls - before < 20
    assert (inside.how, inside.interpreter, inside.shell) == ("frozen", "/usr/bin/python3", "/bin/sh")
    assert (inside.user, inside.uid) == ("root", 0)
    assert inside.python is not None
    assert isinstance(inside.listening, Missing)
    assert "exited" in inside.listening.reason
    folder = inside.folder(APP)
    assert folder is not None
    assert not folder.truncated
    files = {file.path: file for file in folder.files}
    assert files["score.py"].digest == files["same.py"].digest
    assert files["score.py"].digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (files["pkg/a.py"].mode, files["pkg/a.py"].uid, files["pkg/a.py"].gid) == (0o600, 33, 33)
    assert (files["link.py"].kind, files["link.py"].target) == ("link", "pkg/a.py")
    assert files["pipe"].kind == "other"
    assert (files["large.bin"].size, files["large.bin"].digest) == (9_000_000, None)
    expected = {"score.py": "abc", "same.py": "abc", "pkg/a.py": "p", "link.py": "p"}
    assert inside.texts == {f"{APP}/{name}": text for name, text in expected.items()}
    models = inside.folder(model)
    assert models is not None
    assert [file.path for file in models.files] == ["model.pkl"]
    assert brought.path(f"{model}/model.pkl").read_bytes() == b"m"
    assert not brought.path(f"{APP}/large.bin").exists()
    assert not brought.path(f"{APP}/pw.txt").exists()


def test_a_created_container_and_a_symlink_as_its_code_folder(
    engine: Engine, plain: str, run_container: RunContainer, brought: Brought, tmp_path: Path
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "main.py").write_text("x = 1\n")
    mount = {"source": "code", "target": APP}
    name = run_container(plain, command=["not-there"], folder=tmp_path, mounts=[mount], may_fail=True, host=ALONE)
    inside = frozen(engine, name, brought)
    assert inside.texts == {f"{APP}/main.py": "x = 1\n"}
    assert inside.missing_programs == ("not-there",)


def test_links_out_of_the_folder_bring_nothing_of_this_machine(
    engine: Engine, plain: str, run_container: RunContainer, brought: Brought, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("of this machine")
    text = (
        f"ln -s {mine} score.py; ln -s {tmp_path} out; ln -s ../../../../../../../..{mine} up.py; ln -s . round;"
        "ln -s /opt/code sub; mkdir -p /opt/code; printf inside >/opt/code/main.py"
    )
    variables = {"AZUREML_ENTRY_SCRIPT": "sub/main.py", "AZUREML_MODEL_DIR": f"{APP}/out"}
    name = exited(engine, run_container, plain, text, environment=variables)
    inside = frozen(engine, name, brought)
    assert inside.texts == {f"{APP}/sub/main.py": "inside"}
    assert mine.read_text() == "of this machine"
    files = [path for path in brought.root.rglob("*") if not path.is_dir()]
    assert [path.relative_to(brought.root).as_posix() for path in files] == [f"{APP[1:]}/sub/main.py"]
    assert inside.folder(f"{APP}/out") is None


def test_a_large_model_is_not_streamed(
    engine: Engine, plain: str, run_container: RunContainer, brought: Brought
) -> None:
    text = (
        "mkdir -p azureml-models/m/1 util; cd azureml-models/m/1; truncate -s 2G a.bin; printf 1 >labels.json; cd -;"
        "printf 'import helper, util.inner\\nopen(f\"{folder}/labels.json\")' >score.py; printf 'x = 1' >helper.py;"
        "printf 'y = 2' >util/inner.py; printf numpy >requirements.txt"
    )
    model = f"{APP}/azureml-models/m/1"
    variables = {"AZUREML_ENTRY_SCRIPT": "score.py", "AZUREML_MODEL_DIR": model}
    name = exited(engine, run_container, plain, text, environment=variables)
    begun = time.monotonic()
    inside = frozen(engine, name, brought)
    assert time.monotonic() - begun < 3
    folder, models = inside.folder(APP), inside.folder(model)
    assert folder is not None
    assert models is not None
    assert folder.truncated
    assert models.truncated
    assert {file.path: file.size for file in models.files}["a.bin"] == 2 << 30
    assert set(inside.texts) == {
        f"{APP}/{name}" for name in ("score.py", "helper.py", "util/inner.py", "requirements.txt")
    }
    assert {"score.py", "helper.py", "util/inner.py"} <= {file.path for file in folder.files}


def test_a_restarting_container(engine: Engine, plain: str, run_container: RunContainer, brought: Brought) -> None:
    name = run_container(plain, command=make("printf abc >main.py; exit 3"), restart="always", host=ALONE)
    wait_for(engine.api, name, Wait("restarting", 30))
    inside = frozen(engine, name, brought)
    assert inside.texts == {f"{APP}/main.py": "abc"}


def test_users_of_the_image(engine: Engine, plain: str, run_container: RunContainer, brought: Brought) -> None:
    name = run_container(plain, command=["true"], user="www-data", host=ALONE)
    inside = frozen(engine, name, brought)
    assert (inside.user, inside.uid, inside.groups) == ("www-data", 33, (33,))
    assert inside.folders == ()
    unnamed = frozen(engine, run_container(plain, command=["true"], user="4321:33", host=ALONE), brought)
    assert (unnamed.user, unnamed.uid, unnamed.groups) == ("4321", 4321, (33,))


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        (["sh", "-c", "cd /tmp && exec azmlinfsrv --entry_script score.py"], ("azmlinfsrv",)),
        (["sh", "-c", "python3 -c 'import sys; sys.exit(127)'"], ()),
        (["/bin/sh", "-c", "X=1 python3.99 a.py; gunicorn x; exit 127"], ("python3.99", "gunicorn")),
    ],
)
def test_programs_that_are_not_there(
    engine: Engine,
    plain: str,
    run_container: RunContainer,
    brought: Brought,
    command: list[str],
    missing: tuple[str, ...],
) -> None:
    name = run_container(plain, command=command, host=ALONE)
    wait_for(engine.api, name, Wait("exited", 30))
    assert frozen(engine, name, brought).missing_programs == missing


def test_without_anything_inside(engine: Engine, run_container: RunContainer, brought: Brought) -> None:
    with import_tiny(engine.api, "ends") as tag:
        name = run_container(tag, command=["/serve"], host=ALONE)
        wait_for(engine.api, name, Wait("exited", 30))
        inside = frozen(engine, name, brought)
        engine.api.remove_container(name, force=True)
    assert (inside.interpreter, inside.shell, inside.folders, inside.texts) == (None, None, (), {})


def test_a_removed_container(engine: Engine, plain: str, run_container: RunContainer, brought: Brought) -> None:
    name = run_container(plain, command=["true"], host=ALONE)
    container = container_of(engine, engine.inspect(name))
    engine.api.remove_container(name, force=True)
    with pytest.raises(CannotExamine, match="removed while doctor looked"):
        collect_frozen(engine, container, brought)


def test_a_paused_container_and_a_file_system_in_memory(
    engine: Engine, plain: str, run_container: RunContainer, brought: Brought
) -> None:
    text = "printf abc >main.py; printf m >/models/model.pkl; sleep 600"
    variables = {"AZUREML_MODEL_DIR": "/models"}
    name = run_container(plain, command=make(text), tmpfs={"/models": "size=1m"}, environment=variables, host=ALONE)
    time.sleep(1)
    engine.api.pause(name)
    inside = frozen(engine, name, brought)
    assert inside.texts == {f"{APP}/main.py": "abc"}
    models = inside.folder("/models")
    assert models is not None
    assert models.truncated
    assert "in memory" in str(models.problem)
