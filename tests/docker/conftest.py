"""What tests with a real engine start from. See README.md."""

import gc
import os
import re
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import images
import pytest
import starting
from sample_services import HERE, Run, Wait, load_container, make_model

from doctor.containers import owned
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine, connect
from doctor.errors import CannotExamine

RunContainer = Callable[..., str]


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A connection to a real engine. Tests that ask for it are skipped where there is none."""
    engine = _connected()
    if isinstance(engine, str):
        pytest.skip(f"needs a Docker engine (tests/docker/README.md): {engine}")
    engine.api.timeout = 600  # images take their time; doctor's own connections have its own patience
    before = _all_of_doctor(engine)
    yield engine
    _nothing_is_left(engine, before)
    engine.api.close()


@pytest.fixture(scope="session")
def base_image(engine: Engine) -> str:
    """The image that all others start from: Python, and nothing of a service."""
    try:
        return images.base(engine.api)
    except images.NotHere as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def image(engine: Engine) -> Callable[[str], str]:
    """The image of a layout, "current" or "old", without a service in it."""

    def layout(name: str) -> str:
        try:
            return images.layout_image(engine.api, name)
        except images.NotHere as reason:
            pytest.skip(str(reason))

    return layout


@pytest.fixture
def brought() -> Iterator[Brought]:
    """Where files of a container go; removed after the test."""
    with Brought() as folder:
        yield folder


@pytest.fixture
def run_container(engine: Engine) -> Iterator[RunContainer]:
    """Start a container of an image; the options are those of sample_services.Run. It is removed after the test."""
    started: list[str] = []

    def run(image: str, *, folder: Path | None = None, may_fail: bool = False, **options: object) -> str:
        settings = Run(**options)  # type: ignore[arg-type]
        started.append(starting.start(engine.api, image, settings, folder, may_fail=may_fail))
        return started[-1]

    yield run
    for container in started:
        starting.remove(engine.api, container)


@pytest.fixture
def sample(engine: Engine, tmp_path: Path) -> Iterator[Callable[[str], starting.Started]]:
    """Start a sample by name and wait until it is in its state. It is removed after the test."""
    started: list[str] = []

    def begin(name: str) -> starting.Started:
        folder = tmp_path / name
        shutil.copytree(HERE / name, folder, ignore=shutil.ignore_patterns("__pycache__"))
        service = load_container(folder)
        try:
            tag = images.image_for(engine.api, load_container(HERE / name))
        except images.NotHere as reason:
            pytest.skip(str(reason))
        if service.run.mounts:
            make_model(folder)
        settings = Run(**{**vars(service.run), "name": name})
        refused = service.wait.until == "not-started"
        container = starting.start(engine.api, tag, settings, folder, may_fail=refused)
        started.append(container)
        if service.request:
            starting.wait_for(engine.api, container, Wait("answers", service.wait.seconds))
            starting.request(engine.api, container, folder / service.request)
        starting.wait_for(engine.api, container, service.wait)
        called = engine.api.inspect_container(container)["Name"].lstrip("/")
        return starting.Started(container, called, service, folder)

    yield begin
    for container in started:
        starting.remove(engine.api, container)


def _connected() -> Engine | str:
    """The engine, or why there is none. The library leaves the socket open that could not be connected."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        reason = ""
        try:
            return connect()
        except CannotExamine as error:
            reason = str(error)
        gc.collect()
        return reason


def _all_of_doctor(engine: Engine) -> set[str]:
    """Containers, volumes, networks and temporary folders that this run of doctor made, or one that is over."""
    api, mine = engine.api, {"label": owned.LABEL}
    found = {f"container {each['Id']}": each["Labels"] for each in api.containers(all=True, filters=mine)}
    found |= {f"volume {each['Name']}": each["Labels"] for each in api.volumes(filters=mine)["Volumes"] or ()}
    found |= {f"network {each['Name']}": each["Labels"] for each in api.networks(filters=mine)}
    folders = {path for path in Path(tempfile.gettempdir()).glob("doctor-*") if not _is_of_another(path)}
    owners = {name: labels.get(owned.OWNER, "") for name, labels in found.items()}
    return {name for name, owner in owners.items() if _is_ours(owner)} | {f"folder {path}" for path in folders}


def _is_ours(owner: str) -> bool:
    """False when another process that still runs owns it: other tests may be running beside these."""
    return owner in {"", owned.labels("")[owned.OWNER]} or owned.is_over(owner, time.time())


def _is_of_another(folder: Path) -> bool:
    """Whether a process that still runs owns the folder by its name, or works in it, and is not this one."""
    number = re.match(r"doctor-[a-z]+-(\d+)-", folder.name)
    if number:
        return int(number[1]) != os.getpid() and Path(f"/proc/{number[1]}").exists()
    return any(_works_in(process, str(folder)) for process in Path("/proc").glob("[0-9]*"))


def _works_in(process: Path, folder: str) -> bool:
    try:
        return str((process / "cwd").readlink()).startswith(folder) or folder in (process / "cmdline").read_text()
    except (OSError, UnicodeDecodeError):
        return False


def _nothing_is_left(engine: Engine, before: set[str]) -> None:
    """Fail when something of this run, or of one that was killed, is still there after a while."""
    give_up = time.monotonic() + 20
    while left := _all_of_doctor(engine) - before:
        assert time.monotonic() < give_up, f"doctor left behind: {sorted(left)}"
        time.sleep(1)
