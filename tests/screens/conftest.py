"""What tests of screens start from: errors end the test, and nothing of the machine's own state is touched."""

from collections.abc import Generator
from pathlib import Path

import pytest
from screens.pressing import recorded

from tui.app import DoctorApp


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Errors end the test; what a person keeps between runs stands in a folder of the test."""
    monkeypatch.setattr(DoctorApp, "raises", True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("NO_COLOR")  # as it was before, once the test is over, whatever the app sets
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


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
