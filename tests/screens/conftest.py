"""What tests of screens start from: errors end the test, and nothing of the machine's own state is touched."""

import contextlib
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from screens.journeys import diagnosed, sample_copy
from screens.pressing import recorded

from doctor.diagnosis.result import Done
from doctor.recent import place
from tui.app import DoctorApp

REAL = place()
"""The list of the person who runs the tests, as their environment says before any test changes it."""


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Errors end the test; what a person keeps between runs stands in a folder of the test."""
    monkeypatch.setattr(DoctorApp, "raises", True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("NO_COLOR")  # as it was before, once the test is over, whatever the app sets
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def own_recents(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test that wrote itself into the recent targets of whoever runs it, also by a process that it started.

    Others may write there meanwhile: only what lies in the folder of this test tells against it.
    """
    yield
    with contextlib.suppress(OSError):
        assert str(tmp_path) not in REAL.read_text(encoding="utf-8"), f"{request.node.name} wrote into {REAL}"


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine: files lie in the folder of the test, there is no engine, no cluster, no clipboard."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setenv("KUBECONFIG", "/nowhere/kubeconfig")


@pytest.fixture(scope="session")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A script with one cause, its symptom and a safe fix; for tests that look at it, and write nothing into it."""
    return diagnosed(sample_copy("model-not-global", tmp_path_factory.mktemp("sample")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """A test presses the keys that its mark names."""
    promised = {name for mark in item.iter_markers("presses") for name in mark.args}
    if not promised:
        return (yield)
    with recorded() as pressed:
        result = yield
    assert promised <= pressed, f"never pressed: {', '.join(sorted(promised - pressed))}"
    return result
